"""Reconstructions: input, output and residual of a few windows at every step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import traitlets

from ..data.run import Run
from ._answers import WindowAnswers
from ._base import RunWidget, SharedState
from ._script import page_script


class Reconstructions(RunWidget):
    """What the autoencoder makes of a few windows, step by step.

    Parameters
    ----------
    run : Run
    indices : sequence of int, optional
        Windows to show. Default: the clearest member of each of the largest clusters, up to four.
    state : SharedState, optional
        That of another widget of the same run, whose step is then shown.
    """

    _esm = page_script("reconstructions_widget.js")
    _has_tiles = True

    indices = traitlets.List(traitlets.Int()).tag(sync=True)

    def __init__(self, run: Run, indices: Sequence[int] | None = None, state: SharedState | None = None) -> None:
        chosen = spread(run) if indices is None else [int(index) for index in indices]
        if not chosen or not (0 <= min(chosen) and max(chosen) < run.n_samples):
            raise IndexError(f"indices must be between 0 and {run.n_samples - 1}, got {chosen}.")
        super().__init__(run, state, indices=chosen)
        WindowAnswers(run, self.scale).install(self)


def spread(run: Run, n: int = 4) -> list[int]:
    """Return windows that differ: the clearest member of each of the n largest clusters, else evenly in time."""
    if run.n_clusters:
        q = run.soft_assignments()
        labels = q.argmax(axis=1)
        largest = np.argsort(-np.bincount(labels, minlength=q.shape[1]), kind="stable")[:n]
        members = [np.flatnonzero(labels == cluster) for cluster in largest]
        return [int(m[q[m, c].argmax()]) for c, m in zip(largest, members, strict=True) if len(m)]
    return [int(index) for index in np.unique(np.linspace(0, run.n_samples - 1, n).astype(int))]
