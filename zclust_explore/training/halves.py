"""Halves: a step of training from the two halves of a batch, worked on side by side."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager

import torch
from torch import Tensor

from ..models.memory_order import in_order_of

LossesOf = Callable[[Tensor, torch.Generator], tuple[Tensor, dict[str, Tensor]]]


class Halves:
    """Two threads with half a batch each; on a GPU, the whole batch at once.

    Their gradients are added in the same order whichever comes first, so that the bits do not depend on what else the
    machine does. PyTorch's own threads share out every layer and wait for each other after every layer, which brings
    less and on a busy machine costs much.

    Parameters
    ----------
    device : torch.device
    """

    def __init__(self, device: torch.device) -> None:
        self._split = device.type == "cpu"
        self._helper: ThreadPoolExecutor | None = None  # without one, a half after the other, with the same result

    @contextmanager
    def side_by_side(self) -> Iterator[None]:
        """Work on both halves at once, if PyTorch may use more than one thread, and leave a core to the person."""
        threads = torch.get_num_threads()
        torch.set_num_threads(max(1, min(threads, (os.cpu_count() or 1) - 1) // 2))
        try:
            if threads == 1 or not self._split:
                yield
            else:
                with ThreadPoolExecutor(1, thread_name_prefix="zclust-half") as self._helper:
                    yield
        finally:
            self._helper = None
            torch.set_num_threads(threads)

    def step(
        self,
        optimizer: torch.optim.Optimizer,
        losses_of: LossesOf,
        indices: Tensor,
        generators: tuple[torch.Generator, torch.Generator],
    ) -> dict[str, float]:
        """Move the parameters down the gradient of the mean loss over a batch.

        `losses_of` takes the indices of some samples and a generator, and returns the loss to minimise and losses to
        report, of which the means over the batch are returned. Each half has its own generator.
        """
        parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
        n = len(indices)

        def work(half: Tensor, generator: torch.Generator) -> tuple[tuple[Tensor | None, ...], dict[str, float]]:
            loss, reported = losses_of(half, generator)
            share = len(half) / n
            gradients = torch.autograd.grad(loss * share, parameters, allow_unused=True)
            return gradients, {name: float(value.detach()) * share for name, value in reported.items()}

        first, *rest = indices.tensor_split(2) if self._split and n > 1 else (indices,)
        if self._helper is None:
            found = [work(half, generator) for half, generator in zip((first, *rest), generators, strict=False)]
        else:
            waiting = [self._helper.submit(work, half, generators[1]) for half in rest]
            try:
                found = [work(first, generators[0])]
            finally:  # also after Ctrl-C: nobody must go on computing with weights that are about to change
                wait(waiting)
            found += [future.result() for future in waiting]
        for parameter, *gradients in zip(parameters, *(gradients for gradients, _ in found), strict=True):
            parts = [gradient for gradient in gradients if gradient is not None]
            # in the order of memory of the parameter: a fused optimizer goes through both without looking at shapes
            parameter.grad = in_order_of(parameter, sum(parts[1:], start=parts[0])) if parts else None
        optimizer.step()
        return {name: sum(reported[name] for _, reported in found) for name in found[0][1]}
