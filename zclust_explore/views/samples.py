"""Samples: the metadata of a run's windows as columns that the browser draws, colours and searches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from ..data.run import Run

UNKNOWN = 65535  # code of a text that is not known


@dataclass(frozen=True, eq=False)
class Column:
    """One column of the metadata, no value lost.

    Parameters
    ----------
    name : str
    kind : {"number", "flag", "time", "text"}
    values : array (n_samples,)
        Numbers: float32 where that holds them all exactly, float64 otherwise, NaN where unknown. Flags: uint8. Times:
        float64, milliseconds since 1970 UTC, NaN where unknown. Text: uint16, index of the word, 65535 where unknown.
    words : tuple of str
        Of a text; empty for all else.
    """

    name: str
    kind: Literal["number", "flag", "time", "text"]
    values: np.ndarray
    words: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Samples:
    """The metadata as columns.

    Parameters
    ----------
    columns : tuple of Column
        In the order of the metadata.
    dropped : tuple of str
        Names of text columns with more words than a code of two bytes can name: a name of its own for each of so many
        windows groups nothing, and would cost more than all the rest.
    """

    columns: tuple[Column, ...]
    dropped: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Column:
        """Return the column of a name."""
        return next(column for column in self.columns if column.name == name)


def samples(run: Run) -> Samples:
    """Turn the metadata of a run into columns."""
    table = run.spectrograms.metadata
    made = [_column(str(name), table[name]) for name in table.columns]
    dropped = tuple(str(name) for name, column in zip(table.columns, made, strict=True) if column is None)
    return Samples(tuple(column for column in made if column is not None), dropped)


def _column(name: str, given: pd.Series) -> Column | None:
    """Turn one column of a table into bytes; None if it has too many words."""
    if pd.api.types.is_datetime64_any_dtype(given.dtype):
        times = pd.to_datetime(given, utc=True)
        start_ms = times.astype("datetime64[ns, UTC]").astype("int64").to_numpy() / 1e6
        return Column(name, "time", np.where(times.isna().to_numpy(), np.nan, start_ms))
    if pd.api.types.is_bool_dtype(given.dtype) and given.notna().all():
        return Column(name, "flag", given.to_numpy(dtype=np.uint8))
    if pd.api.types.is_numeric_dtype(given.dtype) and not pd.api.types.is_complex_dtype(given.dtype):
        return Column(name, "number", _shortest(given.to_numpy(dtype=np.float64, na_value=np.nan)))
    codes, words = pd.factorize(given.astype(object).map(str, na_action="ignore"))  # -1 where unknown
    if len(words) > UNKNOWN:
        return None
    return Column(name, "text", np.where(codes < 0, UNKNOWN, codes).astype(np.uint16), tuple(map(str, words)))


def _shortest(values: np.ndarray) -> np.ndarray:
    """Half the bytes, where that changes no value."""
    with np.errstate(over="ignore"):
        short = values.astype(np.float32)
    return short if np.array_equal(short, values, equal_nan=True) else values
