"""Labels: which cluster each window belongs to, how surely, and where it lies; with ways out into other programs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from . import export
from .assignments import soft_assignments
from .snapshot import Snapshot

if TYPE_CHECKING:
    import xarray

TAKEN = {"cluster", "novelty", "unlike", "latent", "labels", "embedding", "soft_assignments", "centroids"}
SUFFIXES = (".parquet", ".csv", ".nc")


@dataclass(frozen=True, eq=False)
class Labels:
    """What a run says about windows: those that it was trained on, or others.

    Parameters
    ----------
    embedding : array (n_samples, latent_dim)
        NaN for windows that hold NaN or infinity.
    metadata : pandas.DataFrame, n_samples rows
    labels : array (n_samples,) of int, optional
        Cluster of each window; −1 for those that hold NaN or infinity.
    soft_assignments : array (n_samples, n_clusters), optional
        Rows sum to 1.
    centroids : array (n_clusters, latent_dim), optional
    novelty : array (n_samples,), optional
        Distance to the nearest cluster over what is usual in training (see `Novelty`).
    attributes : mapping
        Where all this comes from; goes into the files.

    Raises
    ------
    ValueError
        If the arrays do not have one row a window.

    Examples
    --------
    >>> table = pd.DataFrame({"trace_id": ["XX.A..HHZ", "XX.B..HHZ"]})
    >>> labels = Labels(np.array([[0.1], [3.9]]), table, centroids=np.array([[0.0], [4.0]])).assigned()
    >>> labels.labels, labels.to_frame().columns.tolist()[:3]
    (array([0, 1]), ['sample', 'trace_id', 'cluster'])
    """

    embedding: np.ndarray
    metadata: pd.DataFrame
    labels: np.ndarray | None = None
    soft_assignments: np.ndarray | None = None
    centroids: np.ndarray | None = None
    novelty: np.ndarray | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check that everything has one row a window."""
        for name in ("metadata", "labels", "soft_assignments", "novelty"):
            value = getattr(self, name)
            if value is not None and len(value) != len(self.embedding):
                raise ValueError(f"{name} must have one row a window ({len(self.embedding)}), got {len(value)}.")

    @classmethod
    def of(cls, snapshot: Snapshot, metadata: pd.DataFrame, attributes: Mapping[str, Any]) -> Labels:
        """Return what a snapshot says about the windows of its run."""
        labels = cls(snapshot.embedding, metadata, centroids=snapshot.centroids, attributes=attributes)
        return labels if snapshot.centroids is None else labels.assigned(snapshot.alpha)

    def assigned(self, alpha: float = 1.0) -> Labels:
        """Return the same with soft assignments to the centroids and labels, by Student's t kernel."""
        assert self.centroids is not None
        q = soft_assignments(self.embedding, self.centroids, alpha)
        return Labels(self.embedding, self.metadata, q.argmax(axis=1), q, self.centroids, self.novelty, self.attributes)

    def __len__(self) -> int:
        """Return the number of windows."""
        return len(self.embedding)

    def __repr__(self) -> str:
        """Say what came out."""
        told = [f"{len(self)} windows"]
        if self.centroids is not None:
            told.append(f"{len(self.centroids)} clusters")
        if self.unlike is not None:
            told.append(f"{int(self.unlike.sum())} unlike anything seen")
        if n_unusable := int(np.isnan(self.embedding[:, 0]).sum()):
            told.append(f"{n_unusable} with NaN or infinity")
        return f"Labels({', '.join(told)})"

    @property
    def unlike(self) -> np.ndarray | None:
        """Whether a window is unlike anything that the run was trained on: novelty above 1; False where it is NaN."""
        return None if self.novelty is None else self.novelty > 1

    def to_frame(self) -> pd.DataFrame:
        """One row a window, as the files have it; `attrs` holds centroids and where all this comes from.

        Columns: `sample` (row in the spectrograms), the metadata, `cluster`, `novelty` and `unlike`,
        `soft_assignment_0` …, `embedding_0` …. Metadata of one of these names get `metadata_` before it.
        """
        results: dict[str, Any] = {}
        for name, values in (("cluster", self.labels), ("novelty", self.novelty), ("unlike", self.unlike)):
            if values is not None:
                results[name] = values
        for name, values in (("soft_assignment", self.soft_assignments), ("embedding", self.embedding)):
            if values is not None:
                results |= {f"{name}_{number}": values[:, number] for number in range(values.shape[1])}
        table = pd.DataFrame({**self._columns(set(results)), **results})
        table.attrs.update(self.attributes)
        if self.centroids is not None:
            table.attrs["centroids"] = np.asarray(self.centroids, dtype=float).tolist()
        return table

    def to_xarray(self) -> xarray.Dataset:
        """Dimensions `sample`, `latent` and `cluster`; metadata as coordinates of the samples."""
        arrays: dict[str, tuple[tuple[str, ...], np.ndarray, str]] = {
            "embedding": (("sample", "latent"), self.embedding, "latent coordinates of the windows")
        }
        for name, dims, values, said in (
            ("labels", ("sample",), self.labels, "cluster of each window, -1 for none"),
            ("soft_assignments", ("sample", "cluster"), self.soft_assignments, "probability of each cluster"),
            ("novelty", ("sample",), self.novelty, "distance from all clusters; above 1 unlike anything seen"),
            ("unlike", ("sample",), self.unlike, "whether a window is unlike anything seen"),
            ("centroids", ("cluster", "latent"), self.centroids, "cluster centres in latent coordinates"),
        ):
            if values is not None:
                arrays[name] = (dims, np.asarray(values), said)
        return export.to_dataset(self._columns(set()), arrays, self.attributes)

    def to_netcdf(self, path: str | os.PathLike[str]) -> Path:
        """Write `to_xarray` as NetCDF 4, in place of what is there; returns the path."""
        return export.write_netcdf(self.to_xarray(), path)

    def to_parquet(self, path: str | os.PathLike[str]) -> Path:
        """Write `to_frame` as Parquet, `attrs` included, in place of what is there; returns the path."""
        return export.write_parquet(self.to_frame(), path)

    def to_csv(self, path: str | os.PathLike[str]) -> Path:
        """Write `to_frame` as CSV, and its `attrs` as `<name>.json` beside it; returns the path."""
        return export.write_csv(self.to_frame(), path)

    def export(self, path: str | os.PathLike[str]) -> Path:
        """Write NetCDF, Parquet or CSV, by the ending of the path: .nc, .parquet or .csv; returns the path.

        Raises
        ------
        ValueError
            If it ends otherwise.
        """
        writers = dict(zip(SUFFIXES, (self.to_parquet, self.to_csv, self.to_netcdf), strict=True))
        suffix = Path(path).suffix.lower()
        if suffix not in writers:
            raise ValueError(f"path must end with one of {', '.join(SUFFIXES)}, got {os.fspath(path)!r}.")
        return writers[suffix](path)

    def _columns(self, taken: set[str]) -> dict[str, pd.Series[Any]]:
        """Metadata that any program can hold, under names that are free; `sample` first: screening may have set it."""
        table = self.metadata.reset_index(drop=True)
        columns = {"sample": pd.Series(np.arange(len(table)))}
        for name in table.columns:
            free = str(name)
            while free in taken | TAKEN:
                free = f"metadata_{free}"
            columns[free] = export.plain(table[name])
            taken = taken | {free}
        return columns
