"""Honesty of a map: its invented motion and neighbours are told as they are."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from tests.benchmarks.layouts import independent
from tests.made_runs import make_run
from tests.test_projection import flat_run
from zclust_explore.views.honesty import invented_motion, invented_neighbours, true_motion
from zclust_explore.views.projection import project_pca, project_umap


def test_invented_neighbours_are_those_that_trustworthiness_punishes() -> None:
    """A window would be marked for neighbours that it has in truth."""
    random = np.random.default_rng(0)
    z, k = random.normal(size=(400, 8)), 10
    xy, n = z[:, :2] + 0.1 * random.normal(size=(400, 2)), 400
    distances, drawn = (((p[:, None] - p) ** 2).sum(axis=2) for p in (z, xy))
    for table in (distances, drawn):
        np.fill_diagonal(table, np.inf)
    ranks = distances.argsort(axis=1).argsort(axis=1) + 1  # of every other window in latent space
    near = np.take_along_axis(ranks, drawn.argsort(axis=1)[:, :k], axis=1)
    punished = np.maximum(0, near - k)
    expected = 1 - punished.sum() * 2 / (n * k * (2 * n - 3 * k - 1))
    assert trustworthiness(z, xy, n_neighbors=k) == pytest.approx(expected)  # the same ranks as scikit-learn's
    np.testing.assert_allclose(invented_neighbours(z, xy, k), (punished > 0).mean(axis=1), atol=1e-6)
    assert invented_neighbours(z, xy, k).mean() > 0.3


def test_a_faithful_map_invents_nothing(tmp_path) -> None:
    """PCA of a flat cloud, which shows everything as it is, would be accused."""
    random = np.random.default_rng(1)
    plane = np.linalg.qr(random.normal(size=(5, 2)))[0]
    run = flat_run(tmp_path / "run", random.normal(size=(3, 30, 2)) @ plane.T)
    xy = project_pca(run).xy
    assert invented_neighbours(run.embedding, xy[-1]).max() == 0
    assert invented_motion(run, xy) == pytest.approx(0, abs=1e-6)
    assert invented_motion(run, xy * 7) == pytest.approx(0, abs=1e-6)  # the size of the drawing does not matter
    assert invented_neighbours(np.zeros((1, 3)), np.zeros((1, 2))).tolist() == [0]


def test_invented_motion_by_hand(tmp_path) -> None:
    """A map that jumps while nothing moves would pass for one that stands still."""
    still = np.tile(np.array([[3.0, 4.0], [-3.0, -4.0]] * 8), (2, 1, 1))
    run = flat_run(tmp_path / "run", still)
    assert true_motion(run).shape == (1, 16) and not true_motion(run).any()
    mirrored = still * [[[1, 1]], [[-1, -1]]]
    assert invented_motion(run, still) == 0
    assert invented_motion(run, mirrored) == pytest.approx(2)  # every window crosses the map: two radii of 5


def test_chained_umap_invents_a_quarter_of_the_motion_of_independent_ones(tmp_path) -> None:
    """Playing the steps would show motion that is the layout's own."""
    run = make_run(tmp_path / "run", n_samples=120, n_pretrain=2, n_cluster=6)
    alone = independent(run)
    ratio = invented_motion(run, project_umap(run).xy) / invented_motion(run, alone)
    assert 0 <= ratio <= 0.25
