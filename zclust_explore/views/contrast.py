"""Contrast: two runs over the same windows, in one frame where they began as one, and where they differ."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from ..data.run import Run
from .frames import MapFrames, map_frames
from .projection import Projection, in_one_basis, project_pca


def shared_steps(run: Run, other: Run) -> int:
    """Count the steps from the first on that are the same in both, bit for bit: a fork's are those before it."""
    for step, (one, two) in enumerate(zip(run.snapshots, other.snapshots, strict=False)):
        if not np.array_equal(one.embedding, two.embedding):
            return step
    return min(len(run), len(other))


def differences(run: Run, other: Run) -> np.ndarray:
    """Find the windows that the other run groups differently, at each step of the first.

    Clusters of both are matched one to one so that as few windows as possible differ (Hungarian method): the numbers
    of the clusters play no part. Steps after the other's last are compared with that one.

    Returns
    -------
    array (n_snapshots, n_samples), bool
        False before both have clusters.
    """
    found = np.zeros((len(run), run.n_samples), dtype=bool)
    for step in range(len(run)):
        labels, others = run.snapshot(step).labels, other.snapshot(min(step, len(other) - 1)).labels
        if labels is not None and others is not None:
            counts = np.zeros((int(labels.max()) + 1, int(others.max()) + 1), dtype=np.int64)
            np.add.at(counts, (labels, others), 1)
            partner = np.full(len(counts), -1)
            rows, columns = linear_sum_assignment(-counts)
            partner[rows] = columns
            found[step] = partner[labels] != others
    return found


def project_together(run: Run, other: Run) -> tuple[tuple[Projection, MapFrames], tuple[Projection, MapFrames]]:
    """Project both by PCA, each with its columns for the map, on one square grid.

    Where they share steps, the axes are the first run's for both: the same place is then the same point of the latent
    space, as closely as a linear map can bring the other's coordinates at the last shared step onto the first's. Runs
    that share nothing keep their own axes.
    """
    first, second = project_pca(run), project_pca(other)
    shared = shared_steps(run, other)
    if shared:
        theirs = in_one_basis(other)[shared - 1].astype(np.float64)
        known = np.column_stack([theirs, np.ones(len(theirs))])
        # a window's place on the first's map from the other's coordinates at the step where both are one network
        lifted = np.linalg.lstsq(known, first.xy[shared - 1].astype(np.float64), rcond=None)[0]
        second = replace(
            second,
            xy=np.stack([z @ lifted[:-1] + lifted[-1] for z in in_one_basis(other)]),
            centroids_xy=_placed(other, second.centroids_xy, lifted),
            axes=first.axes,
        )
    frames = map_frames(_joined(first, second))
    one, two = (
        replace(frames, xy=frames.xy[steps], centroids=frames.centroids[steps, : projection.centroids_xy.shape[1]])
        for projection, steps in ((first, slice(len(run))), (second, slice(len(run), None)))
    )
    return (first, one), (second, two)


def _placed(run: Run, centroids_xy: np.ndarray, lifted: np.ndarray) -> np.ndarray:
    placed = np.full_like(centroids_xy, np.nan)
    for step, snapshot in enumerate(run.snapshots):
        if snapshot.centroids is not None:
            placed[step, : len(snapshot.centroids)] = snapshot.centroids @ lifted[:-1] + lifted[-1]
    return placed


def _joined(first: Projection, second: Projection) -> Projection:
    """Both as if they were the steps of one."""
    most = max(first.centroids_xy.shape[1], second.centroids_xy.shape[1])
    centroids = [
        np.pad(p.centroids_xy, ((0, 0), (0, most - p.centroids_xy.shape[1]), (0, 0)), constant_values=np.nan)
        for p in (first, second)
    ]
    return replace(first, xy=np.concatenate([first.xy, second.xy]), centroids_xy=np.concatenate(centroids))
