"""What the map asks about itself, and the column that it judges its motion by."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..data.run import Run
from ..views.honesty import invented_neighbours, true_motion
from ..views.neighbours import N_NEIGHBOURS
from ..views.projection import Projection


class MapAnswers:
    """Compares projections with the latent space; called on a widget's worker thread."""

    def __init__(self, run: Run, projections: dict[str, Projection]) -> None:
        self.run = run
        self.projections = projections

    def invented(self, content: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        """How many of each window's nearest on the map at a step are not so in latent space: (n,) uint8, of `k`."""
        step, method = int(content["step"]), content["method"]
        if method not in self.projections:
            raise ValueError(f"method must be one of {sorted(self.projections)}, got {method!r}.")
        if not 0 <= step < len(self.run):
            raise IndexError(f"step must be between 0 and {len(self.run) - 1}, got {step}.")
        share = invented_neighbours(self.run.snapshot(step).embedding, self.projections[method].xy[step])
        k = max(1, min(N_NEIGHBOURS, self.run.n_samples - 1))
        return {"k": k}, [np.rint(share * k).astype(np.uint8).tobytes()]


def motion_column(run: Run) -> bytes:
    """True displacements for the browser, 65535 for the largest: (n_snapshots - 1, n) uint16, little endian."""
    moved = true_motion(run)
    largest = float(moved.max(initial=0)) or 1.0
    return np.rint(moved * (65535 / largest)).astype("<u2").tobytes()
