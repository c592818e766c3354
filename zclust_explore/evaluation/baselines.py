"""Baselines: what simple methods reach on the same input. Is the gain of deep clustering real?"""

from __future__ import annotations

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

from ..data.scaling import Scaling
from ..data.spectrograms import Spectrograms


def pca_kmeans(
    spectrograms: Spectrograms,
    n_clusters: int,
    *,
    n_components: int = 10,
    amplitude: str = "discard",
    random_state: int | None = None,
) -> np.ndarray:
    """Labels by principal components and k-means (20 restarts) of the very input that the network gets.

    Parameters
    ----------
    spectrograms : Spectrograms
    n_clusters : int
    n_components : int
        As many as the network's embedding has dimensions, to be fair.
    amplitude : {"discard", "keep"}
        See `Scaling`.
    random_state : int, optional

    Returns
    -------
    array (n_samples,) of int
    """
    scaled = Scaling.fit(spectrograms, amplitude).apply(spectrograms.read())
    flat = scaled.reshape(len(scaled), -1)
    components = PCA(min(n_components, *flat.shape), random_state=random_state).fit_transform(flat)
    labels: np.ndarray = KMeans(n_clusters, n_init=20, random_state=random_state).fit_predict(components)
    return labels
