"""Steering: what a person changes while a training is paused is recorded, resumed to the bit, and can be undone."""

import threading

import numpy as np
import pandas as pd
import pytest

from tests.test_resume import SETTINGS, assert_same, small
from zclust_explore.data.run import Run
from zclust_explore.training.trainer import Trainer
from zclust_explore.views.frames import assignments_over_steps, membership
from zclust_explore.views.projection import project_pca
from zclust_explore.views.river_figure import plot_river

CLUSTERING = {"n_clusters": 3, "start": "kmeans", "n_epochs": 4, "tol": 0.0, "patience": 99}
N_PRETRAIN = 2


@pytest.fixture(scope="module")
def parent(tmp_path_factory):
    trainer = Trainer(small(), directory=tmp_path_factory.mktemp("parent") / "run", **SETTINGS)
    trainer.pretrain(n_epochs=N_PRETRAIN, progress_bar=False)
    return trainer.cluster(**CLUSTERING, progress_bar=False)


@pytest.fixture
def trainer(parent, tmp_path):
    return Trainer.open(parent.save(tmp_path / "run").directory)


class Halted:
    """A trainer that works in the background and is paused after some batches of a phase."""

    def __init__(self, trainer, phase, n_batches):
        self.trainer, self.left, self.seen = trainer, n_batches, []
        self.news = threading.Condition()
        self.unsubscribe = trainer.subscribe(self.hear)
        self.phase = phase

    def hear(self, progress):
        """On the training's thread."""
        with self.news:
            self.seen.append(progress)
            if progress.phase == self.phase and not progress.snapshot_added:
                self.left -= 1
                if self.left == 0:
                    self.trainer.pause()
            self.news.notify_all()

    def wait(self, n_seen):
        """Until so many words were heard and the work waits again."""
        with self.news:
            assert self.news.wait_for(lambda: len(self.seen) >= n_seen and self.trainer.status == "paused", 60)

    def begin(self, **settings):
        """Start and wait for the pause."""
        self.trainer.start(pretrain_epochs=N_PRETRAIN, **{**CLUSTERING, **settings})
        with self.news:
            assert self.news.wait_for(lambda: self.left <= 0, 60)
        return self

    def finish(self):
        """Go on to the end."""
        self.trainer.resume()
        self.trainer._session._thread.join(60)
        assert self.trainer.status == "finished"
        return self.trainer.run


def paused(tmp_path, phase, n_batches, name="run", **settings):
    """A new training, paused in the middle of an epoch."""
    return Halted(Trainer(small(), directory=tmp_path / name, **SETTINGS), phase, n_batches).begin(**settings)


ACTS = {
    "steer": lambda trainer: trainer.steer(learning_rate=3e-4, reconstruction_weight=0.5, update_interval=2),
    "merge": lambda trainer: trainer.merge(2, 0),
    "split": lambda trainer: trainer.split(1),
    "drop": lambda trainer: trainer.drop(0),
    "add": lambda trainer: trainer.add([1, 4, 7]),
    "move": lambda trainer: trainer.move(1, [0.5, -0.25, 2.0]),
}


@pytest.mark.parametrize("kind", ACTS)
def test_an_act_in_a_pause_resumes_to_the_bit(tmp_path, kind):
    """What a person did would be lost, done twice, or come out differently after a crash."""
    halted = paused(tmp_path, "cluster", 6)
    snapshot = ACTS[kind](halted.trainer)
    assert (snapshot.phase, snapshot.iteration, snapshot.act["kind"]) == ("cluster", 6, kind)
    assert snapshot.losses and snapshot.label_change is None
    crashed = Trainer.open(halted.trainer.run.save(tmp_path / "crashed").directory)
    run = halted.finish()
    assert_same(run, crashed.resume(progress_bar=False))
    assert [act["kind"] for act in run.acts] == [kind]
    (event,) = [event for event in run.events if event["kind"] == "act"]
    assert event["step"] == snapshot.step and event["message"] == snapshot.act["message"]
    n_clusters = 3 + {"merge": -1, "drop": -1, "split": 1, "add": 1}.get(kind, 0)
    assert run.n_clusters == len(snapshot.centroids) == n_clusters
    np.testing.assert_allclose(snapshot.soft_assignments().sum(axis=1), 1)
    # and views of a run whose number of clusters changes
    members = membership(run)
    assert members.sizes.shape[1] == max(3, n_clusters)
    assert (members.sizes[run.history.phase == "cluster"].sum(axis=1) == run.n_samples).all()
    assert np.isfinite(project_pca(run).centroids_xy[-1, :n_clusters]).all()
    assert assignments_over_steps(run, 0).shape == (len(run), max(3, n_clusters))


def test_settings_are_in_force_from_the_act_on(tmp_path):
    """A slider would move and nothing else."""
    halted = paused(tmp_path, "cluster", 2)
    halted.trainer.steer(learning_rate=1e-12, n_epochs=2)
    run = halted.finish()
    assert [float(rate["lr"]) for rate in halted.trainer._session._learner._optimizer.param_groups] == [1e-12]
    assert run.snapshot().epoch == 2
    before, *_, last = [snapshot for snapshot in run.snapshots if snapshot.phase == "cluster"][1:]
    np.testing.assert_allclose(last.centroids, before.centroids, atol=1e-6)


def test_steering_the_pretraining_in_the_middle_of_an_epoch(tmp_path):
    """Batches of that epoch would be repeated or left out, or further epochs not be had."""
    halted = paused(tmp_path, "pretrain", 3)
    assert halted.trainer.steer(learning_rate=2e-3, n_epochs=3).iteration == 3
    crashed = Trainer.open(halted.trainer.run.save(tmp_path / "crashed").directory)
    with pytest.raises(ValueError, match="merge needs clusters: there are none before clustering"):
        halted.trainer.merge(0, 1)
    with pytest.raises(ValueError, match="reconstruction_weight must be changed while clustering"):
        halted.trainer.steer(reconstruction_weight=1.0)
    run = halted.finish()
    crashed.resume(progress_bar=False)
    assert_same(run, crashed.cluster(**CLUSTERING, progress_bar=False))
    done = [p.iteration for p in halted.seen if p.phase == "pretrain" and not p.snapshot_added]
    assert done == list(range(1, 3 * 4 + 1))


def test_what_cannot_be_done_changes_nothing(tmp_path, parent):
    """A slip of the hand would end the training, or leave it other than the record says."""
    halted = paused(tmp_path, "cluster", 5)
    n = len(halted.trainer.run)
    for wrong in (lambda t: t.merge(0, 0), lambda t: t.drop(9), lambda t: t.move(0, [1.0]), lambda t: t.add([])):
        with pytest.raises(ValueError, match="must be"):
            wrong(halted.trainer)
    assert len(halted.trainer.run) == n
    unsteered = halted.finish()
    assert_same(unsteered, Trainer.open(parent).run)
    with pytest.raises(ValueError, match="steer must be given at least one"):
        halted.trainer.steer()
    for name in ("learning_rate", "reconstruction_weight", "update_interval", "n_epochs"):
        with pytest.raises(ValueError, match=f"{name} must be"):
            halted.trainer.steer(**{name: -1})


def test_nothing_is_changed_while_it_runs(trainer):
    """A change would hit a batch half way."""
    with trainer._session.control.begin(), pytest.raises(RuntimeError, match="pause\\(\\) it first"):
        trainer.drop(0)
    with pytest.raises(RuntimeError, match="Only a paused training"):
        trainer.step()
    with pytest.raises(ValueError, match="unit must be 'batch', 'epoch' or 'update', got 'year'"):
        trainer.step("year")


def test_acts_after_the_end_and_further_epochs(trainer):
    """What has finished could not be improved by hand."""
    first = len(trainer.run)
    trainer.split(0)
    assert trainer.status == "stopped"
    trainer.steer(n_epochs=6)
    run = trainer.resume(progress_bar=False)
    assert (trainer.status, run.n_clusters, run.snapshot().epoch) == ("finished", 4, 6)
    assert [act["step"] for act in run.acts] == [first, first + 1]


def test_steps_are_exact(tmp_path):
    """Step would go too far, or leave the picture behind."""
    halted = paused(tmp_path, "cluster", 5)
    trainer, seen = halted.trainer, halted.seen
    for unit, iteration in [("batch", 6), ("batch", 7), ("batch", 8), ("epoch", 12), ("update", 16)]:
        n = len(seen)
        trainer.step(unit)
        halted.wait(n + 1)
        assert seen[-1].iteration == iteration
        assert seen[-1].snapshot_added == (iteration % 4 == 0)
    halted.finish()


def test_fork_without_changes_is_the_same_run(parent, tmp_path):
    """A comparison of a fork with its parent would show differences that nobody made."""
    losses = {}
    for name, step in (("parent", N_PRETRAIN + 1), ("fork", N_PRETRAIN + 2)):
        trainer = Trainer.open(parent).fork(step, tmp_path / name)
        heard = losses[name] = {}
        trainer.subscribe(lambda p, heard=heard: p.snapshot_added or heard.update({p.iteration: dict(p.losses)}))
        assert_same(parent, trainer.resume(progress_bar=False))
        assert "fork" in [event["kind"] for event in trainer.run.events]
    tenth = sorted(losses["fork"])[:10]
    assert len(tenth) == 10
    assert [losses["fork"][i] for i in tenth] == [losses["parent"][i] for i in tenth]


def test_fork_with_a_moved_centroid_says_so(parent, tmp_path):
    """A run would not say that somebody had a hand in it."""
    place = parent.snapshot(N_PRETRAIN + 1).centroids[0] + 1.5
    fork = Trainer.open(parent).fork(N_PRETRAIN + 1, tmp_path / "fork", learning_rate=5e-4)
    fork.move(0, place)
    fork.resume(progress_bar=False)
    again = Run.open(tmp_path / "fork")
    assert [act["kind"] for act in again.acts] == ["steer", "move"]
    np.testing.assert_allclose(again.acts[1]["to"], place)
    np.testing.assert_array_equal(again.snapshot(N_PRETRAIN + 3).centroids[0], np.float32(place))
    (forked,) = [event for event in again.events if event["kind"] == "fork"]
    assert (forked["parent"], forked["at"]) == (str(parent.directory), N_PRETRAIN + 1)
    assert not np.array_equal(again.embedding, parent.embedding)
    pd.testing.assert_frame_equal(again.history[: N_PRETRAIN + 2], parent.history[: N_PRETRAIN + 2])


def test_undo_is_the_snapshot_before(trainer, parent, tmp_path):
    """An edit could not be taken back."""
    trainer.merge(0, 1)
    undone = trainer.fork(-2, tmp_path / "undone")
    assert undone.run.n_clusters == 3 and not undone.run.acts
    assert_same(parent, undone.resume(progress_bar=False))


def test_a_run_with_a_merge_can_be_drawn_and_windows_be_given_as_a_mask(trainer):
    """Labels of clusters that are gone would end up with others; a mask would be taken for windows 0 and 1."""
    k = trainer.run.n_clusters
    before = trainer.run.labels
    trainer.merge(0, k - 1)
    counts = plot_river(trainer.run).data[0].link.value
    assert sum(counts) % trainer.run.n_samples == 0
    chosen = before == 1
    trainer.add(chosen)
    assert trainer.run.acts[-1]["windows"] == np.flatnonzero(chosen).tolist()
    with pytest.raises(ValueError, match="windows must have"):
        trainer.add(chosen[:3])
    with pytest.raises(TypeError, match="windows must be whole numbers"):
        trainer.add([0.5, 1.5])


def test_a_fork_that_is_refused_leaves_nothing(trainer, tmp_path):
    """A copy of the whole run would be left behind for a typing mistake."""
    with pytest.raises(TypeError):
        trainer.fork(-1, tmp_path / "fork", learnin_rate=1e-4)
    assert not (tmp_path / "fork").exists()
