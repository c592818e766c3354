"""Batches: how many, all of them through the network, and their mean losses."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from ..models.architecture import Autoencoder


def count(n_samples: int, batch_size: int) -> int:
    """Return the number of batches in an epoch."""
    return math.ceil(n_samples / batch_size)


def device_of(network: nn.Module) -> torch.device:
    """Where the weights of a network are, and where its batches must be."""
    return next(network.parameters()).device


@torch.no_grad()
def embed(cae: Autoencoder, x: Tensor, batch_size: int = 512) -> Tensor:
    """Embedding of the whole set in sample order, in evaluation mode, without gradients: (n, latent_dim) on the CPU.

    Raises
    ------
    FloatingPointError
        If it is not finite: the last step of an epoch may have been the one too many, with its loss still finite.
    """
    was_training = cae.training
    cae.eval()
    device = device_of(cae)
    embedding = torch.cat([cae.encode(batch.to(device))[0] for batch in x.split(batch_size)]).cpu()
    cae.train(was_training)
    if not torch.isfinite(embedding).all():
        raise FloatingPointError(
            "The embedding became NaN or infinite: the learning rate is too high for these data. Everything up to the "
            "last snapshot is kept."
        )
    return embedding


class Mean:
    """Mean of losses over samples, not over batches: a small last batch counts for what it holds."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = {}
        self._n = 0

    def add(self, n: int, losses: dict[str, float]) -> None:
        """Add the mean losses of a batch of n samples.

        Raises
        ------
        FloatingPointError
            If a loss is not finite.
        """
        for name, value in losses.items():
            if not math.isfinite(value):
                raise FloatingPointError(
                    f"The {name} loss became {value}: the learning rate is too high for these data. Everything up to "
                    "the last snapshot is kept."
                )
            self._sums[name] = self._sums.get(name, 0.0) + value * n
        self._n += n

    def values(self) -> dict[str, float]:
        """Return the means so far; empty before the first batch."""
        return {name: total / self._n for name, total in self._sums.items()}
