"""ExplorerState: what was chosen, in Python's words and in the browser's."""

import json

import numpy as np
import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st

from zclust_explore.views.state import ExplorerState


@given(st.sets(st.integers(0, 49)))
def test_selection_is_what_was_assigned(chosen) -> None:
    """A selection would come back with other windows than were chosen."""
    state = ExplorerState(n_samples=50)
    state.selection = list(chosen)
    assert state.selection.tolist() == sorted(chosen)
    assert state.selection.dtype == np.int64


def test_empty_selection_is_no_mask() -> None:
    """Nothing selected would look like everything deselected, and dim the whole map."""
    state = ExplorerState(n_samples=5)
    state.selection = [1]
    state.selection = []
    assert state.mask == b"" and state.selection.size == 0


@pytest.mark.parametrize("wrong", [[5], [-1]])
def test_windows_that_do_not_exist_are_refused(wrong) -> None:
    """An index from another run would select something else without a word."""
    state = ExplorerState(n_samples=5)
    with pytest.raises(IndexError, match="between 0 and 4"):
        state.selection = wrong


def test_changes_are_heard() -> None:
    """Code that follows the selection would not be called."""
    state, heard = ExplorerState(n_samples=5), []
    state.observe(lambda change: heard.append(state.selection.tolist()), "mask")
    state.selection = [3, 1]
    assert heard == [[1, 3]]


def test_a_mask_selects_its_windows() -> None:
    """`state.selection = run.labels == 3` would select windows 0 and 1, without a word."""
    state = ExplorerState(n_samples=5)
    state.selection = np.array([0, 3, 3, 1, 3]) == 3
    assert state.selection.tolist() == [1, 2, 4]
    with pytest.raises(ValueError, match=r"selection must have 5 entries if boolean, got \(3,\)"):
        state.selection = [True, False, True]
    with pytest.raises(TypeError, match="selection must hold indices or booleans, got float64"):
        state.selection = [0.5]


@pytest.mark.parametrize("wrong", [0, 61])
def test_speed_has_limits(wrong) -> None:
    """Playing would stand still, or ask for more frames than a screen has."""
    with pytest.raises(traitlets.TraitError):
        ExplorerState(n_samples=5, speed=wrong)


def test_what_was_chosen_comes_back_in_another_kernel() -> None:
    """A view that took an afternoon to find would be gone with the kernel."""
    state = ExplorerState(n_samples=50, step=3, colour_by="hour", isolated=[1, 4], camera=[100.5, 20.25, 3.0])
    state.selection = [7, 3]
    other = ExplorerState(n_samples=50)
    other.update(json.loads(json.dumps(state.to_dict())))
    assert other.to_dict() == state.to_dict()
    assert other.selection.tolist() == [3, 7]
    with pytest.raises(ValueError, match="kept must be of 5 windows, got 50"):
        ExplorerState(n_samples=5).update(state.to_dict())
    with pytest.raises(ValueError, match="got zoom"):
        other.update({"zoom": 2})
