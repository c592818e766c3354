"""Starts: where the centroids of clustering begin, and in which coordinates."""

from __future__ import annotations

import warnings
from typing import Literal, NamedTuple

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

Start = Literal["mixture", "tied", "kmeans"]

RESTARTS = 20
SAMPLE_LIMIT = 20_000  # windows a start is fitted on; more cost minutes and move no centroid that can be seen


class Beginning(NamedTuple):
    """Centroids (n_clusters, latent_dim), and the covariance (latent_dim, latent_dim) within the clusters if known."""

    centroids: np.ndarray
    covariance: np.ndarray | None


def beginning(embedding: np.ndarray, n_clusters: int, start: Start, random_state: int) -> Beginning:
    """Find first centroids: the best of 20 runs of a Gaussian mixture or of k-means.

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
    mixture = GaussianMixture(
        n_clusters,
        n_init=RESTARTS,
        covariance_type="tied" if start == "tied" else "full",
        reg_covar=1e-3 * z.var() or 1e-6,  # few windows, or flat directions, leave a covariance singular
        random_state=random_state,
    )
    with warnings.catch_warnings():
        # the best of twenty is good enough to start from, converged to the last digit or not
        warnings.simplefilter("ignore", ConvergenceWarning)
        mixture.fit(z)
    covariance = mixture.covariances_
    if start == "mixture":
        covariance = np.einsum("k,kij->ij", mixture.weights_, covariance)
    return Beginning(mixture.means_.astype(np.float32), covariance)
