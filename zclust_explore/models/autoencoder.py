"""Convolutional autoencoder for spectrograms of any size; after Guo et al. (2017), Deep clustering with CAE, ICONIP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from .memory_order import channels_last
from .upsampling import upsample


class CAE(nn.Module):
    """Strided convolutions down to a small code, transposed convolutions back up to exactly the size that came in.

    When a signal starts within its window says nothing about what it is. So the code has two parts: the **embedding**
    z, from features pooled over time (their maximum and their mean), which is clustered; and a few numbers for the
    **position**, which only the decoder gets, so that z need not spend itself on them. `time_pooling=False` is the
    plain autoencoder of the paper: z from all features, no position.

    Parameters
    ----------
    shape : (n_freqs, n_times)
    latent_dim : int
        Size of z.
    time_pooling : bool
    position_dim : int
        Size of the position code; without effect if `time_pooling` is False.
    channels : tuple of int
        Of the convolutions, each of which halves both axes.
    n_channels : int
        Of what comes in and goes out: components of a sensor, stacked.

    Raises
    ------
    ValueError
        If a size is too small.

    Examples
    --------
    >>> import torch
    >>> cae = CAE((87, 67), latent_dim=9)
    >>> reconstruction, embedding = cae(torch.zeros(2, 1, 87, 67))
    >>> tuple(reconstruction.shape), tuple(embedding.shape)
    ((2, 1, 87, 67), (2, 9))
    """

    def __init__(
        self,
        shape: tuple[int, int],
        latent_dim: int = 10,
        *,
        time_pooling: bool = True,
        position_dim: int = 3,
        channels: tuple[int, ...] = (8, 16, 32),
        n_channels: int = 1,
    ) -> None:
        super().__init__()
        if min(shape) < 4:
            raise ValueError(f"shape must be at least (4, 4), got {tuple(shape)}.")
        if latent_dim < 1:
            raise ValueError(f"latent_dim must be at least 1, got {latent_dim}.")
        if n_channels < 1:
            raise ValueError(f"n_channels must be at least 1, got {n_channels}.")
        if not time_pooling:
            position_dim = 0
        self.settings: dict[str, Any] = {
            "shape": list(shape),
            "latent_dim": latent_dim,
            "time_pooling": time_pooling,
            "position_dim": position_dim,
            "channels": list(channels),
            "n_channels": n_channels,
        }
        sizes = [tuple(shape)]
        for _ in channels:
            sizes.append(tuple((size + 1) // 2 for size in sizes[-1]))  # 87 x 67 -> 44 x 34 -> 22 x 17 -> 11 x 9
        self._smallest = (channels[-1], *sizes[-1])
        widths = (n_channels, *channels)
        self.encoder = nn.ModuleList(
            nn.Conv2d(narrow, wide, 3, stride=2, padding=1)
            for narrow, wide in zip(widths[:-1], widths[1:], strict=True)
        )
        self.decoder = nn.ModuleList(
            # what halving rounded away is put back, axis by axis, so that the sizes agree without cropping
            nn.ConvTranspose2d(
                wide,
                narrow,
                3,
                stride=2,
                padding=1,
                output_padding=((sizes[level][0] + 1) % 2, (sizes[level][1] + 1) % 2),
            )
            for level, (narrow, wide) in reversed(list(enumerate(zip(widths[:-1], widths[1:], strict=True))))
        )
        n_features = channels[-1] * sizes[-1][0] * sizes[-1][1]
        n_pooled = 2 * channels[-1] * sizes[-1][0]
        self.to_embedding = nn.Linear(n_pooled if time_pooling else n_features, latent_dim)
        self.to_position = nn.Linear(n_features, position_dim) if position_dim else None
        self.from_code = nn.Linear(latent_dim + position_dim, n_features)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> CAE:
        """Build the network that another's `settings` describe, with new weights."""
        settings = dict(settings)
        return cls(tuple(settings.pop("shape")), channels=tuple(settings.pop("channels")), **settings)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Embedding (n, latent_dim) and position (n, position_dim) of scaled spectrograms.

        These are (n, n_channels, n_freqs, n_times).
        """
        x = channels_last(x)
        for convolution in self.encoder:
            x = nn.functional.elu(convolution(x), inplace=True)
        x = channels_last(x)  # as it is; its gradient comes in the order of what follows
        features = x.flatten(1)  # (n, 32, 11, 9) -> (n, 3168)
        if self.settings["time_pooling"]:
            pooled = torch.cat([x.amax(dim=3), x.mean(dim=3)], dim=1).flatten(1)  # (n, 32, 11, 9) -> (n, 704)
        else:
            pooled = features
        position = features.new_zeros(len(x), 0) if self.to_position is None else self.to_position(features)
        return self.to_embedding(pooled), position

    def decode(self, embedding: Tensor, position: Tensor) -> Tensor:
        """Scaled spectrograms (n, n_channels, n_freqs, n_times) from both parts of the code, the last layer linear."""
        x = nn.functional.elu(self.from_code(torch.cat([embedding, position], dim=1)), inplace=True)
        x = channels_last(x.unflatten(1, self._smallest))
        for level, layer in enumerate(self.decoder):
            assert isinstance(layer, nn.ConvTranspose2d) and layer.bias is not None  # for the type checker
            if level + 1 == len(self.decoder):
                return upsample(x, layer.weight, layer.bias, layer.output_padding)
            # the bias apart: within a transposed convolution, oneDNN adds it in a slow loop
            x = nn.functional.conv_transpose2d(x, layer.weight, None, 2, 1, layer.output_padding)
            x = nn.functional.elu(x.add_(layer.bias[:, None, None]), inplace=True)
        return x

    @property
    def around_the_code(self) -> tuple[nn.Linear, nn.Linear]:
        """The layers that write the embedding and read it."""
        return self.to_embedding, self.from_code

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Reconstruction (n, n_channels, n_freqs, n_times) and embedding (n, latent_dim)."""
        embedding, position = self.encode(x)
        return self.decode(embedding, position), embedding
