"""Scores against hand-computed numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zclust_explore.evaluation.scores import score


def test_by_hand():
    """A score would be another one than its name says."""
    truth = np.repeat([0, 1, 2], 4)
    labels = np.array([5, 5, 5, 9, 9, 9, 9, 9, 7, 7, 5, 9])
    # counts: kind 0 -> 5:3 9:1; kind 1 -> 9:4; kind 2 -> 7:2 5:1 9:1. Best matching 3 + 4 + 2
    result = score(truth, labels)
    assert result["accuracy"] == pytest.approx(9 / 12)
    assert result["purity"] == pytest.approx((3 + 4 + 2) / 12)
    assert 0 < result["ari"] < result["nmi"] < 1


@given(st.lists(st.integers(0, 4), min_size=2, max_size=40), st.permutations(range(5)))
def test_renaming_clusters_changes_nothing(labels, names):
    """Scores would depend on how clusters are numbered."""
    labels = np.array(labels)
    assert score(labels, np.array(names)[labels]) == pytest.approx(
        dict.fromkeys(("accuracy", "nmi", "ari", "purity"), 1)
    )


def test_other_numbers_of_clusters():
    """More or fewer clusters than kinds could not be scored (trap 44)."""
    truth = np.repeat([0, 1], 6)
    assert score(truth, np.arange(12))["accuracy"] == pytest.approx(2 / 12)
    assert score(truth, np.zeros(12, int))["accuracy"] == pytest.approx(0.5)


def test_lengths_must_agree():
    """Labels of another set would be scored."""
    with pytest.raises(ValueError, match="must have one length"):
        score([1, 2], [1, 2, 3])
