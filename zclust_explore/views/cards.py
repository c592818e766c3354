"""Cards: each cluster in numbers and in a few of its windows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..data.blocks import blocks
from ..data.run import Run
from ..data.spectrograms import Spectrograms
from .measures import Measures, measure
from .tiles import DecibelScale

SHOWN = 3  # exemplars, and borderline members


@dataclass(frozen=True, eq=False)
class Card:
    """One cluster at one step; an empty one has no windows, and NaN for numbers.

    Parameters
    ----------
    cluster, size : int
    share : float in [0, 1]
        Of all windows.
    mean : array ([n_channels,] n_freqs, n_times), float64, dB
        Mean spectrogram of the members.
    dominant_hz : float, Hz
        Frequency of the largest value of that mean above the background (`DecibelScale.background`).
    duration_s, snr_db : float
        Medians over the members; see `Measures`.
    stations : tuple of (str, int)
        NET.STA and its members, the most frequent first.
    hours : array (24,), int64
        Members that begin in each hour of the day, UTC.
    medoid : int
        The member with the smallest sum of squared distances to all members in latent space, which is the one nearest
        to their mean; -1 without members.
    exemplars : array (≤ 3,), int64
        Members with the largest q, the surest first.
    borderline : array (≤ 3,), int64
        Members with the smallest margin of q over the second cluster, the least sure first.
    others : array (≤ 3,), int64
        That second cluster of each borderline member.
    """

    cluster: int
    size: int
    share: float
    mean: np.ndarray
    dominant_hz: float
    duration_s: float
    snr_db: float
    stations: tuple[tuple[str, int], ...]
    hours: np.ndarray
    medoid: int
    exemplars: np.ndarray
    borderline: np.ndarray
    others: np.ndarray


def cards(run: Run, step: int, scale: DecibelScale, measures: Measures | None = None) -> tuple[list[Card], Measures]:
    """Describe every cluster of a run at a step.

    Returns the measures of all windows as well: they are the same at every step, and taken here if they are not given,
    in the one pass over the data.

    Raises
    ------
    ValueError
        If there are no clusters yet at that step.
    """
    snapshot, specs = run.snapshot(step), run.spectrograms
    q = snapshot.soft_assignments()
    n_samples, n_clusters = q.shape
    order = np.argsort(q, axis=1)
    labels, second = q.argmax(axis=1), order[:, -2] if n_clusters > 1 else order[:, -1]
    second = np.where(second == labels, order[:, -1], second)  # equally sure of both
    rows = np.arange(n_samples)
    margin = q[rows, labels] - (q[rows, second] if n_clusters > 1 else 0)
    means, measures = _means(specs, labels, n_clusters, scale, measures)
    stations, hours = _stations(specs.metadata), _hours(specs.metadata)
    made = []
    for cluster in range(n_clusters):
        members = np.flatnonzero(labels == cluster)
        known = hours[members][hours[members] >= 0]
        counts = stations.iloc[members].value_counts(sort=False) if len(stations) else pd.Series(dtype=int)
        surest = members[np.argsort(-q[members, cluster], kind="stable")[:SHOWN]]
        doubtful = members[np.argsort(margin[members], kind="stable")[:SHOWN]]
        made.append(
            Card(
                cluster=cluster,
                size=len(members),
                share=len(members) / n_samples,
                mean=means[cluster],
                dominant_hz=_dominant(means[cluster], scale, specs.frequencies) if len(members) else np.nan,
                duration_s=_median(measures.duration_s[members]),
                snr_db=_median(measures.snr_db[members]),
                # by name where equally frequent, so that every step lists them alike
                stations=tuple(
                    sorted(((str(name), int(n)) for name, n in counts.items()), key=lambda of: (-of[1], of[0]))
                ),
                hours=np.bincount(known, minlength=24),
                medoid=_medoid(snapshot.embedding, members),
                exemplars=surest,
                borderline=doubtful,
                others=second[doubtful],
            )
        )
    return made, measures


def _means(
    specs: Spectrograms, labels: np.ndarray, n_clusters: int, scale: DecibelScale, measures: Measures | None
) -> tuple[np.ndarray, Measures]:
    """Mean spectrogram of each cluster (n_clusters, [n_channels,] n_freqs, n_times), NaN for an empty one; measures."""
    sums = np.zeros((n_clusters, *specs.values.shape[1:]))

    def add(rows: slice, values: np.ndarray) -> None:
        of_block = labels[rows]
        for cluster in np.unique(of_block):
            sums[cluster] += values[of_block == cluster].sum(axis=0, dtype=np.float64)

    if measures is None:
        measures = measure(specs, scale, beside=add)
    else:
        for rows, values in blocks(specs, lambda values, _: values):
            add(rows, values)
    counts = np.bincount(labels, minlength=n_clusters).astype(float)
    counts[counts == 0] = np.nan
    return sums / counts.reshape(-1, *[1] * (sums.ndim - 1)), measures


def _dominant(mean: np.ndarray, scale: DecibelScale, frequencies: np.ndarray) -> float:
    above = mean - scale.background[..., None]
    row = np.unravel_index(above.argmax(), above.shape)[-2]
    return float(frequencies[row])


def _medoid(embedding: np.ndarray, members: np.ndarray) -> int:
    if not len(members):
        return -1
    own = embedding[members].astype(np.float64)
    return int(members[((own - own.mean(axis=0)) ** 2).sum(axis=1).argmin()])


def _median(values: np.ndarray) -> float:
    values = values[np.isfinite(values)]
    return float(np.median(values)) if len(values) else np.nan


def _stations(table: pd.DataFrame) -> pd.Series:
    """NET.STA of each window, missing where it is not known; empty where no window has one."""
    if "trace_id" not in table:
        return pd.Series(dtype=object)
    traces = table["trace_id"].astype("string")
    return traces.str.extract(r"^([^.]*(?:\.[^.]*)?)", expand=False)


def _hours(table: pd.DataFrame) -> np.ndarray:
    """Hour of the day in which each window begins, UTC: (n_samples,) int64, -1 where it is not known."""
    if "starttime" not in table:
        return np.full(len(table), -1)
    return pd.to_datetime(table["starttime"], utc=True).dt.hour.fillna(-1).to_numpy(dtype=np.int64)
