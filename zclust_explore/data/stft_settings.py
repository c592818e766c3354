"""Settings of the short-time Fourier transform."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from scipy.fft import rfftfreq
from scipy.signal import get_window

FrequencyAxis = Literal["log", "linear", "bins"]
Detrend = Literal["linear", "constant", "none"]
Scale = Literal["db", "power", "amplitude"]
UNITS = {"db": "dB re 1 unit²/Hz", "power": "unit²/Hz", "amplitude": "unit/√Hz"}


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
    n_freqs : int, default 64
        Number of bands between the edges; with "bins" it follows from them and cannot be given.
    frequency_axis : {"log", "linear", "bins"}
        Bands of equal width in octaves or in Hz, power averaged over each band, so no line is lost between bins; or
        the FFT's own bins from `fmin_hz` to `fmax_hz`, both included, nothing averaged.
    window : str or tuple
        A SciPy window: its name, or a tuple of its name and parameters, such as ("kaiser", 14.0). A list becomes a
        tuple, so that settings can be read from JSON or TOML.
    n_fft : int, optional
        Points of the FFT, at least those of a segment; zeros fill up. Default: twice those of a segment.
    detrend : {"linear", "constant", "none"}
        What is taken out of each segment: a line, the mean, or nothing (None says the same).
    scale : {"db", "power", "amplitude"}
        Decibels of the power spectral density, the density itself in unit²/Hz, or its square root.
    floor_db : float, optional
        Values below become this, after everything else; only in decibels.
    whiten : bool
        Whether each frequency's median over the window's times is taken out: subtracted in decibels, divided by
        otherwise (then as at least 1e-12 of the window's largest value).

    Source: periodograms of detrended, windowed segments, scaled as a one-sided power spectral density (Welch 1967, as
    in `scipy.signal`).
    """

    segment_s: float
    hop_s: float
    fmin_hz: float
    fmax_hz: float
    n_freqs: int | None = None
    frequency_axis: FrequencyAxis = "log"
    window: str | tuple[Any, ...] = "hann"
    n_fft: int | None = None
    detrend: Detrend | None = "linear"
    scale: Scale = "db"
    floor_db: float | None = None
    whiten: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be computed."""
        object.__setattr__(self, "detrend", self.detrend or "none")
        object.__setattr__(self, "window", _as_tuple(self.window))
        if self.frequency_axis != "bins" and self.n_freqs is None:
            object.__setattr__(self, "n_freqs", 64)
        if not self.segment_s > 0:
            raise ValueError(f"segment_s must be positive, got {self.segment_s}.")
        if not 0 < self.hop_s <= self.segment_s:
            raise ValueError(f"hop_s must be positive and at most segment_s ({self.segment_s}), got {self.hop_s}.")
        if not 0 <= self.fmin_hz < self.fmax_hz:
            raise ValueError(f"fmin_hz must be between 0 and fmax_hz ({self.fmax_hz}), got {self.fmin_hz}.")
        for name, allowed in (("frequency_axis", FrequencyAxis), ("detrend", Detrend), ("scale", Scale)):
            if getattr(self, name) not in get_args(allowed):
                *words, last = map(repr, get_args(allowed))
                raise ValueError(f"{name} must be {', '.join(words)} or {last}, got {getattr(self, name)!r}.")
        if self.n_freqs is not None and self.frequency_axis == "bins":
            raise ValueError(f"n_freqs must not be given with frequency_axis='bins', got {self.n_freqs}.")
        if self.n_freqs is not None and self.n_freqs < 4:
            raise ValueError(f"n_freqs must be at least 4, got {self.n_freqs}.")
        if self.frequency_axis == "log" and self.fmin_hz == 0:
            raise ValueError("fmin_hz must be above 0 on a log frequency axis, got 0.")
        if self.n_fft is not None and (not isinstance(self.n_fft, int | np.integer) or self.n_fft < 8):
            raise ValueError(f"n_fft must be a whole number of at least 8, got {self.n_fft}.")
        if self.floor_db is not None and not (self.scale == "db" and np.isfinite(self.floor_db)):
            raise ValueError(f"floor_db must be finite and needs scale='db' ({self.scale!r}), got {self.floor_db}.")
        self.weights(256)  # where a broad one has room, too

    @classmethod
    def for_windows(cls, duration_s: float, sampling_rate: float, **chosen: Any) -> STFT:
        """Fill in what was not chosen: twelve segments a window, three quarters overlap, up to 0.9 Nyquist."""
        given = {name: value for name, value in chosen.items() if value is not None or name == "detrend"}
        segment_s = float(given.setdefault("segment_s", duration_s / 12))
        given.setdefault("hop_s", segment_s / 4)
        given.setdefault("fmin_hz", 1 / segment_s)
        given.setdefault("fmax_hz", 0.45 * sampling_rate)
        return cls(**given)

    @property
    def unit(self) -> str:
        """What the values are measured in."""
        kind = "dB" if self.scale == "db" else self.scale
        return f"{kind} re each frequency's median" if self.whiten else UNITS[self.scale]

    def weights(self, n_segment: int) -> np.ndarray:
        """The window over a segment: (n_segment,)."""
        with suppress(ArithmeticError, LookupError, TypeError, ValueError), np.errstate(all="ignore"):
            weights = get_window(self.window, n_segment)
            if isinstance(self.window, str | tuple) and np.isfinite(weights).all() and weights.any():
                return weights
        raise ValueError(f"window must be one of SciPy's, such as 'hann' or ('kaiser', 14.0), got {self.window!r}.")

    def n_fft_points(self, sampling_rate: float) -> int:
        """Points of the FFT."""
        n_segment = round(self.segment_s * sampling_rate)
        if self.n_fft is not None and self.n_fft < n_segment:
            raise ValueError(f"n_fft must be at least the points of a segment ({n_segment}), got {self.n_fft}.")
        return 2 * n_segment if self.n_fft is None else int(self.n_fft)

    def band_edges(self) -> np.ndarray:
        """Edges of the bands in Hz: (n_freqs + 1,)."""
        if self.n_freqs is None:
            raise ValueError("frequency_axis must be 'log' or 'linear' where there are bands, got 'bins'.")
        if self.frequency_axis == "log":
            return np.geomspace(self.fmin_hz, self.fmax_hz, self.n_freqs + 1)
        return np.linspace(self.fmin_hz, self.fmax_hz, self.n_freqs + 1)

    def frequencies(self, sampling_rate: float) -> np.ndarray:
        """Centres of the bands, or the bins, in Hz: (n_freqs,)."""
        if self.frequency_axis != "bins":
            edges = self.band_edges()
            return np.sqrt(edges[:-1] * edges[1:]) if self.frequency_axis == "log" else (edges[:-1] + edges[1:]) / 2
        bins = rfftfreq(self.n_fft_points(sampling_rate), 1 / sampling_rate)
        low, high = self.fmin_hz - 1e-6 * bins[1], self.fmax_hz + 1e-6 * bins[1]  # an edge that is a bin counts it in
        inside = bins[(bins >= low) & (bins <= high)]
        if inside.size < 4:
            bins_are = f"bins, which are {bins[1]:g} Hz apart"
            raise ValueError(f"fmin_hz to fmax_hz must hold at least 4 {bins_are}, got {inside.size}.")
        return inside


def _as_tuple(window: Any) -> Any:
    return tuple(map(_as_tuple, window)) if isinstance(window, list | tuple) else window
