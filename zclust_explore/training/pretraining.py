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
    first_iteration: int = 0,
    first_step: int = 0,
) -> Generator[Progress, None, str]:
    """Minimise the mean squared error a pixel of windows that are changed at random (see `Augmentation`).

    Yields after every batch; with a snapshot before the first epoch (unless `first_step` says that this continues),
    after every `snapshot_every` epochs and after the last. Returns why it stopped. Parameters as in `Trainer`;
    `first_iteration` is the number of batches done already, when it continues.
    """
    n_batches = batches.count(len(x), batch_size)
    step = first_step

    def taken(epoch: int, losses: batches.Mean) -> Progress:
        nonlocal step
        z = batches.embed(cae, x).numpy()
        snapshot = Snapshot(step, "pretrain", epoch, losses.values(), z, iteration=epoch * n_batches)
        step += 1
        return Progress("pretrain", epoch, n_epochs, 0, n_batches, losses.values(), snapshot)

    losses = batches.Mean()
    if first_step == 0:
        yield taken(0, losses)
    device = batches.device_of(cae)

    def losses_of(indices: Tensor, generator: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        target = augmentation(x[indices].to(device), generator)
        reconstruction, _ = cae(target)
        loss = nn.functional.mse_loss(reconstruction, target)
        return loss, {"reconstruction": loss}

    for epoch in range(first_iteration // n_batches, n_epochs):
        cae.train()
        due = (epoch + 1) % snapshot_every == 0 or epoch + 1 == n_epochs
        for batch, indices in enumerate(randomness.order(len(x), epoch).split(batch_size)):
            iteration = epoch * n_batches + batch
            if iteration < first_iteration:
                continue
            losses.add(len(indices), halves.step(optimizer, losses_of, indices, randomness.of_batch(iteration)))
            yield Progress(
                "pretrain",
                epoch,
                n_epochs,
                batch + 1,
                n_batches,
                losses.values(),
                snapshot_due=due and batch + 1 == n_batches,
            )
        if due:
            yield taken(epoch + 1, losses)
            losses = batches.Mean()
    return f"n_epochs ({n_epochs}) reached"
