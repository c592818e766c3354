"""Neighbours: the same as scikit-learn's, with ties in a fixed order."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from tests.made_runs import N_PRETRAIN, make_run
from zclust_explore.views.neighbours import nearest, neighbours


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Forty steps of 200 windows."""
    return make_run(tmp_path_factory.mktemp("run") / "run", n_samples=200)


def reference(points: np.ndarray, k: int = 10) -> np.ndarray:
    """Neighbours of every point, itself left out."""
    return NearestNeighbors(n_neighbors=k, algorithm="brute").fit(points.astype(float)).kneighbors()[1]


@pytest.mark.parametrize(("step", "since"), [(-1, N_PRETRAIN), (N_PRETRAIN, N_PRETRAIN), (4, 0)])
def test_neighbours_are_exact(run, step, since) -> None:
    """A window would be shown beside others than the nearest, or gains and losses be counted from another step."""
    now, before = reference(run.snapshot(step).embedding), reference(run.snapshot(since).embedding)
    for index in range(0, run.n_samples, 7):
        found = neighbours(run, index, step)
        assert found.since == since
        np.testing.assert_array_equal(found.now, now[index])
        np.testing.assert_array_equal(found.before, before[index])


def test_ties_and_small_sets_have_an_order() -> None:
    """Doubled windows would change places at every click, or a run of five windows be an error."""
    points = np.zeros((6, 2))
    points[5] = 1
    assert nearest(points, 2, k=4).tolist() == [0, 1, 3, 4]
    assert nearest(points, 5).tolist() == [0, 1, 2, 3, 4]


def test_unknown_windows_are_refused(run) -> None:
    """A window that does not exist would have neighbours."""
    with pytest.raises(IndexError, match="index must be between 0 and 199, got 200"):
        neighbours(run, 200)
