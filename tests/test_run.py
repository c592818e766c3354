"""The record of a training: append-only, complete or absent, and readable without PyTorch."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from zclust_explore.data import store
from zclust_explore.data.assignments import soft_assignments
from zclust_explore.data.run import Run
from zclust_explore.data.snapshot import Snapshot
from zclust_explore.data.synthetic import make_spectrograms


@pytest.fixture(scope="module")
def specs():
    return make_spectrograms(32, random_state=0)


def snapshot(step, n=32, clusters=None, **more):
    values = np.random.default_rng(step)
    centroids = None if clusters is None else values.normal(size=(clusters, 3))
    phase = "pretrain" if clusters is None else "cluster"
    return Snapshot(
        step, phase, step, {"reconstruction": 1 / (step + 1)}, values.normal(size=(n, 3)), centroids, **more
    )


@pytest.fixture
def run(specs, tmp_path):
    made = Run.create(tmp_path / "run", specs, {"latent_dim": 3})
    for step in range(3):
        made.append(snapshot(step), weights={"w": np.full(4, step, dtype=np.float32)}, checkpoint=b"state")
    made.append(snapshot(3, clusters=4))
    made.append(snapshot(4, clusters=4, label_change=0.25))
    return made


def test_open_reads_what_was_appended(run, specs):
    """Something of the training would be lost."""
    again = Run.open(run.directory)
    assert len(again) == 5
    for step, read in enumerate(again.snapshots):
        wrote = snapshot(step, clusters=4 if step > 2 else None)
        np.testing.assert_array_equal(read.embedding, wrote.embedding)
        assert (read.phase, read.epoch, read.losses) == (wrote.phase, wrote.epoch, wrote.losses)
    assert again.settings == {"latent_dim": 3}
    assert again.n_clusters == 4
    assert again.labels.shape == (32,)
    np.testing.assert_array_equal(again.labels, again.soft_assignments().argmax(axis=1))
    np.testing.assert_array_equal(again.weights(1)["w"], 1)
    assert again.checkpoint(1) == b"state"
    assert again.history.label_change.tolist()[-1] == 0.25
    np.testing.assert_array_equal(again.spectrograms.read(), specs.values)


def test_snapshots_are_copies_and_frozen():
    """Training would go on changing what was recorded."""
    embedding = np.zeros((4, 2), dtype=np.float32)
    taken = Snapshot(0, "pretrain", 0, {}, embedding)
    embedding[:] = 1
    assert taken.embedding.max() == 0
    with pytest.raises(ValueError, match="read-only"):
        taken.embedding[0] = 1


def test_only_the_next_snapshot_can_be_appended(run):
    """History would have holes, or be rewritten."""
    with pytest.raises(ValueError, match=r"step must be the number of snapshots so far \(5\), got 4"):
        run.append(snapshot(4))
    with pytest.raises(ValueError, match="embedding must have 32 rows, got 7"):
        run.append(snapshot(5, n=7))
    with pytest.raises(IndexError, match="step must be between -5 and 4, got 5"):
        run.snapshot(5)


def test_events_survive_a_torn_line(run):
    """A crash in the middle of a line would hide all later events."""
    run.record("warning", "first")
    with open(run.directory / "events.jsonl", "a") as lines:
        lines.write('{"kind": "warn')
    run.record("warning", "second")
    run.record("stop", "done")
    assert run.warnings == ["first", "second"]
    assert run.stop_reason == "done"
    run.append(snapshot(5, clusters=4))
    assert run.stop_reason is None  # it has gone on since


def test_failed_append_leaves_nothing(run, monkeypatch):
    """A full disk would leave half a snapshot that counts as one."""
    monkeypatch.setattr(Snapshot, "write", lambda *a: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        run.append(snapshot(5))
    assert len(Run.open(run.directory)) == 5
    assert sorted(os.listdir(run.directory / "snapshots")) == [f"{step:06d}" for step in range(5)]


def test_save_is_a_whole_copy(run, tmp_path):
    """A copy would miss what the original has, or change with it."""
    copy = run.save(tmp_path / "copy")
    run.append(snapshot(5, clusters=4))
    reopened = Run.open(copy.directory)
    assert len(reopened) == 5
    np.testing.assert_array_equal(reopened.spectrograms.read([3]), run.spectrograms.read([3]))
    with pytest.raises(FileExistsError, match="path must not exist yet"):
        run.save(tmp_path / "copy")


def test_a_run_knows_its_spectrograms(specs, tmp_path):
    """Labels would be shown on other data than they were learnt from."""
    stored = type(specs).open(specs.save(tmp_path / "specs"))
    made = Run.create(tmp_path / "run", stored, {})
    assert not (made.directory / "spectrograms").exists()  # not copied: they have their own store
    assert Run.open(made.directory).spectrograms.content_hash == specs.content_hash
    (tmp_path / "specs").rename(tmp_path / "moved")
    make_spectrograms(32, random_state=5).save(tmp_path / "specs")
    with pytest.raises(ValueError, match="spectrograms must be those of the run"):
        _ = Run.open(made.directory).spectrograms


def test_open_says_what_is_missing(tmp_path, run):
    """A wrong folder would give an obscure message."""
    with pytest.raises(FileNotFoundError, match="directory must hold a run"):
        Run.open(tmp_path)
    with pytest.raises(FileExistsError, match="directory must not exist yet or be empty"):
        Run.create(run.directory, run.spectrograms, {})


def test_opens_without_torch(run):
    """A saved run could not be read where PyTorch does not install."""
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "import zclust_explore as zx\n"
        f"run = zx.Run.open({str(run.directory)!r})\n"
        "print(len(run), run.labels.shape, run.history.shape[0], run.spectrograms.read([0]).shape)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["5", "(32,)", "5", "(1,", "64,", "45)"]


def test_soft_assignments_are_those_of_the_training(run):
    """q would be of another kernel than the one that was trained with."""
    run.append(snapshot(5, clusters=4, alpha=0.1))
    taken = Run.open(run.directory).snapshot()
    expected = soft_assignments(taken.embedding, taken.centroids, 0.1)
    np.testing.assert_array_equal(Run.open(run.directory).soft_assignments(), expected)
    assert "alpha" not in run.history


def test_a_run_stays_where_it_is(specs, tmp_path, monkeypatch):
    """`os.chdir` in a later cell would make a run look empty."""
    monkeypatch.chdir(tmp_path)
    made = Run.create("here", specs, {})
    made.append(snapshot(0))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert (len(made), made.snapshot().step) == (1, 0)


def test_a_failed_start_leaves_nothing_in_the_way(specs, tmp_path, monkeypatch):
    """After a full disk was cleared, the same cell would complain about its own leftovers."""
    monkeypatch.setattr(store, "write", lambda *a: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        Run.create(tmp_path / "run", specs, {})
    monkeypatch.undo()
    assert len(Run.create(tmp_path / "run", specs, {})) == 0


def test_a_run_and_its_spectrograms_may_be_moved_together(specs, tmp_path):
    """A folder copied to another machine could no longer be opened."""
    stored = type(specs).open(specs.save(tmp_path / "day" / "specs"))
    Run.create(tmp_path / "day" / "runs" / "a", stored, {})
    (tmp_path / "day").rename(tmp_path / "archive")
    assert Run.open(tmp_path / "archive" / "runs" / "a").spectrograms.path == tmp_path / "archive" / "specs"


def test_a_copy_does_not_need_the_original(run, tmp_path):
    """A saved run would go blank when the first one is thrown away."""
    opened = Run.open(run.directory)
    expected = opened.spectrograms.read([3])
    copy = opened.save(tmp_path / "copy")
    shutil.rmtree(run.directory)
    np.testing.assert_array_equal(copy.spectrograms.read([3]), expected)


def test_stop_reason_is_of_the_last_thing_asked_for(run):
    """A run that goes on, or died while it went on, would say that it was stopped."""
    run.record("stop", "stopped by the user", status="stopped")
    run.record("resume", "asked to go on")
    assert run.stop_reason is None
    run.record("warning", "something")
    run.record("stop", "done", status="finished")
    run.record("warning", "something else")
    assert run.stop_reason == "done"


def test_a_branch_has_nothing_of_the_clustering(specs, tmp_path):
    """A second clustering would begin with the failure of the first one among its events."""
    made = Run.create(tmp_path / "run", specs, {})
    made.record("pretrain", "asked to pretrain")
    made.append(snapshot(0))
    made.record("stop", "done", status="finished")
    made.record("cluster", "asked to cluster")
    made.record("stop", "failed", status="failed")  # before its first snapshot
    made.record("cluster", "asked to cluster")
    made.append(snapshot(1, clusters=4))
    branch = made.branch(tmp_path / "branch", 1)
    assert [event["message"] for event in branch.events] == ["asked to pretrain", "done"]
    assert (len(branch), branch.stop_reason) == (1, "done")


TRAIN = """
import sys, zclust_explore as zx
specs = zx.Spectrograms.open(sys.argv[1])
trainer = zx.Trainer(specs, directory=sys.argv[2], random_state=0, batch_size=8)
trainer.subscribe(lambda progress: progress.snapshot_added and print(progress.snapshot.step, flush=True))
trainer.pretrain(n_epochs=10)
trainer.cluster(4, n_epochs=1000, tol=0.0, patience=1000)
"""


@pytest.mark.timeout(1800)  # three processes that import PyTorch, on a machine that may be slow
def test_kill_at_a_random_moment(specs, tmp_path):
    """A killed kernel would take its training, or the whole directory, with it."""
    store = specs.save(tmp_path / "specs")
    chance = random.Random(0)
    reached = set()
    for attempt in range(3):
        directory = tmp_path / f"run{attempt}"
        process = subprocess.Popen(
            [sys.executable, "-c", TRAIN, str(store), str(directory)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None
        # after so many snapshots, and then at any moment: on machines of any speed these are different places
        said = [process.stdout.readline() for _ in range(chance.randint(1, 14))]
        time.sleep(chance.uniform(0, 0.5))
        process.send_signal(signal.SIGKILL)
        said += process.communicate()[0].splitlines()
        steps = [int(line) for line in said if line.strip()]
        run = Run.open(directory)
        assert steps == list(range(len(steps)))
        assert len(run) in (len(steps), len(steps) + 1)  # one may be on disk and not yet announced
        for taken in run.snapshots:
            assert np.isfinite(taken.embedding).all()
            assert taken.embedding.shape == (32, 10)
            assert run.weights(taken.step)
            assert run.checkpoint(taken.step)
        np.testing.assert_array_equal(run.spectrograms.read(), specs.values)
        assert [event["kind"] for event in run.events][:1] == ["pretrain"]
        assert run.stop_reason is None or run.snapshot().phase == "pretrain"
        reached.add(len(run))
    assert len(reached) > 1  # the moments were different ones
    assert Path(store).exists()
