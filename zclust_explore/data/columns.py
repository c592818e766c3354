"""Tables in Zarr groups: one typed array a column."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import zarr


def write(group: zarr.Group, table: pd.DataFrame) -> None:
    """Write a table: numbers as they are, times as int64 ns since 1970 UTC, text as codes into a list of words."""
    group.attrs["columns"] = [str(name) for name in table.columns]
    for number, name in enumerate(table.columns):
        column = table[name]
        attrs: dict[str, Any] = {"name": str(name)}
        if isinstance(column.dtype, pd.DatetimeTZDtype) or pd.api.types.is_datetime64_dtype(column.dtype):
            times = pd.to_datetime(column, utc=True).astype("datetime64[ns, UTC]")
            data = times.to_numpy(dtype="datetime64[ns]").astype("i8")
            attrs.update(type="time", unit=pd.to_datetime(column, utc=True).dt.unit)
        elif pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_numeric_dtype(column.dtype):
            data = column.to_numpy()
            attrs["type"] = "number"
        else:
            codes, words = pd.factorize(column)  # -1 where missing
            data = codes.astype("i4")
            attrs.update(type="text", words=[str(word) for word in words])
        array = group.create_array(f"{number:03d}", data=np.ascontiguousarray(data))
        array.attrs.update(attrs)


def read(group: zarr.Group) -> pd.DataFrame:
    """Read a table written by `write`."""
    table: dict[str, pd.Series[Any]] = {}
    names: Any = group.attrs["columns"]
    for number, name in enumerate(names):
        array = group[f"{number:03d}"]
        data: Any = np.asarray(array)
        attrs: dict[str, Any] = dict(array.attrs)
        if attrs["type"] == "time":
            table[name] = pd.Series(pd.to_datetime(data, unit="ns", utc=True)).dt.as_unit(attrs["unit"])
        elif attrs["type"] == "text":
            words: Any = np.array([*attrs["words"], None], dtype=object)  # code -1 finds the None
            table[name] = pd.Series(words[data].tolist())  # pandas chooses its own type of text
        else:
            table[name] = pd.Series(data)
    return pd.DataFrame(table)
