"""What fails in a training thread is read in the panel with what to do, and the training goes on afterwards."""

import errno

import numpy as np
import pytest
import torch

from tests.test_resume import SETTINGS, assert_same, small
from zclust_explore.data.run import Run
from zclust_explore.training.halves import Halves
from zclust_explore.training.trainer import Trainer
from zclust_explore.widgets.training_panel import TrainingPanel

START = {"pretrain_epochs": 2, "start": "kmeans", "n_epochs": 2, "tol": 0.0}


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    trainer = Trainer(small(), directory=tmp_path_factory.mktemp("r") / "run", **SETTINGS)
    trainer.start(3, **START)
    trainer._session._thread.join(60)
    return trainer.run


def fail_in(monkeypatch, owner, name, at, failure):
    """Have a method do as always, but once, at its n-th call, something else."""
    calls, method = [0], getattr(owner, name)

    def failing(*args, **kwargs):
        calls[0] += 1
        return failure(method, *args, **kwargs) if calls[0] == at else method(*args, **kwargs)

    monkeypatch.setattr(owner, name, failing)


def out_of_memory(step, *args, **kwargs):
    """As a step on a card that is full."""
    raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.\nSee documentation.")


def disk_full(append, *args, **kwargs):
    """As a store on a disk that is full."""
    raise OSError(errno.ENOSPC, "No space left on device")


def not_a_number(step, halves, optimizer, losses_of, indices, generators):
    """A step with a gradient that blew up: weights with NaN, as the next batch finds them."""
    with torch.no_grad():
        optimizer.param_groups[0]["params"][0][...] = torch.nan
    return step(halves, optimizer, losses_of, indices, generators)


@pytest.mark.parametrize(
    ("owner", "name", "failure", "said", "advice"),
    [
        (Halves, "step", out_of_memory, "The memory of the graphics card is full.", 'device="cpu"'),
        (Run, "append", disk_full, "The disk is full.", "Make room, then Resume"),
        (Halves, "step", not_a_number, "FloatingPointError: The reconstruction loss became nan", "learning rate"),
    ],
)
def test_a_failure_is_read_in_the_panel_and_resumed_from(
    unbroken, tmp_path, monkeypatch, caplog, owner, name, failure, said, advice
):
    """A training would end in silence, take the kernel with it, or not be continued when its cause is gone."""
    trainer = Trainer(small(), directory=tmp_path / "run", **SETTINGS)
    panel = TrainingPanel(trainer, n_clusters=3)
    fail_in(monkeypatch, owner, name, 3, failure)
    trainer.start(3, **START)
    trainer._session._thread.join(60)
    panel._tell()
    assert panel.progress["status"] == trainer.status == "failed"
    assert panel.progress["error"].startswith(said) and advice in panel.progress["error"]
    assert Run.open(tmp_path / "run").stop_reason == trainer.error
    assert np.isfinite(trainer.run.embedding).all()
    monkeypatch.undo()
    trainer.start(3, **START)  # what the Resume button does
    trainer._session._thread.join(60)
    panel._tell()
    assert (panel.progress["status"], panel.progress["error"]) == ("finished", "")
    assert_same(unbroken, trainer.run)
    panel.close()


def test_a_full_disk_while_something_is_changed_ends_the_training_not_the_record(tmp_path, monkeypatch):
    """Centroids would be others than the record says."""
    trainer = Trainer(small(), directory=tmp_path / "run", **SETTINGS)
    trainer.subscribe(lambda progress: progress.phase == "cluster" and progress.iteration == 2 and trainer.pause())
    trainer.start(3, **START)
    while trainer.status != "paused":
        trainer._session._thread.join(0.01)
    n = len(trainer.run)
    monkeypatch.setattr(Run, "append", lambda *args: disk_full(None))
    with pytest.raises(OSError, match="No space left"):
        trainer.merge(0, 1)
    trainer._session._thread.join(60)
    assert (trainer.status, len(trainer.run), trainer.run.n_clusters) == ("failed", n, 3)
    monkeypatch.undo()
    assert not trainer.run.acts
