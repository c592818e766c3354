"""Reseeding: centroids that were lost move to where windows are worst represented."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import torch
from scipy.spatial.distance import cdist

from ..data.census import Census
from ..data.snapshot import Snapshot
from ..models.dec import DEC

MOVES = 3  # of each centroid at most: one that is lost again and again has nothing to find
WORST_LIMIT = 500  # windows among which the densest place is looked for; all pairs are compared


class Reseeding:
    """Plans moves of lost centroids at each update of the target; a pure function of the snapshots so far.

    A centroid is lost if it has no windows, or if it shares a cloud with a larger cluster's (see `Census`). It moves to
    the middle of the densest half of the worst represented windows: the 1/(2 n_clusters) of all that are farthest from
    every centroid that is not lost. Nothing is random, so that a resumed clustering plans the same.

    Parameters
    ----------
    enabled : bool
        Whether to plan anything.
    """

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled
        self._moves: Counter[int] = Counter()

    def plan(self, snapshot: Snapshot) -> dict[int, np.ndarray]:
        """Where each lost centroid should move to: its number → (latent_dim,). Wants every snapshot once, in order."""
        census = snapshot.census() if self._enabled else None
        if census is None or snapshot.centroids is None:
            return {}
        numbers = [number for number in lost(census) if self._moves[number] < MOVES]
        self._moves.update(numbers)
        kept = np.delete(snapshot.centroids, numbers, axis=0)
        return dict(zip(numbers, better_places(snapshot.embedding, kept, len(numbers)), strict=True))


def lost(census: Census) -> list[int]:
    """Clusters without windows, and of every merged pair the smaller one."""
    numbers = set(census.empty)
    for one, other in census.merged:
        if not {one, other} & numbers:
            numbers.add(other if census.sizes[other] <= census.sizes[one] else one)
    return sorted(numbers)


def better_places(embedding: np.ndarray, centroids: np.ndarray, n_places: int) -> np.ndarray:
    """Middles of dense groups of windows far from every centroid, one after another: (n_places, latent_dim).

    Examples
    --------
    >>> z = np.array([[0.0], [0.1], [0.2], [0.3], [9.0], [9.1], [9.2], [30.0]])
    >>> better_places(z, np.array([[0.15]]), 1).round(1)            # the group, not the farthest window of all
    array([[9.1]])
    """
    z, mu = np.asarray(embedding, dtype=np.float64), np.asarray(centroids, dtype=np.float64)
    n_worst = max(5, math.ceil(len(z) / (2 * (len(mu) + n_places))))
    for _ in range(n_places):
        far = cdist(z, mu).min(axis=1)
        worst = np.argsort(-far, kind="stable")[:n_worst]
        worst = worst[:: -(-len(worst) // WORST_LIMIT)]
        distances = cdist(z[worst], z[worst])
        neighbours = np.argsort(distances, axis=1, kind="stable")[:, : math.ceil(len(worst) / 2)]
        tightness = np.take_along_axis(distances, neighbours, axis=1).mean(axis=1)
        mu = np.concatenate([mu, z[worst[neighbours[tightness.argmin()]]].mean(axis=0)[None]])
    return mu[len(mu) - n_places :]


@torch.no_grad()
def move(dec: DEC, optimizer: torch.optim.Optimizer, plan: dict[int, np.ndarray]) -> None:
    """Put centroids to their new places, without the momentum they had at the old ones."""
    for number, place in plan.items():
        dec.centroids[number] = torch.as_tensor(place, dtype=dec.centroids.dtype)
        for value in optimizer.state.get(dec.centroids, {}).values():
            if torch.is_tensor(value) and value.shape == dec.centroids.shape:
                value[number] = 0
