"""Windowing: where windows begin in a continuous record, sliding, around given times, or at triggers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from obspy import Trace

GAP = "gap: not all of it was recorded"  # why a window is left out


@dataclass(frozen=True)
class Windowing:
    """Where windows begin.

    Sliding windows begin with each continuous stretch and follow each other every `step_s`. If arrivals are given to
    `read_spectrograms`, a window begins `before_s` before each instead. With `trigger_on`, it begins `before_s` before
    each onset that the recursive STA/LTA of Withers et al. (1998, in ObsPy) finds.

    Parameters
    ----------
    window_s : float
        Length of a window.
    step_s : float, optional
        From one sliding window to the next; by default half a window.
    before_s : float, default 0
        From the start of a window to the arrival or trigger.
    trigger_on, trigger_off : float
        Ratios of STA to LTA at which a trigger begins and ends; without `trigger_on` none are sought.
    sta_s, lta_s : float, default 1 and 30
        Lengths of the short- and the long-term average.

    Raises
    ------
    ValueError
        If a setting is impossible.

    Examples
    --------
    >>> Windowing(window_s=60).step_s
    30.0
    """

    window_s: float
    step_s: float | None = None
    before_s: float = 0.0
    trigger_on: float | None = None
    trigger_off: float = 1.0
    sta_s: float = 1.0
    lta_s: float = 30.0

    def __post_init__(self) -> None:
        """Refuse what is impossible."""
        if self.step_s is None:
            object.__setattr__(self, "step_s", self.window_s / 2)
        for name in ("window_s", "step_s", "sta_s", "lta_s", "trigger_off", "trigger_on"):
            value = getattr(self, name)
            if value is not None and not 0 < value < np.inf:
                raise ValueError(f"{name} must be positive, got {value}.")
        if not 0 <= self.before_s < self.window_s:
            raise ValueError(f"before_s must be from 0 to less than window_s ({self.window_s}), got {self.before_s}.")
        if not self.sta_s < self.lta_s:
            raise ValueError(f"sta_s must be less than lta_s ({self.lta_s}), got {self.sta_s}.")
        if self.trigger_on is not None and not self.trigger_off <= self.trigger_on:
            raise ValueError(f"trigger_off must be at most trigger_on ({self.trigger_on}), got {self.trigger_off}.")

    def sliding_ns(self, start_ns: int, stop_ns: int) -> np.ndarray:
        """Starts in ns of the windows of a stretch, from its first sample to one sample after its last."""
        assert self.step_s is not None
        n = int((stop_ns - start_ns - self.window_s * 1e9) // (self.step_s * 1e9)) + 1
        return start_ns + np.round(np.arange(max(0, n)) * (self.step_s * 1e9)).astype(np.int64)

    def triggered_ns(self, trace: Trace) -> np.ndarray:
        """Starts in ns of the windows at triggers in a continuous trace."""
        from obspy.signal.trigger import recursive_sta_lta, trigger_onset

        rate = trace.stats.sampling_rate
        n_short, n_long = round(self.sta_s * rate), round(self.lta_s * rate)
        if n_short < 1 or trace.stats.npts <= n_long or self.trigger_on is None:
            return np.empty(0, dtype=np.int64)
        ratio = recursive_sta_lta(np.asarray(trace.data, dtype=float), n_short, n_long)
        onsets = trigger_onset(ratio, self.trigger_on, self.trigger_off)
        found = np.array([onset for onset, _ in onsets], dtype=np.int64)
        return trace.stats.starttime.ns + np.round((found / rate - self.before_s) * 1e9).astype(np.int64)

    def cut(self, trace: Trace, starts_ns: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Windows that lie wholly in a continuous trace, each from the sample nearest to its start.

        Parameters
        ----------
        trace : obspy.Trace
        starts_ns : array (n,) of int64
            Where windows are to begin, in ns since 1970 UTC.

        Returns
        -------
        waveforms : array (n_inside, n_points)
        numbers : array (n_inside,)
            Which of the starts these are.
        times_ns : array (n_inside,)
            Of their first samples.
        """
        rate, n_points = trace.stats.sampling_rate, round(self.window_s * trace.stats.sampling_rate)
        # differences of integers first: nanoseconds since 1970 are beyond what a float64 tells apart
        first = np.round((starts_ns - trace.stats.starttime.ns) * (rate / 1e9)).astype(np.int64)
        numbers = np.flatnonzero((first >= 0) & (first + n_points <= trace.stats.npts))
        first = first[numbers]
        if not len(numbers):
            return np.empty((0, n_points), trace.data.dtype), numbers, np.empty(0, np.int64)
        waveforms = sliding_window_view(trace.data, n_points)[first]  # row by row; a number for each sample is slower
        return waveforms, numbers, trace.stats.starttime.ns + np.round(first * (1e9 / rate)).astype(np.int64)
