"""What two halves of a batch must have in common with the whole."""

from unittest.mock import patch

import pytest
import torch

from zclust_explore.training.halves import Halves

CPU = torch.device("cpu")


def taken(halves, n, optimizer=None):
    """Gradients and losses of one step over n samples of a small regression."""
    x = torch.randn(n, 3, generator=torch.Generator().manual_seed(0))
    weight, unused = torch.zeros(3, requires_grad=True), torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight, unused], lr=0.0)

    def losses_of(indices, _):
        loss = (x[indices] @ weight - 1).square().mean()
        return loss, {"error": loss, "first": x[indices, 0].mean()}

    found = halves.step(optimizer, losses_of, torch.arange(n), (torch.Generator(), torch.Generator()))
    whole = torch.autograd.grad(losses_of(torch.arange(n), None)[0], weight)[0]
    return weight.grad, whole, unused.grad, found, x


@pytest.mark.parametrize("n", [1, 2, 7, 64])
def test_the_mean_over_the_batch(n):
    """Unequal halves, or a batch of one, would weigh samples differently."""
    gradient, whole, unused, found, x = taken(Halves(CPU), n)
    torch.testing.assert_close(gradient, whole)
    assert unused is None
    assert found == pytest.approx({"error": 1.0, "first": float(x[:, 0].mean())}, abs=1e-6)


def test_same_bits_on_one_thread_and_on_two():
    """A run on a busy machine, or with OMP_NUM_THREADS=1, would differ from the same on a free one."""
    halves = Halves(CPU)
    before, *_ = taken(halves, 33)
    with patch("os.cpu_count", return_value=2), patch("torch.get_num_threads", return_value=2), halves.side_by_side():
        assert halves._helper is not None
        beside, *_ = taken(halves, 33)
    assert torch.equal(before, beside)


@pytest.mark.parametrize("fails", [0, 1])
def test_a_failure_in_either_half_arrives(fails):
    """An error in the second thread would be lost, or the step taken with half a gradient."""
    weight = torch.ones(1, requires_grad=True)
    optimizer, halves = torch.optim.SGD([weight], lr=1.0), Halves(CPU)

    def losses_of(indices, _):
        if fails * 2 in indices.tolist():
            raise ValueError("this half")
        return weight.sum(), {}

    with patch("torch.get_num_threads", return_value=2), halves.side_by_side():
        with pytest.raises(ValueError, match="this half"):
            halves.step(optimizer, losses_of, torch.arange(4), (torch.Generator(), torch.Generator()))
    assert weight.item() == 1.0


@pytest.mark.parametrize("n", [1, 4])
def test_gradients_lie_in_memory_as_their_parameters_do(n):
    """A fused optimizer, which goes through both without looking at shapes, would give each weight another's."""
    weight = torch.randn(4, 3, 2, 2).to(memory_format=torch.channels_last).requires_grad_()
    optimizer, halves = torch.optim.SGD([weight], lr=0.0), Halves(CPU)
    towards = torch.randn(4, 3, 2, 2)
    losses_of = lambda indices, _: ((weight.contiguous() * towards).sum(), {})  # noqa: E731
    halves.step(optimizer, losses_of, torch.arange(n), (torch.Generator(), torch.Generator()))
    assert weight.grad.stride() == weight.stride()
    assert torch.allclose(weight.grad, towards)
