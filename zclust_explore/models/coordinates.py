"""Coordinates: the same autoencoder, with its embedding measured along other axes."""

from __future__ import annotations

import numpy as np
import torch

from .architecture import Autoencoder


@torch.no_grad()
def change_coordinates(network: Autoencoder, origin: np.ndarray, axes: np.ndarray) -> None:
    """Replace the embedding z of a network by `axes` · (z - origin); its reconstructions stay as they are.

    The change is taken up by the linear layer that writes the embedding, and undone by the one that reads it.

    Parameters
    ----------
    network : CAE or DenseAutoencoder
        Is changed.
    origin : array (latent_dim,)
    axes : array (latent_dim, latent_dim)
        Must be invertible.

    Examples
    --------
    >>> from zclust_explore.models.autoencoder import CAE
    >>> network = CAE((16, 16), latent_dim=2)
    >>> x = torch.ones(1, 1, 16, 16)
    >>> before, z = network(x)
    >>> change_coordinates(network, np.zeros(2), np.diag([2.0, 3.0]))
    >>> after, changed = network(x)
    >>> bool(torch.allclose(before, after, atol=1e-5)), (changed / z).detach().numpy().round(3)
    (True, array([[2., 3.]], dtype=float32))
    """
    writes, reads = network.around_the_code
    n_dims = len(origin)
    there, back, start = (
        torch.as_tensor(values, dtype=torch.float64, device=writes.weight.device)
        for values in (axes, np.linalg.inv(axes), origin)
    )
    weight, bias = writes.weight.double(), writes.bias.double()
    writes.weight.copy_(there @ weight)
    writes.bias.copy_(there @ (bias - start))
    reading = reads.weight[:, :n_dims].double()  # what follows is the position, which stays
    reads.bias.copy_(reads.bias.double() + reading @ start)
    reads.weight[:, :n_dims] = (reading @ back).to(reads.weight.dtype)
