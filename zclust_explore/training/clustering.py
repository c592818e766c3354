"""Clustering: embedding and centroids learn together from their own confident assignments."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from ..data import assignments
from ..data.snapshot import Snapshot
from ..models.dec import DEC, clustering_loss, soft_assignments, target_distribution
from . import batches
from .augmentation import Augmentation
from .halves import Halves
from .progress import Progress
from .randomness import Randomness
from .reseeding import Reseeding, move

IntervalUnit = Literal["epoch", "iteration"]


def cluster(
    dec: DEC,
    x: Tensor,
    optimizer: torch.optim.Optimizer,
    randomness: Randomness,
    halves: Halves,
    *,
    n_epochs: int,
    batch_size: int,
    augmentation: Augmentation,
    update_interval: int,
    interval_unit: IntervalUnit = "epoch",
    reconstruction_weight: float,
    tol: float,
    patience: int,
    reseed: bool = False,
    before: Sequence[Snapshot] = (),
    first_step: int = 0,
) -> Generator[Progress, None, str]:
    """Deep embedded clustering: minimise KL(P‖Q) + reconstruction_weight · mean squared error.

    Every `update_interval` epochs or iterations (batches), Q of the *whole* set is taken in evaluation mode, in sample
    order; from it come the labels, a snapshot, and the target P, which stays frozen until the next time and is looked
    up by sample index. It stops when at `patience` such updates in a row at most `tol` of the labels have changed, or
    after `n_epochs`. With `reseed`, centroids that were lost move between the snapshot and its target (see
    `Reseeding`).

    `before` are the snapshots of this phase so far when it continues; at the last of them, an update of the target is
    due. Yields after every batch and with each snapshot; returns the reason why it stopped, in words.
    """
    n_batches = batches.count(len(x), batch_size)
    interval = update_interval * n_batches if interval_unit == "epoch" else update_interval
    last = n_epochs * n_batches
    device = batches.device_of(dec)
    labels = before[-1].labels if before else None
    change = before[-1].label_change if before else None
    calm, reseeding = 0, Reseeding(reseed)
    plan: dict[int, np.ndarray] = {}
    for snapshot in before:
        if snapshot.act:  # clusters may be others, and whoever moves them by hand wants them left there
            reseeding = Reseeding(reseed)
        plan = reseeding.plan(snapshot) if snapshot.iteration < last and not snapshot.act else {}
        calm = calm + 1 if not plan and snapshot.label_change is not None and snapshot.label_change <= tol else 0
    losses = batches.Mean()
    step, first = first_step, before[-1].iteration if before else 0

    def losses_of(indices: Tensor, generator: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        seen = augmentation(x[indices].to(device), generator)
        z, position = dec.cae.encode(seen)
        loss = kl = clustering_loss(dec.log_q(z), p[indices])
        parts = {"clustering": kl}
        if reconstruction_weight:
            parts["reconstruction"] = nn.functional.mse_loss(dec.cae.decode(z, position), seen)
            loss = kl + reconstruction_weight * parts["reconstruction"]
        return loss, parts

    for iteration in range(first, last + 1):
        epoch, batch = divmod(iteration, n_batches)
        due = iteration % interval == 0 or iteration == last or iteration == first
        if due:
            embedding = batches.embed(dec.cae, x)
        if due and not (before and iteration == first):  # that snapshot exists already
            centroids = dec.centroids.detach().cpu().numpy()
            # by the very function that labels are read with when this is resumed: ties fall alike
            q_now = assignments.soft_assignments(embedding.numpy(), centroids, dec.alpha)
            previous, labels = labels, q_now.argmax(axis=1)
            change = None if previous is None else float(np.mean(labels != previous))
            snapshot = Snapshot(
                step,
                "cluster",
                epoch,
                losses.values(),
                embedding.numpy(),
                centroids,
                change,
                dec.alpha,
                iteration=iteration,
            )
            plan = reseeding.plan(snapshot) if iteration < last else {}
            calm = calm + 1 if not plan and change is not None and change <= tol else 0
            yield Progress("cluster", epoch, n_epochs, batch, n_batches, losses.values(), snapshot, tuple(plan))
            step += 1
            losses = batches.Mean()
        if calm >= patience:  # perhaps at the last snapshot before: it may have been stopped right there
            return (
                f"at most {tol:.1%} of the labels changed at {patience} updates in a row, "
                f"after {iteration / n_batches:g} epochs ({iteration} iterations)"
            )
        if iteration == last:
            break
        if due:
            move(dec, optimizer, plan)
            q = soft_assignments(embedding.double(), dec.centroids.detach().cpu().double(), dec.alpha)
            p = target_distribution(q).float().to(device)
            dec.train()
        if batch == 0 or iteration == first:
            order = randomness.order(len(x), epoch).split(batch_size)
        found = halves.step(optimizer, losses_of, order[batch], randomness.of_batch(iteration))
        losses.add(len(order[batch]), found)
        done = iteration + 1
        follows = done % interval == 0 or done == last
        yield Progress("cluster", epoch, n_epochs, batch + 1, n_batches, losses.values(), snapshot_due=follows)
    return f"n_epochs ({n_epochs}) reached while {change or 0:.1%} of the labels still changed"
