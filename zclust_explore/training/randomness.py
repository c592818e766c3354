"""Randomness: the random numbers of each epoch and batch, which depend on the seed and on nothing that came before."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


class Randomness:
    """Orders of samples and generators for batches, by their place: to resume, it is enough to know where.

    Parameters
    ----------
    seed : int
    stream : int
        Different numbers from one seed, for example for each phase.

    Examples
    --------
    >>> Randomness(0).order(6, epoch=0).tolist(), Randomness(0).order(6, epoch=1).tolist()
    ([0, 4, 3, 5, 1, 2], [1, 5, 3, 0, 2, 4])
    """

    def __init__(self, seed: int, stream: int = 0) -> None:
        self._place = (seed, stream)

    def order(self, n_samples: int, epoch: int) -> Tensor:
        """Every sample once, in the order of an epoch: (n_samples,)."""
        return torch.randperm(n_samples, generator=self._generator(0, epoch))

    def of_batch(self, iteration: int) -> tuple[torch.Generator, torch.Generator]:
        """Generators for whatever is random in each half of a batch, counted from the beginning of the phase."""
        return self._generator(1, iteration), self._generator(2, iteration)

    def _generator(self, use: int, number: int) -> torch.Generator:
        # SeedSequence mixes well: seeds that follow each other would give a Mersenne Twister related states
        state = np.random.SeedSequence((*self._place, use, number)).generate_state(1, np.uint64)[0]
        return torch.Generator().manual_seed(int(state))
