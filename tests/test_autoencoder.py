"""The autoencoder: any shape comes back as it was, and the embedding ignores position."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from zclust_explore.models.autoencoder import CAE


@given(st.integers(4, 100), st.integers(4, 100), st.integers(1, 12), st.booleans())
def test_any_shape_comes_back(n_freqs, n_times, latent_dim, time_pooling):
    """Other sizes than the author's would crash or be cropped (trap 29)."""
    cae = CAE((n_freqs, n_times), latent_dim, time_pooling=time_pooling)
    reconstruction, embedding = cae(torch.zeros(2, 1, n_freqs, n_times))
    assert reconstruction.shape == (2, 1, n_freqs, n_times)
    assert embedding.shape == (2, latent_dim)


def test_pooling_ignores_position():
    """The same signal later in its window would be another kind of signal."""
    torch.manual_seed(0)
    x = torch.zeros(1, 1, 64, 48)
    x[..., 20:30, 16:24] = 1
    later = torch.roll(x, 8, dims=3)  # a multiple of the stride: exactly the same features, elsewhere
    for time_pooling in (True, False):
        cae = CAE((64, 48), time_pooling=time_pooling)
        (z, position), (z_later, position_later) = cae.encode(x), cae.encode(later)
        assert torch.allclose(z, z_later, atol=1e-6) is time_pooling
        if time_pooling:
            assert not torch.allclose(position, position_later, atol=1e-3)
        else:
            assert position.shape == (1, 0)


def test_settings_rebuild_the_network():
    """A reopened run could not load its weights."""
    cae = CAE((33, 21), 4, channels=(4, 8))
    again = CAE.from_settings(cae.settings)
    again.load_state_dict(cae.state_dict(), strict=True)
    x = torch.randn(3, 1, 33, 21)
    assert torch.equal(cae(x)[0], again(x)[0])


def test_bad_sizes_are_named():
    """A size of nothing would fail deep inside."""
    with pytest.raises(ValueError, match=r"shape must be at least \(4, 4\), got \(3, 50\)"):
        CAE((3, 50))
    with pytest.raises(ValueError, match="latent_dim must be at least 1, got 0"):
        CAE((30, 50), 0)
