"""Frames: a run and its projection as the small typed columns that the browser draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..data.assignments import soft_assignments
from ..data.run import Run
from .projection import Projection

GRID = 65535  # the map's own units: positions are whole numbers from 0 to GRID on both axes
UNCLUSTERED = 255


@dataclass(frozen=True, eq=False)
class MapFrames:
    """Positions for the map, on a square grid that all steps share.

    Parameters
    ----------
    xy : array (n_snapshots, n_samples, 2), uint16
        0 … 65535 over `origin` … `origin + span` of the projection: one unit of length on both axes.
    centroids : array (n_snapshots, n_clusters, 2), float32
        On the same grid; NaN before clustering.
    origin : pair of float
        Lower left corner in the projection's units.
    span : float
        Side of the square in the projection's units.
    """

    xy: np.ndarray
    centroids: np.ndarray
    origin: tuple[float, float]
    span: float


def map_frames(projection: Projection) -> MapFrames:
    """Quantise a projection; the square holds every window and every centroid at every step."""
    everything = projection.xy.reshape(-1, 2)
    centroids = projection.centroids_xy.reshape(-1, 2)
    everything = np.concatenate([everything, centroids[np.isfinite(centroids).all(axis=1)]]).astype(np.float64)
    low, high = everything.min(axis=0), everything.max(axis=0)
    span = max(float((high - low).max()), 1e-9)
    origin = (low + high) / 2 - span / 2
    xy = np.clip(np.rint((projection.xy - origin) * (GRID / span)), 0, GRID).astype(np.uint16)
    grid_centroids = ((projection.centroids_xy - origin) * (GRID / span)).astype(np.float32)
    return MapFrames(xy, grid_centroids, (float(origin[0]), float(origin[1])), span)


@dataclass(frozen=True, eq=False)
class Membership:
    """Which window belongs where, at every step.

    Parameters
    ----------
    labels : array (n_snapshots, n_samples), uint8
        Cluster, or 255 before clustering.
    q : array (n_snapshots, n_samples), uint8
        Largest soft assignment, 255 for certainty; 0 before clustering.
    sizes : array (n_snapshots, n_clusters), int32
        Windows of each cluster.
    mass : array (n_snapshots, n_clusters), float32
        Sum of q over all windows; NaN before clustering. With it, p of one window follows from its own q.
    certainty, margin : array (n_clustered, n_samples), float32
        Largest soft assignment, and how far it is above the second largest, at the last `n_clustered` steps, those with
        centroids: for questions such as q < 0.6, to which a byte would give a wrong answer.
    """

    labels: np.ndarray
    q: np.ndarray
    sizes: np.ndarray
    mass: np.ndarray
    certainty: np.ndarray
    margin: np.ndarray


def membership(run: Run) -> Membership:
    """Labels, their certainty, and cluster sizes over all snapshots; `n_clusters` is the largest number at any step.

    Raises
    ------
    ValueError
        If there are more clusters than a byte can name.
    """
    n_clusters = run.most_clusters
    if n_clusters >= UNCLUSTERED:
        raise ValueError(f"run must have fewer than {UNCLUSTERED} clusters to be drawn, got {n_clusters}.")
    labels = np.full((len(run), run.n_samples), UNCLUSTERED, dtype=np.uint8)
    certainty = np.zeros((len(run), run.n_samples), dtype=np.uint8)
    sizes = np.zeros((len(run), n_clusters), dtype=np.int32)
    mass = np.full((len(run), n_clusters), np.nan, dtype=np.float32)
    first, exact = len(run), []
    for step, snapshot in enumerate(run.snapshots):
        if snapshot.centroids is None:
            continue
        q = snapshot.soft_assignments()
        first = min(first, step)
        labels[step] = q.argmax(axis=1)
        exact.append(best_two(q))
        certainty[step] = np.rint(exact[-1][0] * 255)
        sizes[step] = np.bincount(labels[step], minlength=n_clusters)[:n_clusters]
        mass[step, : q.shape[1]] = q.sum(axis=0)
    pairs = np.array(exact, dtype=np.float32).reshape(len(run) - first, 2, run.n_samples)
    return Membership(labels, certainty, sizes, mass, pairs[:, 0], pairs[:, 1])


def assignments_over_steps(run: Run, index: int) -> np.ndarray:
    """Soft assignments q of one window at every snapshot: (n_snapshots, n_clusters), NaN before clustering."""
    rows = {}  # one pass over the snapshots, which may lie on disk: how many clusters there are at most comes out of it
    for step, snapshot in enumerate(run.snapshots):
        if snapshot.centroids is not None:
            one = snapshot.embedding[index : index + 1]
            rows[step] = soft_assignments(one, snapshot.centroids, snapshot.alpha)[0]
    course = np.full((len(run), max(map(len, rows.values()), default=0)), np.nan)
    for step, row in rows.items():
        course[step, : len(row)] = row
    return course


def best_two(q: np.ndarray) -> np.ndarray:
    """Largest soft assignment of each window, and its margin over the second: (n, n_clusters) -> (2, n), float64."""
    if q.shape[1] == 1:
        return np.repeat(q.T, 2, axis=0)
    two = np.partition(q, -2, axis=1)[:, -2:]
    return np.array([two[:, 1], two[:, 1] - two[:, 0]])


@dataclass(frozen=True, eq=False)
class History:
    """The course of a training, one entry a snapshot; NaN where a quantity does not exist.

    Parameters
    ----------
    phases : tuple of str
    epochs : tuple of int
    curves : dict of name to array (n_snapshots,), float32
        `reconstruction` (mean squared error a pixel), `clustering` (nats a window), `label_change` (fraction).
    """

    phases: tuple[str, ...]
    epochs: tuple[int, ...]
    curves: dict[str, np.ndarray]


def history(run: Run) -> History:
    """Losses and label change of every snapshot."""
    table = run.history
    curves = {
        name: table[name].to_numpy(dtype=np.float32) if name in table else np.full(len(table), np.nan, np.float32)
        for name in ("reconstruction", "clustering", "label_change")
    }
    return History(tuple(table.phase), tuple(int(epoch) for epoch in table.epoch), curves)
