"""Pretraining: the autoencoder learns to reconstruct."""

from __future__ import annotations

from collections.abc import Generator

import torch
from torch import Tensor, nn

from ..data.snapshot import Snapshot
from ..models.architecture import Autoencoder
from . import batches
from .augmentation import Augmentation
from .halves import Halves
from .progress import Progress
from .randomness import Randomness


def pretrain(
    cae: Autoencoder,
    x: Tensor,
    optimizer: torch.optim.Optimizer,
    randomness: Randomness,
    halves: Halves,
    *,
    n_epochs: int,
    batch_size: int,
    augmentation: Augmentation,
    snapshot_every: int,
    first_epoch: int = 0,
    first_step: int = 0,
) -> Generator[Progress, None, str]:
    """Minimise the mean squared error a pixel of windows that are changed at random (see `Augmentation`).

    Yields after every batch; with a snapshot before the first epoch (unless `first_step` says that this continues),
    after every `snapshot_every` epochs and after the last. Returns why it stopped. Parameters as in `Trainer`.
    """
    n_batches = batches.count(len(x), batch_size)
    step = first_step

    def progress(epoch: int, batch: int, losses: batches.Mean, take: bool = False) -> Progress:
        nonlocal step
        snapshot = None
        if take:
            snapshot = Snapshot(step, "pretrain", epoch, losses.values(), batches.embed(cae, x).numpy())
            step += 1
        return Progress("pretrain", epoch, n_epochs, batch, n_batches, losses.values(), snapshot)

    losses = batches.Mean()
    if first_step == 0:
        yield progress(0, 0, losses, take=True)
    device = batches.device_of(cae)

    def losses_of(indices: Tensor, generator: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        target = augmentation(x[indices].to(device), generator)
        reconstruction, _ = cae(target)
        loss = nn.functional.mse_loss(reconstruction, target)
        return loss, {"reconstruction": loss}

    for epoch in range(first_epoch, n_epochs):
        cae.train()
        for batch, indices in enumerate(randomness.order(len(x), epoch).split(batch_size)):
            generators = randomness.of_batch(epoch * n_batches + batch)
            losses.add(len(indices), halves.step(optimizer, losses_of, indices, generators))
            yield progress(epoch, batch + 1, losses)
        if (epoch + 1) % snapshot_every == 0 or epoch + 1 == n_epochs:
            yield progress(epoch + 1, 0, losses, take=True)
            losses = batches.Mean()
    return f"n_epochs ({n_epochs}) reached"
