"""Waveform windows to spectrograms in decibels, on a linear or logarithmic frequency axis."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from scipy.fft import rfft, rfftfreq
from scipy.signal import get_window

from . import columns
from .spectrograms import Spectrograms

logger = logging.getLogger(__name__)

BATCH_BYTES = 128 * 2**20
LARGEST = 1e12  # far above any unit of ground motion; the power of a long segment still fits into a float32


@dataclass(frozen=True)
class STFT:
    """Settings of the short-time Fourier transform, complete: nothing is left to be guessed.

    Parameters
    ----------
    segment_s : float
        Length of one segment in s; 1 / segment_s is the frequency resolution in Hz.
    hop_s : float
        From one segment to the next, in s.
    fmin_hz, fmax_hz : float
        Edges of the band.
    n_freqs : int
        Number of bands between the edges.
    frequency_axis : {"log", "linear"}
        Bands of equal width in octaves or in Hz. Power is averaged over each band, so no line is lost between bins.
    window : str
        A SciPy window name.

    Source: periodograms of linearly detrended, windowed segments, scaled as a one-sided power spectral density
    (Welch 1967, as in `scipy.signal`).
    """

    segment_s: float
    hop_s: float
    fmin_hz: float
    fmax_hz: float
    n_freqs: int = 64
    frequency_axis: Literal["log", "linear"] = "log"
    window: str = "hann"

    def __post_init__(self) -> None:
        """Refuse what cannot be computed."""
        if not self.segment_s > 0:
            raise ValueError(f"segment_s must be positive, got {self.segment_s}.")
        if not 0 < self.hop_s <= self.segment_s:
            raise ValueError(f"hop_s must be positive and at most segment_s ({self.segment_s}), got {self.hop_s}.")
        if not 0 <= self.fmin_hz < self.fmax_hz:
            raise ValueError(f"fmin_hz must be between 0 and fmax_hz ({self.fmax_hz}), got {self.fmin_hz}.")
        if self.n_freqs < 4:
            raise ValueError(f"n_freqs must be at least 4, got {self.n_freqs}.")
        if self.frequency_axis not in ("log", "linear"):
            raise ValueError(f"frequency_axis must be 'log' or 'linear', got {self.frequency_axis!r}.")
        if self.frequency_axis == "log" and self.fmin_hz == 0:
            raise ValueError("fmin_hz must be above 0 on a log frequency axis, got 0.")

    @classmethod
    def for_windows(cls, duration_s: float, sampling_rate: float, **chosen: float | int | str | None) -> STFT:
        """Fill in what was not chosen: twelve segments a window, three quarters overlap, up to 0.9 Nyquist."""
        given = {name: value for name, value in chosen.items() if value is not None}
        segment_s = float(given.setdefault("segment_s", duration_s / 12))
        given.setdefault("hop_s", segment_s / 4)
        given.setdefault("fmin_hz", 1 / segment_s)
        given.setdefault("fmax_hz", 0.45 * sampling_rate)
        return cls(**given)  # type: ignore[arg-type]

    def band_edges(self) -> np.ndarray:
        """Edges of the bands in Hz: (n_freqs + 1,)."""
        if self.frequency_axis == "log":
            return np.geomspace(self.fmin_hz, self.fmax_hz, self.n_freqs + 1)
        return np.linspace(self.fmin_hz, self.fmax_hz, self.n_freqs + 1)

    def frequencies(self) -> np.ndarray:
        """Centres of the bands in Hz: (n_freqs,)."""
        edges = self.band_edges()
        return np.sqrt(edges[:-1] * edges[1:]) if self.frequency_axis == "log" else (edges[:-1] + edges[1:]) / 2


def spectrograms_from_waveforms(
    waveforms: np.ndarray,
    sampling_rate: float,
    metadata: pd.DataFrame | None = None,
    *,
    segment_s: float | None = None,
    hop_s: float | None = None,
    fmin_hz: float | None = None,
    fmax_hz: float | None = None,
    n_freqs: int = 64,
    frequency_axis: Literal["log", "linear"] = "log",
    window: str = "hann",
) -> Spectrograms:
    """Spectrograms of windows, in dB relative to one squared unit of the waveform per hertz.

    Parameters
    ----------
    waveforms : array (n_samples, n_points)
        Windows of equal length. Not changed. A window with NaN, infinity, a masked gap, one constant value or more
        power than a float32 holds is skipped and listed, with its reason, in `skipped`.
    sampling_rate : float, Hz
    metadata : pandas.DataFrame with n_samples rows, optional
    segment_s, hop_s, fmin_hz, fmax_hz, n_freqs, frequency_axis, window
        See `STFT`. Defaults: segments of a twelfth of the window, a quarter of that from one to the next, the band
        from 1 / segment_s to 0.45 × sampling_rate.

    Raises
    ------
    ValueError
        If shapes do not fit, the band exceeds Nyquist, a segment exceeds the window, or no usable window is left.

    Examples
    --------
    >>> import numpy as np, zclust_explore as zx
    >>> t = np.arange(4000) / 100.0                                    # 40 s at 100 Hz
    >>> specs = zx.spectrograms_from_waveforms(np.sin(2 * np.pi * 6.1 * t)[None], sampling_rate=100.0)
    >>> round(float(specs.frequencies[specs.values[0].mean(axis=1).argmax()]), 1)   # the 6.1 Hz line
    6.1
    """
    waveforms = np.asarray(_unmasked(waveforms))
    if waveforms.ndim != 2 or 0 in waveforms.shape:
        raise ValueError(f"waveforms must be an array (n_samples, n_points), got shape {waveforms.shape}.")
    if waveforms.dtype.kind not in "iuf":
        raise TypeError(f"waveforms must be real numbers, got {waveforms.dtype}.")
    if not sampling_rate > 0:
        raise ValueError(f"sampling_rate must be positive, got {sampling_rate}.")
    n, n_points = waveforms.shape
    if metadata is None:
        metadata = pd.DataFrame({"window": np.arange(n)})
    metadata = columns.checked(metadata)
    if len(metadata) != n:
        raise ValueError(f"metadata must have one row a window ({n}), got {len(metadata)}.")
    settings = STFT.for_windows(
        n_points / sampling_rate,
        sampling_rate,
        segment_s=segment_s,
        hop_s=hop_s,
        fmin_hz=fmin_hz,
        fmax_hz=fmax_hz,
        n_freqs=n_freqs,
        frequency_axis=frequency_axis,
        window=window,
    )
    reasons = unusable(waveforms)
    kept = np.flatnonzero(reasons == "")
    skipped = pd.DataFrame({"record": np.flatnonzero(reasons != ""), "reason": reasons[reasons != ""]})
    if kept.size == 0:
        raise ValueError(f"waveforms must hold a usable window, got {n} of which none is: {skipped.reason.unique()}.")
    if len(skipped):
        logger.warning("%d of %d windows skipped: %s", len(skipped), n, skipped.reason.value_counts().to_dict())
        waveforms = waveforms[kept]
    values, times = _power_db(waveforms, sampling_rate, settings)
    return Spectrograms(
        values=values,
        frequencies=settings.frequencies(),
        times=times,
        metadata=metadata.iloc[kept].reset_index(drop=True),
        settings={"unit": "dB re 1 unit²/Hz", "window_s": n_points / sampling_rate, "stft": asdict(settings)},
        waveforms=waveforms,
        sampling_rate=float(sampling_rate),
        skipped=skipped,
    )


def _unmasked(waveforms: Any) -> Any:
    """Gaps that ObsPy has masked as NaN: what lies under a mask is not data."""
    if not np.ma.is_masked(waveforms):
        return waveforms
    return np.ma.filled(waveforms.astype(np.result_type(waveforms, np.float32)), np.nan)


def unusable(waveforms: np.ndarray) -> np.ndarray:
    """Reason why each window cannot be used, or an empty string: (n_samples,)."""
    reasons = np.full(len(waveforms), "", dtype=object)
    low, high = waveforms.min(axis=1), waveforms.max(axis=1)
    reasons[(low < -LARGEST) | (high > LARGEST)] = "too large: its power overflows"
    reasons[low == high] = "dead: one constant value"
    reasons[~np.isfinite(waveforms).all(axis=1)] = "not finite: NaN or infinity"
    return reasons


def _power_db(waveforms: np.ndarray, sampling_rate: float, settings: STFT) -> tuple[np.ndarray, np.ndarray]:
    """Mean power in each band and segment: (n, n_points) -> (n, n_freqs, n_times) dB, and the times in s."""
    n, n_points = waveforms.shape
    n_segment = round(settings.segment_s * sampling_rate)
    hop = max(1, round(settings.hop_s * sampling_rate))
    if not 8 <= n_segment <= n_points:
        raise ValueError(f"segment_s must span between 8 and {n_points} points, got {n_segment}.")
    if settings.fmax_hz > sampling_rate / 2:
        raise ValueError(
            f"fmax_hz must be at most half the sampling rate ({sampling_rate / 2} Hz), got {settings.fmax_hz}."
        )
    taper = get_window(settings.window, n_segment).astype(np.float32)
    n_fft = 2 * n_segment  # zeros interpolate the spectrum, so that narrow low bands do not become steps
    weights = _band_weights(rfftfreq(n_fft, 1 / sampling_rate), settings.band_edges()).astype(np.float32)
    weights *= 2 / (sampling_rate * np.sum(taper**2))  # one-sided density; no band holds 0 Hz or Nyquist alone
    line = np.linalg.qr(np.stack([np.ones(n_segment), np.arange(n_segment)], axis=1))[0].astype(np.float32)
    starts = np.arange(0, n_points - n_segment + 1, hop)
    values = np.empty((n, settings.n_freqs, starts.size), dtype=np.float32)
    # the smallest power that can be told from rounding: keeps the logarithm finite
    floor = np.float32(1e-30)
    step = max(1, BATCH_BYTES // (16 * n_fft * starts.size))
    for start in range(0, n, step):
        batch = np.asarray(waveforms[start : start + step], dtype=np.float64)
        batch = (batch - batch.mean(axis=1, keepdims=True)).astype(np.float32)  # offsets would cost float32 its digits
        segments = sliding_window_view(batch, n_segment, axis=1)[:, ::hop]  # (batch, n_times, n_segment)
        segments = (segments - (segments @ line) @ line.T) * taper
        spectrum = rfft(segments, n_fft, workers=-1)  # (batch, n_times, n_bins)
        power = spectrum.real**2 + spectrum.imag**2
        values[start : start + step] = 10 * np.log10(np.maximum(power @ weights.T, floor)).transpose(0, 2, 1)
    return values, (starts + n_segment / 2) / sampling_rate


def _band_weights(bins: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Overlap of each band with each bin's cell, rows summing to one: the mean density over the band."""
    half = (bins[1] - bins[0]) / 2
    low = np.maximum(edges[:-1, None], bins[None] - half)
    high = np.minimum(edges[1:, None], bins[None] + half)
    overlap = np.clip(high - low, 0, None)
    return overlap / overlap.sum(axis=1, keepdims=True)
