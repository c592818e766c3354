"""Progress: what training has to say after each batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..data.snapshot import Phase, Snapshot


@dataclass(frozen=True)
class Progress:
    """One batch done, or one snapshot taken.

    Parameters
    ----------
    phase : {"pretrain", "cluster"}
    epoch, n_epochs : int
        Passes over the data completed, and planned at most.
    batch, n_batches : int
        Batches of this epoch completed, and in all.
    losses : mapping of name to float
        Means over the samples since the last snapshot.
    snapshot : Snapshot, optional
        If one was taken now.
    reseeded : tuple of int
        Clusters whose lost centroids move right after this snapshot.
    elapsed_s : float
        Seconds of training in this phase, pauses left out.
    snapshot_due : bool
        Whether a snapshot follows right after this batch.
    """

    phase: Phase
    epoch: int
    n_epochs: int
    batch: int
    n_batches: int
    losses: Mapping[str, float]
    snapshot: Snapshot | None = None
    reseeded: tuple[int, ...] = ()
    elapsed_s: float = 0.0
    snapshot_due: bool = False

    @property
    def snapshot_added(self) -> bool:
        """Whether a snapshot was taken now."""
        return self.snapshot is not None

    @property
    def iteration(self) -> int:
        """Batches of this phase so far."""
        return self.epoch * self.n_batches + self.batch

    @property
    def fraction(self) -> float:
        """How much of what is planned at most is done, from 0 to 1."""
        return min(1.0, (self.epoch + self.batch / self.n_batches) / self.n_epochs)
