"""Fates: what becomes of a window, why, and how far it stands out of what came before it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from .records import continuous, remark
from .signal_settings import SignalSettings
from .stft import unusable
from .windowing import GAP

if TYPE_CHECKING:
    from obspy import Trace, UTCDateTime

LEAST_NOISE = 0.25  # of the length of the signal: less before it is not called its noise


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples that are prepared together.

    Parameters
    ----------
    recorded, prepared : list of obspy.Trace
    failed : list of (start_ns, stop_ns, reason)
        What could not be used.
    noted : list of (trace_id, starttime, remark)
        As in `Prepared`.
    """

    recorded: list[Trace]
    prepared: list[Trace]
    failed: list[tuple[int, int, str]] = field(default_factory=list)
    noted: list[tuple[str, UTCDateTime, str]] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Window:
    """What becomes of a window.

    Parameters
    ----------
    start_ns : int
    waveform : array (n_points,), float32, or None
        None where not all of it can be used.
    reason : str
        Why it is dropped, or an empty string.
    note : str
        What somebody should know about it if it is kept, or an empty string.
    snr_db : float
        See `snr_db`.
    """

    start_ns: int
    waveform: np.ndarray | None
    reason: str
    note: str = ""
    snr_db: float = float("nan")


def snr_db(signal: np.ndarray, noise: np.ndarray) -> float:
    """Signal-to-noise ratio, 10 log₁₀ (S² / N²) in dB: of what is in a window over what was just before it.

    S and N are the 95th percentiles of the absolute amplitudes of signal and noise, each without its mean, as in STEAD
    (Mousavi et al. 2019, IEEE Access 7, 179464) and the SeisBench data sets that follow it. Of a window without an
    arrival, signal is all of it, noise as much before it; with `before_s`, signal begins that much later. So 0 dB is
    "as loud as before", and in a coda it is negative. NaN where less than a quarter of this was recorded before, or it
    is dead.

    Examples
    --------
    >>> t = np.arange(1000)
    >>> round(snr_db(10 * np.sin(t), np.sin(t)))
    20
    """
    if len(noise) < max(1.0, LEAST_NOISE * len(signal)):
        return float("nan")
    high, low = (float(np.percentile(np.abs(part - part.mean()), 95)) for part in (signal, noise))
    return float(20 * np.log10(high / low)) if high > 0 and low > 0 else float("nan")


def fate(start_ns: int, samples: Samples, settings: SignalSettings) -> Window:
    """What becomes of the window that begins at a time."""
    windowing, start = settings.windowing, np.array([start_ns])
    for trace in samples.prepared:
        found, numbers, times_ns = windowing.cut(trace, start)
        if not len(numbers):
            continue
        rate, data = trace.stats.sampling_rate, found[0]
        waveform = data.astype(np.float32)  # as reading does before it looks at it
        if reason := str(unusable(waveform[None])[0]):
            return Window(start_ns, waveform, reason)
        before = round(windowing.before_s * rate)
        first = round((int(times_ns[0]) - trace.stats.starttime.ns) * (rate / 1e9)) + before
        noise = trace.data[max(0, first - (len(data) - before)) : first]
        note = _note(start_ns, samples, settings)
        return Window(start_ns, waveform, "", note, snr_db(data[before:], noise))
    stop_ns = start_ns + round(windowing.window_s * 1e9)
    reasons = [why for begin, end, why in samples.failed if begin < stop_ns and end > start_ns]
    return Window(start_ns, None, reasons[0] if reasons else GAP)


def _note(start_ns: int, samples: Samples, settings: SignalSettings) -> str:
    """What somebody should know about a window, of what is known about the pieces that it lies in."""
    stop_ns = start_ns + round(settings.windowing.window_s * 1e9)
    words = []
    for _, time, told in samples.noted:
        if told.startswith("clipped"):  # somewhere in this piece: here?
            words += _clipped(start_ns, stop_ns, samples.recorded, settings.preprocessing.clip_points)
        elif start_ns <= time.ns < stop_ns:
            words.append(told)
    return "; ".join(dict.fromkeys(words))


def _clipped(start_ns: int, stop_ns: int, recorded: list[Trace], clip_points: int) -> list[str]:
    words = []
    for trace in recorded:
        rate, begin = trace.stats.sampling_rate, trace.stats.starttime.ns
        part = slice(*(max(0, round((ns - begin) * (rate / 1e9))) for ns in (start_ns, stop_ns)))
        for piece in continuous(trace, 0):
            at = round((piece.start_ns - begin) * (rate / 1e9))
            inside = piece.data[max(0, part.start - at) : max(0, part.stop - at)]
            words += [remark(inside, clip_points)] if len(inside) else []
    return [told for told in words if told.startswith("clipped")]
