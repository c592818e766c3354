"""Inputs: what the network sees of all windows of a run, in memory or, if there is much of it, in a file."""

from __future__ import annotations

import tempfile

import numpy as np
import torch
from torch import Tensor

from ..data.blocks import blocks
from ..data.run import Run
from ..data.scaling import Scaling

MEMORY_LIMIT = 2 * 2**30  # bytes


def network_input(run: Run, memory_limit: int = MEMORY_LIMIT) -> Tensor:
    """Scaled spectrograms (n_samples, n_channels, n_freqs, n_times), read and scaled once, block by block.

    Above the limit they lie in a nameless file in the run's folder, which vanishes with the tensor: batches are then
    read by the operating system when they are needed, and kept for as long as it has memory to spare.
    """
    scaling = Scaling.from_dict(run.settings["scaling"])
    shape = (run.n_samples, run.spectrograms.n_channels, *run.spectrograms.shape)
    if 4 * np.prod(shape, dtype=np.int64) <= memory_limit:
        scaled: np.ndarray = np.empty(shape, dtype=np.float32)
    else:
        with tempfile.TemporaryFile(dir=run.directory) as file:
            scaled = np.memmap(file, dtype=np.float32, mode="w+", shape=shape)
    for rows, values in blocks(run.spectrograms, scaling.apply):
        scaled[rows] = values.reshape(len(values), *shape[1:])
    return torch.from_numpy(scaled)
