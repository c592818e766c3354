"""Cutting: one job from records to spectrograms, with everything that was left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .files import new_folder
from .jobs import Job, span_ns
from .signal_settings import SignalSettings
from .sources import Skipped, chosen, read_entries
from .spectrograms import Spectrograms
from .stft import spectrograms_from_waveforms, unusable

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
                self.specs.save(folder / "windows")
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
        cut.save(self.folder / part_name(job.number))
        return None

    def has(self, job: Job) -> bool:
        """Whether what came of a job is written already."""
        return self.folder is not None and (self.folder / part_name(job.number)).exists()

    def cut(self, job: Job) -> Cut:
        """Read, prepare, cut and transform."""
        skipped: list[Skipped] = []
        noted: list[Skipped] = []
        waveforms: list[np.ndarray] = []
        rows: list[pd.DataFrame] = []
        for numbers in _reads(job, self.settings):
            starts_ns = job.starts_ns[numbers]
            traces, told = self._read(job, *span_ns(starts_ns, self.settings.windowing.window_s))
            skipped += told
            found, times_ns, placed = self._windows(job, starts_ns, traces, skipped, noted)
            waveforms.append(found)
            times = pd.DataFrame({"trace_id": job.trace_id, "starttime": pd.to_datetime(times_ns, utc=True)})
            if job.rows is not None:
                known = job.rows.iloc[numbers[placed]].reset_index(drop=True)
                times = pd.concat([times, known.rename(columns={"time": "arrival"})], axis=1)
            rows.append(times)
        metadata = pd.concat(rows, ignore_index=True)
        data = np.concatenate(waveforms)
        bad = unusable(data) if len(data) else np.empty(0, dtype=object)
        names = [f"{job.trace_id} at {time.isoformat()}" for time in metadata.starttime[bad != ""]]
        skipped += zip(names, bad[bad != ""], strict=True)
        good = np.flatnonzero(bad == "")
        if not len(good):
            return Cut(None, skipped, noted)
        specs = spectrograms_from_waveforms(
            data[good], self.sampling_rate, metadata.iloc[good].reset_index(drop=True), **self.settings.stft
        )
        return Cut(specs, skipped, noted)

    def _read(self, job: Job, start_ns: int, stop_ns: int) -> tuple[list[Trace], list[Skipped]]:
        inside = [entry for entry in job.entries if entry.start_ns < stop_ns and entry.stop_ns > start_ns]
        if self.stream is not None:
            return chosen(self.stream, inside, start_ns, stop_ns), []
        return read_entries(inside, start_ns, stop_ns)

    def _windows(
        self, job: Job, starts_ns: np.ndarray, traces: list[Trace], skipped: list[Skipped], noted: list[Skipped]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Waveforms (n, n_points) float32, times of their first samples, and which of the starts they have."""
        from obspy import Stream

        n_points = round(self.settings.windowing.window_s * self.sampling_rate)
        prepared = self.settings.preprocessing.apply(Stream(traces), self.inventory)
        for told, entries in ((skipped, prepared.skipped), (noted, prepared.noted)):
            told += [(f"{trace_id} at {time}", words) for trace_id, time, words in entries]
        waveforms, times = [np.empty((0, n_points), np.float32)], [np.empty(0, np.int64)]
        placed = [np.empty(0, np.int64)]
        triggered = self.settings.windowing.trigger_on is not None and job.rows is None
        for trace in prepared.traces:
            wanted = starts_ns
            if triggered:
                wanted = self.settings.windowing.triggered_ns(trace)
                wanted = wanted[(wanted >= starts_ns[0]) & (wanted < starts_ns[-1])]
            found, numbers, times_ns = self.settings.windowing.cut(trace, wanted)
            waveforms.append(found.astype(np.float32))
            times.append(times_ns)
            placed.append(numbers)
        order = np.argsort(np.concatenate(times), kind="stable")
        at = np.concatenate(placed)[order]
        if not triggered:
            lost = np.setdiff1d(np.arange(len(starts_ns)), at)
            moments = pd.to_datetime(starts_ns[lost], utc=True)
            skipped += [
                (f"{job.trace_id} at {time.isoformat()}", "gap: not all of it was recorded") for time in moments
            ]
        return np.concatenate(waveforms)[order], np.concatenate(times)[order], at


def _reads(job: Job, settings: SignalSettings) -> Iterator[np.ndarray]:
    """Numbers of the windows of a job that lie close enough to be read in one go."""
    numbers = np.arange(len(job.starts_ns))
    if job.rows is None:
        yield numbers
        return
    apart = np.diff(job.starts_ns) > TOGETHER * settings.windowing.window_s * 1e9
    yield from np.split(numbers, np.flatnonzero(apart) + 1)


def part_name(number: int) -> str:
    """Name of the folder that holds what came of a job."""
    return f"{number:06d}"
