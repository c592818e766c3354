"""Lengths: how many epochs a phase takes where nobody says, from the number of batches in one."""

from __future__ import annotations

import math

USUAL_EPOCHS = 40
# a pass over many windows teaches more than one over few
ENOUGH_BATCHES, LEAST_EPOCHS = 3_000, 20
# pretraining on few windows goes on until the network has seen enough of them
PRETRAINING_BATCHES, MOST_EPOCHS = 1_000, 120


def clustering_length(n_batches: int) -> int:
    """Return the epochs of clustering at most: 40, or as many as make 3,000 batches, but at least 20.

    Examples
    --------
    >>> [clustering_length(n_batches) for n_batches in (12, 75, 100, 1_000)]
    [40, 40, 30, 20]
    """
    return max(LEAST_EPOCHS, min(USUAL_EPOCHS, math.ceil(ENOUGH_BATCHES / n_batches)))


def pretraining_length(n_batches: int) -> int:
    """Return the epochs of pretraining: as those of clustering, and at least 1,000 batches within 120 epochs.

    Examples
    --------
    >>> [pretraining_length(n_batches) for n_batches in (5, 12, 75, 1_000)]
    [120, 84, 40, 20]
    """
    return max(clustering_length(n_batches), min(MOST_EPOCHS, math.ceil(PRETRAINING_BATCHES / n_batches)))
