"""Census: how many windows each cluster has, and which clusters can be told apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from .assignments import soft_assignments

MERGED = 1.0  # separation below which two centroids lie in one and the same cloud of windows
DEAD = 1e-3  # standard deviation of a latent dimension, relative to the largest, below which it says nothing


@dataclass(frozen=True, eq=False)
class Census:
    """Sizes of clusters, and how far apart they are, at one moment.

    Parameters
    ----------
    sizes : array (n_clusters,) of int
        Windows of which this is the largest q.
    separation : array (n_clusters, n_clusters)
        Distance between two centroids over the standard deviation of their windows, within each of the two clusters,
        along the line through both centroids. Two centroids at the middles of the two halves of one round cloud are
        2.7 apart; below 1 they share one cloud. Infinite on the diagonal and where there are no windows to compare.
    n_dead_dimensions : int
        Latent dimensions in which all windows lie (almost) at one place.

    Examples
    --------
    >>> z = np.array([[-2.0, 0.0], [-1.0, 0.0], [1.0, 0.0], [2.0, 0.0], [90.0, 9.0], [90.0, 11.0]])
    >>> census = Census.of(z, np.array([[-0.1, 0.0], [0.1, 0.0], [90.0, 10.0], [500.0, 500.0]]))
    >>> census.sizes.tolist(), census.merged, census.n_effective
    ([2, 2, 2, 0], [(0, 1)], 2)
    """

    sizes: np.ndarray
    separation: np.ndarray
    n_dead_dimensions: int

    @classmethod
    def of(cls, embedding: np.ndarray, centroids: np.ndarray, alpha: float = 1.0) -> Census:
        """Count: embedding (n_samples, latent_dim), centroids (n_clusters, latent_dim), kernel's degrees of freedom."""
        z, mu = np.asarray(embedding, dtype=np.float64), np.asarray(centroids, dtype=np.float64)
        labels = soft_assignments(z, mu, alpha).argmax(axis=1)
        line = mu[None] - mu[:, None]  # (k, k, latent_dim), from the first to the second
        distance = np.linalg.norm(line, axis=2)
        unit = np.divide(line, distance[:, :, None], out=np.zeros_like(line), where=distance[:, :, None] > 0)
        # variance of the first's windows towards the second; about their own mean, which the centroid lags behind
        along = np.full(distance.shape, np.nan)
        for number in np.unique(labels):
            along[number] = (z[labels == number] @ unit[number].T).var(axis=0)
        both = np.stack([along, along.T])
        n_known = np.isfinite(both).sum(axis=0)
        spread = np.sqrt(np.nansum(both, axis=0) / np.maximum(n_known, 1))
        separation = np.divide(distance, spread, out=np.full_like(distance, np.inf), where=spread > 0)
        separation[distance == 0] = 0
        np.fill_diagonal(separation, np.inf)
        deviations = z.std(axis=0)
        n_dead = int(np.sum(deviations <= DEAD * deviations.max()))
        return cls(np.bincount(labels, minlength=len(mu)), separation, n_dead)

    @property
    def empty(self) -> list[int]:
        """Clusters without windows."""
        return np.flatnonzero(self.sizes == 0).tolist()

    @property
    def merged(self) -> list[tuple[int, int]]:
        """Pairs of clusters with windows whose centroids share one cloud."""
        close = np.triu(self.separation < MERGED) & (self.sizes[:, None] > 0) & (self.sizes > 0)
        return [(int(one), int(other)) for one, other in np.argwhere(close)]

    @property
    def n_effective(self) -> int:
        """Number of clusters that are there: those with windows, and those that share one cloud counted once."""
        pairs = np.array(self.merged, dtype=int).reshape(-1, 2)
        k = len(self.sizes)
        graph = csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(k, k))
        return int(connected_components(graph, directed=False)[0]) - len(self.empty)

    @property
    def largest_share(self) -> float:
        """Fraction of the windows that are in the largest cluster."""
        return float(self.sizes.max() / self.sizes.sum())
