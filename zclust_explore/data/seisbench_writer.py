"""Waveforms with their metadata, written as a data set that SeisBench opens."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from . import columns
from .files import new_folder
from .seisbench import CODES

BUCKET = 1024  # traces in one array of the file, as in SeisBench's own: many small arrays are slow to read
BUCKET_BYTES = 64 * 2**20


def write_seisbench(
    path: str | os.PathLike[str],
    waveforms: Any,
    metadata: pd.DataFrame,
    sampling_rate: float,
    *,
    component_order: str = "Z",
) -> Path:
    """Write a data set that `seisbench.data.WaveformDataset` opens, at a path that does not exist yet.

    Parameters
    ----------
    path : path
        Of the folder, which is complete or absent.
    waveforms : array (n, n_points) or (n, n_channels, n_points)
        In memory or in a Zarr store.
    metadata : pandas.DataFrame, n rows
        `trace_id` and `starttime` become SeisBench's columns for codes and start; the others keep their names.
    sampling_rate : float, Hz
    component_order : str
        What the channels are.

    Raises
    ------
    FileExistsError
        If there is something at the path.
    ValueError
        If shapes do not fit.
    """
    import h5py  # type: ignore[import-untyped]

    path, shape = Path(path), tuple(getattr(waveforms, "shape", ()))
    if len(shape) not in (2, 3) or 0 in shape:
        raise ValueError(f"waveforms must be an array (n, [n_channels,] n_points), got shape {shape}.")
    if waveforms.dtype.kind not in "iuf" or np.ma.is_masked(waveforms):
        raise ValueError(f"waveforms must be real numbers without masked gaps, got {waveforms.dtype}.")
    n, n_channels, n_points = shape[0], shape[1] if len(shape) == 3 else 1, shape[-1]
    if len(component_order) != n_channels:
        raise ValueError(f"component_order must name {n_channels} channel(s), got {component_order!r}.")
    if not sampling_rate > 0:
        raise ValueError(f"sampling_rate must be positive, got {sampling_rate}.")
    table = columns.checked(metadata)
    if len(table) != n:
        raise ValueError(f"metadata must have one row a trace ({n}), got {len(table)}.")
    rows = int(np.clip(BUCKET_BYTES // (n_channels * n_points * waveforms.dtype.itemsize), 1, BUCKET))
    names = [f"bucket{row // rows}${row % rows},:{n_channels},:{n_points}" for row in range(n)]
    with new_folder(path) as folder:
        with h5py.File(folder / "waveforms.hdf5", "w") as file:
            described = {"dimension_order": "CW", "component_order": component_order, "sampling_rate": sampling_rate}
            for name, value in described.items():
                file.create_dataset(f"data_format/{name}", data=value)
            for start in range(0, n, rows):
                block = np.asarray(waveforms[start : start + rows])
                file.create_dataset(f"data/bucket{start // rows}", data=block.reshape(-1, n_channels, n_points))
        _described(table, names, component_order, sampling_rate).to_csv(folder / "metadata.csv", index=False)
    return path


def _described(table: pd.DataFrame, names: list[str], order: str, sampling_rate: float) -> pd.DataFrame:
    """Metadata in SeisBench's words; its channel codes go without the component."""
    table = table.drop(columns=["trace_chunk"], errors="ignore")
    if "trace_id" in table:
        split = table["trace_id"].astype(object).map(str, na_action="ignore").str.split(".", expand=True)
        if split.shape[1] == len(CODES):
            split.columns = list(CODES)
            channel = split["trace_channel"]
            ends = (channel.str.len() == 3) & channel.str[-1:].isin(list(order))
            split["trace_channel"] = channel.where(~ends, channel.str[:2])
            table = table.drop(columns=["trace_id", *CODES], errors="ignore").join(split)
    if "starttime" in table:
        times = pd.to_datetime(table["starttime"], utc=True).dt.tz_convert(None).to_numpy()
        words = pd.Series(np.datetime_as_string(times, timezone="UTC"), index=table.index, dtype=object)
        table = table.drop(columns=["starttime"]).assign(trace_start_time=words.where(~np.isnat(times), None))
    if "trace_name" in table:
        table = table.rename(columns={"trace_name": "trace_name_original"})
    return table.assign(trace_name=names, trace_sampling_rate_hz=float(sampling_rate), trace_component_order=order)
