"""Projections: one frame for all snapshots, honest about what of the motion is real, never in the way."""

import threading

import numpy as np
import pytest

from tests.made_runs import N_CLUSTERS, make_run
from zclust_explore.data.run import Run
from zclust_explore.data.snapshot import Snapshot
from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.views import umap_job
from zclust_explore.views.projection import motion_index, project_pca, project_umap
from zclust_explore.views.umap_job import UmapJob, read_umap, write_umap


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    """Three snapshots without and three with centroids."""
    return make_run(tmp_path_factory.mktemp("run") / "run", n_samples=48, n_pretrain=3, n_cluster=3)


def flat_run(directory, embeddings, centroids=None) -> Run:
    """A run of given embeddings, (n_snapshots, n, latent_dim)."""
    run = Run.create(directory, make_spectrograms(embeddings.shape[1], random_state=0), {})
    for step, embedding in enumerate(embeddings):
        run.append(Snapshot(step, "cluster" if centroids is not None else "pretrain", step, {}, embedding, centroids))
    return run


def test_pca_keeps_distances_of_a_flat_cloud(tmp_path) -> None:
    """The map would stretch one axis, or draw every snapshot in another frame."""
    random = np.random.default_rng(0)
    plane = np.linalg.qr(random.normal(size=(5, 2)))[0]
    positions = random.normal(size=(3, 12, 2))
    projection = project_pca(flat_run(tmp_path / "run", positions @ plane.T))

    def distances(points):
        return np.linalg.norm(points[:, None] - points[None], axis=2)

    np.testing.assert_allclose(distances(projection.xy.reshape(-1, 2)), distances(positions.reshape(-1, 2)), atol=1e-5)
    assert projection.motion == pytest.approx(1, abs=1e-5)


def test_centroids_lie_in_the_frame_of_the_windows(run) -> None:
    """A cross would stand beside its cluster, or before there are clusters."""
    projection = project_pca(run)
    assert projection.centroids_xy.shape == (6, N_CLUSTERS, 2)
    assert np.isnan(projection.centroids_xy[:3]).all()
    labels = run.labels
    means = np.stack([projection.xy[-1][labels == k].mean(axis=0) for k in range(N_CLUSTERS)])
    assert np.linalg.norm(projection.centroids_xy[-1] - means, axis=1).max() < 4
    assert projection.axes[0].startswith("PC 1 (") and projection.axes[0].endswith(" %)")


def test_pca_of_hardly_anything(tmp_path) -> None:
    """A run with a one-dimensional or collapsed embedding would show an error in place of a map."""
    line = project_pca(flat_run(tmp_path / "line", np.arange(16.0).reshape(1, 16, 1)))
    assert np.isfinite(line.xy).all() and np.ptp(line.xy[0, :, 1]) == 0
    collapsed = project_pca(flat_run(tmp_path / "collapsed", np.ones((2, 16, 4)), np.zeros((2, 4))))
    assert np.isfinite(collapsed.xy).all() and collapsed.motion == 1


def test_empty_run_is_refused(tmp_path) -> None:
    """A run without a snapshot would fail somewhere deep inside."""
    with pytest.raises(ValueError, match="at least one snapshot"):
        project_pca(Run.create(tmp_path / "run", make_spectrograms(16, random_state=0), {}))


def test_motion_index_by_hand(tmp_path) -> None:
    """Layout motion would pass for learning."""
    embeddings = np.zeros((2, 16, 2))
    embeddings[1, :, 0] = np.arange(16)
    run = flat_run(tmp_path / "run", embeddings)
    assert motion_index(run, embeddings.astype(np.float32) * 3) == pytest.approx(1)  # scale does not matter
    against = embeddings.copy()
    against[1, :, 0] = 15 - np.arange(16)
    assert motion_index(run, against.astype(np.float32)) == pytest.approx(-1)
    assert motion_index(run, np.zeros((2, 16, 2), np.float32)) == 0


def test_umap_keeps_clusters_together_and_repeats(run) -> None:
    """UMAP would tear clusters apart, jump from step to step, or differ from call to call."""
    projection = project_umap(run)
    again = project_umap(run)
    np.testing.assert_array_equal(projection.xy, again.xy)
    xy, labels = projection.xy[-1], run.labels
    distances = np.linalg.norm(xy[:, None] - xy[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (labels[distances.argmin(axis=1)] == labels).mean() > 0.9
    moved = np.linalg.norm(np.diff(projection.xy, axis=0), axis=2).mean()
    assert moved < 0.3 * np.ptp(projection.xy)
    for k in range(N_CLUSTERS):
        assert np.linalg.norm(projection.centroids_xy[-1, k] - xy[labels == k].mean(axis=0)) < 1


@pytest.mark.parametrize("n", [8, 9, 20])
def test_umap_of_few_windows(tmp_path, n) -> None:
    """Fewer windows than neighbours, or equal windows, would give an error or NaN."""
    embeddings = np.random.default_rng(0).normal(size=(2, n, 3))
    embeddings[:, : n // 2] = 1.0
    assert np.isfinite(project_umap(flat_run(tmp_path / "run", embeddings)).xy).all()


def test_umap_on_disk_is_the_same(tmp_path) -> None:
    """The second look at a run would wait for UMAP again, or draw another map."""
    run = make_run(tmp_path / "run", n_samples=24, n_pretrain=1, n_cluster=2)
    assert read_umap(run) is None
    made = write_umap(run)
    kept = read_umap(run)
    assert kept is not None and (kept.axes, kept.method, kept.motion) == (made.axes, made.method, made.motion)
    np.testing.assert_array_equal(kept.xy, made.xy)
    np.testing.assert_array_equal(kept.centroids_xy, made.centroids_xy)
    run.append(Snapshot(3, "cluster", 2, {}, run.embedding, run.centroids))
    assert read_umap(run) is None  # a run that has grown has another map


def test_job_answers_from_another_process(tmp_path) -> None:
    """The widget would never hear that UMAP is ready, or why it is not."""
    run = make_run(tmp_path / "run", n_samples=24, n_pretrain=1, n_cluster=1)
    heard, ready = [], threading.Event()

    def done(projection, error):
        heard.append((projection, error))
        ready.set()

    UmapJob(run, done).start()
    assert ready.wait(300)
    projection, error = heard[0]
    assert error is None and projection.xy.shape == (2, 24, 2)
    ready.clear()
    (run.directory / "run.json").rename(run.directory / "gone.json")
    (run.directory / "projections").rename(run.directory / "old")
    UmapJob(run, done).start()
    assert ready.wait(300)
    assert heard[1][0] is None and "UMAP failed: FileNotFoundError" in heard[1][1]


def test_a_growing_run_gets_the_map_that_was_asked_for(tmp_path, monkeypatch) -> None:
    """An explorer that was opened during a training would say that UMAP failed."""
    run = make_run(tmp_path / "run", n_samples=24, n_pretrain=1, n_cluster=3)
    monkeypatch.setattr(umap_job, "project_umap", lambda run, **settings: project_pca(run))
    umap_job.main(str(run.directory), 2)  # two snapshots ago there were two
    kept = read_umap(run.first(2))
    assert kept is not None and kept.xy.shape == (2, 24, 2)
    assert (len(run.first(2)), run.first(2).snapshot().step, len(run), len(run.first(9))) == (2, 1, 4, 4)


def test_cancelled_job_says_nothing(tmp_path) -> None:
    """A closed widget would be written to, and its process go on for a minute."""
    run = make_run(tmp_path / "run", n_samples=24, n_pretrain=1, n_cluster=1)
    heard = []
    job = UmapJob(run, lambda *answer: heard.append(answer))
    job.start()
    job.cancel()
    assert job._process is not None
    assert job._process.wait(60) != 0
    assert not heard
