"""The last layer of the decoder: PyTorch's transposed convolution, and every layer in one order of memory."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils._python_dispatch import TorchDispatchMode

from zclust_explore.models.autoencoder import CAE
from zclust_explore.models.memory_order import channels_last
from zclust_explore.models.upsampling import upsample


@given(
    st.tuples(st.integers(1, 4), st.integers(1, 9), st.integers(1, 3), st.integers(1, 7), st.integers(1, 7)),
    st.tuples(st.booleans(), st.booleans()),
    st.integers(0, 2**31),
)
def test_it_is_pytorchs_transposed_convolution(sizes, padded, seed):
    """Reconstructions or their gradients would be others than the network's formula says."""
    n, n_in, n_out, n_rows, n_columns = sizes
    output_padding = tuple(map(int, padded))
    random = torch.Generator().manual_seed(seed)
    made = [(n, n_in, n_rows, n_columns), (n_in, n_out, 3, 3), (n_out,)]
    x, weight, bias = (torch.randn(size, generator=random, dtype=torch.float64) for size in made)
    x = channels_last(x)
    given_values = [value.requires_grad_() for value in (x, weight, bias)]
    ours = upsample(x, weight, bias, output_padding)
    theirs = torch.nn.functional.conv_transpose2d(x, weight, bias, 2, 1, output_padding)
    assert ours.shape == theirs.shape
    assert torch.allclose(ours, theirs)
    towards = torch.randn(theirs.shape, generator=random, dtype=torch.float64)
    for a, b in zip(
        torch.autograd.grad(ours, given_values, towards),
        torch.autograd.grad(theirs, given_values, towards),
        strict=True,
    ):
        assert torch.allclose(a, b)


class _Orders(TorchDispatchMode):
    """Notes for each gradient of a layer in which order of memory it and the layer's values lie."""

    def __init__(self):
        super().__init__()
        self.found = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        name = function._schema.name
        if name in ("aten::elu_backward", "aten::convolution_backward"):
            values = [value for value in (args[0], args[5] if "elu" in name else args[1]) if value.dim() == 4]
            self.found.append((name, [value.stride(1) for value in values]))
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("n_channels", [1, 3])
def test_every_layer_has_its_channels_last(n_channels):
    """Two orders meeting in one layer make it much slower, with the same result."""
    cae = CAE((33, 22), 4, n_channels=n_channels)
    cae.to(memory_format=torch.channels_last)
    x = torch.randn(4, n_channels, 33, 22)
    with _Orders() as orders:
        torch.nn.functional.mse_loss(cae(x)[0], x).backward()
    assert len(orders.found) >= 11  # six convolutions, five activations between them
    assert all(stride == 1 for _, strides in orders.found for stride in strides), orders.found
