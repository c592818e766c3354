"""Alignment: windows shifted in time onto each other, and what they have in common then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..data.spectrograms import Spectrograms
from .tiles import DecibelScale

Align = Literal["none", "onset", "correlation"]

MOST = 2000  # windows that a mean is taken of: more change nothing that can be seen
BLOCK = 256
FURTHEST = 0.5  # of a window: what is shifted by more has less than half of itself left


@dataclass(frozen=True, eq=False)
class Stack:
    """What windows have in common.

    Parameters
    ----------
    shifts_s : array (n,), float32, s
        By how much later each window is drawn; all 0 for "none".
    mean : array ([n_channels,] n_freqs, n_times), float32, dB
        Mean spectrogram of the shifted windows, to the nearest column; NaN where none of them reaches.
    wave : array ([n_channels,] n_points) float32, or None
        Mean of the shifted waveforms, each without its mean and divided by its largest amplitude: 1 where all agree.
    n : int
        Windows that mean and stack are of: all, or 2000 spread evenly over them.
    """

    shifts_s: np.ndarray
    mean: np.ndarray
    wave: np.ndarray | None
    n: int


def stack(specs: Spectrograms, scale: DecibelScale, indices: np.ndarray, align: Align) -> Stack:
    """Align some windows, and average them.

    "onset": by Akaike's criterion on the waveform (on the level above the background where there are no waveforms).
    "correlation": by cross-correlation with the windows' own mean, of spectrograms first, then of waveforms within a
    column of it. Windows are shifted onto the middle of all, by half a window at most.

    Raises
    ------
    ValueError
        If there are no windows, or align is unknown.
    """
    if not len(indices):
        raise ValueError("indices must hold at least one window, got none.")
    some = np.unique(np.linspace(0, len(indices) - 1, min(len(indices), MOST)).astype(int))
    if align == "none":
        shifts = np.zeros(len(indices))
    elif align == "onset":
        onsets = np.concatenate([onset_times(specs, scale, part) for part in _parts(indices)])
        limit = FURTHEST * specs.duration_s
        shifts = np.clip(np.median(onsets) - onsets, -limit, limit)
    elif align == "correlation":
        shifts = _correlated(specs, scale, indices, some)
    else:
        raise ValueError(f"align must be 'none', 'onset' or 'correlation', got {align!r}.")
    mean = _Mean(specs.values.shape[1:])
    wave = None if specs.waveforms is None else _Mean(specs.waveforms.shape[1:])
    for part in _parts(some):
        mean.add(specs.read(indices[part]), np.rint(shifts[part] / hop_s(specs)).astype(int))
        waves = specs.read_waveforms(indices[part])
        if wave is not None and waves is not None:
            wave.add(normalised(waves), np.rint(shifts[part] * (specs.sampling_rate or 1)).astype(int))
    stacked = None if wave is None else np.nan_to_num(wave.value)
    return Stack(shifts.astype(np.float32), mean.value, stacked, len(some))


def hop_s(specs: Spectrograms) -> float:
    """Time between two columns of a spectrogram, s."""
    return float(specs.times[1] - specs.times[0]) if len(specs.times) > 1 else 1.0


def normalised(waves: np.ndarray) -> np.ndarray:
    """Waveforms (n, [n_channels,] n_points) without their means, divided by the largest amplitude of each window."""
    waves = waves - waves.mean(axis=-1, keepdims=True)
    largest = np.abs(waves).max(axis=tuple(range(1, waves.ndim)), keepdims=True)
    scaled: np.ndarray = waves / np.maximum(largest, np.finfo(np.float32).tiny)
    return scaled


def onset_times(specs: Spectrograms, scale: DecibelScale, indices: np.ndarray) -> np.ndarray:
    """When the signal of each window begins, in s from its start: (n,) float64.

    The least of Akaike's information criterion, which parts a trace into two of different variance; of several
    components, that of their sum. Source: Maeda (1985), A method for reading and checking phase times in
    auto-processing system of seismic wave data, Zisin 38, 365–379.
    """
    waves = specs.read_waveforms(indices)
    if waves is not None:
        return onset_samples(waves) / float(specs.sampling_rate or 1)
    level = scale.levels(specs.read(indices), "background").mean(axis=-2)  # (n, [n_channels,] n_times)
    return np.asarray(specs.times)[onset_samples(level)]


def onset_samples(traces: np.ndarray) -> np.ndarray:
    """First sample of the second part of each trace, by Akaike's criterion: (n, [n_channels,] n_points) -> (n,) int64.

    Examples
    --------
    >>> quiet, loud = [0.1, -0.1] * 20, [3.0, -3.0] * 9 + [4.0, -4.0]
    >>> onset_samples(np.array([quiet + loud])).tolist()
    [40]
    """
    traces = traces.astype(np.float64).reshape(len(traces), -1, traces.shape[-1])
    traces = traces - traces.mean(axis=-1, keepdims=True)
    n = traces.shape[-1]
    margin = max(2, n // 50)  # a variance of two or three samples says nothing
    # what comes after the largest amplitude is another part again: signals fade
    largest = (traces**2).sum(axis=1).argmax(axis=1)
    length = np.clip(largest + 1, 2 * margin + 1, n)[:, None, None]
    before = np.arange(1, n)
    sums, squares = np.cumsum(traces, axis=-1), np.cumsum(traces**2, axis=-1)
    sum_, square = (np.take_along_axis(total, length - 1, axis=-1) for total in (sums, squares))
    floor = 1e-12 * np.maximum(squares[..., -1:] / n, 1e-300)

    def logvar(total: np.ndarray, power: np.ndarray, count: np.ndarray) -> np.ndarray:
        return np.asarray(np.log(np.maximum(power / count - (total / count) ** 2, floor)))

    after = np.maximum(length - before, 1)
    early = logvar(sums[..., :-1], squares[..., :-1], before)
    late = logvar(sum_ - sums[..., :-1], square - squares[..., :-1], after)
    criterion = (before * early + (after - 1) * late).sum(axis=1)  # over the components
    allowed = (before >= margin) & (before <= length[:, 0] - margin)
    return before[np.where(allowed, criterion, np.inf).argmin(axis=1)]


def _correlated(specs: Spectrograms, scale: DecibelScale, indices: np.ndarray, some: np.ndarray) -> np.ndarray:
    """Shift of each window, in s, onto the mean of some of them."""
    hop, reach = hop_s(specs), int(FURTHEST * specs.shape[1])

    def pictures(part: np.ndarray) -> np.ndarray:
        above = scale.levels(specs.read(part), "background")
        return above - above.mean(axis=tuple(range(1, above.ndim)), keepdims=True)

    seeds = np.concatenate([pictures(indices[part]) for part in _parts(some[:: max(1, len(some) // 256)])])
    reference = seeds.mean(axis=0)
    for _ in range(2):  # the mean of what is not aligned yet is smeared, that of what is aligned sharp
        lags = best_lags(seeds, reference, reach)
        mean = _Mean(reference.shape)
        mean.add(seeds, lags - int(np.median(lags)))
        reference = np.nan_to_num(mean.value)
    shifts = np.concatenate([best_lags(pictures(part), reference, reach) for part in _parts(indices)]) * hop
    shifts = shifts - np.median(shifts)
    if specs.waveforms is None or not specs.sampling_rate:
        return shifts
    rate = specs.sampling_rate
    coarse = np.rint(shifts * rate).astype(int)
    chosen = np.unique(np.linspace(0, len(indices) - 1, min(len(indices), 256)).astype(int))
    waves = normalised(np.asarray(specs.read_waveforms(indices[chosen])))
    wave = moved(waves[:1], coarse[chosen[:1]])[0]
    for _ in range(2):
        fine = best_lags(moved(waves, coarse[chosen]), wave, round(hop * rate))
        wave = moved(waves, coarse[chosen] + fine).mean(axis=0)
    fine = np.concatenate(
        [
            best_lags(
                moved(normalised(np.asarray(specs.read_waveforms(indices[part]))), coarse[part]),
                wave,
                round(hop * rate),
            )
            for part in _parts(np.arange(len(indices)))
        ]
    )
    return shifts + fine / rate


def best_lags(arrays: np.ndarray, reference: np.ndarray, reach: int) -> np.ndarray:
    """Shift along the last axis, -reach … reach, at which each array is most like a reference: (n,) int64.

    Examples
    --------
    >>> best_lags(np.array([[0, 1, 0, 0, 0]]), np.array([0, 0, 0, 1, 0]), 4).tolist()
    [2]
    """
    n = arrays.shape[-1]
    reach = min(reach, n - 1)
    size = 2 * n
    spectra = np.fft.rfft(arrays, size, axis=-1).conj() * np.fft.rfft(reference, size, axis=-1)
    rows = spectra.reshape(len(arrays), -1, spectra.shape[-1]).sum(axis=1)
    correlation = np.fft.irfft(rows, size, axis=-1)
    lags = np.arange(-reach, reach + 1)
    return lags[correlation[:, lags % size].argmax(axis=1)]


def moved(arrays: np.ndarray, lags: np.ndarray) -> np.ndarray:
    """Shift each array along its last axis, later for a positive lag; 0 where nothing is left."""
    out = np.zeros_like(arrays)
    n = arrays.shape[-1]
    for array, target, lag in zip(arrays, out, lags, strict=True):
        if abs(lag) < n:
            target[..., max(0, lag) : n + min(0, lag)] = array[..., max(0, -lag) : n - max(0, lag)]
    return out


def _parts(indices: np.ndarray) -> Iterator[np.ndarray]:
    return (indices[start : start + BLOCK] for start in range(0, len(indices), BLOCK))


class _Mean:
    """A mean of shifted arrays of which not all reach everywhere."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._sum, self._count = np.zeros(shape), np.zeros(shape[-1])

    def add(self, arrays: np.ndarray, lags: np.ndarray) -> None:
        self._sum += moved(arrays, lags).sum(axis=0, dtype=np.float64)
        self._count += moved(np.ones((len(lags), arrays.shape[-1])), lags).sum(axis=0)

    @property
    def value(self) -> np.ndarray:
        mean = np.full(self._sum.shape, np.nan, dtype=np.float32)
        np.divide(
            self._sum, self._count, out=mean, where=np.broadcast_to(self._count > 0, mean.shape), casting="unsafe"
        )
        return mean
