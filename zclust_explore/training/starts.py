"""Starts: where the centroids of clustering begin, and in which coordinates."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

Start = Literal["mixture", "tied", "kmeans"]

RESTARTS = 20
# from the partitions of k-means, mixtures of full covariances end where those do; from seeds as k-means++ draws them,
# each ends elsewhere, and the likelihood knows the better ones
MIXTURE_RESTARTS = 100
SEARCH_LIMIT = 3_000  # windows that the best of so many starts is sought with
SAMPLE_LIMIT = 20_000  # windows a start is fitted on; more cost minutes and move no centroid that can be seen


class Beginning(NamedTuple):
    """Centroids (n_clusters, latent_dim), and the covariance (latent_dim, latent_dim) within the clusters if known."""

    centroids: np.ndarray
    covariance: np.ndarray | None


def beginning(embedding: np.ndarray, n_clusters: int, start: Start, random_state: int) -> Beginning:
    """Find first centroids: the best of 20 runs of k-means or a tied mixture, or of 100 of a full one.

    Parameters
    ----------
    embedding : array (n_samples, latent_dim)
    n_clusters : int
    start : {"mixture", "tied", "kmeans"}
        "kmeans" is the paper's. "mixture" is one of full covariances: in the embedding of an autoencoder, kinds of
        signals are long and thin, and k-means cuts such a cluster in two. "tied" is one whose clusters share one
        covariance: better where the kinds vary alike, as digits do, and worse where noise is a small cluster and
        earthquakes are a large one. The kernel of the clustering is round and has one size, though: of the mixture it
        gets the means, and the mean of the covariances, weighted by the size of the clusters, to choose coordinates in
        which clusters are round and of size 1 on average.
    random_state : int

    Raises
    ------
    ValueError
        If there are fewer different embeddings than clusters.
    """
    z = np.asarray(embedding, dtype=np.float64)
    n_different = len(np.unique(z, axis=0))
    if n_different < n_clusters:
        raise ValueError(
            f"n_clusters must be at most the number of different embeddings ({n_different}), got {n_clusters}."
        )
    if len(z) > SAMPLE_LIMIT:
        z = np.random.default_rng(random_state).choice(z, SAMPLE_LIMIT, replace=False)
    if start == "kmeans":
        centres = KMeans(n_clusters, n_init=RESTARTS, random_state=random_state).fit(z).cluster_centers_
        return Beginning(centres.astype(np.float32), None)
    mixture = _tied(z, n_clusters, random_state) if start == "tied" else full_mixture(z, n_clusters, random_state)
    covariance = mixture.covariances_
    if start == "mixture":
        covariance = np.einsum("k,kij->ij", mixture.weights_, covariance)
    return Beginning(mixture.means_.astype(np.float32), covariance)


def full_mixture(z: np.ndarray, n_clusters: int, random_state: int) -> GaussianMixture:
    """Fit a mixture of full covariances.

    Short of windows, covariances are kept from collapsing by a hundredth of the variance of the whole: kinds that lie
    close are then told apart better than with a thousandth.
    """
    regular = 1e-2 * z.var() or 1e-6
    return _mixture(z, n_clusters, random_state, "full", regular, n_init=MIXTURE_RESTARTS, init_params="k-means++")


def _tied(z: np.ndarray, n_clusters: int, random_state: int) -> GaussianMixture:
    # few windows, or flat directions, leave a covariance singular
    regular = 1e-3 * z.var() or 1e-6
    return _mixture(z, n_clusters, random_state, "tied", regular, n_init=RESTARTS)


def _mixture(
    z: np.ndarray, n_clusters: int, random_state: int, covariances: str, regular: float, **starts: Any
) -> GaussianMixture:
    """The best of many starts on some windows, from there on all of them."""
    n_search = min(len(z), SEARCH_LIMIT)
    some = z if n_search == len(z) else np.random.default_rng(random_state).choice(z, n_search, replace=False)
    settings = {"covariance_type": covariances, "reg_covar": regular, "random_state": random_state}
    with _good_enough():
        found = GaussianMixture(n_clusters, **starts, **settings).fit(some)
        if n_search == len(z):
            return found
        known = {"weights_init": found.weights_, "means_init": found.means_, "precisions_init": found.precisions_}
        return GaussianMixture(n_clusters, **known, **settings).fit(z)


@contextmanager
def _good_enough() -> Iterator[None]:
    # on one thread: for matrices this small, several take longer, and where there are fewer the bits would be others
    with warnings.catch_warnings(), threadpool_limits(1):
        # the best of so many is good enough to start from, converged to the last digit or not
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield
