"""The formulas of DEC in PyTorch against float64 NumPy."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from zclust_explore.data import assignments
from zclust_explore.models.autoencoder import CAE
from zclust_explore.models.dec import DEC, clustering_loss, log_soft_assignments, soft_assignments, target_distribution


@given(st.integers(0, 10_000), st.floats(0.5, 4), st.floats(0.01, 1e4))
def test_agrees_with_the_reference(seed, alpha, scale):
    """q or p would be another formula than the paper's (trap 11)."""
    random = np.random.default_rng(seed)
    z, mu = scale * random.normal(size=(9, 4)), scale * random.normal(size=(3, 4))
    q = assignments.soft_assignments(z, mu, alpha)
    tensors = torch.from_numpy(z), torch.from_numpy(mu)
    np.testing.assert_allclose(soft_assignments(*tensors, alpha).numpy(), q, rtol=1e-8)
    single = soft_assignments(tensors[0].float(), tensors[1].float(), alpha)
    np.testing.assert_allclose(single.numpy(), q, atol=1e-4)
    np.testing.assert_allclose(
        target_distribution(torch.from_numpy(q)).numpy(), assignments.target_distribution(q), rtol=1e-12
    )


def test_far_points_stay_finite():
    """A point far from every centroid would make log q minus infinity and the loss NaN (trap 4)."""
    z, mu = torch.full((1, 2), 1e15, requires_grad=True), torch.tensor([[0.0, 0.0], [1.0, 0.0]])
    log_q = log_soft_assignments(z, mu)
    clustering_loss(log_q, torch.tensor([[0.5, 0.5]])).backward()
    assert torch.isfinite(log_q).all()
    assert torch.isfinite(z.grad).all()


def test_loss_is_kl_of_p_and_q_averaged_over_the_batch():
    """The direction or the reduction of the divergence would be wrong (trap 13)."""
    random = np.random.default_rng(0)
    p, q = random.dirichlet(np.ones(4), 7), random.dirichlet(np.ones(4), 7)
    expected = (p * np.log(p / q)).sum() / 7
    np.testing.assert_allclose(clustering_loss(torch.from_numpy(q).log(), torch.from_numpy(p)), expected)


def test_centroids_are_trained():
    """Centroids would stay where k-means put them (trap 12)."""
    torch.manual_seed(0)
    dec = DEC(CAE((16, 16), 2), torch.tensor([[0.0, 0.0], [1.0, 1.0]]))
    assert any(parameter is dec.centroids for parameter in dec.parameters())
    before = dec.centroids.detach().clone()
    optimizer = torch.optim.Adam(dec.parameters(), lr=0.01)
    log_q = dec(torch.randn(8, 1, 16, 16))
    clustering_loss(log_q, target_distribution(log_q.detach().exp())).backward()
    optimizer.step()
    assert not torch.equal(before, dec.centroids)
