"""What a run's network makes of its windows, in decibels."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ..data.run import Run
from ..data.scaling import Scaling
from .architecture import Autoencoder, as_input, trained

BATCH = 256


def load_cae(run: Run, step: int = -1) -> Autoencoder:
    """Return the autoencoder of a run as it was at a step, in evaluation mode.

    Raises
    ------
    FileNotFoundError
        If the weights were not kept.
    """
    return trained(run.settings["autoencoder"], run.weights(step))


def reconstruct(run: Run, indices: Any, step: int = -1) -> np.ndarray:
    """Reconstructions of some windows at a step: (n, [n_channels,] n_freqs, n_times) float32, dB like the spectrograms.

    The network sees decibels above background, clipped to a range and freed of the window's own level and contrast
    (see `Scaling`); these are put back here.
    """
    cae = load_cae(run, step)
    scaling = Scaling.from_dict(run.settings["scaling"])
    rows = np.atleast_1d(np.asarray(indices))
    values, traces = run.spectrograms.read(rows), run.spectrograms.trace_ids(rows)
    restored = np.empty_like(values)
    with torch.inference_mode():
        for start in range(0, len(values), BATCH):
            batch, of_traces = values[start : start + BATCH], traces[start : start + BATCH]
            output, _ = cae(as_input(scaling.apply(batch, of_traces)))
            restored[start : start + BATCH] = scaling.invert(output.numpy().reshape(batch.shape), batch, of_traces)
    return restored


def decode_centroids(run: Run, step: int, like: Any) -> np.ndarray:
    """Spectrograms of the centroids at a step: (n_clusters, [n_channels,] n_freqs, n_times) float32, dB.

    A centroid says neither when a signal lies in its window, nor how strong it is, nor over which background: these are
    taken from one window for each, `like` (n_clusters,), for example from the medoids.

    Raises
    ------
    ValueError
        If there are no clusters yet at that step, or not as many windows as centroids.
    """
    centroids = run.snapshot(step).centroids
    rows = np.asarray(like)
    if centroids is None or rows.shape != (len(centroids),):
        raise ValueError(f"like must hold one window for each centroid of step {step}, got shape {rows.shape}.")
    cae = load_cae(run, step)
    scaling = Scaling.from_dict(run.settings["scaling"])
    values, traces = run.spectrograms.read(rows), run.spectrograms.trace_ids(rows)
    with torch.inference_mode():
        _, position = cae.encode(as_input(scaling.apply(values, traces)))
        decoded = cae.decode(torch.tensor(centroids), position)
    return np.asarray(scaling.invert(decoded.numpy().reshape(values.shape), values, traces), dtype=np.float32)
