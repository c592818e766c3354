"""Plain scaling: for values that are no decibels, as in tables of features and in images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .spectrograms import Spectrograms


@dataclass(frozen=True)
class PlainScaling:
    """One mean is subtracted from, and one standard deviation divides, all values of the data set; nothing is clipped.

    Parameters
    ----------
    mean, deviation : float

    Examples
    --------
    >>> PlainScaling(mean=10.0, deviation=2.0).apply(np.array([[[10.0], [14.0]]])).ravel()
    array([0., 2.], dtype=float32)
    """

    mean: float
    deviation: float

    @classmethod
    def fit(cls, specs: Spectrograms) -> PlainScaling:
        """Take both numbers from the data set.

        Raises
        ------
        ValueError
            If all values are the same.
        """
        values = specs.read()
        mean, deviation = float(values.mean(dtype=np.float64)), float(values.std(dtype=np.float64))
        if deviation == 0:
            raise ValueError("values must differ, but every one is the same.")
        return cls(mean, deviation)

    def apply(self, values: np.ndarray, trace_ids: np.ndarray | None = None) -> np.ndarray:
        """Values to network input: float32 of the same shape; whose they are makes no difference."""
        return (np.asarray(values, dtype=np.float32) - np.float32(self.mean)) / np.float32(self.deviation)

    def invert(self, scaled: np.ndarray, values: np.ndarray, trace_ids: np.ndarray | None = None) -> np.ndarray:
        """Network output to values; the samples that it belongs to are not needed here."""
        return np.asarray(scaled, dtype=np.float32) * np.float32(self.deviation) + np.float32(self.mean)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"kind": "plain", "mean": self.mean, "deviation": self.deviation}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> PlainScaling:
        """Undo `to_dict`."""
        return cls(values["mean"], values["deviation"])
