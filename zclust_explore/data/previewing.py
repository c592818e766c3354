"""Previewing: what becomes of the windows of one record, and their spectrograms, all as reading makes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from .checking import MOST_POINTS, check
from .fates import Samples, Window, fate
from .jobs import Span, plan, span_ns, stretches
from .listing import Listing
from .loading import chosen, read_entries
from .signal_settings import SignalSettings
from .sources import Entry, Skipped
from .spectrograms import Spectrograms
from .stft import spectrograms_from_waveforms
from .windowing import Windowing
from .workers import Failure, Workers

if TYPE_CHECKING:
    from obspy import Trace

READ_LIMIT_S = 120.0
KEPT = 3  # spans whose samples stay in memory: those on both sides of an edge, and one more
ENTIRE_S = 1e10  # no record is as long
Made = TypeVar("Made")


@dataclass(frozen=True, eq=False)
class Course:
    """Windows that begin in one record.

    Parameters
    ----------
    starts_ns : array (n,) of int64
    spans : array (n,) of int
        Which of the spans of its trace each belongs to.
    reason : str
        Why there are none, or an empty string.
    """

    starts_ns: np.ndarray
    spans: np.ndarray
    reason: str = ""


class Previewer:
    """Looks at single records of a source without reading the others.

    Parameters
    ----------
    listing : Listing
        May still be growing.
    inventory : obspy.Inventory, optional
    workers : Workers, optional
        Processes in which files are read; without them, here.

    Examples
    --------
    >>> import obspy
    >>> preview = Previewer(Listing(obspy.read()))
    >>> settings = SignalSettings(Windowing(window_s=5))
    >>> [round(window.snr_db) for window in preview.windows(0, settings, slice(1, 5))]    # P arrives after 4.5 s
    [12, 8, -2, -10]
    """

    def __init__(self, listing: Listing, inventory: Any = None, workers: Workers | None = None) -> None:
        self.listing = listing
        self.inventory = inventory
        self.workers = workers or Workers(0)
        self._overall: dict[Any, tuple[float, dict[str, str]]] = {}
        self._spans: dict[Any, tuple[list[Span], str]] = {}
        self._courses: dict[Any, Course] = {}
        self._stretches: dict[Any, list[Entry]] = {}
        self._reads: dict[Any, tuple[list[Trace], list[Skipped]]] = {}
        self._samples: dict[Any, Samples] = {}
        self._fates: dict[Any, list[Window]] = {}
        self._spectrograms: dict[Any, Spectrograms] = {}

    # -- the plan ----------------------------------------------------------------------------------------------------

    def sampling_rate(self, settings: SignalSettings) -> float:
        """Of all windows, in Hz."""
        return self._of_all(settings)[0]

    def check(self, settings: SignalSettings) -> None:
        """Raise ValueError if a setting is impossible with these records, or too much for somebody who waits."""
        check(settings, self.sampling_rate(settings))

    def course(self, record: int, settings: SignalSettings) -> Course:
        """Windows that begin in a record."""
        key = (record, *self._key(settings))
        return _kept(self._courses, key, lambda: self._course(self.listing.entries[record], settings))

    def _course(self, entry: Entry, settings: SignalSettings) -> Course:
        none, reason = np.empty(0, np.int64), self._of_all(settings)[1].get(entry.trace_id, "")
        # of a trace with several sampling rates only some records are left out
        if reason and not (self._fits(entry, settings) and reason.startswith("sampling rate")):
            return Course(none, none, reason)
        spans, reason = self._spans_of(entry, settings)
        later = [other.start_ns for other in self._stretch(entry, settings) if other.start_ns > entry.start_ns]
        until_ns = max(entry.stop_ns, min(later, default=0))  # a filled gap belongs to the record before it
        starts, numbers = [none], [none]
        for number, span in enumerate(spans):
            if span.starts_ns[-1] < entry.start_ns or span.starts_ns[0] >= until_ns:
                continue
            found = self._triggers(entry, span, settings) if settings.windowing.trigger_on else span.starts_ns
            found = found[(found >= entry.start_ns) & (found < until_ns)]
            starts.append(found)
            numbers.append(np.full(len(found), number))
        starts_ns = np.concatenate(starts)
        if not len(starts_ns) and not reason:
            reason = "no trigger was found" if settings.windowing.trigger_on else "no window begins in this record"
        return Course(starts_ns, np.concatenate(numbers), "" if len(starts_ns) else reason)

    def _key(self, settings: SignalSettings) -> tuple[Any, ...]:
        return settings.windowing, settings.preprocessing, settings.components, len(self.listing.entries)

    def _of_all(self, settings: SignalSettings) -> tuple[float, dict[str, str]]:
        """Sampling rate of all windows, and which traces are left out, with the reason."""
        entries = list(self.listing.entries)  # more may come meanwhile
        # windows longer than any record: what the plan says of traces, without planning a single window
        whole = replace(settings, windowing=Windowing(window_s=ENTIRE_S))

        def make() -> tuple[float, dict[str, str]]:
            planned = plan(entries, whole)
            traces = {entry.trace_id for entry in entries}
            return planned.sampling_rate, {what: why for what, why in planned.skipped if what in traces}

        return _kept(self._overall, (settings.components, settings.preprocessing.sampling_rate, len(entries)), make)

    def _stretch(self, entry: Entry, settings: SignalSettings) -> list[Entry]:
        """Entries of the continuous stretch that an entry belongs to."""
        steps, entries = settings.preprocessing, list(self.listing.entries)
        most_s = steps.max_gap_s if steps.gaps != "split" else 0.0

        def make() -> list[Entry]:
            group = [e for e in entries if e.trace_id == entry.trace_id and self._fits(e, settings)]
            group.sort(key=lambda e: (e.start_ns, e.file, e.number))
            return next(found for found in stretches(group, most_s) if entry in found)

        return _kept(self._stretches, (entry, most_s, steps.sampling_rate, len(entries)), make)

    def _fits(self, entry: Entry, settings: SignalSettings) -> bool:
        """Whether a record has the sampling rate of all windows, or will have."""
        rate = self.sampling_rate(settings)
        return settings.preprocessing.sampling_rate is not None or float(f"{entry.sampling_rate:.6g}") == rate

    def _spans_of(self, entry: Entry, settings: SignalSettings) -> tuple[list[Span], str]:
        """Jobs of the stretch that an entry belongs to, or why there are none."""
        stretch = self._stretch(entry, settings)
        # one entry for all of it, as if it were one file: planning takes time by the entry
        whole = replace(stretch[0], stop_ns=max(other.stop_ns for other in stretch))

        step_s = settings.windowing.step_s or 1.0
        if whole.seconds / step_s > MOST_POINTS:
            raise ValueError(
                f"step_s must be longer: {whole.seconds / step_s:.2g} windows are too many, got {step_s:g}."
            )

        def make() -> tuple[list[Span], str]:
            planned = plan([whole], replace(settings, components="", stack=""))
            return [span for job in planned.jobs for span in job.spans], "".join(why for _, why in planned.skipped)

        return _kept(self._spans, (whole, *self._key(settings)), make)

    # -- the samples -------------------------------------------------------------------------------------------------

    def samples(self, entry: Entry, span: Span, settings: SignalSettings) -> Samples:
        """What a reading would prepare together with the windows of a span."""
        start_ns, stop_ns = span_ns(span.starts_ns, settings.windowing.window_s)
        stretch = self._stretch(entry, settings)
        inside = [other for other in stretch if other.start_ns < stop_ns and other.stop_ns > start_ns]
        key = (entry.trace_id, start_ns, stop_ns, len(inside))
        traces, told = self._read(key, inside, start_ns, stop_ns)

        def make() -> Samples:
            return self._prepared(inside, traces, told, settings)

        return _kept(self._samples, (*key, settings.preprocessing), make)

    def recorded(self, record: int, most_s: float) -> list[Trace]:
        """The beginning of a record that has no windows."""
        entry = self.listing.entries[record]
        stop_ns = min(entry.stop_ns, entry.start_ns + round(most_s * 1e9))
        return self._read((entry, stop_ns), [entry], entry.start_ns, stop_ns)[0]

    def _read(self, key: Any, inside: list[Entry], start_ns: int, stop_ns: int) -> tuple[list[Trace], list[Skipped]]:
        return _kept(self._reads, key, lambda: self._traces(inside, start_ns, stop_ns))

    def _traces(self, inside: list[Entry], start_ns: int, stop_ns: int) -> tuple[list[Trace], list[Skipped]]:
        if self.listing.stream is not None:
            return chosen(self.listing.stream, inside, start_ns, stop_ns), []
        result: Any = [], []
        for _, result in self.workers.map(_reading, [(inside, start_ns, stop_ns)], READ_LIMIT_S):
            if isinstance(result, Failure):
                result = [], [(entry.file, f"unreadable: {result.reason}") for entry in inside]
        return result

    def _prepared(
        self, inside: list[Entry], traces: list[Trace], told: list[Skipped], settings: SignalSettings
    ) -> Samples:
        from obspy import Stream

        prepared = settings.preprocessing.apply(Stream(traces), self.inventory)
        failed = [(e.start_ns, e.stop_ns, why) for what, why in told for e in inside if e.file == what]
        # a reason has the time when something began that could not be used: it ends where something else begins
        known = sorted({trace.stats.starttime.ns for trace in [*traces, *prepared.traces]})
        last_ns = max((trace.stats.endtime.ns for trace in traces), default=0)
        for _, time, why in prepared.skipped:
            failed.append((time.ns, next((ns for ns in known if ns > time.ns), last_ns), why))
        return Samples(traces, prepared.traces, failed, prepared.noted)

    def _triggers(self, entry: Entry, span: Span, settings: SignalSettings) -> np.ndarray:
        found = [settings.windowing.triggered_ns(trace) for trace in self.samples(entry, span, settings).prepared]
        starts = np.sort(np.concatenate([np.empty(0, np.int64), *found]))
        return starts[(starts >= span.starts_ns[0]) & (starts < span.starts_ns[-1])]

    # -- the windows -------------------------------------------------------------------------------------------------

    def windows(self, record: int, settings: SignalSettings, numbers: slice) -> list[Window]:
        """Some of the windows of a record."""
        key = (record, numbers.start, numbers.stop, *self._key(settings))
        return _kept(self._fates, key, lambda: self._windows(record, settings, numbers))

    def _windows(self, record: int, settings: SignalSettings, numbers: slice) -> list[Window]:
        course, entry = self.course(record, settings), self.listing.entries[record]
        spans, _ = self._spans_of(entry, settings)
        of_span = {int(k): self.samples(entry, spans[k], settings) for k in np.unique(course.spans[numbers])}
        both = zip(course.starts_ns[numbers], course.spans[numbers], strict=True)
        return [fate(int(start_ns), of_span[int(k)], settings) for start_ns, k in both]

    def behind(self, record: int, settings: SignalSettings, numbers: slice) -> list[tuple[int, int, Samples]]:
        """Samples behind some windows, each span with the time (from, until, ns) for which it is shown."""
        course, entry = self.course(record, settings), self.listing.entries[record]
        spans, _ = self._spans_of(entry, settings)
        used = np.unique(course.spans[numbers])
        edges = [int(spans[k].starts_ns[0]) for k in used]
        edges[:1], stop_ns = [0], np.iinfo(np.int64).max
        found = zip(edges, [*edges[1:], stop_ns], used, strict=True)
        return [(start, stop, self.samples(entry, spans[k], settings)) for start, stop, k in found]

    def spectrograms(self, record: int, settings: SignalSettings, windows: list[Window]) -> Spectrograms | None:
        """Spectrograms of those windows that are kept; None where none is."""
        kept = [window for window in windows if not window.reason]
        if not kept:
            return None
        key = (record, tuple(window.start_ns for window in kept), settings.to_toml(), len(self.listing.entries))
        return _kept(self._spectrograms, key, lambda: self._transformed(record, settings, kept))

    def _transformed(self, record: int, settings: SignalSettings, kept: list[Window]) -> Spectrograms:
        starts = pd.to_datetime([window.start_ns for window in kept], utc=True)
        table = pd.DataFrame({"trace_id": self.listing.entries[record].trace_id, "starttime": starts})
        waveforms = np.stack([window.waveform for window in kept if window.waveform is not None])
        return spectrograms_from_waveforms(waveforms, self.sampling_rate(settings), table, **settings.stft)


def _reading(what: tuple[list[Entry], int, int]) -> tuple[list[Trace], list[Skipped]]:
    return read_entries(*what)


def _kept(cache: dict[Any, Made], key: Any, make: Callable[[], Made]) -> Made:
    """What was made for a key, made again if that is long ago."""
    value = cache.pop(key) if key in cache else make()
    cache[key] = value
    while len(cache) > KEPT:
        del cache[next(iter(cache))]
    return value
