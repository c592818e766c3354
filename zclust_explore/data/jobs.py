"""Jobs: a reading cut into pieces of work that need little memory and nothing of each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from .selecting import all_of, component, of_one_rate, one_of, sensor
from .signal_settings import SignalSettings
from .sources import Entry, Skipped
from .windowing import Windowing

SPAN_S = 4 * 3600.0  # of a span of a continuous record: at 100 Hz, twelve MB in float64
WINDOW_BYTES = 64e6  # of the windows of a job, in float64: where they overlap much, they are more than the record
SPANS = 400  # in a job, where records are short
ARRIVALS = 200  # windows of a span around arrivals
MARGIN = 1.0  # windows that are read on each side of those of a span, for filters to settle in


@dataclass(frozen=True, eq=False)
class Span:
    """Windows of one trace, or of one sensor whose components are stacked.

    Parameters
    ----------
    trace_id : str
        Of a sensor, with "?" for the component.
    entries : tuple of Entry
        Where its samples are.
    starts_ns : array (n,) of int64
        Where windows begin, in ns since 1970 UTC; where triggers are sought, the first and the end of the time that
        is this span's.
    """

    trace_id: str
    entries: tuple[Entry, ...]
    starts_ns: np.ndarray


@dataclass(frozen=True, eq=False)
class Job:
    """Spans that are read by one process, one after another, and written together.

    Parameters
    ----------
    number : int
        Its place in the result.
    spans : tuple of Span
    rows : DataFrame, optional
        What is known about each window of all spans beside its time.
    """

    number: int
    spans: tuple[Span, ...]
    rows: pd.DataFrame | None = None

    @property
    def files(self) -> list[str]:
        """Files that its samples are in, in the order of their names."""
        return sorted({entry.file for span in self.spans for entry in span.entries} - {""})

    def without(self, files: Iterable[str]) -> Job:
        """Return the same windows, of which those in some files will not be found."""
        out = set(files)
        spans = (replace(s, entries=tuple(entry for entry in s.entries if entry.file not in out)) for s in self.spans)
        return replace(self, spans=tuple(spans))


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
    if settings.stack:
        kept, skipped = all_of(entries, settings.stack)
    else:
        kept, skipped = one_of(entries, settings.components)
    kept, told, rate = of_one_rate(kept, settings.preprocessing.sampling_rate)
    skipped += told
    by_trace: dict[str, list[Entry]] = {}
    for entry in sorted(kept, key=lambda e: (e.trace_id, e.start_ns, e.file, e.number)):
        name = f"{sensor(entry)}?" if settings.stack else entry.trace_id
        by_trace.setdefault(name, []).append(entry)
    if arrivals is None:
        spans = [
            span
            for name, group in by_trace.items()
            for span in _along(name, _first(group, settings), settings, skipped)
        ]
        if settings.stack:
            spans = [replace(span, entries=_inside(by_trace[span.trace_id], span, settings)) for span in spans]
        return Plan(packed(spans, settings, rate), rate, skipped)
    used = np.zeros(len(arrivals), dtype=bool)
    spans, numbers = [], []
    for name, group in by_trace.items():
        here = _around(name, group, settings, arrivals)
        for some, starts in here:
            used[some] = True
            spans.append(Span(name, tuple(group), starts))
            numbers.append(some)
    times = arrivals["time"].dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    skipped += [(f"arrival at {times.iloc[k]}", "no record of its station at this time") for k in np.flatnonzero(~used)]
    rows = arrivals.drop(columns="trace_id").rename(columns={"time": "arrival"})
    rows = rows.iloc[np.concatenate(numbers)] if numbers else rows.iloc[:0]
    return Plan(packed(spans, settings, rate, rows), rate, skipped)


def packed(
    spans: list[Span], settings: SignalSettings, sampling_rate: float, rows: pd.DataFrame | None = None
) -> list[Job]:
    """Put spans into jobs of about the same work; `rows` are those of all their windows."""
    per_window = 8 * settings.windowing.window_s * sampling_rate * max(1, len(settings.stack))
    jobs: list[Job] = []
    group: list[Span] = []
    n_bytes = seconds = 0.0
    first = row = 0

    def close() -> None:
        nonlocal first
        if group:
            jobs.append(Job(len(jobs), tuple(group), None if rows is None else rows.iloc[first:row]))
            group.clear()
            first = row

    for span in spans:
        size, length = len(span.starts_ns) * per_window, np.ptp(span.starts_ns) / 1e9
        if len(group) >= SPANS or n_bytes + size > WINDOW_BYTES or seconds + length > SPAN_S:
            close()
            n_bytes = seconds = 0.0
        group.append(span)
        n_bytes, seconds, row = n_bytes + size, seconds + length, row + len(span.starts_ns)
    close()
    return jobs


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


def _first(group: list[Entry], settings: SignalSettings) -> list[Entry]:
    """Entries that windows slide along: where components are stacked, those of the first."""
    if not settings.stack:
        return group
    letter = component(settings.stack[0], {entry.trace_id[-1:] for entry in group})
    return [entry for entry in group if entry.trace_id[-1:] == letter]


def _along(trace_id: str, group: list[Entry], settings: SignalSettings, skipped: list[Skipped]) -> list[Span]:
    """Spans of windows that slide along a trace, or of triggers in it."""
    windowing, preprocessing = settings.windowing, settings.preprocessing
    spans = []
    for stretch in stretches(group, preprocessing.max_gap_s if preprocessing.gaps != "split" else 0.0):
        start_ns, stop_ns = stretch[0].start_ns, max(entry.stop_ns for entry in stretch)
        if stop_ns - start_ns < round(windowing.window_s * 1e9):
            skipped.append((f"{trace_id} at {pd.Timestamp(start_ns).isoformat()}Z", too_short(stretch, windowing)))
            continue
        if windowing.trigger_on is not None:
            edges = np.append(np.arange(start_ns, stop_ns, round(SPAN_S * 1e9)), stop_ns)
            pieces = [edges[k : k + 2] for k in range(len(edges) - 1)]
        else:
            starts = windowing.sliding_ns(start_ns, stop_ns)
            assert windowing.step_s is not None
            rate = preprocessing.sampling_rate or stretch[0].sampling_rate
            per_span = max(1, int(min(SPAN_S / windowing.step_s, WINDOW_BYTES / (8 * windowing.window_s * rate))))
            pieces = [starts[k : k + per_span] for k in range(0, len(starts), per_span)]
        for piece in pieces:
            span = Span(trace_id, (), piece)
            spans.append(replace(span, entries=_inside(stretch, span, settings)))
    return spans


def too_short(stretch: list[Entry], windowing: Windowing) -> str:
    """Words for a stretch that no window fits into."""
    length = (max(entry.stop_ns for entry in stretch) - stretch[0].start_ns) / 1e9
    return f"too short: {length:g} s, where a window has {windowing.window_s:g} s"


def _inside(entries: list[Entry], span: Span, settings: SignalSettings) -> tuple[Entry, ...]:
    first, last = span_ns(span.starts_ns, settings.windowing.window_s)
    return tuple(entry for entry in entries if entry.start_ns < last and entry.stop_ns > first)


def _around(
    trace_id: str, group: list[Entry], settings: SignalSettings, arrivals: pd.DataFrame
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Numbers of arrivals at times when a trace was recorded, and the starts of their windows, some at a time."""
    starts = arrivals["time"].astype("datetime64[ns, UTC]").astype("int64").to_numpy() - round(
        settings.windowing.before_s * 1e9
    )
    here = np.zeros(len(arrivals), dtype=bool)
    whole = trace_id.removesuffix("?")  # a pick on BHZ is one of BH?, too

    def fits(given: str) -> bool:
        return f"{trace_id}.".startswith(f"{given}.") or (whole != trace_id and given[:-1] == whole)

    station = arrivals["trace_id"].map(lambda given: not given or fits(given))
    for entry in group:
        here |= (starts + round(settings.windowing.window_s * 1e9) > entry.start_ns) & (starts < entry.stop_ns)
    here &= station.to_numpy(dtype=bool)
    numbers = np.flatnonzero(here)
    numbers = numbers[np.argsort(starts[numbers], kind="stable")]
    for k in range(0, len(numbers), ARRIVALS):
        yield numbers[k : k + ARRIVALS], starts[numbers[k : k + ARRIVALS]]


def span_ns(starts_ns: np.ndarray, window_s: float) -> tuple[int, int]:
    """From and until when samples are read for windows that begin at these times, margins included."""
    margin = round(MARGIN * window_s * 1e9)
    return int(starts_ns.min()) - margin, int(starts_ns.max()) + round(window_s * 1e9) + margin
