"""Measures: how strong each window is, how far above the noise, and how long its signal lasts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..data.blocks import blocks
from ..data.spectrograms import Spectrograms
from .tiles import DecibelScale

HELD = (0.05, 0.95)  # between these shares of its energy lies what counts as the length of a signal
AT_ONCE = 64  # windows: their powers stay in the processor's cache, which is three times as fast


@dataclass(frozen=True, eq=False)
class Measures:
    """One number a window each, whatever its cluster.

    The background is the median of each frequency over the data set (`DecibelScale.background`), and the power P of a
    value is relative to it: 10^(dB above background / 10). Several components count together.

    Parameters
    ----------
    peak : array (n_samples,), float64, dB
        Largest value of the spectrogram, as it is.
    snr_db : array (n_samples,), float64, dB
        10 log10 of the loudest moment's P, averaged over the frequencies. NaN where values are no decibels.
    duration_s : array (n_samples,), float64, s
        Time that holds the central 90 % of the energy above the background, the sum of max(P - 1, 0) over the
        frequencies; of values that are no decibels, the sum of what lies above the background. NaN without any.
    """

    peak: np.ndarray
    snr_db: np.ndarray
    duration_s: np.ndarray


def measure(
    specs: Spectrograms, scale: DecibelScale, beside: Callable[[slice, np.ndarray], None] = lambda rows, values: None
) -> Measures:
    """Measure all windows, in one pass over the data.

    What else is to be done in that pass, because reading takes longest, is done by `beside`: it is called with the rows
    of each block and their values (n, [n_channels,] n_freqs, n_times).
    """
    decibels = str(specs.settings.get("unit", "dB")).startswith("dB")
    background = scale.background[..., None].astype(np.float32)
    found = Measures(*(np.full(specs.n_samples, np.nan) for _ in range(3)))
    for rows, values in blocks(specs, lambda values, _: values):
        beside(rows, values)
        for start in range(0, len(values), AT_ONCE):
            some = slice(rows.start + start, min(rows.start + start + AT_ONCE, rows.stop))
            part = values[start : start + AT_ONCE]
            part = part[:, None] if part.ndim == 3 else part  # (n, n_channels, n_freqs, n_times)
            found.peak[some] = part.max(axis=(1, 2, 3))
            above = part - background
            if decibels:
                power = np.exp(above * np.float32(np.log(10) / 10))
                found.snr_db[some] = 10 * np.log10(power.mean(axis=(1, 2), dtype=np.float64).max(axis=-1))
                above = power - 1
            energy = np.maximum(above, 0).sum(axis=(1, 2), dtype=np.float64)
            found.duration_s[some] = durations(energy, specs.times)
    return found


def durations(energy: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Time that holds the central 90 % of each row's energy: (n, n_times) at `times` in s -> (n,) s, NaN without any.

    Within a column the energy is spread evenly.

    Examples
    --------
    >>> durations(np.array([[0.0, 1.0, 0.0, 0.0]]), np.array([0.5, 1.5, 2.5, 3.5])).round(3).tolist()
    [0.9]
    """
    step = float(times[1] - times[0]) if len(times) > 1 else 1.0
    reached = np.cumsum(energy, axis=1)
    total = reached[:, -1:]
    ends = []
    for share in HELD:
        wanted = share * total
        column = np.minimum((reached < wanted).sum(axis=1, keepdims=True), energy.shape[1] - 1)
        inside = np.take_along_axis(energy, column, axis=1)
        missing = wanted - (np.take_along_axis(reached, column, axis=1) - inside)
        ends.append(column + np.divide(missing, inside, out=np.zeros_like(inside), where=inside > 0))
    return np.where(total > 0, (ends[1] - ends[0]) * step, np.nan)[:, 0]
