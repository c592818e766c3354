"""Architectures: the autoencoders there are, and which one a run's settings describe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from .autoencoder import CAE
from .dense import DenseAutoencoder

Autoencoder = CAE | DenseAutoencoder


def settings_for(
    shape: tuple[int, int],
    latent_dim: int,
    time_pooling: bool = True,
    widths: tuple[int, ...] | None = None,
    channels: tuple[int, ...] = (8, 16, 32),
    n_channels: int = 1,
) -> dict[str, Any]:
    """Settings, for `from_settings`, of a CAE or, where there are `widths`, of a DenseAutoencoder.

    Raises
    ------
    ValueError
        If the network cannot be built.

    Examples
    --------
    >>> settings_for((64, 1), 10, widths=(32,))
    {'kind': 'dense', 'shape': [64, 1], 'latent_dim': 10, 'widths': [32], 'n_channels': 1}
    """
    with torch.device("meta"):  # built to check them, not to be used: draws no random numbers
        if widths is None:
            cae = CAE(shape, latent_dim, time_pooling=time_pooling, channels=channels, n_channels=n_channels)
            return cae.settings
        return DenseAutoencoder(shape, latent_dim, widths=widths, n_channels=n_channels).settings


def from_settings(settings: Mapping[str, Any]) -> Autoencoder:
    """Build the network that another's `settings` describe, with new weights; a CAE where they name no kind.

    Raises
    ------
    ValueError
        If the kind is unknown.

    Examples
    --------
    >>> type(from_settings(DenseAutoencoder((12, 1)).settings)).__name__
    'DenseAutoencoder'
    """
    kind = settings.get("kind", "convolutional")
    if kind == "dense":
        return DenseAutoencoder.from_settings(settings)
    if kind != "convolutional":
        raise ValueError(f"kind must be 'convolutional' or 'dense', got {kind!r}.")
    return CAE.from_settings(settings)


def trained(settings: Mapping[str, Any], weights: Mapping[str, np.ndarray]) -> Autoencoder:
    """Build the network that `settings` describe, with weights as a run keeps them, in evaluation mode."""
    with torch.device("meta"):  # no first weights: drawing them here would meddle with other threads' random state
        network = from_settings(settings)
    tensors = {name: torch.tensor(values) for name, values in weights.items()}
    network.load_state_dict(tensors, strict=True, assign=True)
    return network.eval()


def as_input(scaled: np.ndarray) -> torch.Tensor:
    """Scaled windows (n, [n_channels,] n_freqs, n_times) as a network takes them: always with an axis of channels."""
    return torch.from_numpy(scaled if scaled.ndim == 4 else scaled[:, None])
