"""Scaling: decibels to what a network sees, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from .plain import PlainScaling
from .spectrograms import Spectrograms

SAMPLE_LIMIT = 2_000  # windows from which a scaling is fitted; medians of more change nothing that can be seen


@dataclass(frozen=True)
class Scaling:
    """How spectrograms are scaled for the network; fitted on a data set and stored with the run.

    1. Background: each frequency's median over the whole data set is subtracted, so that fixed lines and the station's
       own spectrum do not count, but a signal that fills its window does.
    2. Level: each window's own median is subtracted, so that a noisier hour does not count.
    3. Range: decibels above the level are clipped to [floor_db, ceiling_db].
    4. Contrast (`amplitude="discard"`): each window is divided by its standard deviation, so that a weak and a strong
       event of one kind look alike. With "keep", all windows are divided by the same number.

    Parameters
    ----------
    background_db : tuple of float, length n_freqs
    floor_db, ceiling_db : float
    amplitude : {"discard", "keep"}
    deviation_db : float
        Root mean square over the windows of their standard deviations: the common divisor of "keep".
    """

    background_db: tuple[float, ...]
    deviation_db: float
    amplitude: str = "discard"
    floor_db: float = -5.0
    ceiling_db: float = 25.0

    @classmethod
    def fit(cls, specs: Spectrograms, amplitude: str = "discard", kind: str = "decibels") -> Scaling | PlainScaling:
        """Take the background from the data set; of values that are "plain" and no decibels, a `PlainScaling`.

        Raises
        ------
        ValueError
            If amplitude is neither "discard" nor "keep", kind neither "decibels" nor "plain", or all windows are the
            same constant.
        """
        if kind not in ("decibels", "plain"):
            raise ValueError(f"kind must be 'decibels' or 'plain', got {kind!r}.")
        if kind == "plain":
            return PlainScaling.fit(specs)
        if amplitude not in ("discard", "keep"):
            raise ValueError(f"amplitude must be 'discard' or 'keep', got {amplitude!r}.")
        every = max(1, -(-specs.n_samples // SAMPLE_LIMIT))
        values = specs.read(slice(None, None, every))
        background = np.median(values, axis=(0, 2))  # (n, n_freqs, n_times) -> (n_freqs,)
        draft = cls(tuple(float(b) for b in background), deviation_db=1.0, amplitude="keep")
        deviation = float(np.sqrt(draft.apply(values).var(axis=(1, 2)).mean()))
        if deviation == 0:
            raise ValueError("spectrograms must differ from their background, but every value is the same.")
        return cls(draft.background_db, deviation, amplitude)

    def apply(self, values: np.ndarray) -> np.ndarray:
        """Decibels to network input: (n, n_freqs, n_times) float32, each window of zero mean."""
        scaled, offset, factor = self._terms(values)
        return (scaled - offset) / factor

    def invert(self, scaled: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Network output to decibels, at the level and contrast of the windows `values` it belongs to."""
        _, offset, factor = self._terms(values)
        above = np.asarray(scaled, dtype=np.float32) * factor + offset
        return above + self._level(values) + self._background()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Scaling | PlainScaling:
        """Undo `to_dict`, of a `PlainScaling`, too."""
        if values.get("kind") == "plain":
            return PlainScaling.from_dict(values)
        return cls(**{**values, "background_db": tuple(values["background_db"])})

    def _background(self) -> np.ndarray:
        return np.asarray(self.background_db, dtype=np.float32)[None, :, None]

    def _level(self, values: np.ndarray) -> np.ndarray:
        return np.median(values - self._background(), axis=(1, 2), keepdims=True)

    def _terms(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Clipped decibels above background and level, their mean and divisor (n, 1, 1)."""
        values = np.asarray(values, dtype=np.float32)
        above = np.clip(values - self._background() - self._level(values), self.floor_db, self.ceiling_db)
        offset = above.mean(axis=(1, 2), keepdims=True)
        if self.amplitude == "keep":
            factor = np.full_like(offset, self.deviation_db)
        else:
            # a window without any contrast would be divided by zero: it stays flat
            factor = np.maximum(above.std(axis=(1, 2), keepdims=True), 1e-3 * self.deviation_db)
        return above, offset, factor
