"""Samples per second of autoencoder training (64 × 46, batch 64) by threads and memory order."""

import os
import time

import numpy as np
import torch

from zclust_explore.models.autoencoder import CAE

N, BATCH, ROUNDS = 931, 64, 5


def table() -> str:
    """Median of five epochs each, taken in turn, and the ratio to the first row."""
    x = torch.randn(N, 1, 64, 46)
    ways = [(threads, order) for threads in (1, os.cpu_count() or 1) for order in ("contiguous", "channels_last")]
    rates: dict[tuple[int, str], list[float]] = {way: [] for way in ways}
    models = {"contiguous": CAE((64, 46)), "channels_last": CAE((64, 46)).to(memory_format=torch.channels_last)}
    before = torch.get_num_threads()
    for _ in range(ROUNDS + 1):
        for threads, order in ways:
            torch.set_num_threads(threads)
            rates[threads, order].append(N / _epoch(models[order], x))
    torch.set_num_threads(before)
    first = float(np.median(rates[ways[0]][1:]))
    lines = [f"{'threads':>8}  {'memory order':14}{'samples/s':>10}{'ratio':>8}"]
    for (threads, order), values in rates.items():
        rate = float(np.median(values[1:]))  # the first round warms up
        lines.append(f"{threads:8}  {order:14}{rate:10.0f}{rate / first:8.2f}")
    return "\n".join(lines)


def _epoch(cae: CAE, x: torch.Tensor) -> float:
    optimizer = torch.optim.Adam(cae.parameters())
    began = time.perf_counter()
    for batch in x.split(BATCH):
        reconstruction, _ = cae(batch)
        optimizer.zero_grad(set_to_none=True)
        torch.nn.functional.mse_loss(reconstruction, batch).backward()
        optimizer.step()
    return time.perf_counter() - began
