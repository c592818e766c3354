"""Scores: how well clusters agree with known labels, and how well they stand apart without any."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from sklearn.metrics import silhouette_score
from sklearn.metrics.cluster import contingency_matrix

SAMPLE_LIMIT = 2_000  # windows a silhouette is taken over: its cost grows with their square, its error is below 0.01


def score(labels_true: ArrayLike, labels: ArrayLike) -> dict[str, float]:
    """Accuracy, NMI, ARI and purity of cluster labels against known ones.

    Labels are never needed to train, only to score; and to choose a step, a start or a seed by its score would be to
    train on them.

    Parameters
    ----------
    labels_true, labels : array (n_samples,)
        Known kinds, and clusters; their numbers may differ. Clusters count as they are: -1 for noise is one more.

    Returns
    -------
    dict with
        `accuracy` : by the best one-to-one matching of clusters to kinds (Hungarian); what is left over is wrong.
        `nmi` : normalised mutual information, arithmetic mean.
        `ari` : adjusted Rand index; 0 for chance, 1 for the same partition.
        `purity` : share of windows that are of their cluster's commonest kind; grows with the number of clusters.

    Raises
    ------
    ValueError
        If the lengths differ or are 0.

    Examples
    --------
    >>> scores = score(["quake", "quake", "blast", "blast"], [1, 1, 0, 2])
    >>> {name: round(value, 2) for name, value in scores.items()}
    {'accuracy': 0.75, 'nmi': 0.8, 'ari': 0.57, 'purity': 1.0}
    """
    labels_true, labels = np.asarray(labels_true), np.asarray(labels)
    if labels_true.shape != labels.shape or labels_true.ndim != 1 or not labels.size:
        raise ValueError(f"labels_true and labels must have one length, got {labels_true.shape} and {labels.shape}.")
    return _scores(contingency_matrix(labels_true, labels))


def _scores(counts: np.ndarray) -> dict[str, float]:
    """Scores of a table (n_kinds, n_clusters) of how many windows there are of each kind in each cluster."""
    counts = counts.astype(np.float64)  # products of counts of many windows would overflow
    n, kinds, clusters = counts.sum(), counts.sum(axis=1), counts.sum(axis=0)
    together, of_kind, of_cluster, pairs = (np.sum(c * (c - 1)) / 2 for c in (counts, kinds, clusters, n))
    chance, most = of_kind * of_cluster / pairs if pairs else 0.0, (of_kind + of_cluster) / 2
    entropies = _entropy(kinds) + _entropy(clusters)
    information = max(0.0, entropies - _entropy(counts))
    return {
        "accuracy": float(counts[linear_sum_assignment(-counts)].sum() / n),
        "nmi": float(2 * information / entropies) if entropies else 1.0,
        "ari": float((together - chance) / (most - chance)) if most != chance else 1.0,
        "purity": float(counts.max(axis=0).sum() / n),
    }


def _entropy(counts: np.ndarray) -> float:
    share = counts[counts > 0] / counts.sum()
    return float(-np.sum(share * np.log(share)))


def silhouette(embedding: ArrayLike, labels: ArrayLike, random_state: int | None = 0) -> float:
    """How much nearer a window is to its own cluster than to the next one: from -1 to 1, no known labels needed.

    Taken over 2,000 windows at most. It favours round clusters of one size, and a clustering that has itself shaped the
    space: compare partitions of one embedding, not of two.

    Parameters
    ----------
    embedding : array (n_samples, n_dims)
    labels : array (n_samples,)
    random_state : int, optional
        For the choice of windows, where there are more.

    Returns
    -------
    float
        NaN where it is not defined: for a single cluster, or one for every window.

    Raises
    ------
    ValueError
        If the lengths differ.

    References
    ----------
    Rousseeuw (1987), Journal of Computational and Applied Mathematics 20.

    Examples
    --------
    >>> print(f"{silhouette([[0.0], [1.0], [10.0], [11.0]], [0, 0, 1, 1]):.2f}")
    0.90
    """
    embedding, labels = np.asarray(embedding, dtype=np.float64), np.asarray(labels)
    if embedding.ndim != 2 or labels.shape != (len(embedding),):
        raise ValueError(f"embedding and labels must have one length, got {embedding.shape} and {labels.shape}.")
    if len(labels) > SAMPLE_LIMIT:
        chosen = np.random.default_rng(random_state).choice(len(labels), SAMPLE_LIMIT, replace=False)
        embedding, labels = embedding[chosen], labels[chosen]
    if not 2 <= len(np.unique(labels)) < len(labels):
        return float("nan")
    return float(silhouette_score(embedding, labels))


def event_bootstrap(
    labels_true: ArrayLike,
    labels: ArrayLike,
    events: ArrayLike,
    n_resamples: int = 200,
    random_state: int | None = None,
    *,
    against: ArrayLike | None = None,
) -> pd.DataFrame:
    """Scores with intervals: how much would they differ, had other events been recorded?

    Windows of one event are alike, so that a hundred windows of five events tell little more than five windows do:
    whole events are drawn, with replacement.

    Parameters
    ----------
    labels_true, labels : array (n_samples,)
    events : array (n_samples,)
        The event of each window; windows without one (None, NaN) are events of their own.
    n_resamples : int
    random_state : int, optional
    against : array (n_samples,), optional
        Another clustering: then the table is of what `labels` gains over it, event by event the same draws. A gain is
        real if its interval leaves out 0.

    Returns
    -------
    DataFrame
        A row a score: `mean`, and the bounds `low` and `high` of its central 95 %.

    Raises
    ------
    ValueError
        If the lengths differ, or there is a single event.

    References
    ----------
    Field and Welsh (2007), Journal of the Royal Statistical Society B 69, on the cluster bootstrap.

    Examples
    --------
    >>> kinds = ["quake", "quake", "blast", "blast", "quake", "quake"]
    >>> table = event_bootstrap(kinds, [0, 0, 1, 1, 0, 1], ["a", "a", "b", "b", "c", "c"], random_state=0)
    >>> table.round(2).loc["accuracy"].to_dict()
    {'mean': 0.85, 'low': 0.5, 'high': 1.0}
    """
    truth, compared = np.asarray(labels_true), [np.asarray(labels)]
    of_event = np.asarray(events)
    if against is not None:
        compared.append(np.asarray(against))
    if n_resamples < 2:
        raise ValueError(f"n_resamples must be at least 2, got {n_resamples}.")
    if any(other.shape != truth.shape for other in (*compared, of_event)):
        raise ValueError(
            "labels_true, labels, events and against must have one length, "
            f"got {', '.join(str(other.shape) for other in (truth, *compared, of_event))}."
        )
    numbers, names = pd.factorize(of_event)  # -1 where there is none
    numbers[numbers < 0] = len(names) + np.arange((numbers < 0).sum())
    n_events = numbers.max() + 1
    if n_events < 2:
        raise ValueError("events must name at least 2 different events, got 1.")
    random = np.random.default_rng(random_state)
    drawn = random.multinomial(n_events, np.full(n_events, 1 / n_events), size=n_resamples)  # times each event
    tables = [pd.DataFrame([_scores(c) for c in _resampled(truth, other, numbers, drawn)]) for other in compared]
    table = tables[0] if against is None else tables[0] - tables[1]
    return pd.DataFrame({"mean": table.mean(), "low": table.quantile(0.025), "high": table.quantile(0.975)})


def _resampled(truth: np.ndarray, labels: np.ndarray, events: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Tables of kinds and clusters (n_resamples, n_kinds, n_clusters) with events as often as they are drawn."""
    (kind, kinds), (cluster, clusters) = pd.factorize(truth, use_na_sentinel=False), pd.factorize(labels)
    cells = (events, kind * len(clusters) + cluster)
    counts = coo_array((np.ones(len(kind)), cells), shape=(drawn.shape[1], len(kinds) * len(clusters))).tocsr()
    tables: np.ndarray = (drawn @ counts).reshape(len(drawn), len(kinds), len(clusters))
    return tables
