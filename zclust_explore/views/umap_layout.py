"""UMAP of one cloud of points from a given start, on exact neighbours."""

from __future__ import annotations

import numpy as np


def lay_out(
    z: np.ndarray, start: np.ndarray, n_neighbors: int, n_epochs: int, rate: float, random_state: int
) -> np.ndarray:
    """Lay points out by UMAP, beginning from given places.

    Source: McInnes, Healy and Melville (2018), UMAP, arXiv:1802.03426.

    Parameters
    ----------
    z : array (n, latent_dim)
    start : array (n, 2)
        Brought to UMAP's own size if it is not of that already.
    n_neighbors, n_epochs, random_state : int
    rate : float
        Learning rate.
    """
    import umap
    from sklearn.neighbors import NearestNeighbors

    # exact neighbours by scikit-learn: UMAP's own search costs half a minute of compilation in a fresh process
    distances, indices = NearestNeighbors(n_neighbors=n_neighbors + 1).fit(z).kneighbors(z)
    graph = umap.umap_.fuzzy_simplicial_set(
        z,
        n_neighbors + 1,
        np.random.RandomState(random_state),
        metric="euclidean",
        knn_indices=indices,
        knn_dists=distances.astype(np.float32),
    )[0]
    a, b = umap.umap_.find_ab_params(spread=1.0, min_dist=0.1)
    centre, size = start.mean(axis=0), max(float(np.ptp(start, axis=0).max()), 1e-9)
    # UMAP works on a box of about 10 units: a layout from PCA is brought there, one from UMAP is there already
    init = start.astype(np.float32) if 5 < size < 60 else ((start - centre) * (10 / size)).astype(np.float32)
    layout = umap.umap_.simplicial_set_embedding(
        z, graph, 2, rate, a, b, 1.0, 5, n_epochs, init, np.random.RandomState(random_state),
        "euclidean", {}, False, {}, False,
    )[0]  # fmt: skip
    return layout if np.isfinite(layout).all() else init
