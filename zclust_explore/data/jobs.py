"""Jobs: a reading cut into pieces of work that need little memory and nothing of each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from .signal_settings import SignalSettings
from .sources import Entry, Skipped

SPAN_S = 4 * 3600.0  # of a job in a continuous record: at 100 Hz, twelve MB in float64
WINDOW_BYTES = 64e6  # of the windows of a job, in float64: where they overlap much, they are more than the record
ARRIVALS = 200  # windows of a job around arrivals
MARGIN = 1.0  # windows that are read on each side of those of a job, for filters to settle in


@dataclass(frozen=True, eq=False)
class Job:
    """Windows of one trace that are read together.

    Parameters
    ----------
    number : int
        Its place in the result.
    trace_id : str
    entries : tuple of Entry
        Where its samples are.
    starts_ns : array (n,) of int64
        Where windows begin, in ns since 1970 UTC; where triggers are sought, the first and the end of the time that
        is this job's.
    rows : DataFrame of n rows, optional
        What is known about each window beside its time.
    """

    number: int
    trace_id: str
    entries: tuple[Entry, ...]
    starts_ns: np.ndarray
    rows: pd.DataFrame | None = None


@dataclass(frozen=True)
class Plan:
    """What is to be read.

    Parameters
    ----------
    jobs : list of Job
    sampling_rate : float, Hz
        Of all windows.
    skipped : list of (what, reason)
    """

    jobs: list[Job]
    sampling_rate: float
    skipped: list[Skipped] = field(default_factory=list)


def plan(entries: list[Entry], settings: SignalSettings, arrivals: pd.DataFrame | None = None) -> Plan:
    """Cut the reading of all entries into jobs, ordered by trace and time."""
    kept, skipped = _components(entries, settings.components)
    kept, told, rate = _rates(kept, settings.preprocessing.sampling_rate)
    skipped += told
    jobs: list[Job] = []
    by_trace: dict[str, list[Entry]] = {}
    for entry in sorted(kept, key=lambda e: (e.trace_id, e.start_ns, e.file, e.number)):
        by_trace.setdefault(entry.trace_id, []).append(entry)
    used = np.zeros(0 if arrivals is None else len(arrivals), dtype=bool)
    for trace_id, group in by_trace.items():
        if arrivals is not None:
            found, here = _around(trace_id, group, settings, arrivals)
            used |= here
        else:
            found = _along(trace_id, group, settings, skipped)
        jobs += [replace(job, number=len(jobs) + k) for k, job in enumerate(found)]
    if arrivals is not None:
        times = arrivals["time"].dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        skipped += [
            (f"arrival at {times.iloc[k]}", "no record of its station at this time") for k in np.flatnonzero(~used)
        ]
    return Plan(jobs, rate, skipped)


def stretches(entries: list[Entry], most_s: float) -> Iterator[list[Entry]]:
    """Entries of one trace in groups without gaps longer than a sample and a half or, if that is more, `most_s`."""
    group: list[Entry] = []
    stop_ns = 0
    for entry in entries:
        allowed_ns = max(most_s, 0.5 / entry.sampling_rate) * 1e9  # a stop is one sample after the last
        if group and entry.start_ns - stop_ns > allowed_ns:
            yield group
            group = []
        stop_ns = max(stop_ns, entry.stop_ns) if group else entry.stop_ns
        group.append(entry)
    if group:
        yield group


def _components(entries: list[Entry], order: str) -> tuple[list[Entry], list[Skipped]]:
    if not order:
        return entries, []
    letters: dict[str, set[str]] = {}
    for entry in entries:
        letters.setdefault(_instrument(entry), set()).add(entry.trace_id[-1:])
    taken = {name: next((x for x in order if x in known), min(known)) for name, known in letters.items()}
    kept: list[Entry] = []
    skipped: dict[str, str] = {}
    for entry in entries:
        letter = taken[_instrument(entry)]
        if "#" in entry.trace_id or entry.trace_id[-1:] == letter:
            kept.append(entry)
        else:
            skipped[entry.trace_id] = f"another component: {letter} was taken (components={order!r})"
    return kept, list(skipped.items())


def _instrument(entry: Entry) -> str:
    return entry.trace_id[:-1]


def _rates(entries: list[Entry], target: float | None) -> tuple[list[Entry], list[Skipped], float]:
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


def _along(trace_id: str, group: list[Entry], settings: SignalSettings, skipped: list[Skipped]) -> list[Job]:
    """Jobs of windows that slide along a trace, or of triggers in it."""
    windowing, preprocessing = settings.windowing, settings.preprocessing
    jobs = []
    for stretch in stretches(group, preprocessing.max_gap_s if preprocessing.gaps != "split" else 0.0):
        start_ns, stop_ns = stretch[0].start_ns, max(entry.stop_ns for entry in stretch)
        if stop_ns - start_ns < round(windowing.window_s * 1e9):
            length = (stop_ns - start_ns) / 1e9
            what = f"{trace_id} at {pd.Timestamp(start_ns).isoformat()}Z"
            skipped.append((what, f"too short: {length:g} s, where a window has {windowing.window_s:g} s"))
            continue
        if windowing.trigger_on is not None:
            edges = np.append(np.arange(start_ns, stop_ns, round(SPAN_S * 1e9)), stop_ns)
            pieces = [edges[k : k + 2] for k in range(len(edges) - 1)]
        else:
            starts = windowing.sliding_ns(start_ns, stop_ns)
            assert windowing.step_s is not None
            rate = preprocessing.sampling_rate or stretch[0].sampling_rate
            per_job = max(1, int(min(SPAN_S / windowing.step_s, WINDOW_BYTES / (8 * windowing.window_s * rate))))
            pieces = [starts[k : k + per_job] for k in range(0, len(starts), per_job)]
        for piece in pieces:
            first, last = span_ns(piece, windowing.window_s)
            inside = tuple(entry for entry in stretch if entry.start_ns < last and entry.stop_ns > first)
            jobs.append(Job(0, trace_id, inside, piece))
    return jobs


def _around(
    trace_id: str, group: list[Entry], settings: SignalSettings, arrivals: pd.DataFrame
) -> tuple[list[Job], np.ndarray]:
    """Jobs of windows around arrivals, and which of these are at times when the trace was recorded."""
    starts = arrivals["time"].astype("datetime64[ns, UTC]").astype("int64").to_numpy() - round(
        settings.windowing.before_s * 1e9
    )
    here = np.zeros(len(arrivals), dtype=bool)
    station = arrivals["trace_id"].map(lambda given: not given or f"{trace_id}.".startswith(f"{given}."))
    for entry in group:
        here |= (starts + round(settings.windowing.window_s * 1e9) > entry.start_ns) & (starts < entry.stop_ns)
    here &= station.to_numpy(dtype=bool)
    numbers = np.flatnonzero(here)
    numbers = numbers[np.argsort(starts[numbers], kind="stable")]
    jobs = []
    for k in range(0, len(numbers), ARRIVALS):
        some = numbers[k : k + ARRIVALS]
        jobs.append(Job(0, trace_id, tuple(group), starts[some], arrivals.iloc[some].drop(columns="trace_id")))
    return jobs, here


def span_ns(starts_ns: np.ndarray, window_s: float) -> tuple[int, int]:
    """From and until when samples are read for windows that begin at these times, margins included."""
    margin = round(MARGIN * window_s * 1e9)
    return int(starts_ns.min()) - margin, int(starts_ns.max()) + round(window_s * 1e9) + margin
