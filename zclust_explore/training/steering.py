"""Steering: the part of a Trainer that changes what is being trained, and goes back."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, get_args

import numpy as np

from ..data.files import free_path
from ..data.snapshot import Snapshot
from . import edits
from .acts import Act
from .checks import whole
from .control import Unit

if TYPE_CHECKING:
    from .session import Session

CLUSTERING_ONLY = ("reconstruction_weight", "update_interval")


class Steering:
    """What a person may do while a training is paused, or after it was stopped or has finished.

    Every act is a snapshot of the run, which says what was done, and `resume()` goes on from it, to the same bits in
    this process or in another. It counts as an update of the target distribution. Labels belong to the nearest
    centroid, as at every step, so that some windows may go elsewhere than an edit says; the message counts them. To
    undo an act, `fork` from the snapshot before it.

    Errors of all acts: ValueError or IndexError where it cannot be done, and then nothing is changed; RuntimeError
    while the training is running.
    """

    _session: Session

    def step(self, unit: Unit = "batch") -> None:
        """While paused: go on for one batch or epoch, or to the next update, and pause there; returns at once.

        Raises
        ------
        ValueError
            If the unit is not "batch", "epoch" or "update".
        RuntimeError
            If it is not paused.
        """
        if unit not in get_args(Unit):
            raise ValueError(f"unit must be 'batch', 'epoch' or 'update', got {unit!r}.")
        if not self._session.control.step(unit):
            raise RuntimeError("Only a paused training can go on by steps: pause() it first.")

    def steer(
        self,
        *,
        learning_rate: float | None = None,
        reconstruction_weight: float | None = None,
        update_interval: int | None = None,
        n_epochs: int | None = None,
    ) -> Snapshot:
        """Change settings from here on.

        Parameters
        ----------
        learning_rate : float
        reconstruction_weight : float
            While clustering, as in `Trainer.cluster`.
        update_interval : int
            While clustering, in the unit that it was asked for in.
        n_epochs : int
            Of this phase in all, those that are done included.
        """
        given = {
            "learning_rate": learning_rate,
            "reconstruction_weight": reconstruction_weight,
            "update_interval": update_interval,
            "n_epochs": n_epochs,
        }
        settings = {name: value for name, value in given.items() if value is not None}
        if not settings:
            raise ValueError("steer must be given at least one setting, got none.")
        for name in CLUSTERING_ONLY:
            if name in settings and self._session.phase != "cluster":
                raise ValueError(f"{name} must be changed while clustering: before, it has no effect.")
        for name in ("learning_rate", "reconstruction_weight"):
            value = settings.get(name)
            if value is not None and not (math.isfinite(value) and (value > 0 or (name[0] == "r" and value == 0))):
                rule = "positive" if name == "learning_rate" else "0 or more"
                raise ValueError(f"{name} must be {rule}, got {value}.")
        for name in ("update_interval", "n_epochs"):
            if name in settings:
                settings[name] = whole(name, settings[name], 1)
        plain: dict[str, Any] = {k: v if isinstance(v, int) else float(v) for k, v in settings.items()}
        said = ", ".join(f"{name} = {value:g}" for name, value in plain.items())
        return self._session.act(Act("steer", {"settings": plain}, message=f"Changed from here on: {said}."))

    def merge(self, one: int, other: int) -> Snapshot:
        """Make one cluster of two; see `edits.merge`."""
        return self._edit("merge", {"clusters": [one, other]}, lambda z, mu: edits.merge(z, mu, one, other))

    def split(self, cluster: int) -> Snapshot:
        """Make two clusters of one, by k-means of its windows; see `edits.split`."""
        seed = self._session.run.settings["random_state"]
        return self._edit("split", {"clusters": [cluster]}, lambda z, mu: edits.split(z, mu, cluster, seed))

    def drop(self, cluster: int) -> Snapshot:
        """Take a cluster away; its windows go to those next to it; see `edits.drop`."""
        return self._edit("drop", {"clusters": [cluster]}, lambda z, mu: edits.drop(z, mu, cluster))

    def add(self, windows: Sequence[int] | np.ndarray) -> Snapshot:
        """Add a cluster at the mean of some windows, given by their numbers or as a mask; see `edits.add`."""
        chosen = self._windows(windows)
        return self._edit("add", {"windows": chosen}, lambda z, mu: edits.add(z, mu, chosen))

    def move(self, cluster: int, to: Sequence[float] | np.ndarray) -> Snapshot:
        """Put a centroid to another place in latent space, (latent_dim,); see `edits.move`."""
        place = [float(value) for value in np.ravel(to)]
        return self._edit("move", {"clusters": [cluster], "to": place}, lambda z, mu: edits.move(z, mu, cluster, place))

    def _windows(self, given: Sequence[int] | np.ndarray) -> list[int]:
        """Numbers of windows, given as such or as a mask."""
        array, n = np.atleast_1d(np.asarray(given)), self._session.run.n_samples
        if array.dtype == bool:
            if array.shape != (n,):
                raise ValueError(f"windows must have {n} entries if boolean, got {array.shape}.")
            array = np.flatnonzero(array)
        if array.size and array.dtype.kind not in "iu":
            raise TypeError(f"windows must be whole numbers or booleans, got {array.dtype}.")
        return [int(window) for window in array]

    def _edit(self, kind: str, details: dict[str, Any], edit: Any) -> Snapshot:
        if self._session.phase != "cluster":
            raise ValueError(f"{kind} needs clusters: there are none before clustering has begun.")
        plain = {
            name: [v.item() if isinstance(v, np.generic) else v for v in values] for name, values in details.items()
        }
        return self._session.act(Act(kind, plain, edit))

    def fork(self, step: int = -1, directory: str | os.PathLike[str] | None = None, **changes: Any) -> Self:
        """Begin another run as this one was at a snapshot; this one stays as it is, and may go on.

        Parameters
        ----------
        step : int
            Snapshot to go back to; negative ones count from the end.
        directory : path, optional
            Of the new run; by default beside this one.
        **changes
            Settings that differ, as in `steer`. Without any, the new run continues to the same bits as this one.

        Returns
        -------
        Trainer
            Of the new run: call `resume()` or `start()`.

        Examples
        --------
        `trainer.fork(12, learning_rate=1e-4).resume()`
        """
        parent = self._session.run
        at = parent.snapshot(step).step
        path = free_path(parent.directory) if directory is None else Path(directory)
        branch = parent.branch(path, at + 1)
        branch.record("fork", f"forked from {parent.directory} at step {at + 1}", parent=str(parent.directory), at=at)
        fork = type(self).open(branch, device=str(self._session.device))  # type: ignore[attr-defined]  # a Trainer
        try:
            if changes:
                fork.steer(**changes)
        except (TypeError, ValueError):
            shutil.rmtree(path)  # nobody has asked for this one
            raise
        return fork
