"""Screening: what cannot be trained on is found before, told in words, and left out without losing count."""

import numpy as np
import pandas as pd
import pytest
import zarr

from zclust_explore.data.run import Run
from zclust_explore.data.screening import screen
from zclust_explore.data.spectrograms import Spectrograms
from zclust_explore.data.stft import spectrograms_from_waveforms
from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.training.trainer import Trainer

SETTINGS = {"latent_dim": 3, "random_state": 0, "batch_size": 16}


@pytest.fixture(scope="module")
def good():
    return make_spectrograms(40, random_state=0)


def stored(good, path, **windows):
    """The spectrograms in a store of their own, some windows overwritten there: `w3=value`."""
    good.save(path)
    values = zarr.open_group(path, mode="r+")["values"]
    for name, value in windows.items():
        values[int(name[1:])] = value
    return Spectrograms.open(path)


def broken(good, path):
    """Windows 3 and 17 not finite, 5 flat, 9 a copy of 8, 30 constant in time."""
    nan, infinite = good.values[3].copy(), good.values[17].copy()
    nan[2, 7], infinite[0, 0] = np.nan, -np.inf
    steady = np.repeat(good.values[30][:, :1], good.shape[1], axis=1)
    return stored(good, path, w3=nan, w17=infinite, w5=-300.0, w9=good.values[8], w30=steady)


def test_everything_wrong_is_found_and_counted(good, tmp_path):
    """A broken window would reach the network, or nobody would know why a window is missing."""
    found = screen(broken(good, tmp_path / "s"))
    assert [found.reasons[row].split(":")[0] for row in (3, 5, 17)] == ["not finite", "flat", "not finite"]
    assert len(found.kept) == 37
    assert np.flatnonzero(found.steady).tolist() == [30]
    assert np.flatnonzero(found.duplicate_of >= 0).tolist() == [9]
    assert (found.duplicate_of[9], found.n_distinct) == (8, 36)
    left_out, copies, steady = found.warnings()
    assert left_out == "3 of 40 windows are left out: 2 hold NaN or infinity, 1 is flat (one value throughout)."
    assert copies.startswith("1 of 40 windows is an exact copy of another and stays:")
    assert steady.startswith("1 of 40 windows does not change in time at all")


def test_nothing_wrong_is_found_in_good_windows(good):
    """A healthy set would be doubted, or cut."""
    found = screen(good)
    assert found.warnings() == []
    assert found.n_distinct == 40
    assert found.apply(good) is good


def test_chunks_change_nothing(good, monkeypatch):
    """Copies that lie far apart in a long catalogue would not be found."""
    twice = good.select(np.tile(np.arange(40), 2))
    whole = screen(twice)
    monkeypatch.setattr("zclust_explore.data.screening.CHUNK", 7)
    pieces = screen(twice)
    for name in ("reasons", "steady", "duplicate_of"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(pieces, name))
    np.testing.assert_array_equal(whole.duplicate_of, [-1] * 40 + list(range(40)))


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
def test_flat_is_meant_relative_to_the_values(good, scale):
    """Spectrograms in small units would be taken for dead, or large dead ones for alive because of their rounding."""
    values = good.values * np.float32(scale)
    values[4] = np.nextafter(np.full(good.shape, -7 * scale, np.float32), 0)
    values[4, ::2] = -7 * scale
    specs = Spectrograms(values, good.frequencies, good.times, good.metadata)
    assert np.flatnonzero(screen(specs).reasons != "").tolist() == [4]


def test_bad_windows_stay_out_of_the_run_and_are_accounted_for(good, tmp_path, caplog):
    """One dead record would turn a whole training into NaN (trap 22), or labels be of other windows than one thinks."""
    trainer = Trainer(broken(good, tmp_path / "s"), directory=tmp_path / "run", **SETTINGS)
    trainer.pretrain(n_epochs=1, progress_bar=False)
    labels = trainer.cluster(3, n_epochs=1, progress_bar=False).labels
    run = Run.open(tmp_path / "run")
    kept = np.delete(np.arange(40), [3, 5, 17])
    assert (run.n_samples, len(labels)) == (37, 37)
    assert np.isfinite(run.embedding).all()
    np.testing.assert_array_equal(run.spectrograms.metadata["sample"], kept)
    assert run.spectrograms.metadata.label.tolist() == good.metadata.label[kept].tolist()
    assert run.spectrograms.skipped.record.tolist() == [3, 5, 17]
    assert run.spectrograms.skipped.reason.str.startswith("left out of training: ").all()
    assert run.warnings[0].startswith("3 of 40 windows are left out: 2 hold NaN or infinity")
    assert "3 of 40 windows are left out" in caplog.text


def test_a_good_store_stays_where_it_is(good, tmp_path):
    """Every run would hold a copy of gigabytes."""
    trainer = Trainer(stored(good, tmp_path / "s"), directory=tmp_path / "run", **SETTINGS)
    assert trainer.spectrograms.path == tmp_path / "s"
    assert not (tmp_path / "run" / "spectrograms").exists()
    assert trainer.run.events == []


def test_records_skipped_before_are_kept_in_mind(good, tmp_path):
    """What was skipped when the spectrograms were made would be forgotten."""
    before = Spectrograms(
        good.values,
        good.frequencies,
        good.times,
        good.metadata,
        skipped=pd.DataFrame({"record": ["day1.mseed"], "reason": ["no data"]}),
    )
    specs = stored(before, tmp_path / "s", w2=-300.0)
    skipped = screen(specs).apply(specs).skipped
    assert skipped.record.tolist() == ["day1.mseed", "2"]
    replace_path = Trainer(specs, directory=tmp_path / "run", **SETTINGS).run.directory
    assert Run.open(replace_path).spectrograms.skipped.record.tolist() == ["day1.mseed", "2"]


def test_a_sample_column_of_the_users_is_left_alone(good, tmp_path):
    """A user's own column would be overwritten."""
    own = Spectrograms(good.values, good.frequencies, good.times, good.metadata.assign(sample=np.arange(40) + 1000))
    specs = stored(own, tmp_path / "s", w0=-300.0)
    assert screen(specs).apply(specs).metadata["sample"].tolist() == list(range(1001, 1040))


def test_too_few_windows_are_told_before_anything_is_written(good, tmp_path):
    """A set of dead records would fail deep inside, and leave an empty run behind."""
    specs = stored(good.select([0, 1, 2]), tmp_path / "s", w0=np.nan, w1=-300.0)
    with pytest.raises(ValueError, match=r"at least 2 usable windows, got 1\. 2 of 3 windows are left out: 1 holds"):
        Trainer(specs, directory=tmp_path / "run", **SETTINGS)
    assert not (tmp_path / "run").exists()


def test_more_clusters_than_distinct_windows_are_refused_before_training(good, tmp_path):
    """Copies of one record would become several clusters on one point (trap 21), after minutes of training."""
    trainer = Trainer(good.select(np.repeat([0, 1, 2], 10)), directory=tmp_path / "run", **SETTINGS)
    said = r"n_clusters must be between 2 and the number of distinct windows \(3\), got 4"
    with pytest.raises(ValueError, match=said):
        trainer.start(4)
    assert trainer.status == "idle"
    with pytest.raises(ValueError, match=said):
        Trainer.open(tmp_path / "run").cluster(4)


def test_start_works_although_something_was_found(good, tmp_path):
    """A warning before the first epoch would be taken for a training that was stopped."""
    trainer = Trainer(broken(good, tmp_path / "s"), directory=tmp_path / "run", **SETTINGS)
    trainer.start(2, pretrain_epochs=1, n_epochs=1)
    trainer._session._thread.join(60)
    assert (trainer.status, trainer.run.n_clusters) == ("finished", 2)


def test_windows_whose_power_overflows_are_skipped_with_their_reason():
    """One record in absurd units would be infinite in decibels and refuse all the others."""
    x = np.random.default_rng(0).standard_normal((4, 2000))
    x[2] *= 1e25
    x[3] *= 1e100
    specs = spectrograms_from_waveforms(x, 50.0)
    assert specs.n_samples == 2
    assert specs.skipped.record.tolist() == [2, 3]
    assert specs.skipped.reason.unique().tolist() == ["too large: its power overflows"]
