"""The real record: there, as described, and clustered into what a seismologist sees in it."""

import numpy as np
import pytest

from zclust_explore.data import examples
from zclust_explore.data.examples import load_example
from zclust_explore.training.trainer import Trainer


@pytest.fixture(scope="module")
def kw1():
    return load_example("kw1")


def test_axes_and_times(kw1):
    """Times and frequencies on screen would be wrong."""
    assert kw1.values.shape == (931, 64, 46)
    assert kw1.sampling_rate == 100
    assert kw1.waveforms.shape == (931, 6000)
    assert kw1.metadata.starttime[0].isoformat() == "2011-03-31T00:00:00.180000+00:00"
    assert kw1.metadata.minute.iloc[[0, -1]].tolist() == [0.5, 155.5]
    np.testing.assert_array_equal(kw1.waveforms[1][:100], kw1.waveforms[0][1000:1100])


def windows(kw1):
    """Which windows are which, from looking at the record (minutes from its start to the middle of the window)."""
    minute = kw1.metadata.minute.to_numpy()
    bursts = (64.83, 66.05, 145.05)  # where 8–25 Hz exceeds its median more than sixfold
    return {
        "surface waves": (minute > 86) & (minute < 110),
        "bursts": np.any([np.abs(minute - burst) < 0.34 for burst in bursts], axis=0),
        "quiet": ((minute > 5) & (minute < 18)) | ((minute > 122) & (minute < 140)),
    }


def test_the_windows_are_what_they_are_called(kw1):
    """The test below would be about other windows than it says."""
    f, level = kw1.frequencies, kw1.values.mean(axis=2)
    groups = windows(kw1)
    low, high = level[:, f < 0.1].mean(axis=1), kw1.values[:, (f > 8) & (f < 25)].max(axis=(1, 2))
    assert low[groups["surface waves"]].min() > np.median(low[groups["quiet"]])
    assert np.median(low[groups["surface waves"]]) > np.median(low[groups["quiet"]]) + 10  # dB
    assert high[groups["bursts"]].min() > np.median(high[groups["quiet"]]) + 10


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_clusters_tell_surface_waves_bursts_and_quiet_apart(kw1, tmp_path, seed):
    """The first thing that a newcomer sees would be no clustering of the signals in the record."""
    trainer = Trainer(kw1, random_state=seed, directory=tmp_path / "run")
    trainer.pretrain(progress_bar=False)
    labels = trainer.cluster(n_clusters=6, progress_bar=False).labels
    share = {name: np.bincount(labels[which], minlength=6) / which.sum() for name, which in windows(kw1).items()}
    surface, burst, quiet = (share[name].argmax() for name in ("surface waves", "bursts", "quiet"))
    assert len({surface, burst, quiet}) == 3
    # three quarters of the surface waves and of the bursts are in their cluster, and at most a quarter of any other;
    # quiet is of more than one kind, because the machine comes and goes
    for own, cluster in (("surface waves", surface), ("bursts", burst)):
        assert share[own][cluster] >= 0.75
        assert all(share[other][cluster] <= 0.25 for other in share if other != own)


def test_names_and_missing_data_are_told(monkeypatch):
    """A typing error, or an ObsPy without its test data, would give an obscure message."""
    with pytest.raises(ValueError, match="name must be 'kw1', got 'kw2'"):
        load_example("kw2")
    monkeypatch.setattr(examples, "KW1_FILE", "signal/tests/data/gone.gz")
    with pytest.raises(FileNotFoundError, match="use the toy world: zx.make_spectrograms"):
        load_example("kw1")
