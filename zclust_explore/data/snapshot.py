"""Snapshot: one moment of training, frozen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import zarr

from .assignments import soft_assignments
from .census import Census
from .files import to_json

Phase = Literal["pretrain", "cluster"]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One moment of training; arrays are copied and cannot be changed.

    Parameters
    ----------
    step : int
        Number of the snapshot in its run, from 0.
    phase : {"pretrain", "cluster"}
    epoch : int
        Passes over the data so far in this phase.
    losses : mapping of name to float
        Mean over the samples since the snapshot before: `reconstruction` (mean squared error a pixel, in units of the
        scaled input), and `clustering` (KL divergence a sample, nats).
    embedding : array (n_samples, latent_dim)
    centroids : array (n_clusters, latent_dim), optional
        From the first snapshot of clustering on.
    label_change : float in [0, 1], optional
        Fraction of samples whose label differs from the snapshot before.
    alpha : float
        Degrees of freedom of the kernel that the centroids were trained with.
    iteration : int
        Batches of this phase so far; an update may lie between two epochs.
    act : mapping
        What a person changed at this moment (see `Steering`): `kind`, `message` and what it was done with; empty for a
        moment of the training's own.
    """

    step: int
    phase: Phase
    epoch: int
    losses: Mapping[str, float]
    embedding: np.ndarray
    centroids: np.ndarray | None = None
    label_change: float | None = None
    alpha: float = 1.0
    iteration: int = 0
    act: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Copy and freeze the arrays, which must be finite: NaN would be recorded, resumed from and drawn."""
        for name in ("embedding", "centroids"):
            value = getattr(self, name)
            if value is not None:
                value = np.array(value, dtype=np.float32)
                if value.ndim != 2:
                    raise ValueError(f"{name} must have two dimensions, got shape {value.shape}.")
                if not np.isfinite(value).all():
                    raise ValueError(f"{name} must be finite, got NaN or infinity at step {self.step}.")
                value.setflags(write=False)
                object.__setattr__(self, name, value)
        object.__setattr__(self, "losses", dict(self.losses))

    def soft_assignments(self) -> np.ndarray:
        """q: (n_samples, n_clusters), rows sum to 1."""
        if self.centroids is None:
            raise ValueError(f"A snapshot must have centroids to assign to, step {self.step} is of the pretraining.")
        return soft_assignments(self.embedding, self.centroids, self.alpha)

    @property
    def labels(self) -> np.ndarray | None:
        """Cluster of each sample (n_samples,), the largest q; None before clustering."""
        return None if self.centroids is None else self.soft_assignments().argmax(axis=1)

    def census(self) -> Census | None:
        """Sizes of the clusters and how far apart they are; None before clustering."""
        return None if self.centroids is None else Census.of(self.embedding, self.centroids, self.alpha)

    def write(self, folder: Path) -> None:
        """Write `snapshot.json` and `arrays/` into an existing folder."""
        arrays = zarr.open_group(folder / "arrays", mode="w")
        for name in ("embedding", "centroids"):
            values = getattr(self, name)
            if values is not None:
                arrays.create_array(name, data=values, chunks=values.shape)
        described = {
            "step": self.step,
            "phase": self.phase,
            "epoch": self.epoch,
            "losses": dict(self.losses),
            "label_change": self.label_change,
            "alpha": self.alpha,
            "iteration": self.iteration,
        }
        if self.act:
            described["act"] = dict(self.act)
        (folder / "snapshot.json").write_text(to_json(described))

    @staticmethod
    def describe(folder: Path) -> dict[str, Any]:
        """Read everything but the arrays."""
        described: dict[str, Any] = json.loads((folder / "snapshot.json").read_text())
        return described

    @classmethod
    def read(cls, folder: Path) -> Snapshot:
        """Read what `write` wrote."""
        arrays = folder / "arrays"  # not as a group, which takes longer to open than its arrays to read
        with_centroids = (arrays / "centroids").exists()
        return cls(
            embedding=np.asarray(zarr.open_array(arrays / "embedding", mode="r")),
            centroids=np.asarray(zarr.open_array(arrays / "centroids", mode="r")) if with_centroids else None,
            **cls.describe(folder),
        )
