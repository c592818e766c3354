"""SeisBench data sets: waveforms and metadata of thousands of traces in a folder, read piece by piece.

Source: the data format of Woollam et al. (2022), doi:10.1785/0220210324, as SeisBench documents it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import h5py  # type: ignore[import-untyped]
    from obspy import Trace

    from .sources import Entry

logger = logging.getLogger(__name__)

FORM = "SEISBENCH"  # beside ObsPy's names of formats
CODES = ("station_network_code", "station_code", "station_location_code", "trace_channel")
RATE, ORDER = "trace_sampling_rate_hz", "trace_component_order"
NAMES = {*CODES, "trace_name", ORDER}


@dataclass(frozen=True, eq=False)
class Traces:
    """Waveforms of some rows of a data set.

    Parameters
    ----------
    rows : array (n,)
        Their numbers in the metadata.
    waveforms : list of n arrays (n_channels, n_points)
        As they are stored; lengths may differ.
    component_orders : list of n str
        What the channels are, such as "ZNE".
    sampling_rates : array (n,), Hz
    skipped : pandas.DataFrame with columns `record` and `reason`
        Rows that could not be read, and why.
    """

    rows: np.ndarray
    waveforms: list[np.ndarray]
    component_orders: list[str]
    sampling_rates: np.ndarray
    skipped: pd.DataFrame


@dataclass(frozen=True, eq=False)
class SeisBenchDataset:
    """A data set in a folder; waveforms are read when they are asked for.

    Parameters
    ----------
    path : Path
    metadata : pandas.DataFrame
        Every column of the files, and `trace_chunk`, `trace_sampling_rate_hz`, `trace_component_order`, `trace_id`
        (NET.STA.LOC.CHA) and `starttime` (UTC; NaT where `trace_start_time` says no time).
    chunks : tuple of str
        Parts of the data set; ("",) where it has only one.
    components : str, optional
        Components to read, in this order; None reads what there is.

    Examples
    --------
    >>> import zclust_explore as zx
    >>> from zclust_explore.data.files import TemporaryFolder
    >>> from zclust_explore.data.seisbench_writer import write_seisbench
    >>> folder, specs = TemporaryFolder(), zx.make_spectrograms(n_samples=16, random_state=0)
    >>> path = write_seisbench(folder.path / "toys", specs.waveforms, specs.metadata, specs.sampling_rate)
    >>> toys = read_seisbench(path)
    >>> toys
    SeisBenchDataset(16 traces in 1 chunk, components Z, 50 Hz)
    >>> toys.read([3, 5]).waveforms[0].shape
    (1, 3000)
    """

    path: Path
    metadata: pd.DataFrame
    chunks: tuple[str, ...]
    components: str | None = None

    def __len__(self) -> int:
        """Return the number of traces."""
        return len(self.metadata)

    def __repr__(self) -> str:
        """Say what a seismologist wants to know first."""
        orders = self.components or ", ".join(map(str, self.metadata.trace_component_order.unique()))
        rates = ", ".join(f"{rate:g}" for rate in self.metadata.trace_sampling_rate_hz.unique())
        chunks = f"{len(self.chunks)} chunk{'s' * (len(self.chunks) != 1)}"
        return f"SeisBenchDataset({len(self)} traces in {chunks}, components {orders}, {rates} Hz)"

    def read(self, indices: Any = slice(None)) -> Traces:
        """Waveforms of some rows, by numbers, slice or mask; what cannot be read is left out, with its reason."""
        import h5py

        rows = np.atleast_1d(np.arange(len(self))[indices])
        table = self.metadata.iloc[rows]
        kept, waveforms, orders, left_out, reasons = [], [], [], [], []
        with ExitStack() as stack:
            opened: dict[str, tuple[h5py.Group, str]] = {}
            for row, name, chunk, order in zip(
                rows.tolist(), table.trace_name, table.trace_chunk, table.trace_component_order, strict=True
            ):
                try:
                    if chunk not in opened:
                        file = stack.enter_context(h5py.File(self.path / f"waveforms{chunk}.hdf5"))
                        opened[chunk] = file["data"], _data_format(file).get("dimension_order", "CW")
                    waveform, order = _chosen(_waveform(*opened[chunk], name), order, self.components)
                except (OSError, KeyError, ValueError, TypeError, IndexError) as error:
                    left_out.append(row)
                    reasons.append(str(error.args[0] if isinstance(error, KeyError) else error))
                else:
                    kept.append(row)
                    waveforms.append(waveform)
                    orders.append(order)
        if reasons:
            counts = pd.Series(reasons).value_counts().to_dict()
            logger.warning("%d of %d traces skipped: %s", len(reasons), len(rows), counts)
        rates = self.metadata.trace_sampling_rate_hz.to_numpy(dtype=float)[kept]
        return Traces(
            np.array(kept, dtype=int), waveforms, orders, rates, pd.DataFrame({"record": left_out, "reason": reasons})
        )

    def n_points(self) -> np.ndarray:
        """Samples of each trace (n,), 0 where there is no waveform."""
        import h5py

        known = self.metadata.get("trace_npts", pd.Series(np.nan, index=self.metadata.index)).to_numpy(
            dtype=float, copy=True
        )
        for chunk in self.metadata.trace_chunk[np.isnan(known)].unique():
            rows = np.flatnonzero(np.isnan(known) & (self.metadata.trace_chunk == chunk).to_numpy())
            names = self.metadata.trace_name.iloc[rows].astype(str)
            with suppress(OSError), h5py.File(self.path / f"waveforms{chunk}.hdf5") as file:
                order = _data_format(file).get("dimension_order", "CW")
                for row, name in zip(rows, names, strict=True):
                    with suppress(KeyError, ValueError, TypeError, IndexError):
                        known[row] = _waveform(file["data"], order, name).shape[-1]
        return np.nan_to_num(known).astype(int)

    def batches(self, n_traces: int = 256) -> Iterator[Traces]:
        """Waveforms of all rows, a few at a time, in order."""
        if n_traces < 1:
            raise ValueError(f"n_traces must be at least 1, got {n_traces}.")
        for start in range(0, len(self), n_traces):
            yield self.read(slice(start, start + n_traces))


def read_seisbench(
    path: str | os.PathLike[str], *, components: str | None = None, chunks: Sequence[str] | None = None
) -> SeisBenchDataset:
    """Open a SeisBench data set: all of its metadata, and waveforms when they are asked for.

    Parameters
    ----------
    path : path
        Of the folder with `metadata.csv` and `waveforms.hdf5`, or with those of its chunks.
    components : str, optional
        Such as "Z", or "ZNE" to have them in this order. A trace that lacks one is skipped when it is read.
    chunks : sequence of str, optional
        Only these parts.

    Raises
    ------
    FileNotFoundError
        If there are no metadata.
    ValueError
        If there is no such chunk, a component comes twice, or the metadata do not name the traces.
    """
    path = Path(path).absolute()  # the current folder may change
    if components is not None and (not components or len(set(components)) < len(components)):
        raise ValueError(f"components must be different letters, got {components!r}.")
    there = _chunks(path)
    if missing := set(chunks or ()) - set(there):
        raise ValueError(f"chunks must be among {there}, got {sorted(missing)}.")
    chosen = tuple(chunk for chunk in there if chunks is None or chunk in chunks)
    tables = [_metadata(path, chunk) for chunk in chosen]
    metadata = _identified(pd.concat(tables, ignore_index=True), components)
    return SeisBenchDataset(path, metadata, chosen, components)


def read_traces(file: str, entries: Sequence[Entry], start_ns: int, stop_ns: int) -> list[Trace]:
    """Parts of traces of a file between two times, as ObsPy's; of each entry, its number is the channel."""
    import h5py
    from obspy import Trace, UTCDateTime

    traces = []
    with h5py.File(file) as waveforms:
        order = _data_format(waveforms).get("dimension_order", "CW")
        for entry in entries:
            data = _waveform(waveforms["data"], order, entry.part)[entry.number]
            trace = Trace(data, {"sampling_rate": entry.sampling_rate, "starttime": UTCDateTime(ns=entry.start_ns)})
            trace.id = entry.trace_id if entry.trace_id.count(".") == 3 else f"...{entry.trace_id[-1]}"
            part = trace.slice(UTCDateTime(ns=start_ns), UTCDateTime(ns=stop_ns), nearest_sample=False)
            traces += [part] if len(part) else []
    return traces


def _chunks(path: Path) -> list[str]:
    """Parts of a data set, by the file that lists them or by what is there; only those that have metadata."""
    found = sorted(file.name[len("metadata") : -len(".csv")] for file in path.glob("metadata*.csv"))
    listed = (path / "chunks").read_text(encoding="utf-8").split("\n") if (path / "chunks").is_file() else []
    listed = [line.strip() for line in listed if line.strip()] or ([""] if "" in found else found)
    if absent := [chunk for chunk in listed if chunk not in found]:
        logger.warning("%d of %d chunks have no metadata: %s", len(absent), len(listed), ", ".join(absent))
    chunks = [chunk for chunk in found if chunk in listed]
    if not chunks:
        raise FileNotFoundError(f"path must hold a SeisBench data set with metadata.csv, got {path}.")
    return chunks


def _metadata(path: Path, chunk: str) -> pd.DataFrame:
    """Metadata of a chunk, with sampling rate and components of every trace as far as anything says them."""
    import h5py

    file = path / f"metadata{chunk}.csv"
    table = pd.read_csv(file, low_memory=False)
    if "trace_name" not in table:
        raise ValueError(f"path must hold metadata with a column trace_name, got {file}.")
    # names once more, as they are written: 00 is no number, and NA is a network
    words = pd.read_csv(file, usecols=lambda name: name in NAMES, dtype=str, keep_default_na=False)
    table = table.assign(**{str(name): words[name] for name in words})
    described: dict[str, Any] = {}
    try:
        with h5py.File(path / f"waveforms{chunk}.hdf5") as waveforms:
            described = _data_format(waveforms)
    except OSError as error:
        logger.warning("no waveforms of chunk %r: %s", chunk, error)
    unknown = pd.Series(np.nan, index=table.index)
    rates = table.get(RATE, unknown).fillna(1 / table.get("trace_dt_s", unknown))
    orders = table.get(ORDER, pd.Series("", index=table.index))
    return table.assign(
        trace_chunk=chunk,
        trace_sampling_rate_hz=rates.fillna(described.get("sampling_rate", np.nan)),
        trace_component_order=orders.where(orders != "", described.get("component_order", "")),
    )


def _identified(table: pd.DataFrame, components: str | None) -> pd.DataFrame:
    """With `trace_id` and `starttime`; the channel gets its component where there is one only."""
    if set(CODES) & set(table):
        blank = pd.Series("", index=table.index)
        network, station, location, channel = (table.get(name, blank) for name in CODES)
        component = table[ORDER] if components is None else pd.Series(components, index=table.index)
        channel = channel + component.where((channel.str.len() == 2) & (component.str.len() == 1), "")
        table = table.assign(trace_id=network + "." + station + "." + location + "." + channel)
    if "trace_start_time" in table:
        words = table["trace_start_time"].astype(object)
        table = table.assign(starttime=pd.to_datetime(words, utc=True, format="ISO8601", errors="coerce"))
    return table


def _data_format(file: h5py.File) -> dict[str, Any]:
    """What a file says about all its traces."""
    values = {name: value[()] for name, value in file.get("data_format", {}).items()}
    texts = {name: np.atleast_1d(value) for name, value in values.items() if np.asarray(value).dtype.kind in "SO"}
    return values | {name: b"".join(words).decode() for name, words in texts.items()}


def _waveform(data: h5py.Group, dimension_order: str, name: str) -> np.ndarray:
    """Waveform by its name, such as "T1" or, in an array with others, "bucket0$12,:3,:2001": (n_channels, n_points)."""
    block, _, location = name.partition("$")
    if block not in data:
        raise KeyError("no waveform of this name")
    parts = [[int(word) if word.strip() else None for word in part.split(":")] for part in location.split(",")]
    index = tuple(slice(*part) if len(part) > 1 else part[0] for part in parts) if location else ()
    waveform = np.asarray(data[block][index])
    if waveform.ndim != len(dimension_order) or "W" not in dimension_order or 0 in waveform.shape:
        raise ValueError(f"shape {waveform.shape} does not fit the dimension order {dimension_order!r}")
    waveform = np.moveaxis(waveform, dimension_order.index("W"), -1)
    return waveform.reshape(-1, waveform.shape[-1])


def _chosen(waveform: np.ndarray, order: str, components: str | None) -> tuple[np.ndarray, str]:
    """Channels in the order that is asked for, and what they are."""
    if components is None:
        return waveform, order
    if len(order) != len(waveform):
        raise ValueError(f"{len(waveform)} channel(s), but components {order!r}")
    if missing := "".join(component for component in components if component not in order):
        raise ValueError(f"no component {missing}, only {order}")
    return waveform[[order.index(component) for component in components]], components
