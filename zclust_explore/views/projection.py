"""Projection: every snapshot of a run in one two-dimensional frame of reference.

PCA is drawn at once, chained UMAP when it is there. By `python -m tests.benchmarks layouts`, means of three seeds, toy
world (600 windows, purity by its kinds) / KW1 (931, by the run's clusters), 12 steps; it prints the sd, too:

                        motion index  invented motion  trustworthiness  purity       CPU seconds
    PCA                 0.95 / 0.98   0.006 / 0.029    0.971 / 0.971    0.91 / 0.90  0.1 / 0.2
    joint UMAP          0.81 / 0.84   0.127 / 0.089    0.993 / 0.988    0.97 / 0.93  8.1 / 5.9
    chained, rate 0.25  0.54 / 0.63   0.109 / 0.161    0.993 / 0.992    0.97 / 0.94  1.6 / 2.8
    chained, rate 0.05  0.57 / 0.62   0.022 / 0.048    0.994 / 0.993    0.97 / 0.94  1.5 / 2.8
    independent UMAPs   0.35 / 0.67   1 / 1            0.993 / 0.992    0.97 / 0.94  3.5 / 5.7

PCA for what moves, chained UMAP for who is near whom: it invents the least motion of the UMAPs and loses no neighbours.
Joint UMAP keeps proportions of motion better, but invents two to six times as much of it, and would have to lay out
windows times steps: 800,000 points for 20,000 windows. It is not offered. Invented motion: over independent UMAPs'.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..data.run import Run
from ..data.snapshot import Snapshot
from .umap_layout import lay_out

# learning rate of UMAP from one snapshot to the next: at its default of 1 a layout boils although nothing moves
CHAINED_RATE = 0.05
# times that the last snapshot is laid out so, before the chain begins: else the first link is a jump into its balance
SETTLING = 4


@dataclass(frozen=True, eq=False)
class Projection:
    """Where every window and every centroid is drawn, at every step, in one frame.

    Parameters
    ----------
    xy : array (n_snapshots, n_samples, 2), float32
        Latent units for "pca"; UMAP's distances have no unit.
    centroids_xy : array (n_snapshots, n_clusters, 2), float32
        NaN before clustering; (n_snapshots, 0, 2) for a run without clusters.
    method : {"pca", "umap"}
    axes : pair of str
        Names of the axes, for example "PC 1 (43 %)".
    motion : float in [-1, 1]
        How far what moves on the map has moved in truth; see `motion_index`.
    """

    xy: np.ndarray
    centroids_xy: np.ndarray
    method: str
    axes: tuple[str, str]
    motion: float

    def __post_init__(self) -> None:
        """Freeze the arrays; what cannot be drawn is an error here, not a blank map later."""
        if not np.isfinite(self.xy).all():
            raise ValueError(f"xy must be finite, got NaN or infinity in a projection by {self.method}.")
        for name in ("xy", "centroids_xy"):
            value = np.array(getattr(self, name), dtype=np.float32)
            value.setflags(write=False)
            object.__setattr__(self, name, value)


def project_pca(run: Run) -> Projection:
    """Project all snapshots on the two principal axes of the last one.

    The frame is fitted on the last snapshot: its clusters are what the run is about, the picture at the end is the
    familiar PCA of the result, and the frame does not depend on how often the training recorded. As one fixed linear
    map it never invents motion; it may hide some, across the axes that are not drawn.
    """
    if not len(run):
        raise ValueError("run must have at least one snapshot to be drawn, got none.")
    embeddings = in_one_basis(run)
    last = embeddings[-1].astype(np.float64)
    mean = last.mean(axis=0)
    _, spread, rotation = np.linalg.svd(last - mean, full_matrices=False)
    frame = np.zeros((last.shape[1], 2))  # (latent_dim, 2); a latent_dim or n_samples of 1 leaves a flat second axis
    n_axes = min(2, len(rotation))
    frame[:, :n_axes] = rotation[:n_axes].T
    # an axis has no sign of its own: the largest entry points up, so that a second call draws the same picture
    frame *= np.where(frame[np.abs(frame).argmax(axis=0), [0, 1]] < 0, -1, 1)
    power = spread**2 / max(float((spread**2).sum()), np.finfo(float).tiny)
    shares = [100 * float(power[axis]) if axis < len(power) else 0.0 for axis in (0, 1)]
    xy = np.stack([(embedding - mean) @ frame for embedding in embeddings])
    return Projection(
        xy=xy,
        centroids_xy=_over_steps(run, lambda _, centroids: (centroids - mean) @ frame),
        method="pca",
        axes=(f"PC 1 ({shares[0]:.0f} %)", f"PC 2 ({shares[1]:.0f} %)"),
        motion=_correlation(embeddings, xy),
    )


def project_umap(
    run: Run, n_neighbors: int = 15, n_epochs: int = 200, random_state: int = 0, rate: float = CHAINED_RATE
) -> Projection:
    """Project the last snapshot by UMAP, then each earlier one from the layout of the one after it.

    The chain starts at the last snapshot, laid out from its PCA, and goes backwards with few epochs, so that a point
    stays where it is unless its neighbours change. A centroid has no place of its own in UMAP: it is drawn at the mean
    of its members weighted by q, or of its ten nearest windows where it has no members.

    Source: McInnes, Healy and Melville (2018), UMAP, arXiv:1802.03426.

    Parameters
    ----------
    n_neighbors : int
        At most n_samples - 1 are used. With fewer than 5 windows there is nothing to lay out: PCA is returned.
    n_epochs : int
        Of the last snapshot; the others get a quarter.
    random_state : int
    rate : float
        Learning rate from one snapshot to the next: less keeps more in its place, and adapts less.
    """
    first = project_pca(run)
    n, embeddings = run.n_samples, in_one_basis(run)
    if n < 5:
        return first
    xy = np.empty((len(run), n, 2), dtype=np.float32)
    neighbors, chained_epochs = min(n_neighbors, n - 1), max(1, n_epochs // 4)
    layout = lay_out(run.embedding, first.xy[-1], neighbors, n_epochs, 1.0, random_state)
    for _ in range(SETTLING):
        layout = lay_out(run.embedding, layout, neighbors, chained_epochs, rate, random_state)
    for step in range(len(run) - 1, -1, -1):
        layout = xy[step] = lay_out(embeddings[step], layout, neighbors, chained_epochs, rate, random_state)
    return Projection(
        xy=xy,
        centroids_xy=_over_steps(run, lambda snapshot, _: _members_mean(snapshot, xy[snapshot.step])),
        method="umap",
        axes=("UMAP 1", "UMAP 2"),
        motion=_correlation(embeddings, xy),
    )


def in_one_basis(run: Run) -> list[np.ndarray]:
    """Embeddings of all snapshots (n_samples, latent_dim), those of the pretraining in the coordinates of clustering.

    Clustering may begin with a change of coordinates, which moves every window and changes nothing. The last snapshot
    of the pretraining and the first of the clustering are of one network: between them lies that change alone.
    """
    embeddings = [snapshot.embedding for snapshot in run.snapshots]
    phases = run.history.phase.tolist() if len(run) else []
    begins = phases.index("cluster") if "cluster" in phases else 0
    if begins:
        before = np.column_stack([embeddings[begins - 1], np.ones(run.n_samples)])
        change = np.linalg.lstsq(before, embeddings[begins], rcond=None)[0]  # (latent_dim + 1, latent_dim)
        for step in range(begins):
            embeddings[step] = (embeddings[step] @ change[:-1] + change[-1]).astype(np.float32)
    return embeddings


def motion_index(run: Run, xy: np.ndarray) -> float:
    """Correlation of drawn with true displacement, over all windows and all pairs of consecutive snapshots.

    1: whatever moves twice as far on the map has moved twice as far in latent space. 0: motion on the map is an
    artefact of the layout. It is Pearson's coefficient of the *lengths* of the displacements; 1 where nothing moves.
    """
    return _correlation(in_one_basis(run), xy)


def _correlation(embeddings: list[np.ndarray], xy: np.ndarray) -> float:
    if len(embeddings) < 2:
        return 1.0
    pairs = zip(embeddings, embeddings[1:], strict=False)
    true = np.stack([np.linalg.norm(after - before, axis=1) for before, after in pairs]).ravel().astype(np.float64)
    drawn = np.linalg.norm(np.diff(xy, axis=0), axis=2).ravel().astype(np.float64)
    true, drawn = true - true.mean(), drawn - drawn.mean()
    scale = float(np.sqrt((true**2).sum() * (drawn**2).sum()))
    if scale < 1e-12:
        return 1.0 if np.allclose(true, 0) and np.allclose(drawn, 0) else 0.0
    return float(np.clip((true * drawn).sum() / scale, -1, 1))


def _over_steps(run: Run, place: Callable[[Snapshot, np.ndarray], np.ndarray]) -> np.ndarray:
    """Place the centroids of each step: (n_snapshots, n_clusters, 2), NaN where a step has none."""
    placed = np.full((len(run), run.most_clusters, 2), np.nan, dtype=np.float32)
    for step, snapshot in enumerate(run.snapshots):
        if snapshot.centroids is not None:
            placed[step, : len(snapshot.centroids)] = place(snapshot, snapshot.centroids)
    return placed


def _members_mean(snapshot: Snapshot, xy: np.ndarray) -> np.ndarray:
    q = snapshot.soft_assignments()  # (n, k)
    labels = q.argmax(axis=1)
    places = np.empty((q.shape[1], 2))
    for cluster in range(q.shape[1]):
        members = np.flatnonzero(labels == cluster)
        if not len(members):
            members = np.argsort(-q[:, cluster])[:10]
        places[cluster] = np.average(xy[members], axis=0, weights=q[members, cluster])
    return places
