"""Lengths of the phases where nobody says how many epochs they take."""

from hypothesis import given
from hypothesis import strategies as st

from zclust_explore.training.lengths import clustering_length, pretraining_length


@given(st.integers(1, 100_000))
def test_more_windows_never_need_more_passes_nor_fewer_batches(n_batches):
    """One window more would make the training shorter, or a large set would be passed over as often as a small one."""
    for length, most in ((clustering_length, 40), (pretraining_length, 120)):
        now, then = length(n_batches), length(n_batches + 1)
        assert 20 <= then <= now <= most
        assert now * n_batches >= min(3_000, 40 * n_batches)
    assert pretraining_length(n_batches) * n_batches >= min(1_000, 120 * n_batches)
