"""Interrupted anywhere, by anything, and resumed: the same run, bit for bit."""

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd
import pytest
import torch

from zclust_explore.data.run import Run
from zclust_explore.data.snapshot import Snapshot
from zclust_explore.data.spectrograms import Spectrograms
from zclust_explore.models.architecture import from_settings, settings_for
from zclust_explore.training import batches
from zclust_explore.training.trainer import Trainer
from zclust_explore.training.weights import first_weights
from zclust_explore.views.frames import membership
from zclust_explore.views.projection import project_pca

N_BATCHES, PRETRAIN_EPOCHS, CLUSTER_EPOCHS = 4, 4, 5
SETTINGS = {"latent_dim": 3, "random_state": 5, "batch_size": 7}  # the last batch is smaller
CLUSTERING = {"n_clusters": 3, "n_epochs": CLUSTER_EPOCHS, "tol": 0.0, "patience": 99}
TOTAL = N_BATCHES * (PRETRAIN_EPOCHS + CLUSTER_EPOCHS)
# Boundaries between batches, of both phases, drawn once and for all; 0 is before the first batch of all.
POINTS = sorted(np.random.default_rng(0).choice(TOTAL + 1, 20, replace=False).tolist())


def small(n=25):
    """Three kinds of tiny windows."""
    random = np.random.default_rng(0)
    values = random.normal(size=(n, 16, 12)).astype("f4")
    for kind, band in enumerate((slice(0, 4), slice(6, 9), slice(12, 15))):
        values[kind::3, band, 3:9] += 5
    return Spectrograms(values, np.arange(1.0, 17), np.arange(12.0), pd.DataFrame({"kind": np.arange(n) % 3}))


def whole(trainer):
    trainer.pretrain(n_epochs=PRETRAIN_EPOCHS, progress_bar=False)
    return trainer.cluster(**CLUSTERING, progress_bar=False)


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    return whole(Trainer(small(), directory=tmp_path_factory.mktemp("unbroken") / "run", **SETTINGS))


def assert_same(run, other):
    """Embeddings, centroids, losses, weights, optimizer and random state of every step agree to the bit."""
    assert len(run) == len(other)
    pd.testing.assert_frame_equal(run.history, other.history, check_exact=True)
    for step in range(len(run)):
        np.testing.assert_array_equal(run.snapshot(step).embedding, other.snapshot(step).embedding)
        np.testing.assert_array_equal(run.snapshot(step).centroids, other.snapshot(step).centroids)
        weights, others = run.weights(step), other.weights(step)
        assert weights.keys() == others.keys()
        for name, values in weights.items():
            np.testing.assert_array_equal(values, others[name])
        assert run.checkpoint(step) == other.checkpoint(step)


def stop_after(trainer, n_batches):
    """Stop once that many batches have been done, in whichever phase."""
    left = [n_batches]

    def count(progress):
        left[0] -= not progress.snapshot_added
        if left[0] <= 0:
            trainer.stop()

    return trainer.subscribe(count)


def finish(directory):
    """What a person does after an interruption: open, resume, and ask for the clustering if that was still to come."""
    trainer = Trainer.open(directory)
    run = trainer.resume(progress_bar=False)
    if run.n_clusters is None:
        run = trainer.cluster(**CLUSTERING, progress_bar=False)
    assert trainer.status == "finished"
    return run


@pytest.mark.parametrize("point", POINTS)
def test_interrupted_at_any_batch_it_ends_the_same(unbroken, tmp_path, point):
    """A result would depend on whether somebody pressed Stop (trap 35)."""
    trainer = Trainer(small(), directory=tmp_path / "run", **SETTINGS)
    stop_after(trainer, point)
    trainer.pretrain(n_epochs=PRETRAIN_EPOCHS, progress_bar=False)
    if trainer.status == "finished":
        trainer.cluster(**CLUSTERING, progress_bar=False)
    # after the very last batch there may be nothing left to stop
    assert trainer.status == "stopped"
    if point % 2:  # in the same process, or in another one as it were
        assert_same(unbroken, finish(tmp_path / "run"))
        return
    trainer._session.control._subscribers.clear()
    run = trainer.resume(progress_bar=False)
    if run.n_clusters is None:
        run = trainer.cluster(**CLUSTERING, progress_bar=False)
    assert_same(unbroken, run)


def test_interrupted_again_and_again_it_ends_the_same(unbroken, tmp_path):
    """Each interruption would lose or repeat a little."""
    trainer = Trainer(small(), directory=tmp_path / "run", **SETTINGS)
    stop_after(trainer, 2)
    trainer.pretrain(n_epochs=PRETRAIN_EPOCHS, progress_bar=False)
    for attempt in range(40):
        trainer = Trainer.open(tmp_path / "run")
        stop_after(trainer, N_BATCHES + attempt % 3)
        run = trainer.resume(progress_bar=False)
        if trainer.status == "finished" and run.n_clusters is None:
            run = trainer.cluster(**CLUSTERING, progress_bar=False)
        if trainer.status == "finished":
            break
    assert trainer.status == "finished"
    assert_same(unbroken, run)


@pytest.mark.parametrize("point", [2, 3, 5, 13])
def test_updates_between_two_epochs_resume_to_the_bit(unbroken, tmp_path, point):
    """Counting updates in batches, a resumed epoch would begin anew, or with other samples."""
    settings = {**CLUSTERING, "update_interval": 3, "interval_unit": "iteration", "progress_bar": False}
    whole_run = Trainer.open(unbroken.save(tmp_path / "a").directory).cluster(**settings)
    trainer = Trainer.open(unbroken.save(tmp_path / "b").directory)
    stop_after(trainer, point)
    trainer.cluster(**settings)
    assert trainer.status == "stopped"
    assert_same(whole_run, Trainer.open(trainer.run.directory).resume(progress_bar=False))


CHILD = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore Ctrl-C, and so would this
from zclust_explore.data.spectrograms import Spectrograms
from zclust_explore.training.trainer import Trainer
from tests.test_resume import CLUSTERING, PRETRAIN_EPOCHS, SETTINGS
directory, store, phase, epoch = sys.argv[1:]
trainer = Trainer(Spectrograms.open(store), directory=directory, **SETTINGS)
def tell(progress):
    if progress.phase == phase and progress.epoch >= int(epoch):
        print("now", flush=True)
        time.sleep(0.2)  # wide enough that the signal arrives before the end, wherever it then falls
trainer.subscribe(tell)
trainer.pretrain(PRETRAIN_EPOCHS, progress_bar=False)
trainer.cluster(**CLUSTERING, progress_bar=False)
"""


@pytest.mark.parametrize(
    ("sent", "phase", "epoch"),
    [(signal.SIGINT, "pretrain", 2), (signal.SIGINT, "cluster", 3), (signal.SIGKILL, "cluster", 2)],
)
def test_a_real_signal_keeps_a_run_that_opens_shows_and_resumes(unbroken, tmp_path, sent, phase, epoch):
    """Ctrl-C or a killed kernel would lose the training, or leave a run that cannot be looked at (trap 35)."""
    store = small().save(tmp_path / "store")
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path / "run"), str(store), phase, str(epoch)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    assert child.stdout.readline() == "now\n", child.stderr.read()
    child.send_signal(sent)
    _, said = child.communicate(timeout=300)
    run = Run.open(tmp_path / "run")
    if sent == signal.SIGINT:
        assert "KeyboardInterrupt" in said
        assert child.returncode != 0
        assert run.stop_reason == "interrupted"
    else:
        assert run.stop_reason is None
    last = run.snapshot()
    assert (last.phase, last.epoch) >= (phase, epoch)
    assert last.epoch < (PRETRAIN_EPOCHS if phase == "pretrain" else CLUSTER_EPOCHS)
    assert len(project_pca(run).xy) == len(membership(run).labels) == len(run)  # what the explorer draws
    assert (run.labels is None) is (phase == "pretrain")
    assert_same(unbroken, finish(tmp_path / "run"))


def test_two_trainers_at_once_do_not_disturb_each_other(unbroken, tmp_path):
    """Two panels in one notebook would give results that nobody can repeat (trap 43)."""
    trainers = [Trainer(small(), directory=tmp_path / name, **SETTINGS) for name in "ab"]
    others = Trainer(small(), directory=tmp_path / "c", **{**SETTINGS, "random_state": 6})
    stop = threading.Event()

    def draw():  # and somebody else who draws random numbers all the time
        while not stop.is_set():
            torch.rand(10)
            time.sleep(0.0005)  # a loop without rest would take a core from the tests beside it

    noise = threading.Thread(target=draw)
    noise.start()
    try:
        for trainer in (*trainers, others):
            trainer.start(pretrain_epochs=PRETRAIN_EPOCHS, **CLUSTERING)
        for trainer in (*trainers, others):
            trainer._session._thread.join(120)
    finally:
        stop.set()
        noise.join()
    assert [trainer.status for trainer in trainers] == ["finished"] * 2
    for trainer in trainers:
        assert_same(unbroken, trainer.run)


@pytest.mark.parametrize("widths", [None, (8, 4)])
def test_first_weights_are_the_seeds_alone(widths):
    """A network built on a thread would take numbers from the user's, or others than `torch.manual_seed` gives."""
    settings = settings_for((16, 12), 3, widths=widths)
    torch.manual_seed(11)
    state = torch.get_rng_state()
    weights = first_weights(settings, 5).state_dict()
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(5)
    for name, expected in from_settings(settings).state_dict().items():
        assert torch.equal(weights[name], expected)


def test_start_says_at_once_that_it_is_running(tmp_path):
    """A panel would show "idle" after Start, and a Stop right after it go unheard."""
    trainer = Trainer(small(), directory=tmp_path / "run", **SETTINGS)
    trainer.start(pretrain_epochs=PRETRAIN_EPOCHS, **CLUSTERING)
    assert trainer.status == "running"
    trainer.stop()
    trainer._session._thread.join(60)
    assert (trainer.status, len(trainer.run)) == ("stopped", 1)


def test_a_long_run_is_continued_without_reading_it_all(unbroken, tmp_path, monkeypatch):
    """Clustering a second time would read every array of every step, only to ask for its phase."""
    reads = []
    read = Snapshot.read.__func__
    monkeypatch.setattr(Snapshot, "read", classmethod(lambda cls, folder: reads.append(folder) or read(cls, folder)))
    trainer = Trainer.open(unbroken.save(tmp_path / "copy").directory)
    trainer.cluster(**{**CLUSTERING, "n_epochs": 1}, progress_bar=False)
    n_pretrained = sum(unbroken.history.phase == "pretrain")
    assert len({folder.name for folder in reads}) < n_pretrained


def test_what_is_not_finite_is_never_a_snapshot(tmp_path):
    """A run would be resumed from NaN, or its map be empty without a word."""
    for arrays in ({"embedding": [[np.nan, 0.0]]}, {"embedding": [[0.0, 0.0]], "centroids": [[np.inf, 0.0]]}):
        with pytest.raises(ValueError, match="must be finite, got NaN or infinity at step 4"):
            Snapshot(4, "cluster", 0, {}, **{name: np.array(values) for name, values in arrays.items()})
    network = first_weights(settings_for((16, 12), 3), 0)
    with torch.no_grad():
        network.to_embedding.bias[0] = torch.nan
    with pytest.raises(FloatingPointError, match="The embedding became NaN or infinite: the learning rate is too high"):
        batches.embed(network, torch.zeros(3, 1, 16, 12))
