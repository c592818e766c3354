"""The record of what was measured: checks, subsets, and a store that is the identity."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import zarr

from zclust_explore.data.spectrograms import Spectrograms
from zclust_explore.data.synthetic import make_spectrograms


@pytest.fixture
def specs():
    return make_spectrograms(40, random_state=0)


def test_save_then_open_is_the_identity(specs, tmp_path):
    """Something would be lost or changed on disk."""
    table = specs.metadata.assign(good=True, n=np.arange(40))
    table.loc[3, "label"] = None
    before = replace(specs, metadata=table, skipped=pd.DataFrame({"record": [7], "reason": ["x"]}))
    path = before.save(tmp_path / "specs.zarr")
    after = Spectrograms.open(path)
    assert isinstance(after.values, zarr.Array)
    assert isinstance(after.waveforms, zarr.Array)
    np.testing.assert_array_equal(after.read(), before.values)
    np.testing.assert_array_equal(after.read_waveforms(), before.read_waveforms())
    np.testing.assert_array_equal(after.frequencies, before.frequencies)
    np.testing.assert_array_equal(after.times, before.times)
    pd.testing.assert_frame_equal(after.metadata, before.metadata)
    pd.testing.assert_frame_equal(after.skipped, before.skipped)
    assert after.settings == before.settings
    assert after.sampling_rate == before.sampling_rate
    assert after.content_hash == before.content_hash


def test_reading_some_is_the_same_from_memory_and_store(specs, tmp_path):
    """A gallery would show other windows from a store than from memory."""
    stored = Spectrograms.open(specs.save(tmp_path / "s"))
    for indices in ([5, 2, 31], np.array([0]), slice(3, 9), np.arange(40) % 3 == 0, 7):
        np.testing.assert_array_equal(stored.read(indices), specs.values[indices])
        np.testing.assert_array_equal(stored.read_waveforms(indices), specs.waveforms[indices])
    np.testing.assert_array_equal(stored.select([4, 1]).values, specs.values[[4, 1]])
    assert stored.select([4, 1]).metadata.label.tolist() == specs.metadata.label[[4, 1]].tolist()


def test_hash_tells_data_apart(specs):
    """A run would accept other spectrograms than its own."""
    assert specs.content_hash != specs.select(slice(0, 39)).content_hash
    assert specs.content_hash == make_spectrograms(40, random_state=0).content_hash


def test_a_store_is_never_overwritten(specs, tmp_path):
    """A second save would destroy the first."""
    specs.save(tmp_path / "s")
    with pytest.raises(FileExistsError, match="path must not exist yet"):
        specs.save(tmp_path / "s")


def test_no_half_store_after_a_failure(specs, tmp_path, monkeypatch):
    """A full disk would leave a store that opens with holes."""
    monkeypatch.setattr("zclust_explore.data.columns.write", lambda *a: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        specs.save(tmp_path / "s")
    assert list(tmp_path.iterdir()) == []


def test_open_says_what_is_missing(tmp_path):
    """A wrong path would give a message about Zarr's inside."""
    with pytest.raises(FileNotFoundError, match="path must hold saved Spectrograms"):
        Spectrograms.open(tmp_path)
    with pytest.raises(FileNotFoundError, match="path must hold saved Spectrograms"):
        Spectrograms.open(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"values": np.zeros((2, 3))}, "values must be an array"),
        ({"values": np.zeros((0, 64, 45))}, "values must not be empty"),
        ({"frequencies": np.arange(3.0)}, "frequencies must have 64 entries"),
        ({"times": np.zeros(45)}, "times must ascend"),
        ({"metadata": pd.DataFrame()}, "metadata must have one row a sample"),
        ({"waveforms": np.zeros((3, 4))}, "waveforms must be an array"),
        ({"waveforms": [[1.0, 2.0]] * 40}, "waveforms must be an array"),
        ({"sampling_rate": None}, "sampling_rate must be positive"),
        ({"values": np.full((40, 64, 45), np.nan)}, "values must be finite"),
    ],
)
def test_bad_arrays_are_named(specs, change, said):
    """A wrong shape would be found out much later, by something else."""
    with pytest.raises(ValueError, match=said):
        replace(specs, **change)


def test_changed_spectrograms_are_no_longer_those_of_the_store(specs, tmp_path):
    """A run of changed spectrograms would refer to the unchanged ones, and not open."""
    stored = Spectrograms.open(specs.save(tmp_path / "s"))
    louder = replace(stored, values=stored.read() + 5, metadata=stored.metadata.assign(new=1))
    assert stored.path == tmp_path / "s"
    assert louder.path is None
    assert louder.content_hash != stored.content_hash


def test_a_store_stays_where_it_is(specs, tmp_path, monkeypatch):
    """`os.chdir` in a later cell would take the data away."""
    monkeypatch.chdir(tmp_path)
    specs.save("s")
    stored = Spectrograms.open("s")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    np.testing.assert_array_equal(stored.read([3]), specs.values[[3]])


def test_settings_keep_their_types(specs, tmp_path):
    """A NumPy number among the settings would come back as text."""
    stored = Spectrograms.open(replace(specs, settings={"n": np.int64(3), "x": np.ones(2)}).save(tmp_path / "s"))
    assert stored.settings == {"n": 3, "x": [1.0, 1.0]}
