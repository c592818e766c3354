"""Export: tables and data sets in files that other programs read, complete or absent."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .files import to_json

if TYPE_CHECKING:
    import xarray

UNITS = {"_s": "s", "_hz": "Hz", "_db": "dB", "_km": "km", "_m": "m", "_deg": "degree", "_per_s": "1/s"}
TIME_ENCODING = {"units": "nanoseconds since 1970-01-01", "calendar": "proleptic_gregorian", "dtype": "int64"}


def unit_of(name: str) -> str | None:
    """Unit that the name of a column ends with, or None.

    >>> unit_of("source_depth_km"), unit_of("snr_db"), unit_of("label")
    ('km', 'dB', None)
    """
    return next((UNITS[end] for end in sorted(UNITS, key=len, reverse=True) if name.endswith(end)), None)


def plain(column: pd.Series[Any]) -> pd.Series[Any]:
    """Times as UTC, numbers and truth values as they are, the rest as text; missing numbers become NaN."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return pd.to_datetime(column, utc=True)
    if pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_numeric_dtype(column.dtype):
        if column.notna().all():
            return pd.Series(column.to_numpy(), index=column.index)
        return pd.Series(column.to_numpy(dtype="f8", na_value=np.nan), index=column.index)
    return column.astype(object).map(str, na_action="ignore").astype(object)


def to_dataset(
    columns: Mapping[str, pd.Series[Any]],
    arrays: Mapping[str, tuple[tuple[str, ...], np.ndarray, str]],
    attributes: Mapping[str, Any],
) -> xarray.Dataset:
    """Return an xarray.Dataset: metadata as coordinates along `sample`, arrays as (dimensions, values, what it is).

    Times are UTC without a zone, for which NumPy has no type; missing text is empty.
    """
    import xarray

    coordinates: dict[str, Any] = {}
    for name, column in columns.items():
        described = {"units": unit} if (unit := unit_of(name)) else {}
        values: Any = column.to_numpy()
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            values = column.dt.tz_convert(None).to_numpy(dtype="M8[ns]")
            described = {"time_zone": "UTC"}
        elif values.dtype == object:
            values = np.array(["" if pd.isna(word) else word for word in values], dtype=str)
        coordinates[name] = ("sample", values, described)
    data = {name: (list(dims), values, {"long_name": said}) for name, (dims, values, said) in arrays.items()}
    flat = {
        name: to_json(value) if isinstance(value, dict | list | tuple) else value
        for name, value in attributes.items()
        if value is not None
    }
    dataset = xarray.Dataset(data, coordinates, {"Conventions": "CF-1.11", **flat})
    for coordinate in dataset.coords.values():
        if np.issubdtype(coordinate.dtype, np.datetime64):
            coordinate.encoding = dict(TIME_ENCODING)
    return dataset


def write_netcdf(dataset: xarray.Dataset, path: str | os.PathLike[str]) -> Path:
    """Write a NetCDF 4 file; `xarray.open_dataset` reads it."""
    with replaced(Path(path)) as partial:
        dataset.to_netcdf(partial, engine="h5netcdf")
    return Path(path)


def write_parquet(table: pd.DataFrame, path: str | os.PathLike[str]) -> Path:
    """Write a Parquet file; `pandas.read_parquet(path)` reads it, with `attrs`."""
    with replaced(Path(path)) as partial:
        table.to_parquet(partial, engine="pyarrow", index=False)
    return Path(path)


def write_csv(table: pd.DataFrame, path: str | os.PathLike[str]) -> Path:
    """Write a CSV file, times as ISO 8601 with a Z, and the table's `attrs` beside it as `<name>.json`."""
    path, written = Path(path), table.copy(deep=False)
    for name in table.columns:
        if isinstance(table[name].dtype, pd.DatetimeTZDtype):
            times: Any = table[name].dt.tz_convert(None).to_numpy()
            words = np.datetime_as_string(times, timezone="UTC")  # as many digits as the column has
            written[name] = pd.Series(words, index=table.index, dtype=object).where(~np.isnat(times), None)
    with replaced(path) as partial:
        written.to_csv(partial, index=False)
    with replaced(path.with_name(f"{path.name}.json")) as partial:
        partial.write_text(to_json(table.attrs, indent=1), encoding="utf-8")
    return path


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Yield a path to write to; it gets its name, in place of what was there, when all is written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{uuid.uuid4().hex[:8]}.{path.name}")  # the ending stays: writers go by it
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
