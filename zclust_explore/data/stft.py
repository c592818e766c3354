"""Waveform windows to spectrograms: decibels, power or amplitude in logarithmic or linear bands, or in FFT bins."""

from __future__ import annotations

import logging
import math
from dataclasses import asdict
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from scipy.fft import rfft, rfftfreq
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from . import columns
from .components import check_components, first_of_components
from .spectrograms import Spectrograms
from .stft_settings import STFT, Detrend, FrequencyAxis, Scale

logger = logging.getLogger(__name__)

BATCH_BYTES = 2 * 2**20  # of segments at a time: what stays in a core's cache is not fetched again at each step
DECIBELS = 10 / math.log(10)  # of a natural logarithm, which NumPy is three times as fast with
LARGEST = 1e12  # far above any unit of ground motion; the power of a long segment still fits into a float32


def spectrograms_from_waveforms(
    waveforms: np.ndarray,
    sampling_rate: float,
    metadata: pd.DataFrame | None = None,
    *,
    components: str = "",
    segment_s: float | None = None,
    hop_s: float | None = None,
    fmin_hz: float | None = None,
    fmax_hz: float | None = None,
    n_freqs: int | None = None,
    frequency_axis: FrequencyAxis = "log",
    window: str | tuple[Any, ...] = "hann",
    n_fft: int | None = None,
    detrend: Detrend | None = "linear",
    scale: Scale = "db",
    floor_db: float | None = None,
    whiten: bool = False,
) -> Spectrograms:
    """Spectrograms of windows, by default in dB relative to one squared unit of the waveform per hertz.

    Parameters
    ----------
    waveforms : array (n_samples, n_points) or (n_samples, n_channels, n_points)
        Windows of equal length. Not changed. A window with NaN, infinity, a masked gap, one constant value or more
        power than a float32 holds is skipped and listed, with its reason, in `skipped`; so is one with any component
        like that.
    sampling_rate : float, Hz
    metadata : pandas.DataFrame with n_samples rows, optional
    components : str
        A letter for each channel, such as "ZNE", where waveforms have three dimensions; values then have four.
    segment_s, hop_s, fmin_hz, fmax_hz, n_freqs, frequency_axis, window, n_fft, detrend, scale, floor_db, whiten
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
    if waveforms.ndim not in (2, 3) or 0 in waveforms.shape:
        raise ValueError(
            f"waveforms must be an array (n_samples, [n_channels,] n_points), got shape {waveforms.shape}."
        )
    check_components(components, waveforms.shape[1:-1])
    if waveforms.dtype.kind not in "iuf":
        raise TypeError(f"waveforms must be real numbers, got {waveforms.dtype}.")
    if not sampling_rate > 0:
        raise ValueError(f"sampling_rate must be positive, got {sampling_rate}.")
    n, n_points = len(waveforms), waveforms.shape[-1]
    if metadata is None:
        metadata = pd.DataFrame({"window": np.arange(n)})
    metadata = columns.checked(metadata)
    if len(metadata) != n:
        raise ValueError(f"metadata must have one row a window ({n}), got {len(metadata)}.")
    band = {"fmin_hz": fmin_hz, "fmax_hz": fmax_hz, "n_freqs": n_freqs, "frequency_axis": frequency_axis}
    segments = {"segment_s": segment_s, "hop_s": hop_s, "window": window, "n_fft": n_fft, "detrend": detrend}
    level = {"scale": scale, "floor_db": floor_db, "whiten": whiten}
    settings = STFT.for_windows(n_points / sampling_rate, sampling_rate, **segments, **band, **level)
    reasons = unusable(waveforms, components)
    kept = np.flatnonzero(reasons == "")
    skipped = pd.DataFrame({"record": np.flatnonzero(reasons != ""), "reason": reasons[reasons != ""]})
    if kept.size == 0:
        raise ValueError(f"waveforms must hold a usable window, got {n} of which none is: {skipped.reason.unique()}.")
    if len(skipped):
        logger.warning("%d of %d windows skipped: %s", len(skipped), n, skipped.reason.value_counts().to_dict())
        waveforms = waveforms[kept]
    values, times = _values(waveforms.reshape(-1, n_points), sampling_rate, settings)  # a channel after the other
    return Spectrograms(
        values=values.reshape(*waveforms.shape[:-1], *values.shape[1:]),
        frequencies=settings.frequencies(sampling_rate),
        times=times,
        metadata=metadata.iloc[kept].reset_index(drop=True),
        settings={"unit": settings.unit, "window_s": n_points / sampling_rate, "stft": asdict(settings)},
        waveforms=waveforms,
        sampling_rate=float(sampling_rate),
        skipped=skipped,
        components=components,
    )


def _unmasked(waveforms: Any) -> Any:
    """Gaps that ObsPy has masked as NaN: what lies under a mask is not data."""
    if not np.ma.is_masked(waveforms):
        return waveforms
    return np.ma.filled(waveforms.astype(np.result_type(waveforms, np.float32)), np.nan)


def unusable(waveforms: np.ndarray, components: str = "") -> np.ndarray:
    """Reason why each window cannot be used, or an empty string: (n_samples,).

    With `components`, waveforms are (n_samples, n_channels, n_points), and the reason is that of the first component
    that cannot be used, with its letter.
    """
    if components:
        return first_of_components(np.stack([unusable(waveforms[:, k]) for k in range(len(components))], 1), components)
    reasons = np.full(len(waveforms), "", dtype=object)
    low, high = waveforms.min(axis=1), waveforms.max(axis=1)
    reasons[(low < -LARGEST) | (high > LARGEST)] = "too large: its power overflows"
    reasons[low == high] = "dead: one constant value"
    reasons[~np.isfinite(waveforms).all(axis=1)] = "not finite: NaN or infinity"
    return reasons


def _values(waveforms: np.ndarray, sampling_rate: float, settings: STFT) -> tuple[np.ndarray, np.ndarray]:
    """Level of each frequency and segment: (n, n_points) -> (n, n_freqs, n_times), and the times in s."""
    n, n_points = waveforms.shape
    n_segment = round(settings.segment_s * sampling_rate)
    if not 8 <= n_segment <= n_points:
        raise ValueError(f"segment_s must span between 8 and {n_points} points, got {n_segment}.")
    if settings.fmax_hz > sampling_rate / 2:
        raise ValueError(
            f"fmax_hz must be at most half the sampling rate ({sampling_rate / 2} Hz), got {settings.fmax_hz}."
        )
    hop = max(1, round(settings.hop_s * sampling_rate))
    n_fft = settings.n_fft_points(sampling_rate)
    bins = rfftfreq(n_fft, 1 / sampling_rate)
    # bins are what others compare with theirs, value by value; an offset that stays in would cost float32 its digits
    kind = np.dtype("f8" if settings.frequency_axis == "bins" or settings.detrend == "none" else "f4")
    taper = settings.weights(n_segment).astype(kind)
    density = 2 / (sampling_rate * np.sum(taper**2))  # one-sided
    if settings.frequency_axis == "bins":  # of which 0 Hz and Nyquist have no other side
        band = np.isin(bins, settings.frequencies(sampling_rate))
        weights = np.where(2 * np.arange(bins.size) % n_fft, density, density / 2)
    else:
        # zeros interpolate the spectrum, so that narrow low bands do not become steps
        weights = _band_weights(bins, settings.band_edges()) * density  # no band holds 0 Hz or Nyquist alone
        band = weights.any(axis=0)
    inside = slice(int(band.argmax()), bins.size - int(band[::-1].argmax()))
    weights = weights[..., inside].astype(kind)
    degree = {"none": 0, "constant": 1, "linear": 2}[settings.detrend or "none"]
    line = np.linalg.qr(np.stack([np.ones(n_segment), np.arange(n_segment)], axis=1)[:, :degree])[0].astype(kind)
    starts = np.arange(0, n_points - n_segment + 1, hop)
    values = np.empty((n, settings.frequencies(sampling_rate).size, starts.size), dtype=np.float32)
    step = min(n, max(1, BATCH_BYTES // (kind.itemsize * n_fft * starts.size)))
    padded = np.zeros((step, starts.size, n_fft), dtype=kind)  # behind each segment it stays zero
    with one_thread():
        for start in range(0, n, step):
            batch = waveforms[start : start + step]
            if degree:
                mean = batch.mean(axis=1, dtype="f8", keepdims=True)
                batch = np.subtract(batch, mean, out=np.empty(batch.shape, kind), casting="same_kind")
            padded[: len(batch), :, :n_segment] = sliding_window_view(batch, n_segment, axis=1)[:, ::hop]
            # window by window, so that its numbers do not depend on which others are computed with it
            rows = padded[: len(batch)]  # (batch, n_times, n_fft)
            segments = rows[..., :n_segment]
            if degree:
                segments -= (segments @ line) @ line.T
            segments *= taper
            spectrum = rfft(rows)[..., inside]
            power = spectrum.real**2 + spectrum.imag**2
            power = power * weights if settings.frequency_axis == "bins" else power @ weights.T
            values[start : start + step] = _scaled(power, settings).transpose(0, 2, 1)
    return values, (starts + n_segment / 2) / sampling_rate


def one_thread() -> Any:
    """Context in which products of matrices stay on one thread: threads for small ones cost more than they bring.

    With other work on the cores they wait for each other in loops, and the same transform takes ten times as long.
    """
    return _libraries().limit(limits=1, user_api="blas")


@cache
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()  # looks at everything that is loaded: once is enough


def _scaled(power: np.ndarray, settings: STFT) -> np.ndarray:
    """Power spectral density as it is asked for: (batch, n_times, n_freqs)."""
    if settings.scale == "db":
        # the smallest power that can be told from rounding: keeps the logarithm finite
        values = np.log(np.maximum(power, np.float32(1e-30))) * DECIBELS
    else:
        values = np.sqrt(power) if settings.scale == "amplitude" else power
    background = np.median(values, axis=1, keepdims=True) if settings.whiten else None
    if background is not None and settings.scale == "db":
        values = values - background
    elif background is not None:
        values = values / np.maximum(background, 1e-12 * values.max(axis=(1, 2), keepdims=True) + 1e-30)
    return values if settings.floor_db is None else np.maximum(values, settings.floor_db)


def _band_weights(bins: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Overlap of each band with each bin's cell, rows summing to one: the mean density over the band."""
    half = (bins[1] - bins[0]) / 2
    low = np.maximum(edges[:-1, None], bins[None] - half)
    high = np.minimum(edges[1:, None], bins[None] + half)
    overlap = np.clip(high - low, 0, None)
    return overlap / overlap.sum(axis=1, keepdims=True)
