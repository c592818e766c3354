"""Fits of small matrices: on one thread, whatever the machine has, and only as long as they last."""

import numpy as np
import pytest
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_info, threadpool_limits

from zclust_explore.evaluation.baselines import mixture
from zclust_explore.evaluation.cluster_count import cluster_count
from zclust_explore.training.starts import beginning


def blas_threads() -> set[int]:
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


@pytest.mark.parametrize(
    "fit",
    [
        lambda z: cluster_count(z, max_clusters=3),
        lambda z: mixture(z, 2, 0),
        lambda z: beginning(z, 2, "mixture", 0),
        lambda z: beginning(z, 2, "tied", 0),
    ],
)
def test_mixtures_are_fitted_on_one_thread(monkeypatch, fit) -> None:
    """The report on the number of clusters would wait for its own threads, or all later work go on with one thread."""
    seen, plain = set(), GaussianMixture.fit_predict
    monkeypatch.setattr(
        GaussianMixture, "fit_predict", lambda self, *given: (seen.update(blas_threads()), plain(self, *given))[1]
    )
    z = np.random.default_rng(0).normal(size=(60, 2)) + np.repeat([[0], [9]], 30, axis=0)
    with threadpool_limits(2, user_api="blas"):
        fit(z)
        assert seen == {1}
        assert blas_threads() == {2}
