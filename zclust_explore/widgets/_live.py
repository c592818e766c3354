"""What a training panel draws of a run at its last snapshot: the map, and windows with their reconstructions."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..data.run import Run
from ..data.spectrograms import Spectrograms
from ..views.live_frame import LiveFrame
from ..views.tiles import DecibelScale, residual_limit
from ._answers import reconstruct
from ._base import column

N_FIXED, N_CHOSEN, N_TILES = 2, 2, 6
N_SEARCHED = 96  # windows among which the worst are looked for; all of them would cost more than the training
UNCLUSTERED = 255


class LiveMap:
    """Positions of all windows and centroids at the last snapshot, in a frame that follows the training."""

    def __init__(self) -> None:
        self.frame: LiveFrame | None = None
        self._xy: np.ndarray | None = None

    def columns(self, run: Run) -> dict[str, Any]:
        """Prepare the last snapshot for the browser: places in latent units, cluster of each window, sizes."""
        snapshot = run.snapshot()
        labels = snapshot.labels
        self.frame = LiveFrame.fit(snapshot.embedding, self._xy)
        self._xy = self.frame.project(snapshot.embedding)
        centroids = snapshot.centroids
        k = 0 if centroids is None else len(centroids)
        return {
            "step": snapshot.step,
            "phase": snapshot.phase,
            "act": snapshot.act.get("message", ""),
            "share": self.frame.share,
            "xy": column(self._xy, "f4"),
            "labels": column(np.full(run.n_samples, UNCLUSTERED) if labels is None else labels, "u1"),
            "centroids": b"" if centroids is None else column(self.frame.project(centroids), "f4"),
            "sizes": [] if labels is None else np.bincount(labels, minlength=k).tolist(),
        }

    def lifted(self, run: Run, cluster: int, to: Any) -> np.ndarray:
        """Place in latent space of a centroid that was dragged to a place on the map (2,), in latent units."""
        centroids = run.snapshot().centroids
        if centroids is None or self.frame is None:
            raise ValueError("cluster must have a centroid to be moved: clustering has not begun.")
        return self.frame.lift(centroids[int(cluster)], np.asarray(to, dtype=np.float64))


class LivePictures:
    """Some windows as they go in, as they come out, and what is left: fixed ones, chosen ones, and the worst ones.

    Parameters
    ----------
    specs : Spectrograms
    scale : DecibelScale
    """

    def __init__(self, specs: Spectrograms, scale: DecibelScale) -> None:
        self._scale = scale
        n = specs.n_samples
        self._searched = np.unique(np.linspace(0, n - 1, N_SEARCHED).astype(int))
        self._fixed = np.unique(np.linspace(0, n - 1, N_TILES + 2).astype(int)[1:-1])
        self.chosen: list[int] = []

    def choose(self, index: int) -> None:
        """Show a window that a person asked for, beside the one asked for before it."""
        self.chosen = [*[other for other in self.chosen if other != index], index][-N_CHOSEN:]

    def columns(self, run: Run) -> dict[str, Any]:
        """Prepare the pictures at the last snapshot for the browser."""
        step = len(run) - 1
        restored, missing = reconstruct(run, self._searched, step) if step >= 0 else (None, "")
        values = run.spectrograms.read(self._searched)
        n_fixed = N_FIXED if self.chosen else N_TILES // 2
        fixed = [int(index) for index in self._fixed[:: max(1, len(self._fixed) // n_fixed)][:n_fixed]]
        shown = [("fixed", index) for index in fixed] + [("chosen", index) for index in self.chosen]
        if restored is None:
            shown = [("fixed", int(index)) for index in self._fixed]
        else:
            error = np.square(restored - values).mean(axis=tuple(range(1, values.ndim)))
            known = {index for _, index in shown}
            worst = [int(index) for index in self._searched[np.argsort(-error, kind="stable")] if index not in known]
            shown += [("worst", index) for index in worst[: N_TILES - len(shown)]]
        indices = np.array([index for _, index in shown], dtype=np.int64)
        inputs = run.spectrograms.read(indices)
        told: dict[str, Any] = {
            "step": step,
            "missing": missing,
            "indices": indices.tolist(),
            "kinds": [kind for kind, _ in shown],
            "n_searched": len(self._searched),
            "inputs": column(self._scale.to_bytes(inputs, "background"), "u1"),
            "outputs": b"",
            "residuals": b"",
            "residual_limit": 1.0,
        }
        if restored is not None:
            outputs, _ = reconstruct(run, indices, step)
            if outputs is not None:
                residual = inputs - outputs
                limit = residual_limit(residual)
                told["outputs"] = column(self._scale.to_bytes(outputs, "background"), "u1")
                told["residuals"] = column(np.clip(np.rint(127.5 + 127.5 * residual / limit), 0, 255), "u1")
                told["residual_limit"] = limit
        return told
