"""Reconstructions in decibels, by the network of the step that was asked for."""

from unittest.mock import patch

import numpy as np
import pytest
import torch

from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.models.decoding import load_cae, reconstruct
from zclust_explore.training.trainer import Trainer


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    specs = make_spectrograms(64, difficulty=0.0, random_state=0)
    trainer = Trainer(specs, random_state=0, directory=tmp_path_factory.mktemp("run") / "run", batch_size=8)
    return trainer.pretrain(n_epochs=30, progress_bar=False)


def test_reconstructions_get_better(run):
    """The close-up would show another network's work, or another scale than decibels."""
    values = run.spectrograms.read()
    errors = [np.abs(reconstruct(run, np.arange(64), step) - values).mean() for step in (0, -1)]
    assert errors[1] < 0.8 * errors[0]
    assert errors[1] < 5  # dB, where a window's own deviation is 6
    np.testing.assert_array_equal(reconstruct(run, [7, 3], -1), reconstruct(run, [7, 3], len(run) - 1))


def test_weights_of_every_step_load(run):
    """The network of an earlier step could not be asked."""
    first, last = load_cae(run, 0), load_cae(run)
    assert not first.training
    assert not np.array_equal(first.from_code.weight.detach(), last.from_code.weight.detach())


def test_loading_draws_no_random_numbers(run):
    """A reconstruction on a widget's thread would set back the random state that the user is drawing from."""
    with patch("torch.get_rng_state", side_effect=AssertionError("touched")):
        before = torch.random.default_generator.get_state()
        load_cae(run)
    assert torch.equal(before, torch.random.default_generator.get_state())
