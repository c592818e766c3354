"""Starts: where the centroids of clustering begin, and in which coordinates."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple

import numpy as np
from scipy.special import rel_entr
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

Start = Literal["mixture", "tied", "kmeans"]

RESTARTS = 20
# from the partitions of k-means, mixtures of full covariances end where those do; from seeds as k-means++ draws them,
# each ends elsewhere. Tied ones end badly from such seeds, and elsewhere often enough from k-means
MIXTURE_RESTARTS, TIED_RESTARTS = 100, 40
SEARCH_LIMIT = 3_000  # windows that the best of so many starts is sought with
N_DRAWS = 4  # changes of each of them that it is judged by
SAMPLE_LIMIT = 20_000  # windows a start is fitted on; more cost minutes and move no centroid that can be seen


class Beginning(NamedTuple):
    """Centroids (n_clusters, latent_dim), and the covariance (latent_dim, latent_dim) within the clusters if known."""

    centroids: np.ndarray
    covariance: np.ndarray | None


def beginning(
    embedding: np.ndarray, n_clusters: int, start: Start, random_state: int, changed: np.ndarray | None = None
) -> Beginning:
    """Find first centroids: the best of 20 runs of k-means, of 40 of a tied mixture, or of 100 of a full one.

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
    changed : array (n_draws, n_searched, latent_dim), optional
        Embeddings of the windows that `searched` names, each changed in ways that make no other signal. With them, the
        best mixture is not the most likely one but the one whose clusters survive the changes (see `survival`).

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
    if start == "kmeans":
        z = _some(z, SAMPLE_LIMIT, random_state)
        centres = KMeans(n_clusters, n_init=RESTARTS, random_state=random_state).fit(z).cluster_centers_
        return Beginning(centres.astype(np.float32), None)
    mixture = (_tied if start == "tied" else full_mixture)(z, n_clusters, random_state, changed)
    covariance = mixture.covariances_
    if start == "mixture":
        covariance = np.einsum("k,kij->ij", mixture.weights_, covariance)
    return Beginning(mixture.means_.astype(np.float32), covariance)


def searched(n_samples: int, random_state: int) -> np.ndarray:
    """Return the numbers of the windows with which the best of many starts is sought: at most 3,000."""
    return _some(np.arange(n_samples), SEARCH_LIMIT, random_state)


def survival(mixture: GaussianMixture, z: np.ndarray, changed: np.ndarray) -> float:
    """Mutual information (nats) between the clusters of windows and those of the same windows, changed.

    It is high where a change that makes no other signal leaves each window in its cluster, and where there are many
    clusters of a size. The likelihood knows nothing of that: it is as high where one kind is cut in two.

    Parameters
    ----------
    mixture : GaussianMixture
    z : array (n, latent_dim)
    changed : array (n_draws, n, latent_dim)

    References
    ----------
    Ji, Henriques and Vedaldi (2019), Invariant information clustering, ICCV: networks are trained with it.
    """
    before, found = mixture.predict_proba(z), []
    for draw in changed:
        joint = before.T @ mixture.predict_proba(draw) / len(z)
        joint = (joint + joint.T) / 2
        own = joint.sum(axis=0)
        found.append(rel_entr(joint, np.outer(own, own)).sum())
    return float(np.mean(found))


def full_mixture(
    z: np.ndarray, n_clusters: int, random_state: int, changed: np.ndarray | None = None
) -> GaussianMixture:
    """Fit a mixture of full covariances; `changed` as in `beginning`.

    Short of windows, covariances are kept from collapsing by a hundredth of the variance of the whole: kinds that lie
    close are then told apart better than with a thousandth.
    """
    settings = {"reg_covar": 1e-2 * z.var() or 1e-6, "init_params": "k-means++"}
    return _best(z, changed, random_state, MIXTURE_RESTARTS, n_components=n_clusters, **settings)


def _tied(z: np.ndarray, n_clusters: int, random_state: int, changed: np.ndarray | None) -> GaussianMixture:
    # few windows, or flat directions, leave a covariance singular
    settings = {"reg_covar": 1e-3 * z.var() or 1e-6, "covariance_type": "tied"}
    return _best(z, changed, random_state, TIED_RESTARTS, n_components=n_clusters, **settings)


def _best(
    z: np.ndarray, changed: np.ndarray | None, random_state: int, n_restarts: int, **settings: Any
) -> GaussianMixture:
    """The best of many mixtures of some windows, from there on of all of them."""
    some = z[searched(len(z), random_state)]
    seeds = np.random.SeedSequence(random_state).generate_state(n_restarts).tolist()
    with _good_enough():
        mixtures = (GaussianMixture(**settings, random_state=seed).fit(some) for seed in seeds)
        best = max(mixtures, key=lambda one: one.lower_bound_ if changed is None else survival(one, some, changed))
        if len(some) == len(z):
            return best
        known = {"weights_init": best.weights_, "means_init": best.means_, "precisions_init": best.precisions_}
        return GaussianMixture(**settings | known, random_state=random_state).fit(_some(z, SAMPLE_LIMIT, random_state))


def _some(values: np.ndarray, limit: int, random_state: int) -> np.ndarray:
    return values if len(values) <= limit else np.random.default_rng(random_state).choice(values, limit, replace=False)


@contextmanager
def _good_enough() -> Iterator[None]:
    # on one thread: for matrices this small, several take longer, and where there are fewer the bits would be others
    with warnings.catch_warnings(), threadpool_limits(1):
        # the best of so many is good enough to start from, converged to the last digit or not
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield
