"""Scores: how well clusters agree with known labels. Labels are never needed to train, only to score."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix


def score(labels_true: ArrayLike, labels: ArrayLike) -> dict[str, float]:
    """Accuracy, NMI, ARI and purity of cluster labels against known ones.

    Parameters
    ----------
    labels_true, labels : array (n_samples,)
        Known kinds, and clusters; their numbers may differ.

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
    counts = contingency_matrix(labels_true, labels)  # (n_kinds, n_clusters)
    matched = counts[linear_sum_assignment(-counts)].sum()
    return {
        "accuracy": float(matched / labels.size),
        "nmi": float(normalized_mutual_info_score(labels_true, labels)),
        "ari": float(adjusted_rand_score(labels_true, labels)),
        "purity": float(counts.max(axis=0).sum() / labels.size),
    }
