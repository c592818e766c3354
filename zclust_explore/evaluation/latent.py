"""Latent: the space that pretraining left, before clustering pulled it to its centroids."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..data.run import Run


def pretrained(source: Run | ArrayLike) -> np.ndarray:
    """Return the embedding of a run at its last step of pretraining, or an array as it is, checked.

    What clustering does to the embedding is to gather it about as many points as it was told: afterwards every
    criterion finds that number again, and every score of compactness is good.

    Parameters
    ----------
    source : Run or array (n_samples, n_dims)

    Returns
    -------
    array (n_samples, n_dims) of float64

    Raises
    ------
    ValueError
        If the run has no snapshot of pretraining, or the array is not a finite one of two dimensions.
    """
    if isinstance(source, Run):
        # from the end, because most runs are asked for before or soon after their clustering has begun
        steps = (source.snapshot(step) for step in reversed(range(len(source))))
        source = next((snapshot.embedding for snapshot in steps if snapshot.phase == "pretrain"), np.empty((0, 0)))
        if not len(source):
            raise ValueError("run must have a snapshot of pretraining, got none: call pretrain().")
    embedding = np.array(source, dtype=np.float64)
    if embedding.ndim != 2:
        raise ValueError(f"embedding must have shape (n_samples, n_dims), got {embedding.shape}.")
    if not np.isfinite(embedding).all():
        raise ValueError("embedding must be finite, got NaN or infinity.")
    return embedding
