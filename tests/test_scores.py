"""Scores against hand-computed numbers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score, silhouette_score

from zclust_explore.evaluation.scores import event_bootstrap, score, silhouette


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


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), min_size=1, max_size=60))
def test_as_scikit_learn(pairs):
    """NMI and ARI would differ from what everybody else prints."""
    truth, labels = np.array(pairs).T
    result = score(truth, labels)
    assert result["ari"] == pytest.approx(adjusted_rand_score(truth, labels))
    assert result["nmi"] == pytest.approx(normalized_mutual_info_score(truth, labels), abs=1e-9)


def test_other_numbers_of_clusters():
    """More or fewer clusters than kinds could not be scored (trap 44)."""
    truth = np.repeat([0, 1], 6)
    assert score(truth, np.arange(12))["accuracy"] == pytest.approx(2 / 12)
    assert score(truth, np.zeros(12, int))["accuracy"] == pytest.approx(0.5)


def test_lengths_must_agree():
    """Labels of another set would be scored."""
    with pytest.raises(ValueError, match="must have one length"):
        score([1, 2], [1, 2, 3])


def test_silhouette_by_hand():
    """It would be another number than Rousseeuw's."""
    # distances within 1; to the other cluster 10 or 11 for the outer two, 9 or 10 for the inner two
    expected = np.mean([1 - 1 / 10.5, 1 - 1 / 9.5])
    assert silhouette([[0], [1], [10], [11]], [0, 0, 1, 1]) == pytest.approx(expected)


def test_silhouette_of_no_partition():
    """One cluster, or a cluster a window, would be an error in the middle of a table."""
    points = np.arange(8.0)[:, None]
    assert np.isnan(silhouette(points, np.zeros(8)))
    assert np.isnan(silhouette(points, np.arange(8)))
    with pytest.raises(ValueError, match="must have one length"):
        silhouette(points, np.zeros(7))


def test_silhouette_of_many_windows():
    """A large data set would take minutes, or the 2,000 windows that are drawn tell something else than all do."""
    random = np.random.default_rng(0)
    labels = np.arange(5_000) % 3
    points = random.normal(size=(5_000, 2)) + 4 * np.eye(3)[labels][:, :2]
    assert silhouette(points, labels) == pytest.approx(silhouette_score(points, labels), abs=0.02)
    assert silhouette(points, labels, 1) == silhouette(points, labels, 1)


def alike(n_events=20, n_windows=30):
    """Kinds, clusters and events where all windows of an event are right, or all are wrong."""
    kinds, right = np.arange(n_events) % 2, np.arange(n_events) < 0.8 * n_events
    return (np.repeat(each, n_windows) for each in (kinds, np.where(right, kinds, 1 - kinds), np.arange(n_events)))


def test_intervals_are_of_events():
    """Many windows of few events would make a score look sure."""
    kinds, labels, events = alike()
    by_event = event_bootstrap(kinds, labels, events, random_state=0)
    by_window = event_bootstrap(kinds, labels, np.arange(len(kinds)), random_state=0)
    width = (by_event.high - by_event.low) / (by_window.high - by_window.low)
    # the share of 20 things has a standard error sqrt(30) times that of the share of 600
    assert width["accuracy"] == pytest.approx(np.sqrt(30), rel=0.35)
    point = pd.Series(score(kinds, labels))
    assert ((by_event.low <= point) & (point <= by_event.high)).all()


def test_windows_without_an_event_stand_for_themselves():
    """All noise windows would be drawn together, as if they were one event."""
    kinds, labels, events = alike()
    nameless = np.full(len(kinds), None, dtype=object)
    pd.testing.assert_frame_equal(
        event_bootstrap(kinds, labels, nameless, random_state=0),
        event_bootstrap(kinds, labels, np.arange(len(kinds)), random_state=0),
    )


def test_gain_is_of_the_same_draws():
    """A gain would drown in the luck of the draw, or have the wrong sign."""
    kinds, labels, events = alike()
    worse = labels.copy()
    worse[::7] = 1 - worse[::7]
    gain = event_bootstrap(kinds, labels, events, random_state=0, against=worse)
    assert gain.low["accuracy"] > 0 and gain.high["accuracy"] < 0.2
    nothing = event_bootstrap(kinds, labels, events, random_state=0, against=1 - labels)
    np.testing.assert_allclose(nothing, 0, atol=1e-12)


def test_bootstrap_refuses():
    """Numbers without a meaning would be printed."""
    with pytest.raises(ValueError, match="at least 2 different events, got 1"):
        event_bootstrap([0, 1], [0, 1], ["a", "a"])
    with pytest.raises(ValueError, match="must have one length"):
        event_bootstrap([0, 1], [0, 1], ["a"])
    with pytest.raises(ValueError, match="n_resamples must be at least 2, got 1"):
        event_bootstrap([0, 1], [0, 1], ["a", "b"], n_resamples=1)
