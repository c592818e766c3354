"""Augmentation: small changes, repeatable, and none where none is asked for."""

import pytest
import torch

from zclust_explore.training.augmentation import UNCHANGED, Augmentation


def generator():
    return torch.Generator().manual_seed(3)


@pytest.fixture
def blob():
    x = torch.zeros(50, 1, 40, 60)
    x[:, :, 18:23, 28:33] = 1
    return x


def centres(x):
    """Mean row and column of each window's energy."""
    rows = (x.sum(dim=3) * torch.arange(x.shape[2])).sum(dim=(1, 2)) / x.sum(dim=(1, 2, 3))
    columns = (x.sum(dim=2) * torch.arange(x.shape[3])).sum(dim=(1, 2)) / x.sum(dim=(1, 2, 3))
    return rows, columns


def test_nothing_is_changed_where_nothing_is_asked_for(blob):
    """The plain version of the papers would be another one."""
    assert torch.equal(UNCHANGED(blob, generator()), blob)


def test_changes_depend_on_the_generator_alone(blob):
    """A resumed training would see other windows."""
    augmentation = Augmentation()
    assert torch.equal(augmentation(blob, generator()), augmentation(blob, generator()))
    assert not torch.equal(augmentation(blob, generator()), blob)


def test_shifts_are_as_large_as_asked_for_and_on_their_own_axis(blob):
    """A shift in time would change the pitch, or be twice as large as its name says."""
    rows, columns = centres(Augmentation(time_shift=0.2, frequency_shift=0, warp=0)(blob, generator()))
    assert torch.allclose(rows, torch.tensor(20.0))
    assert 9 < (columns - 30).abs().max() <= 12
    rows, columns = centres(Augmentation(time_shift=0, frequency_shift=0.1, warp=0)(blob, generator()))
    assert torch.allclose(columns, torch.tensor(30.0), atol=0.05)
    assert 3 < (rows - 20).abs().max() < 4.2


def test_a_small_warp_keeps_the_signal(blob):
    """Events would be torn apart, and the network learn to reconstruct debris."""
    warped = Augmentation(time_shift=0, frequency_shift=0, warp=0.1)(blob, generator())
    energy = warped.sum(dim=(1, 2, 3)) / blob.sum(dim=(1, 2, 3))
    assert 0.7 < energy.min() < energy.max() < 1.4


def test_a_table_has_no_neighbours_to_move_to():
    """Features would be mixed with each other."""
    table = torch.randn(5, 1, 7, 1)
    assert torch.equal(Augmentation()(table, generator()), table)


@pytest.mark.parametrize("name", ["time_shift", "frequency_shift", "warp"])
def test_too_much_is_refused(name):
    """Nothing of a window would be left."""
    with pytest.raises(ValueError, match=f"{name} must be between 0 and 0.5, got 0.9"):
        Augmentation(**{name: 0.9})
