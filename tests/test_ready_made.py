"""Arrays that others have made: images, and xarray's, there and back."""

import numpy as np
import pandas as pd
import pytest
import xarray

from tests.toys import polarised
from zclust_explore.data.spectrograms import Spectrograms
from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.training.trainer import Trainer


def array_of(n: int = 4) -> xarray.DataArray:
    """As somebody else would have it: dimensions in another order, the frequency descending, three components."""
    random = np.random.default_rng(0)
    return xarray.DataArray(
        random.normal(size=(6, 5, n, 3)),
        dims=("frequency", "time", "sample", "channel"),
        coords={
            "frequency": [20.0, 10.0, 5.0, 4.0, 2.0, 1.0],
            "time": pd.to_timedelta([1, 2, 3, 4, 5], unit="s"),
            "channel": ["HHZ", "HHN", "HHE"],
            "starttime": ("sample", pd.date_range("2026-01-01", periods=n, freq="min")),
            "label": ("sample", ["blast", "", "quake", "quake"][:n]),
            "snr_db": ("sample", np.arange(n, dtype=float)),
        },
        attrs={"units": "dB", "network": "XX"},
    )


def test_an_array_of_somebody_else_is_taken() -> None:
    """Their frequencies would be upside down, their components mixed up, or their metadata lost."""
    array = array_of()
    specs = Spectrograms.from_xarray(array)
    assert specs.values.shape == (4, 3, 6, 5) and specs.values.dtype == np.float32 and specs.components == "ZNE"
    np.testing.assert_array_equal(specs.frequencies, [1.0, 2.0, 4.0, 5.0, 10.0, 20.0])
    np.testing.assert_array_equal(specs.times, [1.0, 2.0, 3.0, 4.0, 5.0])
    wanted = array.sel(frequency=4.0, time=pd.Timedelta(2, "s"), channel="HHN").isel(sample=3).item()
    assert specs.values[3, 1, 2, 1] == np.float32(wanted)
    assert specs.metadata.starttime.iloc[1] == pd.Timestamp("2026-01-01T00:01", tz="UTC")
    assert specs.metadata.label.iloc[[0, 2]].tolist() == ["blast", "quake"] and pd.isna(specs.metadata.label.iloc[1])
    assert specs.settings == {"units": "dB", "network": "XX"}


def test_one_component_needs_no_axis_of_channels() -> None:
    """The usual array of three dimensions would be refused, or get a channel that nobody asked for."""
    array = array_of().isel(channel=0, drop=True)
    specs = Spectrograms.from_xarray(array)
    assert specs.values.shape == (4, 6, 5) and specs.components == ""


@pytest.mark.parametrize("specs", [make_spectrograms(16, random_state=0), polarised(6)], ids=["one", "three"])
def test_there_and_back_is_the_same(specs: Spectrograms, tmp_path) -> None:
    """What went through a file of another program would no longer belong to its run."""
    array = specs.to_xarray()
    array.to_netcdf(tmp_path / "specs.nc", engine="h5netcdf")
    with xarray.open_dataarray(tmp_path / "specs.nc", engine="h5netcdf") as opened:
        for found in (Spectrograms.from_xarray(array), Spectrograms.from_xarray(opened)):
            assert found.content_hash == specs.content_hash and found.components == specs.components
            assert found.settings["unit"] == specs.settings["unit"]
            pd.testing.assert_frame_equal(found.metadata, specs.metadata, check_dtype=False)


def test_columns_named_like_an_axis_stay_columns() -> None:
    """A table with a column called time could not be exported."""
    specs = make_spectrograms(16, random_state=0)
    table = specs.metadata.assign(time=np.arange(16.0), sample=np.arange(16) + 100)
    array = Spectrograms(specs.values, specs.frequencies, specs.times, table).to_xarray()
    found = Spectrograms.from_xarray(array).metadata
    assert found.metadata_time.tolist() == list(range(16)) and found["sample"].tolist() == list(range(100, 116))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda a: a.values, TypeError, "array must be an xarray.DataArray, got ndarray"),
        (lambda a: a.rename(frequency="freqs"), ValueError, "dimensions sample, frequency, time and, .* got .'freqs'"),
        (lambda a: a.drop_vars("frequency"), ValueError, "must have a coordinate for each of .* none for 'frequency'"),
        (lambda a: a.drop_vars("channel"), ValueError, "none for 'channel'"),
        (lambda a: a.astype(complex), TypeError, "array must hold real numbers, got complex128"),
        (lambda a: a.assign_coords(channel=["Z", "N", "N"]), ValueError, "components must be a letter of its own"),
        (
            lambda a: a.assign_coords(time=pd.date_range("2026-01-01", periods=5)),
            ValueError,
            "time must be in s from the start of the window, got times of day",
        ),
        (
            lambda a: a.where(a.sample != 2),
            ValueError,
            r"values must be finite, got NaN or infinity in sample\(s\) \[2\]",
        ),
    ],
)
def test_what_cannot_be_taken_is_told(change, error, message) -> None:
    """Somebody would have to guess what an array lacks."""
    with pytest.raises(error, match=message):
        Spectrograms.from_xarray(change(array_of().assign_coords(sample=np.arange(4))))


def test_images_are_trained_on_and_stay_upright(tmp_path) -> None:
    """Images would need axes by hand, and be shown upside down."""
    random = np.random.default_rng(0)
    images = random.integers(0, 40, (32, 12, 10)).astype(np.uint8)
    images[::2, :4] += 200  # bright above
    images[1::2, -4:] += 200  # bright below
    given = images.copy()
    specs = Spectrograms.from_images(images, pd.DataFrame({"label": ["above", "below"] * 16}))
    np.testing.assert_array_equal(images, given)
    assert specs.shape == (12, 10) and specs.values[0, -1].mean() > 200 > specs.values[0, 0].mean()
    trainer = Trainer(specs, kind="plain", latent_dim=2, batch_size=8, random_state=0, directory=tmp_path / "run")
    run = trainer.pretrain(n_epochs=3, progress_bar=False)
    assert run.history.reconstruction.iloc[-1] < run.history.reconstruction.iloc[1]
    assert specs.to_xarray().attrs["units"] == "" and "units" not in specs.to_xarray().frequency.attrs


def test_images_have_colours_or_an_order_of_their_own() -> None:
    """Colour images, or arrays whose first row is the lowest, could not be taken."""
    images = np.random.default_rng(0).random((4, 3, 8, 6))
    specs = Spectrograms.from_images(images, components="RGB", origin="lower")
    np.testing.assert_array_equal(specs.values, images.astype(np.float32))
    assert specs.components == "RGB" and Spectrograms.from_images(images).components == "123"
    with pytest.raises(ValueError, match="origin must be 'upper' or 'lower', got 'top'"):
        Spectrograms.from_images(images, origin="top")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"values must be an array .*, got shape \(8, 6\)"):
        Spectrograms.from_images(images[0, 0])
    with pytest.raises(TypeError, match="values must be real numbers, got <U1"):
        Spectrograms.from_images(np.array([[["a"]]]))
    with pytest.raises(ValueError, match=r"metadata must have one row a sample \(4\), got 2"):
        Spectrograms.from_images(images, pd.DataFrame({"label": ["a", "b"]}))
