"""Selecting: which components are taken of each sensor, and which sampling rate."""

from __future__ import annotations

from collections.abc import Iterable

from .sources import Entry, Skipped

ALIASES = {"N": "1", "E": "2"}  # a sensor that is not turned to the north has 1 and 2 in their place


def one_of(entries: list[Entry], order: str) -> tuple[list[Entry], list[Skipped]]:
    """Entries of one component of each sensor: the first in `order` that it has; the others are told."""
    if not order:
        return entries, []
    letters: dict[str, set[str]] = {}
    for entry in entries:
        letters.setdefault(sensor(entry), set()).add(entry.trace_id[-1:])
    taken = {name: next((x for x in order if x in known), min(known)) for name, known in letters.items()}
    kept: list[Entry] = []
    skipped: dict[str, str] = {}
    for entry in entries:
        letter = taken[sensor(entry)]
        if "#" in entry.trace_id or entry.trace_id[-1:] == letter:
            kept.append(entry)
        else:
            skipped[entry.trace_id] = f"another component: {letter} was taken (components={order!r})"
    return kept, list(skipped.items())


def all_of(entries: list[Entry], stack: str) -> tuple[list[Entry], list[Skipped]]:
    """Entries of sensors that have all components; others, and further components, are told."""
    letters: dict[str, set[str]] = {}
    for entry in entries:
        letters.setdefault(sensor(entry), set()).add(entry.trace_id[-1:])
    missing = {
        name: [letter for letter in stack if component(letter, known) is None] for name, known in letters.items()
    }
    kept: list[Entry] = []
    skipped: dict[str, str] = {}
    for entry in entries:
        name = sensor(entry)
        if missing[name]:
            skipped[entry.trace_id] = f"component {missing[name][0]} is missing (stack={stack!r})"
        elif entry.trace_id[-1:] in {component(letter, letters[name]) for letter in stack}:
            kept.append(entry)
        else:
            skipped[entry.trace_id] = f"another component (stack={stack!r})"
    return kept, list(skipped.items())


def component(letter: str, known: Iterable[str]) -> str | None:
    """Return the component that is meant by a letter: itself, or what stands for it.

    >>> component("N", "Z12"), component("Z", "Z12"), component("E", "ZNR")
    ('1', 'Z', None)
    """
    return next((x for x in (letter, ALIASES.get(letter)) if x is not None and x in known), None)


def of_one_rate(entries: list[Entry], target: float | None) -> tuple[list[Entry], list[Skipped], float]:
    """Entries of the sampling rate that most samples have, unless all are resampled; others are told."""
    if target is not None or not entries:
        return entries, [], float(target or 0.0)
    samples: dict[float, float] = {}
    for entry in entries:
        rate = float(f"{entry.sampling_rate:.6g}")  # SAC keeps seven digits of the interval
        samples[rate] = samples.get(rate, 0.0) + entry.seconds * rate
    common = max(samples, key=lambda rate: (samples[rate], rate))
    skipped: dict[str, str] = {}
    for entry in entries:
        if float(f"{entry.sampling_rate:.6g}") != common:
            skipped[entry.trace_id] = (
                f"sampling rate differs: {entry.sampling_rate:g} Hz, where most have {common:g} Hz; "
                "Preprocessing(sampling_rate=…) makes them alike"
            )
    kept = [entry for entry in entries if float(f"{entry.sampling_rate:.6g}") == common]
    return kept, list(skipped.items()), common


def sensor(entry: Entry) -> str:
    """Trace id without the letter of the component."""
    return entry.trace_id[:-1]
