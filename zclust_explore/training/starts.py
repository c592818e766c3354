"""Starts: where the centroids of clustering begin."""

from __future__ import annotations

import warnings
from typing import Literal

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

Start = Literal["mixture", "kmeans"]

RESTARTS = 20
SAMPLE_LIMIT = 20_000  # windows a start is fitted on; more cost minutes and move no centroid that can be seen


def first_centroids(embedding: np.ndarray, n_clusters: int, start: Start, random_state: int) -> np.ndarray:
    """Centroids (n_clusters, latent_dim) of the best of 20 runs of k-means or of a Gaussian mixture.

    Parameters
    ----------
    embedding : array (n_samples, latent_dim)
    n_clusters : int
    start : {"mixture", "kmeans"}
        "kmeans" is the paper's. "mixture" is one of full covariances: in the embedding of an autoencoder, kinds of
        signals are long and thin, and k-means cuts such a cluster in two. Only its means are taken, because the
        kernel of the clustering is round.
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
    else:
        mixture = GaussianMixture(
            n_clusters,
            n_init=RESTARTS,
            reg_covar=1e-3 * z.var() or 1e-6,  # few windows, or flat directions, leave a covariance singular
            random_state=random_state,
        )
        with warnings.catch_warnings():
            # the best of twenty is good enough to start from, converged to the last digit or not
            warnings.simplefilter("ignore", ConvergenceWarning)
            centres = mixture.fit(z).means_
    centroids: np.ndarray = centres.astype(np.float32)
    return centroids
