"""Neighbours: which windows lie nearest to one in latent space, and which of them were not there before."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np

from ..data.run import Run

N_NEIGHBOURS = 10


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The windows nearest to one, at two steps.

    Parameters
    ----------
    now, before : array (k,), int64
        Nearest first, without the window itself, at the step on show and at step `since`.
    since : int
        The first step with centroids; the first of all for a step that is not after it. Clustering may begin with a
        change of coordinates, across which distances cannot be compared.
    """

    now: np.ndarray
    before: np.ndarray
    since: int


def nearest(points: np.ndarray, index: int, k: int = N_NEIGHBOURS) -> np.ndarray:
    """Return the k other points nearest to one, nearest first, of equally near ones the lower index: (k,) int64.

    Exact, by the Euclidean distance; with fewer than k others, all of them.

    Examples
    --------
    >>> nearest(np.array([[0.0], [5.0], [1.0], [-1.0]]), 0, k=3).tolist()
    [2, 3, 1]
    """
    apart = points - np.asarray(points[index], dtype=np.float64)
    squared = np.einsum("ij,ij->i", apart, apart)  # (n,)
    squared[index] = np.inf
    k = min(k, len(points) - 1)
    if k < 1:
        return np.empty(0, dtype=np.int64)
    candidates = np.flatnonzero(squared <= np.partition(squared, k - 1)[k - 1])  # ascending, all that are as near
    return candidates[np.argsort(squared[candidates], kind="stable")[:k]]


def neighbours(run: Run, index: int, step: int = -1, k: int = N_NEIGHBOURS) -> Neighbours:
    """Find the neighbours of a window in latent space at a step, and those it had before.

    Raises
    ------
    IndexError
        If the run has no such window or step.
    """
    if not 0 <= index < run.n_samples:
        raise IndexError(f"index must be between 0 and {run.n_samples - 1}, got {index}.")
    snapshot = run.snapshot(step)
    steps = range(len(run))
    first = bisect_left(steps, True, key=lambda at: run.snapshot(at).centroids is not None)
    since = first if first <= snapshot.step else 0
    return Neighbours(nearest(snapshot.embedding, index, k), nearest(run.snapshot(since).embedding, index, k), since)
