"""Edits: what a person may do to clusters, as pure functions of centroids and embedding.

Each returns an `Edit`. Numbers stay as they are as far as possible, so that colours do: a number that becomes free is
taken by the last cluster, a new cluster gets the next number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.cluster import KMeans

from ..data.assignments import soft_assignments

FEWEST, MOST = 2, 254  # clusters; a byte names them in the browser
NEW = -1


@dataclass(frozen=True, eq=False)
class Edit:
    """Centroids after an edit, and where clusters and windows went.

    Parameters
    ----------
    centroids : array (n_clusters, latent_dim), float32
    kept : array (n_clusters,) of int
        The former number of a cluster whose centroid is the same as before; −1 where it is new.
    label_map : array (n_clusters before,) of int
        The number of each former cluster's heir; −1 where it has none (`drop`), or two (`split`).
    labels : array (n_samples,) of int
        Where the edit puts each window.
    n_strays : int
        Windows that lie nearer to another centroid than to that of the cluster they were put into.
    message : str
        What was done, in words.
    """

    centroids: np.ndarray
    kept: np.ndarray
    label_map: np.ndarray
    labels: np.ndarray
    n_strays: int
    message: str


def merge(embedding: np.ndarray, centroids: np.ndarray, one: int, other: int) -> Edit:
    """Make one cluster of two: its centroid is the mean of the windows of both, its number the lower one.

    Parameters
    ----------
    embedding : array (n_samples, latent_dim)
    centroids : array (n_clusters, latent_dim)
    one, other : int

    Raises
    ------
    ValueError
        If a number is not that of a cluster, if it is twice the same, or if fewer than two clusters would be left.

    Examples
    --------
    >>> z = np.array([[0.0], [1.0], [2.0], [9.0]])
    >>> edit = merge(z, np.array([[0.0], [2.0], [9.0]]), 0, 1)
    >>> edit.centroids.ravel().tolist(), edit.labels.tolist(), edit.label_map.tolist()
    ([1.0, 9.0], [0, 0, 0, 1], [0, 0, 1])
    """
    z, mu, labels = _given(embedding, centroids)
    one, other = sorted((_cluster("one", one, mu), _cluster("other", other, mu)))
    if one == other:
        raise ValueError(f"one and other must be two clusters, got {one} twice.")
    _enough(len(mu) - 1)
    members = np.isin(labels, (one, other))
    place = z[members].mean(axis=0) if members.any() else mu[[one, other]].mean(axis=0)
    slots, heirs = _closed(len(mu), other)
    heirs[other] = one
    made = mu[slots]
    made[one] = place
    slots = np.where(np.arange(len(slots)) == one, NEW, slots)
    said = f"Clusters {one} and {other} were merged into cluster {one} ({members.sum()} windows)"
    return _edit(z, made, slots, heirs, heirs[labels], said + _renamed(len(mu), other))


def split(embedding: np.ndarray, centroids: np.ndarray, cluster: int, random_state: int) -> Edit:
    """Make two clusters of one, by k-means of its windows: the larger part keeps the number.

    Raises
    ------
    ValueError
        If it is not the number of a cluster, or if its windows do not lie at two different places at least.
    """
    z, mu, labels = _given(embedding, centroids)
    cluster = _cluster("cluster", cluster, mu)
    _enough(len(mu) + 1)
    members = np.flatnonzero(labels == cluster)
    n_places = len(np.unique(z[members], axis=0))
    if n_places < 2:
        raise ValueError(f"cluster must have windows at two places at least to be split, got {n_places} in {cluster}.")
    halves = KMeans(2, n_init=10, random_state=random_state).fit(z[members]).labels_
    halves = halves if np.sum(halves == 0) >= np.sum(halves == 1) else 1 - halves
    parts = [members[halves == half] for half in (0, 1)]
    made = np.concatenate([mu, z[parts[1]].mean(axis=0)[None]])
    made[cluster] = z[parts[0]].mean(axis=0)
    slots = np.append(np.arange(len(mu)), NEW)
    slots[cluster] = NEW
    heirs = np.arange(len(mu))
    heirs[cluster] = NEW
    after = labels.copy()
    after[parts[1]] = len(mu)
    said = f"Cluster {cluster} was split into {cluster} ({len(parts[0])} windows) and {len(mu)} ({len(parts[1])})"
    return _edit(z, made, slots, heirs, after, said)


def drop(embedding: np.ndarray, centroids: np.ndarray, cluster: int) -> Edit:
    """Take a cluster away: each of its windows goes to the centroid that is next nearest.

    Raises
    ------
    ValueError
        If it is not the number of a cluster, or if fewer than two would be left.
    """
    z, mu, labels = _given(embedding, centroids)
    cluster = _cluster("cluster", cluster, mu)
    _enough(len(mu) - 1)
    slots, heirs = _closed(len(mu), cluster)
    made = mu[slots]
    after = np.where(labels == cluster, _nearest(z, made), heirs[labels])
    said = f"Cluster {cluster} was dropped; its {np.sum(labels == cluster)} windows went to the clusters next to it"
    return _edit(z, made, slots, heirs, after, said + _renamed(len(mu), cluster))


def add(embedding: np.ndarray, centroids: np.ndarray, windows: Sequence[int] | np.ndarray) -> Edit:
    """Add a cluster at the mean of some windows.

    Raises
    ------
    IndexError, ValueError
        If there is no such window, or none at all.
    """
    z, mu, _ = _given(embedding, centroids)
    _enough(len(mu) + 1)
    chosen = np.unique(np.asarray(windows, dtype=np.int64).ravel())
    if not len(chosen):
        raise ValueError("windows must be at least one, got none.")
    if chosen[0] < 0 or chosen[-1] >= len(z):
        raise IndexError(f"windows must be between 0 and {len(z) - 1}, got {chosen[0]} to {chosen[-1]}.")
    made = np.concatenate([mu, z[chosen].mean(axis=0)[None]])
    near = _nearest(z, made)
    said = f"Cluster {len(mu)} was added at the mean of {len(chosen)} windows and took {np.sum(near == len(mu))}"
    return _edit(z, made, np.append(np.arange(len(mu)), NEW), np.arange(len(mu)), near, said)


def move(embedding: np.ndarray, centroids: np.ndarray, cluster: int, to: Sequence[float] | np.ndarray) -> Edit:
    """Put a centroid to another place: (latent_dim,).

    Raises
    ------
    ValueError
        If it is not the number of a cluster, or the place is not finite or not in latent space.
    """
    z, mu, labels = _given(embedding, centroids)
    cluster = _cluster("cluster", cluster, mu)
    place = np.asarray(to, dtype=np.float64)
    if place.shape != mu.shape[1:] or not np.isfinite(place).all():
        raise ValueError(f"to must be {mu.shape[1]} finite numbers, got {np.asarray(to).tolist()}.")
    made = mu.copy()
    made[cluster] = place
    slots = np.arange(len(mu))
    slots[cluster] = NEW
    near = _nearest(z, made)
    before, after = np.sum(labels == cluster), np.sum(near == cluster)
    said = f"The centroid of cluster {cluster} was moved by {np.linalg.norm(place - mu[cluster]):.3g}; "
    return _edit(z, made, slots, np.arange(len(mu)), near, f"{said}it had {before} windows and has {after}")


def _given(embedding: Any, centroids: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    z, mu = np.asarray(embedding, dtype=np.float64), np.asarray(centroids, dtype=np.float64)
    return z, mu, _nearest(z, mu)


def _nearest(z: np.ndarray, mu: np.ndarray) -> np.ndarray:
    """Labels as a snapshot has them: the largest q, which is that of the nearest centroid whatever alpha is."""
    # float32 as a snapshot keeps them, so that ties fall alike
    return np.asarray(soft_assignments(z, mu.astype(np.float32)).argmax(axis=1))


def _cluster(name: str, number: Any, mu: np.ndarray) -> int:
    if not 0 <= number < len(mu) or int(number) != number:
        raise ValueError(f"{name} must be the number of a cluster, 0 to {len(mu) - 1}, got {number}.")
    return int(number)


def _enough(n_clusters: int) -> None:
    if not FEWEST <= n_clusters <= MOST:
        raise ValueError(f"n_clusters must stay between {FEWEST} and {MOST}, got {n_clusters}.")


def _closed(k: int, gone: int) -> tuple[np.ndarray, np.ndarray]:
    """Former numbers in their new order, and new numbers of the former, when the last takes the place of one."""
    slots, heirs = np.arange(k - 1), np.arange(k)
    if gone < k - 1:
        slots[gone], heirs[k - 1] = k - 1, gone
    heirs[gone] = NEW
    return slots, heirs


def _renamed(k: int, gone: int) -> str:
    return f"; cluster {k - 1} is called {gone} from here on" if gone < k - 1 else ""


def _edit(z: np.ndarray, made: np.ndarray, slots: np.ndarray, heirs: np.ndarray, labels: np.ndarray, said: str) -> Edit:
    made = made.astype(np.float32)
    q = soft_assignments(z, made)
    strays = int(np.sum(q[np.arange(len(z)), labels] < q.max(axis=1)))
    lying = f"; {strays} of the windows lie nearer to another centroid" if strays else ""
    return Edit(made, slots, heirs, labels, strays, f"{said}{lying}.")
