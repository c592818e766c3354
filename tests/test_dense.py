"""Tests of the fully connected autoencoder, and of what trains and decodes it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import zclust_explore as zx
from zclust_explore.models.architecture import from_settings, settings_for, trained
from zclust_explore.models.autoencoder import CAE
from zclust_explore.models.dense import DenseAutoencoder


@pytest.mark.parametrize(("shape", "widths"), [((64, 1), (256, 128)), ((1, 1), (8,)), ((12, 7), ()), ((3, 1), (500,))])
def test_any_size_comes_back(shape: tuple[int, int], widths: tuple[int, ...]) -> None:
    """A table of another width would not go in, or come out in another shape."""
    reconstruction, embedding = DenseAutoencoder(shape, 5, widths=widths)(torch.zeros(2, 1, *shape))
    assert reconstruction.shape == (2, 1, *shape)
    assert embedding.shape == (2, 5)


def test_embedding_and_output_are_linear() -> None:
    """A rectifier at the end would cut off half of the embedding, and values below the mean could not be rebuilt."""
    torch.manual_seed(0)
    network = DenseAutoencoder((20, 1), 6)
    reconstruction, embedding = network(3 * torch.randn(200, 1, 20, 1))
    assert bool((embedding < 0).any()) and bool((reconstruction < 0).any())


def test_settings_describe_the_network() -> None:
    """A saved run could not be opened again, or as a network of another kind."""
    network = DenseAutoencoder((6, 1), 3, widths=(8, 4)).eval()
    assert network.settings == settings_for((6, 1), 3, widths=(8, 4))
    again = trained(network.settings, {name: value.numpy() for name, value in network.state_dict().items()})
    x = torch.randn(5, 1, 6, 1)
    assert isinstance(again, DenseAutoencoder) and torch.equal(again(x)[0], network(x)[0])
    cae = CAE((16, 16), 2)
    assert isinstance(from_settings(cae.settings), CAE)


def test_wrong_sizes_are_refused() -> None:
    """A network without width would be built and learn nothing."""
    for shape, latent_dim, widths, said in (
        ((0, 1), 2, (4,), r"shape must be at least \(1, 1\), got \(0, 1\)"),
        ((4, 1), 0, (4,), "latent_dim must be at least 1, got 0"),
        ((4, 1), 2, (4, 0), r"widths must be at least 1 each, got \(4, 0\)"),
    ):
        with pytest.raises(ValueError, match=said):
            DenseAutoencoder(shape, latent_dim, widths=widths)
    with pytest.raises(ValueError, match="kind must be 'convolutional' or 'dense', got 'wavelet'"):
        from_settings({"kind": "wavelet"})


def test_a_trainer_trains_it_and_its_run_rebuilds_the_table(tmp_path: Path) -> None:
    """A table could not be trained on, or what comes back would not be in its units."""
    random = np.random.default_rng(0)
    hidden = random.normal(size=(200, 2))
    values = 50 + 10 * np.tanh(hidden @ random.normal(size=(2, 12)))  # two numbers say all there is to twelve
    specs = zx.Spectrograms(values[:, :, None], np.arange(12.0), np.zeros(1), pd.DataFrame(index=range(200)))
    trainer = zx.Trainer(specs, kind="plain", widths=(32,), latent_dim=2, random_state=0, directory=tmp_path / "run")
    run = trainer.pretrain(60, progress_bar=False)
    residual = zx.reconstruct(zx.Run.open(run.directory), range(200))[:, :, 0] - values
    assert residual.var() < 0.1 * values.var()
    assert trainer.cluster(3, n_epochs=2, progress_bar=False).n_clusters == 3
