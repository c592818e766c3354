"""Watch: what becomes of the clusters while they are trained, told once and with its likely cause in words."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from ..data.census import Census
from ..data.snapshot import Snapshot

COLLAPSED = 0.95  # share of the windows in one cluster from which on there is hardly anything else


def news(now: Snapshot, before: Snapshot | None = None, told: Collection[str] = ()) -> dict[str, str]:
    """What should be known about the clusters of a snapshot and was not yet: what it is about → the message.

    An empty cluster and a collapse are told when they begin, and again only if they were over in between. A pair of
    merged clusters, which may come and go at the threshold, is told once.

    Parameters
    ----------
    now : Snapshot
    before : Snapshot, optional
        The one before it; without centroids, or None, if clustering begins.
    told : collection of str
        What was told since clustering began.

    Returns
    -------
    dict
        Keys "collapse", "empty:3" or "merged:2-5" (numbers of clusters).
    """
    known = {} if before is None else _findings(before, None)
    return {
        about: message
        for about, message in _findings(now, before).items()
        if about not in known and not (about in told and about.startswith("merged"))
    }


def _findings(now: Snapshot, before: Snapshot | None) -> dict[str, str]:
    census = now.census()
    if census is None:
        return {}
    k, share = len(census.sizes), census.largest_share
    there = f"{census.n_effective} of {k} clusters are effectively there"
    general = _general_cause(now, before, census)
    if share >= COLLAPSED:
        cause = general or (
            "one kind may be by far the commonest, or the embedding may not tell kinds apart yet: pretrain longer"
        )
        number = int(census.sizes.argmax())
        return {"collapse": f"{share:.0%} of the windows are in cluster {number} at step {now.step}; {there}. {cause}."}
    found = {}
    for number in census.empty:
        nearest = int(np.argmin(census.separation[number]))
        if census.separation[number, nearest] < 1:
            cause = f"its centroid lies in cluster {nearest}: there may be fewer kinds than n_clusters ({k})"
        else:
            cause = general or (
                "the target distribution favours clusters of equal size, so a rare kind may have gone to a larger "
                f"cluster, or there are fewer kinds than n_clusters ({k}); reseed=True moves such a centroid"
            )
        found[f"empty:{number}"] = f"Cluster {number} has no windows at step {now.step}; {there}. Cause: {cause}."
    for one, other in census.merged:
        cause = general or (
            f"there may be fewer kinds than n_clusters ({k})"
            if before is not None and before.centroids is not None
            else f"the start put both there, so there may be fewer kinds than n_clusters ({k}), or the embedding may "
            "not tell kinds apart yet: pretrain longer"
        )
        found[f"merged:{one}-{other}"] = (
            f"Clusters {one} and {other} share one cloud of windows at step {now.step}: their centroids are "
            f"{census.separation[one, other]:.2g} of its spread apart; {there}. Cause: {cause}."
        )
    return found


def _general_cause(now: Snapshot, before: Snapshot | None, census: Census) -> str:
    """A cause that would explain anything, or nothing."""
    assert now.centroids is not None
    n_dimensions = now.embedding.shape[1]
    if census.n_dead_dimensions > n_dimensions // 2:
        return (
            f"{census.n_dead_dimensions} of {n_dimensions} latent dimensions are dead (all windows at one place): "
            "a lower learning_rate or a longer pretraining may keep them alive"
        )
    if before is None or before.centroids is None or before.centroids.shape != now.centroids.shape:
        return ""
    moved = float(np.linalg.norm(now.centroids - before.centroids, axis=1).max())
    size = float(np.linalg.norm(before.embedding.std(axis=0)))
    if moved > size:
        return (
            f"a centroid moved by {moved / size:.1f} times the size of the embedding since the update before: "
            "the learning_rate may be too high"
        )
    return ""
