"""Frames: a run and its projection as the small typed columns that the browser draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

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
    """

    labels: np.ndarray
    q: np.ndarray
    sizes: np.ndarray
    mass: np.ndarray


def membership(run: Run) -> Membership:
    """Labels, their certainty, and cluster sizes over all snapshots.

    Raises
    ------
    ValueError
        If there are more clusters than a byte can name.
    """
    n_clusters = run.n_clusters or 0
    if n_clusters >= UNCLUSTERED:
        raise ValueError(f"run must have fewer than {UNCLUSTERED} clusters to be drawn, got {n_clusters}.")
    labels = np.full((len(run), run.n_samples), UNCLUSTERED, dtype=np.uint8)
    certainty = np.zeros((len(run), run.n_samples), dtype=np.uint8)
    sizes = np.zeros((len(run), n_clusters), dtype=np.int32)
    mass = np.full((len(run), n_clusters), np.nan, dtype=np.float32)
    for step, snapshot in enumerate(run.snapshots):
        if snapshot.centroids is None:
            continue
        q = snapshot.soft_assignments()
        labels[step] = q.argmax(axis=1)
        certainty[step] = np.rint(q.max(axis=1) * 255)
        sizes[step] = np.bincount(labels[step], minlength=n_clusters)[:n_clusters]
        mass[step] = q.sum(axis=0)
    return Membership(labels, certainty, sizes, mass)


def assignments_over_steps(run: Run, index: int) -> np.ndarray:
    """Soft assignments q of one window at every snapshot: (n_snapshots, n_clusters), NaN before clustering."""
    course = np.full((len(run), run.n_clusters or 0), np.nan)
    for step, snapshot in enumerate(run.snapshots):
        if snapshot.centroids is not None:
            one = snapshot.embedding[index : index + 1]
            course[step] = soft_assignments(one, snapshot.centroids, snapshot.alpha)[0]
    return course


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


@dataclass(frozen=True, eq=False)
class Samples:
    """What a card says about a window, as columns.

    Parameters
    ----------
    start_ms : array (n_samples,), float64
        Milliseconds since 1970 UTC, NaN where unknown: whole numbers, so nothing is lost as with float32.
    trace, label : pair of (array (n_samples,) uint16, list of str)
        Codes and their words; empty words where there is no such column.
    minute : array (n_samples,), float32, or None
    """

    start_ms: np.ndarray
    trace: tuple[np.ndarray, list[str]]
    label: tuple[np.ndarray, list[str]]
    minute: np.ndarray | None


def samples(run: Run) -> Samples:
    """Columns of the metadata that the map and the gallery name."""
    table = run.spectrograms.metadata
    start_ms = np.full(len(table), np.nan)
    if "starttime" in table:
        times = pd.to_datetime(table["starttime"], utc=True)
        start_ms = times.astype("datetime64[ns, UTC]").astype("int64").to_numpy() / 1e6
        start_ms[times.isna().to_numpy()] = np.nan
    minute = None
    if "minute" in table:
        minute = pd.to_numeric(table["minute"], errors="coerce").to_numpy(dtype=np.float32, na_value=np.nan)
    return Samples(start_ms, _coded(table, "trace_id"), _coded(table, "label"), minute)


def _coded(table: pd.DataFrame, column: str) -> tuple[np.ndarray, list[str]]:
    if column not in table:
        return np.zeros(len(table), dtype=np.uint16), []
    codes, words = pd.factorize(table[column].astype(object).where(table[column].notna(), "–").map(str))
    if len(words) >= 2**16:
        return np.zeros(len(table), dtype=np.uint16), []  # a name of its own for each window names nothing
    return codes.astype(np.uint16), list(words)
