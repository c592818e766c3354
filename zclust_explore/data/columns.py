"""Tables in Zarr groups: one typed array a column."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import zarr


def checked(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table as it can be kept and shown: unlike names, `starttime` as times; the table itself is not changed.

    Raises
    ------
    TypeError
        If it is not a table.
    ValueError
        If a name comes twice, or `starttime` holds something else than times.
    """
    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"metadata must be a pandas.DataFrame, got {type(table).__name__}.")
    twice = table.columns[table.columns.duplicated()]
    if len(twice):
        raise ValueError(f"metadata must not have two columns of one name, got {twice[0]!r} twice.")
    if "starttime" not in table or pd.api.types.is_datetime64_any_dtype(table["starttime"].dtype):
        return table
    given = table["starttime"]
    # text, or objects such as ObsPy's UTCDateTime, which pandas does not know but which say their time in ISO 8601
    words = given.astype(object).map(str, na_action="ignore")
    times = pd.to_datetime(words, utc=True, format="ISO8601", errors="coerce")
    # a bare number could be seconds or nanoseconds, since 1970 or since the record began
    wrong = given[times.isna() & given.notna() | given.map(lambda time: isinstance(time, int | float | np.number))]
    wrong = wrong.dropna()
    if len(wrong):
        raise ValueError(f"metadata.starttime must hold times (UTC), got {wrong.iloc[0]!r} in row {wrong.index[0]}.")
    return table.assign(starttime=times)


def write(group: zarr.Group, table: pd.DataFrame) -> None:
    """Write a table: numbers as they are, times as int64 ns since 1970 UTC, all else as codes into a list of words.

    A number that is missing where pandas has a mark for that becomes NaN.
    """
    # a table without columns has rows, too
    group.attrs.update({"columns": [str(name) for name in table.columns], "n_rows": len(table)})
    for number, name in enumerate(table.columns):
        column = table[name]
        attrs: dict[str, Any] = {"name": str(name)}
        if isinstance(column.dtype, pd.DatetimeTZDtype) or pd.api.types.is_datetime64_dtype(column.dtype):
            times = pd.to_datetime(column, utc=True).astype("datetime64[ns, UTC]")
            data = times.to_numpy(dtype="datetime64[ns]").astype("i8")
            attrs.update(type="time", unit=pd.to_datetime(column, utc=True).dt.unit)
        elif pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_numeric_dtype(column.dtype):
            data = column.to_numpy() if column.notna().all() else column.to_numpy(dtype="f8", na_value=np.nan)
            attrs["type"] = "number"
        else:
            codes, words = pd.factorize(column.astype(object).map(str, na_action="ignore"))  # -1 where missing
            data = codes.astype("i4")
            attrs.update(type="text", words=list(words))
        group.create_array(f"{number:03d}", data=np.ascontiguousarray(data), attributes=attrs)


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
    n_rows: Any = group.attrs.get("n_rows")  # of stores that were written before there was one, None
    return pd.DataFrame(table, index=None if n_rows is None else pd.RangeIndex(n_rows))
