"""Stores: axes, arrays and tables of spectrograms in one Zarr group, or in several that count as one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import zarr
from zarr.codecs import ZstdCodec

from . import columns
from .files import to_json
from .parts import Parts

FORMAT = 1
KIND = "zclust_explore.Spectrograms"
CHUNK_BYTES = 2**20  # a gallery reads windows from here and there, and for each a whole chunk
PACKING = ZstdCodec(level=1)  # half the time of Zarr's own level, and as small: windows that overlap repeat each other


def rows(array: Any, indices: Any) -> np.ndarray:
    """Some rows of an array in memory or in a store, in memory: float32."""
    if isinstance(array, zarr.Array) and not isinstance(indices, slice):
        indices = np.arange(array.shape[0])[indices]
        array = array.oindex[np.atleast_1d(indices)]
        return np.asarray(array, dtype=np.float32).reshape(*np.shape(indices), *array.shape[1:])
    return np.asarray(array[indices], dtype=np.float32)


def write(
    folder: Path,
    axes: Mapping[str, np.ndarray],
    arrays: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    attributes: Mapping[str, Any],
) -> None:
    """Write a store into a folder: arrays of n_samples rows in chunks of about 1 MiB, or nothing where one is None."""
    known = {"format": FORMAT, "kind": KIND, **json.loads(to_json(dict(attributes)))}
    root = zarr.open_group(folder, mode="w", attributes=known)
    for name, axis in axes.items():
        root.create_array(name, data=np.asarray(axis, dtype="f8"))
    for name, array in arrays.items():
        if array is None:
            continue
        row_bytes = 4 * int(np.prod(array.shape[1:]))
        n_chunks = -(-array.shape[0] // max(1, CHUNK_BYTES // row_bytes))
        n_rows = -(-array.shape[0] // n_chunks)  # alike: the last one is filled up, and packed, whatever is in it
        chunks = (n_rows, *array.shape[1:])
        stored = root.create_array(name, shape=array.shape, chunks=chunks, dtype="f4", compressors=PACKING)
        for start in range(0, array.shape[0], n_rows):
            stored[start : start + n_rows] = rows(array, slice(start, start + n_rows))
    for name, table in tables.items():
        if len(table):  # five small files for nothing, with each of a thousand parts
            columns.write(root.create_group(name), table)


def read(path: Path) -> tuple[dict[str, Any], str | None]:
    """Arguments of the `Spectrograms` that a store holds, its arrays unread, and their content hash if it is kept.

    Raises
    ------
    FileNotFoundError
        If there is no store of spectrograms at the path.
    """
    try:
        root: Any = zarr.open_group(path, mode="r")
        attrs: dict[str, Any] = dict(root.attrs)
    except (FileNotFoundError, zarr.errors.GroupNotFoundError):
        attrs = {}
    if attrs.get("kind") != KIND:
        raise FileNotFoundError(f"path must hold saved Spectrograms, got {path}.")
    if "parts" in attrs:  # as `read_spectrograms` writes them
        paths = [path / part for part in attrs["parts"]]
        first: Any = zarr.open_group(paths[0], mode="r")
        arrays: dict[str, Any] = {
            name: Parts(paths, name, attrs["sizes"], first[name].shape[1:]) for name in ("values", "waveforms")
        }
    else:
        arrays = {"values": root["values"], "waveforms": root["waveforms"] if "waveforms" in root else None}
    fields = {
        **arrays,
        "frequencies": np.asarray(root["frequencies"]),
        "times": np.asarray(root["times"]),
        "metadata": columns.read(root["metadata"]),
        "settings": attrs["settings"],
        "sampling_rate": attrs["sampling_rate"],
        "components": attrs.get("components", ""),  # of stores from before there were several, none
    }
    fields |= {name: columns.read(root[name]) for name in ("skipped", "noted") if name in root}
    return fields, attrs.get("content_hash")
