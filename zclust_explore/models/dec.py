"""DEC after Xie, Girshick and Farhadi (2016), Unsupervised deep embedding for clustering analysis, ICML.

Letters as in the paper: z (n, latent_dim) embedding, mu (k, latent_dim) centroids, q and p (n, k) assignments.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .architecture import Autoencoder


def log_soft_assignments(z: Tensor, mu: Tensor, alpha: float = 1.0) -> Tensor:
    """log q by Student's t kernel, equation 1: (n, k). In log space, so that no far sample divides 0 by 0."""
    squared = (z[:, None, :] - mu[None]).square().sum(dim=2)  # (n, 1, d) - (1, k, d) -> (n, k)
    return torch.log_softmax(-(alpha + 1) / 2 * torch.log1p(squared / alpha), dim=1)


def soft_assignments(z: Tensor, mu: Tensor, alpha: float = 1.0) -> Tensor:
    """q, equation 1: (n, k), rows sum to 1.

    >>> soft_assignments(torch.tensor([[0.0]]), torch.tensor([[0.0], [1.0]]))
    tensor([[0.6667, 0.3333]])
    """
    return log_soft_assignments(z, mu, alpha).exp()


def target_distribution(q: Tensor) -> Tensor:
    """p, equation 3: q squared over the clusters' soft sizes f. q is of the *whole* set, not of a batch.

    >>> target_distribution(torch.tensor([[0.8, 0.2], [0.4, 0.6]]))
    tensor([[0.9143, 0.0857],
            [0.2286, 0.7714]])
    """
    f = q.sum(dim=0).clamp_min(torch.finfo(q.dtype).tiny)
    weight = q.square() / f
    return weight / weight.sum(dim=1, keepdim=True)


def clustering_loss(log_q: Tensor, p: Tensor) -> Tensor:
    """KL(P‖Q), equation 2, as the mean over the batch in nats."""
    return nn.functional.kl_div(log_q, p, reduction="batchmean")


class DEC(nn.Module):
    """An autoencoder and the centroids of clusters in its embedding, trained together.

    Parameters
    ----------
    cae : CAE or DenseAutoencoder
    centroids : Tensor (n_clusters, latent_dim)
        Where they start; a parameter from then on.
    alpha : float
        Degrees of freedom of Student's t kernel.

    Examples
    --------
    >>> from zclust_explore.models.autoencoder import CAE
    >>> dec = DEC(CAE((16, 16), latent_dim=2), torch.tensor([[0.0, 0.0], [1.0, 1.0]]))
    >>> q = dec(torch.zeros(5, 1, 16, 16)).exp()
    >>> tuple(q.shape), bool(torch.allclose(q.sum(dim=1), torch.ones(5)))
    ((5, 2), True)
    """

    def __init__(self, cae: Autoencoder, centroids: Tensor, alpha: float = 1.0) -> None:
        super().__init__()
        self.cae = cae
        self.centroids = nn.Parameter(centroids.detach().clone())
        self.alpha = alpha

    def log_q(self, z: Tensor) -> Tensor:
        """log q of embeddings: (n, latent_dim) -> (n, n_clusters)."""
        return log_soft_assignments(z, self.centroids, self.alpha)

    def forward(self, x: Tensor) -> Tensor:
        """log q of scaled spectrograms: (n, n_channels, n_freqs, n_times) -> (n, n_clusters)."""
        return self.log_q(self.cae.encode(x)[0])
