"""Ready-made: spectrograms from arrays that others have made, images and xarray's, and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self

import numpy as np
import pandas as pd

from . import export
from .components import unnamed
from .files import to_json

if TYPE_CHECKING:
    import xarray

CHANNEL_DIMS = ("component", "channel")
PIXELS = {"axes": "pixels", "unit": ""}  # settings of what has neither hertz nor seconds nor decibels


class _Made(Protocol):
    """What an array needs of spectrograms."""

    frequencies: np.ndarray
    times: np.ndarray
    metadata: pd.DataFrame
    settings: Any
    components: str

    def read(self, indices: Any = slice(None)) -> np.ndarray: ...


class ReadyMade:
    """The part of `Spectrograms` that takes what others have made, and gives it back."""

    @classmethod
    def from_images(
        cls,
        values: Any,
        metadata: pd.DataFrame | None = None,
        *,
        components: str | None = None,
        origin: Literal["upper", "lower"] = "upper",
    ) -> Self:
        """Images, or other arrays without axes: `frequencies` and `times` are the middles of their rows and columns.

        These count pixels from the lower left corner. Train on them with `kind="plain"`, because their values are no
        decibels.

        Parameters
        ----------
        values : array (n, height, width) or (n, n_channels, height, width)
            Numbers or truth values; not changed.
        metadata : pandas.DataFrame with n rows, optional
        components : str, optional
            A letter for each channel, such as "RGB"; by default "123…".
        origin : {"upper", "lower"}
            Where the first row of an image is drawn. The first row of spectrograms is their lowest frequency and is
            drawn below all others: images whose first row is the upper one, as it mostly is, are turned upside down
            here, and look right in galleries.

        Raises
        ------
        ValueError
            If shapes do not fit, values are not finite, or origin is something else.

        Examples
        --------
        >>> from zclust_explore import Spectrograms
        >>> images = np.zeros((10, 28, 20)); images[:, 0] = 1.0                # a bright line at the top
        >>> specs = Spectrograms.from_images(images, pd.DataFrame({"label": list("abcdefghij")}))
        >>> specs.shape, int(specs.values[0].mean(axis=1).argmax())            # the uppermost row
        ((28, 20), 27)
        """
        values = np.asarray(values)
        if values.dtype.kind not in "biuf":
            raise TypeError(f"values must be real numbers, got {values.dtype}.")
        if values.ndim not in (3, 4):
            raise ValueError(f"values must be an array (n, [n_channels,] height, width), got shape {values.shape}.")
        if origin not in ("upper", "lower"):
            raise ValueError(f"origin must be 'upper' or 'lower', got {origin!r}.")
        if components is None:
            components = unnamed(values.shape[1]) if values.ndim == 4 else ""
        make: Any = cls
        made: Self = make(
            np.ascontiguousarray(values[..., ::-1, :] if origin == "upper" else values, dtype=np.float32),
            frequencies=np.arange(values.shape[-2]) + 0.5,
            times=np.arange(values.shape[-1]) + 0.5,
            metadata=pd.DataFrame(index=range(len(values))) if metadata is None else metadata,
            settings=dict(PIXELS),
            components=components,
        )
        return made

    @classmethod
    def from_xarray(cls, array: xarray.DataArray) -> Self:
        """Spectrograms that are ready-made as an xarray.DataArray, values in decibels.

        Parameters
        ----------
        array : xarray.DataArray
            With dimensions `sample`, `frequency`, `time` and, for several components, `component` or `channel`, in any
            order; `array.rename(freqs="frequency")` renames one. Coordinates become

            - `frequency` in Hz and `time` in s from the start of the window, or as time differences: the axes;
            - `component`: the last letter of each, so that "HHZ", "HHN", "HHE" become "ZNE";
            - what lies along `sample`: the metadata; times are UTC, empty text is missing.

            The attributes become the settings.

        Raises
        ------
        TypeError
            If it is no DataArray, or does not hold real numbers.
        ValueError
            If a dimension or a coordinate is missing, or Spectrograms cannot be made of it.

        Examples
        --------
        >>> import zclust_explore as zx
        >>> specs = zx.make_spectrograms(16, random_state=0)
        >>> array = specs.to_xarray()
        >>> array.dims, float(array.frequency[0].round(2)), str(array.label[0].item())
        (('sample', 'frequency', 'time'), 0.21, 'quarry_blast')
        >>> zx.Spectrograms.from_xarray(array).content_hash == specs.content_hash
        True
        """
        import xarray

        if not isinstance(array, xarray.DataArray):
            raise TypeError(f"array must be an xarray.DataArray, got {type(array).__name__}.")
        channel = [dim for dim in array.dims if dim in CHANNEL_DIMS]
        dims = ("sample", *channel, "frequency", "time")
        if set(array.dims) != set(dims) or len(channel) > 1:
            raise ValueError(
                "array must have the dimensions sample, frequency, time and, for several components, component, "
                f"got {array.dims}."
            )
        if array.dtype.kind not in "iuf":
            raise TypeError(f"array must hold real numbers, got {array.dtype}.")
        missing = [dim for dim in dims[1:] if dim not in array.coords]
        if missing:
            raise ValueError(f"array must have a coordinate for each of {dims[1:]}, got none for {missing[0]!r}.")
        array = array.transpose(*dims).sortby(["frequency", "time"])  # axes that descend are turned round
        make: Any = cls
        made: Self = make(
            np.asarray(array.values, dtype=np.float32),
            frequencies=np.asarray(array["frequency"].values, dtype=float),
            times=_seconds(array["time"].values),
            metadata=_along_samples(array),
            settings=_settings(array.attrs),
            components="".join(str(name)[-1:] for name in array[channel[0]].values) if channel else "",
        )
        return made

    def to_xarray(self: _Made) -> xarray.DataArray:
        """Values with their axes and metadata as an xarray.DataArray: what `from_xarray` reads; waveforms stay behind.

        `specs.to_xarray().to_netcdf("specs.nc")` writes a file that any program of the field reads.
        """
        values, channel = self.read(), ["component"] if self.components else []
        dims = ("sample", *channel, "frequency", "time")
        columns = {
            f"metadata_{name}" if name in dims[1:] else str(name): export.plain(self.metadata[name])
            for name in self.metadata.columns
        }
        made = export.to_dataset(columns, {"spectrograms": (dims, values, "spectrograms")}, {})["spectrograms"]
        coordinates: dict[str, Any] = {
            "frequency": ("frequency", np.asarray(self.frequencies, dtype=float), {"units": "Hz"}),
            "time": ("time", np.asarray(self.times, dtype=float), {"units": "s"}),
        }
        if channel:
            coordinates["component"] = ("component", np.array(list(self.components)))
        if self.settings.get("axes") == PIXELS["axes"]:
            coordinates = {name: (dims, axis) for name, (dims, axis, *_) in coordinates.items()}
        made = made.assign_coords(coordinates)
        made.attrs |= {"units": str(self.settings.get("unit", "dB")), "settings": to_json(dict(self.settings))}
        return made


def _seconds(times: np.ndarray) -> np.ndarray:
    if times.dtype.kind == "m":
        return times / np.timedelta64(1, "s")
    if times.dtype.kind == "M":
        raise ValueError(f"time must be in s from the start of the window, got times of day, {times[0]} the first.")
    return np.asarray(times, dtype=float)


def _along_samples(array: xarray.DataArray) -> pd.DataFrame:
    """Coordinates along `sample` as a table."""
    columns: dict[str, Any] = {}
    for name, coordinate in array.coords.items():
        if coordinate.dims != ("sample",) or isinstance(array.indexes.get(name), pd.MultiIndex):  # its levels follow
            continue
        column = pd.Series(coordinate.values)
        if column.dtype.kind == "M":
            column = pd.to_datetime(column, utc=True)
        elif coordinate.dtype.kind in "UO":
            column = pd.Series([word or None for word in coordinate.values.tolist()])
        columns[str(name)] = column
    return pd.DataFrame(columns, index=range(array.sizes["sample"]))


def _settings(attributes: Any) -> dict[str, Any]:
    """What `to_xarray` wrote, or else all attributes."""
    try:
        settings = json.loads(attributes["settings"])
    except (KeyError, TypeError, ValueError):
        settings = None
    return settings if isinstance(settings, dict) else {str(name): value for name, value in attributes.items()}
