"""Results: what a run has to say in the end, to its reader and to other programs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from .labels import Labels
from .snapshot import Snapshot
from .spectrograms import Spectrograms

if TYPE_CHECKING:
    import xarray


class _Recorded(Protocol):
    """What results need of a run."""

    directory: Path

    @property
    def settings(self) -> dict[str, Any]: ...
    @property
    def spectrograms(self) -> Spectrograms: ...
    @property
    def events(self) -> list[dict[str, Any]]: ...
    @property
    def stop_reason(self) -> str | None: ...
    def __len__(self) -> int: ...
    def snapshot(self, step: int = -1) -> Snapshot: ...
    def described(self, step: int = -1) -> dict[str, Any]: ...
    def result(self, step: int = -1) -> Labels: ...


class Results:
    """The part of a `Run` that others take away: labels and embedding, as arrays, tables and files."""

    @property
    def embedding(self: _Recorded) -> np.ndarray:
        """Latent coordinates at the last step: (n_samples, latent_dim)."""
        return self.snapshot().embedding

    @property
    def centroids(self: _Recorded) -> np.ndarray | None:
        """Cluster centres at the last step: (n_clusters, latent_dim), or None before clustering."""
        return self.snapshot().centroids

    @property
    def labels(self: _Recorded) -> np.ndarray | None:
        """Cluster of each window at the last step: (n_samples,), or None before clustering."""
        return self.snapshot().labels

    @property
    def n_clusters(self: _Recorded) -> int | None:
        """Number of centroids at the last step, or None before clustering."""
        centroids = self.snapshot().centroids if len(self) else None
        return None if centroids is None else len(centroids)

    @property
    def most_clusters(self: _Recorded) -> int:
        """Largest number of centroids at any step: a person may have merged or split clusters; 0 before clustering."""
        found = (self.snapshot(step).centroids for step in range(len(self)))
        return max((len(centroids) for centroids in found if centroids is not None), default=0)

    def soft_assignments(self: _Recorded, step: int = -1) -> np.ndarray:
        """q at a step: (n_samples, n_clusters), rows sum to 1."""
        return self.snapshot(step).soft_assignments()

    def described(self: _Recorded, step: int = -1) -> dict[str, Any]:
        """Where a result comes from: versions, step, settings. Goes into every file."""
        from .. import __version__

        snapshot = self.snapshot(step)
        asked = [event for event in self.events if event["kind"] == snapshot.phase]
        return {
            "source": f"zclust_explore {__version__}",
            "run": self.directory.name,
            "trained_on": self.spectrograms.content_hash,
            "step": snapshot.step,
            "phase": snapshot.phase,
            "epoch": snapshot.epoch,
            "alpha": snapshot.alpha,
            "stop_reason": self.stop_reason,
            "settings": self.settings,
            "asked": asked[-1].get("settings", {}) if asked else {},
        }

    def result(self: _Recorded, step: int = -1) -> Labels:
        """Labels, soft assignments, embedding and centroids at a step, with the metadata of the windows."""
        return Labels.of(self.snapshot(step), self.spectrograms.metadata, self.described(step))

    def label(self, spectrograms: Spectrograms, **options: Any) -> Labels:
        """Cluster of windows that were not in the training, and which are unlike anything that was: see `label`."""
        from .. import label  # the one door upwards, found on first use: reading a run must not need PyTorch

        labels: Labels = label(self, spectrograms, **options)
        return labels

    def to_frame(self: _Recorded, step: int = -1) -> pd.DataFrame:
        """One row a window: metadata, cluster, soft assignments, embedding (see `Labels.to_frame`)."""
        return self.result(step).to_frame()

    def to_xarray(self: _Recorded, step: int = -1) -> xarray.Dataset:
        """Embedding, labels, soft assignments and centroids as an xarray.Dataset (see `Labels.to_xarray`)."""
        return self.result(step).to_xarray()

    def to_netcdf(self: _Recorded, path: str | os.PathLike[str], step: int = -1) -> Path:
        """Write `to_xarray` as NetCDF 4, in place of what is there; returns the path."""
        return self.result(step).to_netcdf(path)

    def to_parquet(self: _Recorded, path: str | os.PathLike[str], step: int = -1) -> Path:
        """Write `to_frame` as Parquet, in place of what is there; returns the path."""
        return self.result(step).to_parquet(path)

    def to_csv(self: _Recorded, path: str | os.PathLike[str], step: int = -1) -> Path:
        """Write `to_frame` as CSV, and settings and centroids as `<name>.json` beside it; returns the path."""
        return self.result(step).to_csv(path)
