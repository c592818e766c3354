"""Coordinates of the embedding: another measure of the same network."""

import numpy as np
import pytest
import torch

from zclust_explore.models.autoencoder import CAE
from zclust_explore.models.coordinates import change_coordinates
from zclust_explore.models.dense import DenseAutoencoder


@pytest.mark.parametrize(
    "network", [CAE((16, 12), 3), CAE((16, 12), 3, time_pooling=False), DenseAutoencoder((16, 12), 3)]
)
def test_reconstructions_stay_and_the_embedding_is_the_one_asked_for(network):
    """Clustering would begin with another network than the pretrained one."""
    random = np.random.default_rng(0)
    x = torch.randn(20, 1, 16, 12, generator=torch.Generator().manual_seed(0))
    origin, axes = random.normal(size=3), random.normal(size=(3, 3)) + 2 * np.eye(3)
    with torch.no_grad():
        before, z = network(x)
        change_coordinates(network, origin, axes)
        after, changed = network(x)
    np.testing.assert_allclose(changed.numpy(), (z.numpy() - origin) @ axes.T, atol=1e-4)
    np.testing.assert_allclose(after.numpy(), before.numpy(), atol=1e-4)
