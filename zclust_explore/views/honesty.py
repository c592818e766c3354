"""Honesty: what a map shows that is not so in the latent space."""

from __future__ import annotations

import numpy as np

from ..data.run import Run
from .neighbours import N_NEIGHBOURS
from .projection import in_one_basis


def true_motion(run: Run) -> np.ndarray:
    """How far every window moved in latent space from each snapshot to the next: (n_snapshots - 1, n) float32."""
    embeddings = in_one_basis(run)
    pairs = zip(embeddings, embeddings[1:], strict=False)
    moved = [np.linalg.norm(after - before, axis=1) for before, after in pairs]
    return np.array(moved, dtype=np.float32).reshape(max(0, len(run) - 1), run.n_samples)


def invented_motion(run: Run, xy: np.ndarray) -> float:
    """Motion drawn beyond the true one, in radii of the map a step: 0 for a map that moves as the latent space does.

    With d the drawn displacement of a window from one snapshot to the next, t its true one in latent space, and r and R
    the root mean square distance of all windows from the middle of their snapshot, over all snapshots, on the map and
    in latent space: the mean of max(0, d / r - t / R) over all windows and all pairs of consecutive snapshots.
    Unlike `motion_index`, which is about proportions, it is large for a map that boils.

    Parameters
    ----------
    run : Run
    xy : array (n_snapshots, n_samples, 2)
    """
    if len(run) < 2:
        return 0.0
    drawn = np.linalg.norm(np.diff(xy, axis=0), axis=2) / _radius(xy)
    true = true_motion(run) / _radius(np.stack(in_one_basis(run)))
    return float(np.maximum(0, drawn - true).mean())


def invented_neighbours(embedding: np.ndarray, xy: np.ndarray, n_neighbors: int = N_NEIGHBOURS) -> np.ndarray:
    """Share of each window's nearest on the map that are not among its nearest in latent space: (n,) float32.

    The neighbours that count are those that scikit-learn's `trustworthiness` punishes: rank in latent space above
    n_neighbors. Both are exact. With n windows or fewer than n_neighbors others, all others are neighbours: 0.

    Source: Venna and Kaski (2001), Neighborhood preservation in nonlinear projection methods, ICANN.

    Parameters
    ----------
    embedding : array (n_samples, latent_dim)
        Of the step that is drawn.
    xy : array (n_samples, 2)
    n_neighbors : int
    """
    if len(embedding) != len(xy):
        raise ValueError(f"xy must have a row for each of the {len(embedding)} windows, got {len(xy)}.")
    k = min(n_neighbors, len(xy) - 1)
    if k < 1:
        return np.zeros(len(xy), dtype=np.float32)
    near, drawn = _nearest(embedding, k), _nearest(xy, k)
    n = len(xy)
    # pairs as numbers: (i, j) is i * n + j, so that one sorted lookup answers for all
    rows = np.arange(n)[:, None] * n
    real = np.isin(rows + drawn, rows + near)
    return (1 - real.mean(axis=1)).astype(np.float32)


def _nearest(points: np.ndarray, k: int) -> np.ndarray:
    """Return the k nearest others of each point: (n, k)."""
    from sklearn.neighbors import NearestNeighbors

    found: np.ndarray = NearestNeighbors(n_neighbors=k).fit(points).kneighbors(return_distance=False)
    return found


def _radius(points: np.ndarray) -> float:
    centred = points - points.mean(axis=1, keepdims=True)
    return max(float(np.sqrt((centred.astype(np.float64) ** 2).sum(axis=2).mean())), 1e-12)
