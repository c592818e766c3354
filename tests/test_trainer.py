"""The trainer: repeatable, resumable to the bit, steerable from another thread, and careful with bad input."""

import threading
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
import torch

from zclust_explore.data.run import Run
from zclust_explore.data.snapshot import Snapshot
from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.training import learner, new_run
from zclust_explore.training.control import Control
from zclust_explore.training.halves import Halves
from zclust_explore.training.trainer import Trainer


@pytest.fixture(scope="module")
def specs():
    return make_spectrograms(40, random_state=0)


@pytest.fixture
def trainer(specs, tmp_path):
    return Trainer(specs, latent_dim=4, random_state=3, directory=tmp_path / "run", batch_size=16)


def whole(trainer):
    trainer.pretrain(n_epochs=4, progress_bar=False)
    return trainer.cluster(3, n_epochs=4, tol=0.0, patience=9, progress_bar=False)


def assert_same(run, other):
    """Every snapshot agrees to the bit."""
    assert len(run) == len(other)
    for a, b in zip(run.snapshots, other.snapshots, strict=True):
        assert (a.step, a.phase, a.epoch, a.losses, a.label_change) == (
            b.step,
            b.phase,
            b.epoch,
            b.losses,
            b.label_change,
        )
        np.testing.assert_array_equal(a.embedding, b.embedding)
        np.testing.assert_array_equal(a.centroids, b.centroids)


def test_same_seed_same_run(specs, tmp_path, trainer):
    """Nobody could repeat a result (trap 43)."""
    again = Trainer(specs, latent_dim=4, random_state=3, directory=tmp_path / "again", batch_size=16)
    torch.manual_seed(99)  # the user's own random state is not ours
    assert_same(whole(trainer), whole(again))
    other = Trainer(specs, latent_dim=4, random_state=4, directory=tmp_path / "other", batch_size=16)
    assert not np.array_equal(whole(other).embedding, trainer.run.embedding)


def test_training_leaves_the_users_random_state_alone(trainer):
    """The user's own numbers would change because something was clustered."""
    torch.manual_seed(7)
    np.random.seed(7)  # noqa: NPY002  it is the legacy state that must not move
    expected = torch.rand(3), np.random.rand(3)  # noqa: NPY002
    torch.manual_seed(7)
    np.random.seed(7)  # noqa: NPY002
    whole(trainer)
    assert torch.equal(torch.rand(3), expected[0])
    np.testing.assert_array_equal(np.random.rand(3), expected[1])  # noqa: NPY002


@pytest.mark.parametrize("batches", [1, 4, 8, 11, 14, 19, 23])
def test_stop_then_resume_is_as_if_nothing_had_happened(specs, tmp_path, trainer, batches):
    """An interrupted training would come out differently (or not at all)."""
    unbroken = whole(trainer)
    broken = Trainer(specs, latent_dim=4, random_state=3, directory=tmp_path / "broken", batch_size=16)
    left = [batches]

    def count(progress):
        left[0] -= not progress.snapshot_added
        if left[0] == 0:
            broken.stop()

    unsubscribe = broken.subscribe(count)
    broken.pretrain(n_epochs=4, progress_bar=False)
    if broken.status != "stopped":
        broken.cluster(3, n_epochs=4, tol=0.0, patience=9, progress_bar=False)
    assert broken.status == "stopped"
    assert "stopped by the user" in broken.run.stop_reason
    unsubscribe()
    later = Trainer.open(Run.open(tmp_path / "broken"))
    later.resume(progress_bar=False)
    if later.run.n_clusters is None:
        later.cluster(3, n_epochs=4, tol=0.0, patience=9, progress_bar=False)
    assert_same(unbroken, later.run)
    assert later.status == "finished"


@pytest.mark.parametrize(("tol", "patience"), [(1.0, 2), (0.0, 9)])
def test_a_stop_at_the_very_end_resumes_to_that_end(specs, tmp_path, trainer, tol, patience):
    """A training stopped between its last snapshot and its end would fail when it is resumed, or go too far."""
    settings = {"n_epochs": 3, "tol": tol, "patience": patience, "progress_bar": False}
    trainer.pretrain(n_epochs=1, progress_bar=False)
    unbroken = trainer.cluster(3, **settings)
    broken = Trainer(specs, latent_dim=4, random_state=3, directory=tmp_path / "broken", batch_size=16)
    broken.pretrain(n_epochs=1, progress_bar=False)
    last = len(unbroken) - 1
    broken.subscribe(lambda progress: progress.snapshot_added and progress.snapshot.step == last and broken.stop())
    broken.cluster(3, **settings)
    assert broken.status == "stopped"
    resumed = Trainer.open(tmp_path / "broken").resume(progress_bar=False)
    assert_same(unbroken, resumed)
    assert resumed.stop_reason == unbroken.stop_reason


def test_ctrl_c_keeps_the_partial_run(trainer):
    """An interrupt would lose everything, or be swallowed so that the next cell goes on."""

    def interrupt(progress):
        if progress.epoch == 2:
            raise KeyboardInterrupt

    trainer.subscribe(interrupt)
    with pytest.raises(KeyboardInterrupt):
        trainer.pretrain(n_epochs=4, progress_bar=False)
    run = Run.open(trainer.run.directory)
    assert run.stop_reason == "interrupted"
    assert run.snapshot().epoch == 2
    assert trainer.status == "stopped"


def test_a_watcher_that_fails_does_not_end_the_training(trainer, caplog):
    """A mistake in a callback would cost hours of training."""
    trainer.subscribe(lambda progress: 1 / 0)
    assert trainer.pretrain(n_epochs=2, progress_bar=False).snapshot().epoch == 2
    assert trainer.status == "finished"
    assert caplog.text.count("ZeroDivisionError: division by zero") == 1


def test_pause_waits_and_resume_goes_on(specs, tmp_path, trainer):
    """A person could not halt the training to look."""
    unbroken = whole(trainer)
    steered = Trainer(specs, latent_dim=4, random_state=3, directory=tmp_path / "steered", batch_size=16)
    batches = []
    halted = threading.Event()

    def watch(progress):
        batches.append(progress)
        if len(batches) == 5:
            steered.pause()
            halted.set()

    steered.subscribe(watch)
    steered.start(3, pretrain_epochs=4, n_epochs=4, tol=0.0, patience=9)
    with pytest.raises(RuntimeError, match="running already"):
        steered.start(3)
    assert halted.wait(60)
    steered._session._thread.join(0.5)
    assert (steered.status, len(batches)) == ("paused", 5)
    with pytest.raises(RuntimeError, match="busy"), steered._session.control.begin():
        pass
    steered.resume()
    steered._session._thread.join(120)
    assert steered.status == "finished"
    assert_same(unbroken, steered.run)


def test_start_goes_on_after_a_stop(specs, tmp_path, trainer):
    """Start, Stop and Start again would begin anew or do nothing."""
    unbroken = whole(trainer)
    steered = Trainer(specs, latent_dim=4, random_state=3, directory=tmp_path / "steered", batch_size=16)
    unsubscribe = steered.subscribe(lambda progress: progress.batch == 2 and steered.stop())
    endings = []
    for attempt in range(8):  # every start gets through one epoch, or to the end of a phase
        if attempt == 5:
            unsubscribe()
        steered.start(3, pretrain_epochs=4, n_epochs=4, tol=0.0, patience=9)
        steered._session._thread.join(60)
        endings.append(steered.status)
    assert endings[0] == "stopped"
    assert endings[-1] == "finished"
    assert_same(unbroken, steered.run)


def test_stop_between_the_phases_is_heard(trainer, monkeypatch):
    """A click on Stop while pretraining turns into clustering would be lost, and the panel say that all is finished."""
    end, told = trainer._session._end, []

    def stop_after_pretraining(status, reason):
        end(status, reason)
        told.append(trainer.status)
        trainer.stop()

    monkeypatch.setattr(trainer._session, "_end", stop_after_pretraining)
    trainer.start(3, pretrain_epochs=1, n_epochs=5)
    trainer._session._thread.join(60)
    assert told == ["running", "stopped"]
    assert (trainer.status, trainer.run.snapshot().epoch) == ("stopped", 0)


def test_failure_in_the_background_is_told(trainer, monkeypatch):
    """A traceback in a thread would be seen by nobody."""
    monkeypatch.setattr(Run, "append", lambda *a: (_ for _ in ()).throw(OSError("No space left on device")))
    trainer.start(3)
    trainer._session._thread.join(60)
    assert trainer.status == "failed"
    assert trainer.error == "OSError: No space left on device"
    assert trainer.run.stop_reason == "OSError: No space left on device"


def test_another_number_of_clusters_after_one_that_failed(trainer, monkeypatch):
    """Start would repeat for ever what cannot succeed."""
    monkeypatch.setattr(learner, "beginning", lambda *a: (_ for _ in ()).throw(ValueError("too many")))
    trainer.start(30, pretrain_epochs=1)
    trainer._session._thread.join(60)
    assert (trainer.status, trainer.error) == ("failed", "ValueError: too many")
    monkeypatch.undo()
    trainer.start(3, n_epochs=1)
    trainer._session._thread.join(60)
    assert (trainer.status, trainer.run.n_clusters) == ("finished", 3)


def test_an_empty_cluster_is_told_once(trainer):
    """Forty warnings of one kind would bury all others."""
    trainer._session._learner.state = lambda: ({}, b"")
    z = np.repeat([[0.0, 0.0], [1.0, 1.0]], 20, axis=0)
    near, far = [[0.0, 0.0], [1.0, 1.0]], [[0.0, 0.0], [9.0, 9.0]]
    for step, centroids in enumerate([near, far, far, near, far]):
        trainer._session._record(Snapshot(step, "cluster", step, {}, z, np.array(centroids)))
    assert [event["step"] for event in trainer.run.events if event["kind"] == "warning"] == [1, 4]


def test_a_run_finds_a_place(specs, tmp_path, monkeypatch):
    """A read-only folder would keep a person from training at all, or two runs share one directory."""
    monkeypatch.chdir(tmp_path)
    first, second = new_run.new_directory(), new_run.new_directory()
    assert first != second
    assert first.parent == second.parent == Path("zclust_runs")
    mkdir = Path.mkdir

    def read_only(path, *args, **kwargs):
        if path.parent.name == "zclust_runs":
            raise PermissionError(f"{path} is read-only")
        mkdir(path, *args, **kwargs)

    monkeypatch.setattr(Path, "mkdir", read_only)
    assert tmp_path not in Trainer(specs).run.directory.parents


def test_nan_stops_with_its_cause(specs, tmp_path):
    """Training would go on with NaN to its end (trap: loss NaN)."""
    wild = Trainer(specs, random_state=0, directory=tmp_path / "wild", learning_rate=1e18)
    with pytest.raises(FloatingPointError, match="learning rate is too high"):
        wild.pretrain(n_epochs=4, progress_bar=False)
    assert len(Run.open(tmp_path / "wild")) >= 1


def test_clustering_twice_keeps_both(trainer):
    """A second number of clusters would destroy or continue the first clustering."""
    first = whole(trainer)
    labels = first.labels.copy()
    second = trainer.cluster(5, n_epochs=2, progress_bar=False)
    assert second.directory != first.directory
    assert (Run.open(first.directory).n_clusters, Run.open(second.directory).n_clusters) == (3, 5)
    np.testing.assert_array_equal(Run.open(first.directory).labels, labels)
    pretrained = [snapshot.embedding for snapshot in first.snapshots if snapshot.phase == "pretrain"]
    np.testing.assert_array_equal(second.snapshot(len(pretrained) - 1).embedding, pretrained[-1])


def test_labels_belong_to_the_last_weights(trainer):
    """Labels would be those of an earlier network (trap 8)."""
    from zclust_explore.data.scaling import Scaling
    from zclust_explore.models.decoding import load_cae

    run = whole(trainer)
    x = Scaling.from_dict(run.settings["scaling"]).apply(run.spectrograms.read(), run.spectrograms.trace_ids())
    with torch.no_grad():
        embedding = load_cae(run).encode(torch.from_numpy(x)[:, None])[0]
    np.testing.assert_allclose(embedding.numpy(), run.embedding, atol=1e-5)


def test_phases_come_in_order(trainer):
    """Clustering of an untrained network would look like a result."""
    with pytest.raises(RuntimeError, match="must be pretrained before clustering"):
        trainer.cluster(3)
    with pytest.raises(RuntimeError, match="nothing to resume"):
        trainer.resume()
    trainer.pretrain(n_epochs=1, progress_bar=False)
    with pytest.raises(RuntimeError, match="has begun already"):
        trainer.pretrain()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"latent_dim": 0}, "latent_dim must be at least 1, got 0"),
        ({"recipe": "best"}, "recipe must be 'default' or 'paper', got 'best'"),
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"learning_rate": -1.0}, "learning_rate must be positive, got -1.0"),
        ({"random_state": -1}, "random_state must be between 0 and 4294967295, got -1"),
        ({"amplitude": "loud"}, "amplitude must be 'discard' or 'keep', got 'loud'"),
    ],
)
def test_bad_settings_are_named(specs, tmp_path, settings, said):
    """A wrong setting would be found out after minutes, and leave an empty run behind."""
    with pytest.raises(ValueError, match=said):
        Trainer(specs, directory=tmp_path / "run", **settings)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"n_clusters": 0}, r"n_clusters must be between 2 and n_samples \(40\), got 0"),
        ({"n_clusters": 41}, r"n_clusters must be between 2 and n_samples \(40\), got 41"),
        ({"n_clusters": 3, "tol": 5}, "tol must be a fraction between 0 and 1, got 5"),
        ({"n_clusters": 3, "start": "random"}, "start must be 'mixture', 'tied' or 'kmeans', got 'random'"),
        ({"n_clusters": 3, "n_epochs": 0}, "n_epochs must be at least 1, got 0"),
        ({"n_clusters": 3, "patience": 0}, "patience must be at least 1, got 0"),
        ({"n_clusters": 3, "update_interval": 0}, "update_interval must be at least 1, got 0"),
        ({"n_clusters": 3, "alpha": 0}, "reconstruction_weight must be 0 or more and alpha positive"),
    ],
)
def test_bad_clusterings_are_named(trainer, settings, said):
    """A wrong setting would be found out after minutes."""
    with pytest.raises(ValueError, match=said):
        trainer.cluster(**settings)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"n_clusters": 1}, "n_clusters must be between 2 and"),
        ({"n_clusters": 3, "tol": 5}, "tol must be a fraction"),
        ({"n_clusters": 3, "pretrain_epochs": 0}, "pretrain_epochs must be at least 1, got 0"),
        ({"n_clusters": 3, "n_epoch": 5}, "unexpected keyword argument 'n_epoch'"),
    ],
)
def test_start_refuses_at_once(trainer, settings, said):
    """A wrong setting of the clustering would be found out when the pretraining is over."""
    with pytest.raises((TypeError, ValueError), match=said):
        trainer.start(**settings)
    assert trainer.status == "idle"


def test_numbers_may_be_numpys(specs, tmp_path):
    """`for k in np.arange(2, 9): trainer.cluster(k)` would fail while the run is written, and leave a torn one."""
    trainer = Trainer(
        specs, latent_dim=np.int64(3), batch_size=np.int32(16), learning_rate=np.float32(1e-3), directory=tmp_path / "r"
    )
    trainer.pretrain(np.int64(1), progress_bar=False)
    trainer.cluster(np.int64(3), n_epochs=np.int64(1), tol=np.float32(0.01), progress_bar=False)
    begun = [event for event in Run.open(tmp_path / "r").events if event["kind"] == "cluster"]
    assert [event["settings"]["n_clusters"] for event in begun] == [3]
    with pytest.raises(TypeError, match=r"n_clusters must be a whole number, got 3\.5"):
        trainer.cluster(3.5)


def test_untrained_networks_are_not_clustered(trainer):
    """An interrupted first epoch would be clustered as if it were a trained network."""
    unsubscribe = trainer.subscribe(lambda progress: trainer.stop())
    trainer.pretrain(n_epochs=4, progress_bar=False)
    unsubscribe()
    assert len(trainer.run) == 1
    with pytest.raises(RuntimeError, match="must be pretrained before clustering"):
        trainer.cluster(3)


def test_failure_outside_of_the_work_is_told(trainer, monkeypatch):
    """A trainer would say that it is running for ever."""
    monkeypatch.setattr(Run, "record", lambda *a, **k: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        trainer.pretrain(progress_bar=False)
    assert (trainer.status, trainer.error) == ("failed", "OSError: disk full")


def test_stop_outranks_pause():
    """Stop, then Pause before the batch is over, would wait for ever."""
    control = Control()
    with control.begin():
        control.stop()
        control.pause()
        assert (control.status, control._go.is_set()) == ("running", True)


def test_no_more_threads_than_the_user_allows():
    """`OMP_NUM_THREADS=1`, or a share of a large machine, would be overruled."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with patch("os.cpu_count", return_value=64), Halves(torch.device("cpu")).side_by_side():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


def test_only_spectrograms_are_trained_on():
    """An array would fail deep inside, without axes to say what it is."""
    with pytest.raises(TypeError, match="spectrograms must be Spectrograms, got ndarray"):
        Trainer(np.zeros((4, 8, 8)))
