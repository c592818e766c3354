"""First centroids: both starts find what is there, and say what cannot be."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from zclust_explore.training.starts import beginning


def nearest(z, centroids):
    return np.linalg.norm(z[:, None] - centroids[None], axis=2).argmin(axis=1)


@pytest.mark.parametrize("start", ["mixture", "tied", "kmeans"])
def test_finds_round_clusters(start):
    """Clustering would begin somewhere else than in the clusters (trap 14)."""
    random = np.random.default_rng(0)
    truth = np.repeat(np.arange(5), 40)
    z = random.normal(scale=10, size=(5, 4))[truth] + random.normal(size=(200, 4))
    centroids = beginning(z, 5, start, random_state=0).centroids
    assert centroids.shape == (5, 4)
    assert adjusted_rand_score(truth, nearest(z, centroids)) > 0.98
    np.testing.assert_array_equal(centroids, beginning(z, 5, start, random_state=0).centroids)


def test_mixture_keeps_long_clusters_whole():
    """A kind of signal that varies in one way would be cut in two, and two others joined for it."""
    random = np.random.default_rng(0)
    long = random.normal(scale=(8, 0.3), size=(200, 2))
    small = [random.normal(scale=0.3, size=(60, 2)) + centre for centre in ((-3, 3), (3, 3))]
    z, truth = np.concatenate([long, *small]), np.repeat([0, 1, 2], [200, 60, 60])
    apart = {start: beginning(z, 3, start, random_state=0).centroids for start in ("mixture", "kmeans")}
    middles = np.array([z[truth == kind].mean(axis=0) for kind in range(3)])

    def worst(centroids):
        return np.linalg.norm(middles[:, None] - centroids[None], axis=2).min(axis=1).max()

    assert worst(apart["mixture"]) < 1 < worst(apart["kmeans"])


def test_too_few_different_embeddings_are_told():
    """Two centroids would fall on one point, and never be separated (trap 21)."""
    with pytest.raises(ValueError, match=r"n_clusters must be at most the number of different embeddings \(2\), got 3"):
        beginning(np.repeat([[0.0], [1.0]], 10, axis=0), 3, "kmeans", random_state=0)


@pytest.mark.parametrize("start", ["mixture", "tied", "kmeans"])
def test_as_many_clusters_as_windows(start):
    """A tiny set would end in a message about singular matrices."""
    begun = beginning(np.random.default_rng(0).normal(size=(4, 10)), 4, start, random_state=0)
    assert np.isfinite(begun.centroids).all()
    assert begun.covariance is None or np.linalg.eigvalsh(begun.covariance).min() > 0
