"""Tiles: spectrograms as bytes on one decibel scale, waveforms as envelopes, for galleries and the close-up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from ..data.spectrograms import Spectrograms

Level = Literal["background", "absolute"]
SAMPLE, ROW = 400, 4  # windows that a scale is taken from, so many in a row
MOTION = {"displacement": "m", "velocity": "m/s", "acceleration": "m/s²"}


@dataclass(frozen=True, eq=False)
class DecibelScale:
    """One scale for all windows of a data set, so that equal colours are equal levels.

    Parameters
    ----------
    specs : Spectrograms

    The limits are the 1st and 99.7th percentile of up to 400 windows, fours in a row spread over the set: one broken
    window does not darken all the others. `background` is the median of each frequency of each component over the same
    windows: in a real record the levels of different frequencies lie tens of decibels apart, and fixed lines outshine
    every signal.
    """

    specs: Spectrograms

    @cached_property
    def _sample(self) -> np.ndarray:
        n = self.specs.n_samples
        if n <= SAMPLE:
            return self.specs.read()
        # not each by itself: a store unpacks many windows to give one
        first = np.linspace(0, n - ROW, SAMPLE // ROW).astype(int)
        return self.specs.read((first[:, None] + np.arange(ROW)).ravel())

    @cached_property
    def background(self) -> np.ndarray:
        """Median level of each frequency, and of each component, over the data set: ([n_channels,] n_freqs), dB."""
        return np.median(self._sample, axis=(0, -1))

    @cached_property
    def _limits(self) -> dict[Level, tuple[float, float]]:
        relative = self._sample - self.background[..., None]
        limits: dict[Level, tuple[float, float]] = {}
        limits["absolute"] = _rounded(*np.percentile(self._sample, [1.0, 99.7]))
        # the scatter of the noise stays dark, so that what stands out of it is seen
        noise = -float(np.percentile(np.abs(relative), 60))
        low, high = np.percentile(relative, [1.0, 99.7])
        limits["background"] = _rounded(max(low, noise), high)
        return limits

    def limits(self, level: Level) -> tuple[float, float]:
        """Decibels at the dark and at the bright end."""
        return self._limits[level]

    def levels(self, values: np.ndarray, level: Level) -> np.ndarray:
        """Spectrograms (n, [n_channels,] n_freqs, n_times) in dB: absolute, or above the background."""
        return values if level == "absolute" else values - self.background[..., None].astype(np.float32)

    def to_bytes(self, values: np.ndarray, level: Level) -> np.ndarray:
        """Spectrograms in dB to uint8: 0 at the dark limit or below, 255 at the bright one or above."""
        low, high = self.limits(level)
        scaled = (self.levels(values, level) - low) * (255 / (high - low))
        return np.clip(np.rint(scaled), 0, 255).astype(np.uint8)


def _rounded(low: float, high: float) -> tuple[float, float]:
    """Whole decibels around two limits, at least one apart."""
    return float(np.floor(low)), float(max(np.ceil(high), np.floor(low) + 1))


def envelope(waveforms: np.ndarray, width: int) -> np.ndarray:
    """Smallest and largest value in each of `width` stretches: (…, n_points) -> (…, width, 2), float32.

    A drawn line of that many pixels looks as it would with every point; fewer points than `width` are kept as they are.

    Examples
    --------
    >>> envelope(np.array([[0.0, 3.0, -1.0, 2.0]]), 2)[0].tolist()
    [[0.0, 3.0], [-1.0, 2.0]]
    """
    n_points = waveforms.shape[-1]
    edges = np.linspace(0, n_points, min(width, n_points) + 1).astype(int)
    low = np.minimum.reduceat(waveforms, edges[:-1], axis=-1)
    high = np.maximum.reduceat(waveforms, edges[:-1], axis=-1)
    return np.stack([low, high], axis=-1).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Tiles:
    """A page of the gallery.

    Parameters
    ----------
    images : array (n, [n_channels,] n_freqs, n_times), uint8
        Lowest frequency first.
    waves : array (n, [n_channels,] width, 2), int8, or None
        Envelope of each waveform, 127 at the largest amplitude of its window: of all its components.
    """

    images: np.ndarray
    waves: np.ndarray | None


def tiles(specs: Spectrograms, scale: DecibelScale, indices: np.ndarray, level: Level, width: int = 120) -> Tiles:
    """Read and scale some windows."""
    images = scale.to_bytes(specs.read(indices), level)
    waves = specs.read_waveforms(indices)
    if waves is None:
        return Tiles(images, None)
    waves = waves - waves.mean(axis=-1, keepdims=True)
    loudest = np.abs(waves).max(axis=tuple(range(1, waves.ndim)), keepdims=True)
    peak = np.maximum(loudest, np.finfo(np.float32).tiny)[..., None]
    return Tiles(images, np.rint(envelope(waves, width) / peak * 127).astype(np.int8))


def axis_words(specs: Spectrograms) -> dict[str, str]:
    """What the axes and the colours of a spectrogram are called, with their units; images have pixels and no units.

    >>> import zclust_explore as zx
    >>> axis_words(zx.make_spectrograms(16, random_state=0))
    {'frequency': 'frequency (Hz)', 'hz': 'Hz', 'time': 'time (s)', 's': 's', 'unit': 'dB'}
    """
    unit = str(specs.settings.get("unit", "dB"))
    unit = "dB" if unit.startswith("dB") else unit  # re what is said once, in the settings
    if specs.settings.get("axes") == "pixels":
        return {"frequency": "row (pixel)", "hz": "", "time": "column (pixel)", "s": "", "unit": unit}
    return {"frequency": "frequency (Hz)", "hz": "Hz", "time": "time (s)", "s": "s", "unit": unit}


def amplitude_unit(specs: Spectrograms) -> str:
    """Unit of the waveforms: that of ground motion where a response was removed, "" if normalised, else counts.

    >>> import zclust_explore as zx
    >>> amplitude_unit(zx.make_spectrograms(16, random_state=0))
    'counts'
    """
    steps = specs.settings.get("signals", {}).get("preprocessing", {})
    return "" if steps.get("normalise") else MOTION.get(steps.get("output") or "", "counts")


def residual_limit(residual: np.ndarray) -> float:
    """Decibels at both ends of a symmetric scale for residuals: 98th percentile of their size, at least 1."""
    return float(max(1.0, np.ceil(np.percentile(np.abs(residual), 98))))


def describe(specs: Spectrograms, index: int) -> list[tuple[str, str]]:
    """Return the metadata of one window as pairs of name and readable value."""
    rows = []
    for name, value in specs.metadata.iloc[index].items():
        rows.append((str(name).replace("_", " "), _readable(value)))
    return rows


def _readable(value: Any) -> str:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return "–"
    if isinstance(value, datetime):
        utc = value if value.tzinfo is None else value.astimezone(UTC)
        return f"{utc:%Y-%m-%d %H:%M:%S} UTC"
    return f"{value:.4g}" if isinstance(value, float | np.floating) else str(value)
