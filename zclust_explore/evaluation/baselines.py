"""Baselines: what simple methods reach on the same input. Is the gain of deep clustering real?"""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.cluster import HDBSCAN, KMeans
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from ..data.scaling import Scaling
from ..data.spectrograms import Spectrograms

RESTARTS = 20
SMALLEST = 0.02  # share of the windows that a dense spot must have to be a cluster


def pca_kmeans(
    spectrograms: Spectrograms,
    n_clusters: int,
    *,
    n_components: int = 10,
    amplitude: str = "discard",
    random_state: int | None = None,
) -> np.ndarray:
    """Labels by principal components and k-means (20 restarts) of the very input that the network gets.

    `compare` has it beside other baselines and a run.

    Parameters
    ----------
    spectrograms : Spectrograms
    n_clusters : int
    n_components : int
        As many as the network's embedding has dimensions, to be fair.
    amplitude : {"discard", "keep"}
        See `Scaling`.
    random_state : int, optional

    Returns
    -------
    array (n_samples,) of int
    """
    scaled = Scaling.fit(spectrograms, amplitude).apply(spectrograms.read(), spectrograms.trace_ids())
    return kmeans(principal_components(scaled, n_components, random_state), n_clusters, random_state)


def principal_components(scaled: np.ndarray, n_components: int, random_state: int | None = None) -> np.ndarray:
    """Scores (n_samples, n_components) of windows (n_samples, …), whatever their axes; fewer, where there are fewer."""
    flat = scaled.reshape(len(scaled), -1)
    scores: np.ndarray = PCA(min(n_components, *flat.shape), random_state=random_state).fit_transform(flat)
    return scores


def kmeans(points: np.ndarray, n_clusters: int, random_state: int | None = None) -> np.ndarray:
    """Labels (n_samples,) by the best of 20 runs of k-means."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer different points than clusters: some stay empty
        labels: np.ndarray = KMeans(n_clusters, n_init=RESTARTS, random_state=random_state).fit_predict(points)
    return labels


def mixture(points: np.ndarray, n_clusters: int, random_state: int | None = None) -> np.ndarray:
    """Labels (n_samples,) by the most likely of 20 Gaussian mixtures of full covariances."""
    points = np.asarray(points, dtype=np.float64)
    fitted = GaussianMixture(
        n_clusters,
        n_init=RESTARTS,
        reg_covar=1e-3 * points.var() or 1e-6,  # few windows, or flat directions, leave a covariance singular
        random_state=random_state,
    )
    with warnings.catch_warnings(), threadpool_limits(1):  # several are slower where matrices are as small as these
        warnings.simplefilter("ignore", ConvergenceWarning)
        labels: np.ndarray = fitted.fit_predict(points)
    return labels


def umap_hdbscan(
    scaled: np.ndarray, n_components: int = 10, n_neighbors: int = 30, random_state: int | None = None
) -> np.ndarray:
    """Labels by density (HDBSCAN) in a UMAP of the scaled windows; it finds the number of clusters by itself.

    The settings are those that UMAP's authors recommend for clustering; all are cut to what few windows allow. A
    cluster has 2 % of the windows or more, and 5 at least.

    Parameters
    ----------
    scaled : array (n_samples, [n_channels,] n_freqs, n_times)
        As the network gets it.
    n_components, n_neighbors : int
    random_state : int, optional

    Returns
    -------
    array (n_samples,) of int
        -1 for windows that belong to no cluster ("noise").

    References
    ----------
    McInnes, Healy and Melville (2018), arXiv:1802.03426 · Campello, Moulavi and Sander (2013), PAKDD.
    """
    from umap import UMAP

    flat = scaled.reshape(len(scaled), -1)
    n = len(flat)
    if n < 5:
        return np.full(n, -1)  # nothing that few windows are is dense
    layout = UMAP(
        n_neighbors=min(n_neighbors, n - 1),
        n_components=min(n_components, n - 2, flat.shape[1]),
        min_dist=0.0,
        init="pca",  # the spectral start fails on few windows, and on a graph in pieces
        random_state=random_state,
        n_jobs=1,
    ).fit_transform(flat)
    size = max(2, min(max(5, round(SMALLEST * n)), n // 2))
    labels: np.ndarray = HDBSCAN(min_cluster_size=size, copy=True).fit_predict(layout)
    return labels
