"""SeisBench data sets as a source of spectrograms: each trace is a record by itself, with its row of metadata."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .jobs import Plan, Span, packed, too_short
from .seisbench import FORM, SeisBenchDataset, read_seisbench
from .selecting import component, of_one_rate
from .signal_settings import SignalSettings
from .sources import Entry, Skipped

ARRIVAL = r"trace_(\w+)_arrival_sample"
NO_TIME = "no trace_start_time: its times count from 1970-01-01"


def opened(source: Any) -> SeisBenchDataset | None:
    """Return the data set that a source is, or that lies in the folder that it names; None if it is something else."""
    if isinstance(source, SeisBenchDataset):
        return source
    if isinstance(source, str | Path) and Path(source).is_dir():
        folder = Path(source)
        if any(folder.glob("metadata*.csv")) and any(folder.glob("waveforms*.hdf5")):
            return read_seisbench(folder)
    return None


def seisbench_plan(
    dataset: SeisBenchDataset, settings: SignalSettings, phases: Iterable[str] | None = None
) -> tuple[Plan, list[Skipped]]:
    """Cut the reading of a data set into jobs, in its own order; also what should be known about it.

    Raises
    ------
    ValueError
        If no column tells arrivals of the phases.
    """
    table = dataset.metadata
    arrivals = None if phases is None else _arrivals(table, phases)
    starts_ns, noted = _starts_ns(table)
    entries, skipped = _entries(dataset, starts_ns, settings)
    kept, told, rate = of_one_rate(entries, settings.preprocessing.sampling_rate)
    windowing = settings.windowing
    spans: list[Span] = []
    rows: list[np.ndarray] = []  # of the metadata, one number a window
    named: list[str] = []
    for group in _windowed_together(kept, settings):
        first = group[0]
        if arrivals is None:
            starts = windowing.sliding_ns(first.start_ns, first.stop_ns)
            why = too_short(group, windowing)
        else:
            samples = {phase: column[first.row] for phase, column in arrivals.items() if column[first.row] >= 0}
            onsets = first.start_ns + np.round(np.array(list(samples.values())) * 1e9 / first.sampling_rate).astype(
                "i8"
            )
            starts = onsets - round(windowing.before_s * 1e9)
            named += samples
            why = f"no arrival of {', '.join(arrivals)}"
        if len(starts):
            spans.append(Span(f"{first.trace_id[:-1]}?" if settings.stack else first.trace_id, tuple(group), starts))
            rows.append(np.full(len(starts), first.row))
        else:
            skipped.append((first.part, why))
    skipped += told
    if not spans:
        return Plan([], rate, skipped), noted
    of_window = table.iloc[np.concatenate(rows)].reset_index(drop=True)
    if arrivals is not None:
        onsets = np.concatenate([span.starts_ns for span in spans]) + round(windowing.before_s * 1e9)
        of_window = of_window.assign(arrival=pd.to_datetime(onsets, utc=True), phase=named)
    of_window = of_window.drop(columns=[name for name in ("trace_id", "starttime") if name in table])
    return Plan(packed(spans, settings, rate, of_window), rate, skipped), noted


def _entries(
    dataset: SeisBenchDataset, starts_ns: np.ndarray, settings: SignalSettings
) -> tuple[list[Entry], list[Skipped]]:
    table = dataset.metadata
    names, chunks = table.trace_name.astype(str).tolist(), table.trace_chunk.tolist()
    # without codes, the trace's name; of a channel the component may still be missing
    ids = table.trace_id.tolist() if "trace_id" in table else [f"{name}." for name in names]
    rates = table.trace_sampling_rate_hz.to_numpy(dtype=float).tolist()
    skipped: list[Skipped] = []
    entries: list[Entry] = []
    for row, (order, n_points) in enumerate(zip(table.trace_component_order, dataset.n_points().tolist(), strict=True)):
        found = _chosen(str(order), dataset.components, settings)
        if isinstance(found, str):
            skipped.append((names[row], found))
        elif not 0 < rates[row] < np.inf:
            skipped.append((names[row], f"no sampling rate: {rates[row]} Hz"))
        elif n_points < 1:
            skipped.append((names[row], "no waveform of this name"))
        else:
            start_ns, file = int(starts_ns[row]), str(dataset.path / f"waveforms{chunks[row]}.hdf5")
            stop_ns = start_ns + round(n_points * 1e9 / rates[row])
            for channel, letter in found:
                trace_id = ids[row] if ids[row][-1:] == letter else ids[row] + letter
                entries.append(Entry(file, FORM, channel, trace_id, start_ns, stop_ns, rates[row], names[row], row))
    return entries, skipped


def _windowed_together(entries: list[Entry], settings: SignalSettings) -> Iterator[list[Entry]]:
    """Entries one by one or, if components are stacked, those of a trace."""
    group: list[Entry] = []
    for entry in entries:
        if group and not (settings.stack and entry.row == group[0].row):
            yield group
            group = []
        group.append(entry)
    if group:
        yield group


def _starts_ns(table: pd.DataFrame) -> tuple[np.ndarray, list[Skipped]]:
    """Times of the first samples; 0 where nothing says them, and which these are."""
    if "starttime" not in table:
        return np.zeros(len(table), dtype=np.int64), [("all traces", NO_TIME)]
    missing = table.starttime.isna().to_numpy()
    times = table.starttime.fillna(pd.Timestamp(0, tz="UTC")).astype("datetime64[ns, UTC]").astype("int64")
    return times.to_numpy(), [(str(name), NO_TIME) for name in table.trace_name[missing]]


def _chosen(order: str, wanted: str | None, settings: SignalSettings) -> list[tuple[int, str]] | str:
    """Channels of a trace that are read, with their letters, or the reason why there is none."""
    allowed = [letter for letter in order if wanted is None or letter in wanted]
    if not allowed:
        return f"no component {wanted or ''}, only {order!r}"
    letters = (
        allowed if not settings.components else [next((x for x in settings.components if x in allowed), min(allowed))]
    )
    if settings.stack:
        found = {letter: component(letter, allowed) for letter in settings.stack}
        if missing := [letter for letter, it in found.items() if it is None]:
            return f"component {missing[0]} is missing (stack={settings.stack!r})"
        letters = [letter for letter in found.values() if letter is not None]
    return [(order.index(letter), letter) for letter in letters]


def _arrivals(table: pd.DataFrame, phases: Iterable[str]) -> dict[str, np.ndarray]:
    """Samples of the arrivals of each phase, NaN where there is none."""
    wanted = [phases] if isinstance(phases, str) else list(phases)
    known = {found[1]: str(name) for name in table if (found := re.fullmatch(ARRIVAL, str(name)))}
    chosen = {phase: name for phase, name in known.items() if phase.upper().startswith(tuple(map(str.upper, wanted)))}
    if not chosen:
        raise ValueError(f"phases must be among {sorted(known)}, got {wanted}.")
    return {phase: table[name].to_numpy(dtype=float) for phase, name in chosen.items()}
