"""Inputs: the same values in memory and in a file."""

import torch

from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.training.inputs import network_input
from zclust_explore.training.trainer import Trainer


def test_a_large_set_lies_in_a_file_and_says_the_same(tmp_path):
    """Data larger than memory would end the training, or train another network."""
    trainer = Trainer(make_spectrograms(40, random_state=0), random_state=0, directory=tmp_path / "run")
    in_memory, in_file = network_input(trainer.run), network_input(trainer.run, memory_limit=0)
    assert torch.equal(in_memory, in_file)
    assert tuple(in_file.shape) == (40, 1, *trainer.spectrograms.shape)
    rows = torch.tensor([3, 3, 39])
    assert torch.equal(in_file[rows], in_memory[rows])
    assert not [
        entry for entry in (tmp_path / "run").iterdir() if entry.name.startswith("tmp")
    ]  # leaves nothing behind
