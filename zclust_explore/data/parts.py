"""Parts: arrays of one shape a row that lie in several stores, as if they were one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import zarr


class Parts:
    """Arrays one after another along the first axis; read when they are indexed, and opened then.

    Parameters
    ----------
    paths : sequence of Path
        Of Zarr groups.
    name : str
        Of the array in each.
    sizes : sequence of int
        Number of rows of each.
    row_shape : tuple of int
        Shape of one row.

    Examples
    --------
    `Parts([folder / "000000", folder / "000001"], "values", [600, 584], (64, 46))[590:610]` is an array of 20 rows.
    """

    def __init__(self, paths: Sequence[Path], name: str, sizes: Sequence[int], row_shape: tuple[int, ...]) -> None:
        self._paths, self._name = list(paths), name
        self._edges = np.concatenate([[0], np.cumsum(sizes)]).astype(int)
        self.shape = (int(self._edges[-1]), *row_shape)
        self.ndim = len(self.shape)
        self.dtype = np.dtype("f4")
        self._array = lru_cache(maxsize=64)(self._opened)

    def _opened(self, part: int) -> Any:
        return zarr.open_group(self._paths[part], mode="r")[self._name]

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.shape[0]

    def __getitem__(self, indices: Any) -> np.ndarray:
        """Rows by a slice, an index, an array of indices or a mask: in memory."""
        wanted = np.arange(self.shape[0])[indices]
        rows = np.atleast_1d(wanted)
        out = np.empty((len(rows), *self.shape[1:]), dtype=self.dtype)
        of_part = np.searchsorted(self._edges, rows, side="right") - 1
        for part in np.unique(of_part):
            here = np.flatnonzero(of_part == part)
            local = rows[here] - self._edges[part]
            array = self._array(int(part))
            if len(local) > 1 and (np.diff(local) == 1).all():  # a slice costs less than a list of its numbers
                out[here] = array[int(local[0]) : int(local[-1]) + 1]
            else:
                out[here] = array.oindex[local]
        return out.reshape(*np.shape(wanted), *self.shape[1:])
