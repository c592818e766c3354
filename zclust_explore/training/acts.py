"""Acts: what a person changes while a training is paused or over, and what of it is in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from ..data.run import Run
from ..data.snapshot import Phase
from ..models.dec import DEC
from .edits import NEW, Edit


@dataclass(frozen=True)
class Act:
    """A change of settings, or an edit of the clusters.

    Parameters
    ----------
    kind : {"steer", "merge", "split", "drop", "add", "move"}
    details : mapping
        What it was done with; plain values.
    edit : callable, optional
        From embedding (n_samples, latent_dim) and centroids (n_clusters, latent_dim) to an `Edit`.
    message : str
        What was done, in words, where no edit says so.
    """

    kind: str
    details: Mapping[str, Any] = field(default_factory=dict)
    edit: Callable[[np.ndarray, np.ndarray], Edit] | None = None
    message: str = ""


def settings_in_force(run: Run, phase: Phase, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Settings that a phase was asked for, with what a person changed of them since: of each, the latest."""
    now = dict(asked)
    for act in run.acts:
        if act["phase"] == phase:
            now |= {name: value for name, value in act.get("settings", {}).items() if name in now}
    return now


def learning_rate_in_force(run: Run) -> float:
    """Learning rate of both phases, as a person may have changed it."""
    steered = [act["settings"] for act in run.acts if "learning_rate" in act.get("settings", {})]
    return float(steered[-1]["learning_rate"] if steered else run.settings["learning_rate"])


@torch.no_grad()
def apply(edit: Edit, dec: DEC, optimizer: torch.optim.Optimizer) -> None:
    """Put the centroids of an edit in the place of those of a network that is being trained.

    Centroids that stay keep what Adam knows of them. A new one has no momentum, which belonged to another place; the
    size of its steps begins as the mean of the others', because from nothing its first steps would be three times as
    long as theirs.
    """
    state = optimizer.state.get(dec.centroids, {})
    kept = torch.as_tensor(edit.kept)
    shape, stays = dec.centroids.shape, kept != NEW
    for name, value in state.items():
        if not torch.is_tensor(value) or value.shape != shape:
            continue  # the number of steps so far
        rows = value.new_zeros(len(kept), shape[1])
        rows[stays] = value[kept[stays]]
        if name == "exp_avg_sq" and stays.any():
            rows[~stays] = rows[stays].mean(dim=0)
        state[name] = rows
    dec.centroids.data = torch.as_tensor(edit.centroids, dtype=dec.centroids.dtype, device=dec.centroids.device)
