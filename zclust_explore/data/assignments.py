"""Soft assignments and labels as functions of embedding and centroids, in float64 NumPy.

Source: Xie, Girshick and Farhadi (2016), Unsupervised deep embedding for clustering analysis, ICML, equations 1 and 3.
"""

from __future__ import annotations

import numpy as np


def soft_assignments(embedding: np.ndarray, centroids: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    """Probability q that a sample belongs to a cluster, by Student's t kernel (equation 1).

    Parameters
    ----------
    embedding : array (n_samples, latent_dim)
    centroids : array (n_clusters, latent_dim)
    alpha : float
        Degrees of freedom.

    Returns
    -------
    array (n_samples, n_clusters), float64, rows sum to 1. Computed in log space: no far sample divides 0 by 0.

    Examples
    --------
    >>> import numpy as np
    >>> soft_assignments(np.array([[0.0]]), np.array([[0.0], [1.0]]))   # 1 and 1/2, normalised
    array([[0.66666667, 0.33333333]])
    """
    z, mu = np.asarray(embedding, dtype=np.float64), np.asarray(centroids, dtype=np.float64)
    squared = np.empty((len(z), len(mu)))
    for cluster, centroid in enumerate(mu):  # one after the other: all at once would not fit the processor's cache
        squared[:, cluster] = ((z - centroid) ** 2).sum(axis=1)
    log_q = -(alpha + 1) / 2 * np.log1p(squared / alpha)
    log_q -= log_q.max(axis=1, keepdims=True)
    q: np.ndarray = np.exp(log_q)
    return q / q.sum(axis=1, keepdims=True)


def target_distribution(q: np.ndarray) -> np.ndarray:
    """Sharpened assignments p, weighted against large clusters (equation 3); q over the *whole* set.

    Examples
    --------
    >>> import numpy as np
    >>> target_distribution(np.array([[0.8, 0.2], [0.4, 0.6]])).round(3)
    array([[0.914, 0.086],
           [0.229, 0.771]])
    """
    q = np.asarray(q, dtype=np.float64)
    weight = q**2 / np.maximum(q.sum(axis=0), np.finfo(np.float64).tiny)
    p: np.ndarray = weight / weight.sum(axis=1, keepdims=True)
    return p
