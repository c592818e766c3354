"""Fully connected autoencoder for feature tables; after Xie, Girshick and Farhadi (2016), section 3.2."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from torch import Tensor, nn


class DenseAutoencoder(nn.Module):
    """Linear layers with rectifiers down to a small code, and the same widths back up; no notion of neighbours.

    It has the interface of `CAE`, so that all that trains, records and decodes takes either. A table of features is
    a set of spectrograms of one time each. The code has no part for a position. As in the paper, the embedding and the
    output are linear; unlike there, all layers are trained together from the beginning.

    Parameters
    ----------
    shape : (n_freqs, n_times)
        Of one sample; (n_features, 1) for a table.
    latent_dim : int
        Size of the embedding.
    widths : tuple of int
        Of the layers between input and embedding.
    n_channels : int
        Of one sample.

    Raises
    ------
    ValueError
        If a size is less than 1.

    Examples
    --------
    >>> import torch
    >>> reconstruction, embedding = DenseAutoencoder((64, 1), latent_dim=5)(torch.zeros(2, 1, 64, 1))
    >>> tuple(reconstruction.shape), tuple(embedding.shape)
    ((2, 1, 64, 1), (2, 5))
    """

    def __init__(
        self,
        shape: tuple[int, int],
        latent_dim: int = 10,
        *,
        widths: tuple[int, ...] = (500, 500, 2000),
        n_channels: int = 1,
    ) -> None:
        super().__init__()
        if min(shape) < 1:
            raise ValueError(f"shape must be at least (1, 1), got {tuple(shape)}.")
        if latent_dim < 1:
            raise ValueError(f"latent_dim must be at least 1, got {latent_dim}.")
        if min(widths, default=1) < 1:
            raise ValueError(f"widths must be at least 1 each, got {tuple(widths)}.")
        if n_channels < 1:
            raise ValueError(f"n_channels must be at least 1, got {n_channels}.")
        self.settings: dict[str, Any] = {
            "kind": "dense",
            "shape": list(shape),
            "latent_dim": latent_dim,
            "widths": list(widths),
            "n_channels": n_channels,
        }
        sizes = (n_channels * shape[0] * shape[1], *widths, latent_dim)
        self.encoder = _layers(sizes)  # (n, 64) -> (n, 256) -> (n, 128) -> (n, 10)
        self.decoder = _layers(sizes[::-1])

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> DenseAutoencoder:
        """Build the network that another's `settings` describe, with new weights."""
        return cls(
            tuple(settings["shape"]),
            settings["latent_dim"],
            widths=tuple(settings["widths"]),
            n_channels=settings.get("n_channels", 1),  # of older runs, which had one
        )

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Embedding (n, latent_dim) and an empty position (n, 0) of scaled samples.

        These are (n, n_channels, n_freqs, n_times).
        """
        return self.encoder(x.flatten(1)), x.new_zeros(len(x), 0)

    def decode(self, embedding: Tensor, position: Tensor) -> Tensor:
        """Scaled samples (n, n_channels, n_freqs, n_times) from their embedding; the position says nothing."""
        flat: Tensor = self.decoder(embedding)
        return flat.unflatten(1, (self.settings["n_channels"], *self.settings["shape"]))

    @property
    def around_the_code(self) -> tuple[nn.Linear, nn.Linear]:
        """The layers that write the embedding and read it."""
        writes, reads = self.encoder[-1], self.decoder[0]
        assert isinstance(writes, nn.Linear) and isinstance(reads, nn.Linear)  # for the type checker
        return writes, reads

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Reconstruction (n, n_channels, n_freqs, n_times) and embedding (n, latent_dim)."""
        embedding, position = self.encode(x)
        return self.decode(embedding, position), embedding


def _layers(sizes: tuple[int, ...]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for size, following in pairwise(sizes):
        layers += [nn.Linear(size, following), nn.ReLU()]
    return nn.Sequential(*layers[:-1])  # no rectifier after the last: half of what it says would be lost
