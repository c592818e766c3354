"""Cutting: one job from records to spectrograms, with everything that was left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .files import new_folder
from .jobs import Job, Span, span_ns
from .loading import chosen, read_entries
from .selecting import component
from .signal_settings import SignalSettings
from .sources import Skipped
from .spectrograms import Spectrograms
from .stft import spectrograms_from_waveforms, unusable
from .windowing import GAP

if TYPE_CHECKING:
    from obspy import Inventory, Stream, Trace

TOGETHER = 4.0  # windows between two that are still read in one go


@dataclass(frozen=True, eq=False)
class Cut:
    """What came of a job; without usable windows, `specs` is None."""

    specs: Spectrograms | None
    skipped: list[Skipped] = field(default_factory=list)
    noted: list[Skipped] = field(default_factory=list)

    def save(self, path: Path) -> None:
        """Write it to a folder that is complete or absent."""
        with new_folder(path) as folder:
            if self.specs is not None:
                self.specs.write(folder / "windows")  # flushed with this folder, hashed with the whole
            for name, told in (("skipped", self.skipped), ("noted", self.noted)):
                table(told).to_json(folder / f"{name}.json", orient="split", index=False)


def table(told: list[Skipped]) -> pd.DataFrame:
    """What and why, as a table."""
    return pd.DataFrame(told, columns=["record", "reason"], dtype=object)


@dataclass(frozen=True, eq=False)
class Cutter:
    """Does jobs; may be sent to other processes.

    Parameters
    ----------
    settings : SignalSettings
    sampling_rate : float, Hz
        Of all windows.
    inventory : Inventory, optional
    stream : Stream, optional
        Where the samples are, if not in files.
    folder : Path, optional
        Where results are written; without one they are returned.
    """

    settings: SignalSettings
    sampling_rate: float
    inventory: Inventory | None = None
    stream: Stream | None = None
    folder: Path | None = None

    def __call__(self, job: Job) -> Cut | None:
        """Do a job; returns what came of it, or writes it."""
        cut = self.cut(job)
        if self.folder is None:
            return cut
        cut.save(self.folder / self.part_name(job))
        return None

    def has(self, job: Job) -> bool:
        """Whether what came of a job is written already."""
        return self.folder is not None and (self.folder / self.part_name(job)).exists()

    def part_name(self, job: Job) -> str:
        """Name of the folder that holds what came of a job."""
        return f"{job.number:06d}"

    def unwritten(self) -> Cutter:
        """Return the same, whose results are returned."""
        return replace(self, folder=None)

    def cut(self, job: Job) -> Cut:
        """Read, prepare, cut and transform."""
        skipped: list[Skipped] = []
        noted: list[Skipped] = []
        waveforms: list[np.ndarray] = []
        tables: list[pd.DataFrame] = []
        row = 0
        triggered = self.settings.windowing.trigger_on is not None and job.rows is None
        for span in job.spans:
            for numbers in _reads(span, self.settings, triggered):
                found, times_ns, at = self._windows(span, span.starts_ns[numbers], triggered, skipped, noted)
                times = pd.DataFrame({"starttime": pd.to_datetime(times_ns, utc=True)})
                times.insert(0, "trace_id", span.trace_id)
                tables.append(times)
                if job.rows is not None:
                    known = job.rows.iloc[row + numbers[at]].reset_index(drop=True)
                    tables[-1] = pd.concat([tables[-1], known], axis=1)
                waveforms.append(found)
            row += len(span.starts_ns)
        metadata = pd.concat(tables, ignore_index=True)
        data = np.concatenate(waveforms)
        bad = unusable(data, self.settings.stack) if len(data) else np.empty(0, dtype=object)
        for number in np.flatnonzero(bad != ""):
            skipped.append((f"{metadata.trace_id[number]} at {metadata.starttime[number].isoformat()}", bad[number]))
        good = np.flatnonzero(bad == "")
        if not len(good):
            return Cut(None, skipped, noted)
        specs = spectrograms_from_waveforms(
            data[good],
            self.sampling_rate,
            metadata.iloc[good].reset_index(drop=True),
            components=self.settings.stack,
            **self.settings.stft,
        )
        return Cut(specs, skipped, noted)

    def _windows(
        self, span: Span, starts_ns: np.ndarray, triggered: bool, skipped: list[Skipped], noted: list[Skipped]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Waveforms float32 (n, n_points) or, stacked, (n, n_components, n_points), times, and which of the starts."""
        from obspy import Stream

        traces, unread = self._read(span, *span_ns(starts_ns, self.settings.windowing.window_s))
        skipped += unread
        prepared = self.settings.preprocessing.apply(Stream(traces), self.inventory)
        for told, found in ((skipped, prepared.skipped), (noted, prepared.noted)):
            told += [(f"{trace_id} at {time}", words) for trace_id, time, words in found]
        stack = self.settings.stack
        groups = [prepared.traces]
        if stack:
            known = {entry.trace_id[-1:] for entry in span.entries}
            letters = [component(letter, known) for letter in stack]
            groups = [[trace for trace in prepared.traces if trace.id[-1:] == letter] for letter in letters]
        if triggered:
            onsets = [self.settings.windowing.triggered_ns(trace) for trace in groups[0]]
            begun = np.sort(np.concatenate([np.empty(0, np.int64), *onsets]))
            starts_ns = begun[(begun >= starts_ns[0]) & (begun < starts_ns[-1])]
        cut = [self._cut(group, starts_ns) for group in groups]
        for k, (_, _, at) in enumerate(cut):
            which = f" ({stack[k]})" if stack else ""
            for moment in pd.to_datetime(starts_ns[np.setdiff1d(np.arange(len(starts_ns)), at)], utc=True):
                if not triggered:
                    skipped.append((f"{span.trace_id} at {moment.isoformat()}", GAP + which))
        numbers = reduce(np.intersect1d, [at for _, _, at in cut])
        waveforms = [data[np.searchsorted(at, numbers)] for data, _, at in cut]
        times_ns = cut[0][1][np.searchsorted(cut[0][2], numbers)]
        return (np.stack(waveforms, axis=1) if stack else waveforms[0]), times_ns, numbers

    def _read(self, span: Span, start_ns: int, stop_ns: int) -> tuple[list[Trace], list[Skipped]]:
        inside = [entry for entry in span.entries if entry.start_ns < stop_ns and entry.stop_ns > start_ns]
        if self.stream is not None:
            return chosen(self.stream, inside, start_ns, stop_ns), []
        return read_entries(inside, start_ns, stop_ns)

    def _cut(self, traces: list[Trace], starts_ns: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Windows of continuous traces float32 (n, n_points), their times, and which of the starts they have."""
        n_points = round(self.settings.windowing.window_s * self.sampling_rate)
        waveforms, times = [np.empty((0, n_points), np.float32)], [np.empty(0, np.int64)]
        numbers = [np.empty(0, np.int64)]
        for trace in traces:
            found, at, times_ns = self.settings.windowing.cut(trace, starts_ns)
            waveforms.append(found.astype(np.float32))
            times.append(times_ns)
            numbers.append(at)
        at = np.concatenate(numbers)
        order = np.argsort(at, kind="stable")
        return np.concatenate(waveforms)[order], np.concatenate(times)[order], at[order]


def _reads(span: Span, settings: SignalSettings, triggered: bool) -> Iterator[np.ndarray]:
    """Numbers of the windows of a span that lie close enough to be read in one go."""
    numbers = np.arange(len(span.starts_ns))
    if triggered:
        yield numbers  # the ends of the time in which they are sought
        return
    apart = np.diff(span.starts_ns) > TOGETHER * settings.windowing.window_s * 1e9
    yield from np.split(numbers, np.flatnonzero(apart) + 1)
