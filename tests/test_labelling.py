"""Windows that were not in the training: the same labels for the same windows, strangers flagged, bad ones harmless."""

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import zarr

import zclust_explore as zx
from zclust_explore.data.blocks import blocks
from zclust_explore.data.run import Run
from zclust_explore.data.spectrograms import Spectrograms
from zclust_explore.evaluation.novelty import Novelty

UNKNOWN = "harmonic_tremor"  # left out of training
N_TRAINING = 320


@pytest.fixture(scope="module")
def world() -> Spectrograms:
    """Known kinds and one that is left out, more of each than is trained on."""
    return zx.make_spectrograms(560, random_state=0)


@pytest.fixture(scope="module")
def run(world: Spectrograms, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Trained for a short time on the first windows of the known kinds."""
    known = np.flatnonzero(world.metadata.label != UNKNOWN)[:N_TRAINING]
    directory = tmp_path_factory.mktemp("labelling") / "run"
    trainer = zx.Trainer(world.select(known), random_state=0, directory=directory)
    trainer.pretrain(12, progress_bar=False)
    return trainer.cluster(7, n_epochs=6, progress_bar=False)


@pytest.fixture
def others(world: Spectrograms) -> Spectrograms:
    """Windows of known kinds that were not in the training."""
    return world.select(np.flatnonzero(world.metadata.label != UNKNOWN)[N_TRAINING:])


def small_blocks(monkeypatch: pytest.MonkeyPatch, specs: Spectrograms, n_windows: int) -> None:
    """Have few windows in a block, so that there are several blocks."""
    monkeypatch.setattr("zclust_explore.data.blocks.BLOCK_BYTES", n_windows * 4 * specs.shape[0] * specs.shape[1])


def test_the_windows_of_the_training_get_their_labels(run: Run) -> None:
    """The network, its scaling or the centroids would be other ones than those of the run."""
    again = run.label(run.spectrograms)
    np.testing.assert_allclose(again.embedding, run.embedding, atol=1e-4)
    np.testing.assert_allclose(again.soft_assignments, run.soft_assignments(), atol=1e-3)
    sure = np.sort(run.soft_assignments(), axis=1)
    sure = sure[:, -1] - sure[:, -2] > 1e-3  # on the border between two clusters rounding decides
    np.testing.assert_array_equal(again.labels[sure], run.labels[sure])
    early = run.label(run.spectrograms, step=-3)
    np.testing.assert_allclose(early.embedding, run.snapshot(-3).embedding, atol=1e-4)


def test_store_memory_and_blocks_give_the_same(
    run: Run, others: Spectrograms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A label would depend on what else was in the file, or a last, smaller block be lost."""
    at_once = run.label(others)
    small_blocks(monkeypatch, others, 50)
    for specs in (others, Spectrograms.open(others.save(tmp_path / "specs"))):
        some_at_a_time = run.label(specs)
        np.testing.assert_allclose(some_at_a_time.embedding, at_once.embedding, atol=1e-5)
        np.testing.assert_allclose(some_at_a_time.novelty, at_once.novelty, atol=1e-4)
        np.testing.assert_allclose(some_at_a_time.soft_assignments.sum(axis=1), 1, atol=1e-6)
    pd.testing.assert_frame_equal(at_once.metadata, others.metadata)
    assert at_once.attributes["settings"] == run.settings


def test_blocks_are_read_ahead_in_order_and_only_one(others: Spectrograms, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store larger than the memory would be read into it."""
    small_blocks(monkeypatch, others, 10)
    prepared: list[int] = []
    ahead = []
    for number, (rows, values) in enumerate(blocks(others, lambda values, *_: prepared.append(1) or values)):
        np.testing.assert_array_equal(values, others.values[rows])
        ahead.append(len(prepared) - number)
    assert len(ahead) == -(-others.n_samples // 10)
    assert max(ahead) <= 2


def test_windows_with_nan_get_no_label_and_poison_nothing(
    run: Run, others: Spectrograms, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One dead hour of a station would cost the labels of all other windows, or get one itself."""
    path = others.save(tmp_path / "specs")
    stored = zarr.open_group(path)["values"]
    bad = [0, 3, *range(50, 100)]  # also a whole block of them
    for row in bad:
        stored[row, 0, 0] = np.nan if row % 2 else np.inf
    small_blocks(monkeypatch, others, 50)
    monkeypatch.setattr("zclust_explore.data.blocks.block_rows", lambda specs: 50)
    with caplog.at_level(logging.WARNING, "zclust_explore"):
        labels = run.label(Spectrograms.open(path))
    assert f"{len(bad)} of {others.n_samples} windows hold NaN or infinity" in caplog.text
    good = np.setdiff1d(np.arange(others.n_samples), bad)
    np.testing.assert_array_equal(np.flatnonzero(labels.labels == -1), bad)
    assert np.isnan(labels.soft_assignments[bad]).all()
    assert not labels.unlike[bad].any()
    np.testing.assert_allclose(labels.embedding[good], run.label(others).embedding[good], atol=1e-5)
    assert len(labels.to_frame()) == others.n_samples


def test_a_kind_that_was_never_seen_is_flagged(run: Run, world: Spectrograms, others: Spectrograms) -> None:
    """Something new at the volcano would pass for something known, or every second known event for something new."""
    unseen = world.select(np.flatnonzero(world.metadata.label == UNKNOWN))
    time = np.arange(3000) / 50
    random = np.random.default_rng(0)
    sines = np.stack([np.sin(2 * np.pi * f * time) for f in random.uniform(0.5, 20, 40)])
    table = pd.DataFrame({"trace_id": ["XX.TOY..HHZ"] * 40})
    strange = zx.spectrograms_from_waveforms(sines, 50.0, table)
    false = run.label(others).unlike.mean()
    assert false <= 0.08  # 2 % are meant, of few windows and after a short training
    assert run.label(unseen).unlike.mean() > 0.6
    assert run.label(strange).unlike.mean() > 0.8


def test_novelty_by_hand() -> None:
    """The flag would go by distance alone, though clusters are wide in one direction and narrow in another."""
    random = np.random.default_rng(0)
    seen = random.normal(size=(2000, 2)) * [10, 0.1] + np.repeat([[0, 0], [0, 50]], 1000, axis=0)
    novelty = Novelty.fit(seen, np.repeat([0, 1], 1000))
    along, across = novelty.score(np.array([[15.0, 0.0], [0.0, 1.5]]))
    assert along < 1 < across
    # 98 % of a plane's Gaussian lie within sqrt(-2 ln 0.02) = 2.797 standard deviations
    np.testing.assert_allclose(novelty.unit, 2.797, rtol=0.05)
    np.testing.assert_allclose(novelty.score(np.array([[27.97, 0.0]])), 1, rtol=0.1)
    assert (novelty.score(random.normal(size=(2000, 2)) * [10, 0.1]) > 1).mean() == pytest.approx(0.02, abs=0.012)
    assert np.isnan(novelty.score(np.array([[np.nan, 0.0]]))).all()
    lonely = Novelty.fit(np.zeros((4, 2)), np.arange(4))  # no cluster has enough windows for a covariance
    assert np.isfinite(lonely.score(np.ones((1, 2)))).all()


def test_other_axes_are_refused(run: Run, others: Spectrograms) -> None:
    """A network would take 20 Hz for 10 Hz and say nothing."""
    cut = replace(others, values=others.values[:, :40], frequencies=others.frequencies[:40])
    with pytest.raises(ValueError, match=r"\(n_freqs, n_times\) of the run, \(64, \d+\), got \(40, \d+\)"):
        run.label(cut)
    with pytest.raises(ValueError, match=r"spectrograms.frequencies must be those of the run within .* Hz, but entry"):
        run.label(replace(others, frequencies=others.frequencies * 2))
    with pytest.raises(ValueError, match=r"spectrograms.times must be those of the run within .* s, but entry"):
        run.label(replace(others, times=others.times * 2))
    barely = replace(others, frequencies=others.frequencies * (1 + 1e-7))
    np.testing.assert_array_equal(run.label(barely).labels, run.label(others).labels)


def test_pretrained_steps_and_unknown_devices_are_refused(run: Run, others: Spectrograms) -> None:
    """A person would get a traceback from deep inside PyTorch."""
    with pytest.raises(ValueError, match="step must be one of the clustering, but step 0 is of the pretraining"):
        run.label(others, step=0)
    assert zx.encode(run, others, step=0).shape == (others.n_samples, 10)
    with pytest.raises(ValueError, match="device must be one that PyTorch has here, got 'abacus'"):
        run.label(others, device="abacus")


def test_a_run_can_be_named_by_its_folder(run: Run, others: Spectrograms) -> None:
    """`zx.label` would take what `Trainer.open` takes, but not here."""
    few = others.select(slice(0, 5))
    np.testing.assert_array_equal(zx.label(run.directory, few).labels, run.label(few).labels)
