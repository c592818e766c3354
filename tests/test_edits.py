"""Edits of clusters: what is stated about windows and numbers holds, whatever the clusters are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from zclust_explore.data.assignments import soft_assignments
from zclust_explore.training import edits

NUMBERS = st.floats(-9, 9, width=32).map(lambda value: round(value, 2))


@st.composite
def clusterings(draw, least=3):
    """An embedding and centroids; ties and clusters without windows are welcome."""
    d, k = draw(st.integers(1, 3)), draw(st.integers(least, 6))
    n = draw(st.integers(2, 30))
    z = draw(hnp.arrays(np.float32, (n, d), elements=NUMBERS))
    mu = draw(hnp.arrays(np.float32, (k, d), elements=NUMBERS))
    return z, mu, draw(st.integers(0, k - 1)), draw(st.integers(0, k - 1))


def labels_of(z, mu):
    """As a snapshot has them."""
    return soft_assignments(z, mu).argmax(axis=1)


def assert_whole(edit, z, mu, n_new):
    """q is a distribution; each former cluster is kept once or has gone as the edit says."""
    k = len(edit.centroids)
    assert k == len(mu) + n_new == len(edit.kept)
    np.testing.assert_allclose(soft_assignments(z, edit.centroids).sum(axis=1), 1, atol=1e-12)
    stays = edit.kept != edits.NEW
    assert len(set(edit.kept[stays])) == stays.sum()
    np.testing.assert_array_equal(edit.centroids[stays], mu[edit.kept[stays]])
    for number, former in enumerate(edit.kept):
        assert former == edits.NEW or edit.label_map[former] == number
    assert edit.labels.shape == (len(z),) and set(edit.labels) <= set(range(k))
    distance = np.linalg.norm(z[:, None].astype(float) - edit.centroids[None].astype(float), axis=2)
    nearer = distance.min(axis=1) < distance[np.arange(len(z)), edit.labels] - 1e-5
    assert nearer.sum() <= edit.n_strays


@given(clusterings())
@settings(max_examples=50)
def test_merge_is_the_union(case):
    """Windows of other clusters would come along, or a number mean another cluster than the record says."""
    z, mu, one, other = case
    if one == other:
        with pytest.raises(ValueError, match="must be two clusters"):
            edits.merge(z, mu, one, other)
        return
    before = labels_of(z, mu)
    edit = edits.merge(z, mu, one, other)
    assert_whole(edit, z, mu, -1)
    union = np.isin(before, (one, other))
    assert edit.label_map[one] == edit.label_map[other] == min(one, other)
    assert sorted(set(edit.label_map)) == list(range(len(mu) - 1))  # nobody is lost
    np.testing.assert_array_equal(edit.labels, edit.label_map[before])
    np.testing.assert_array_equal(edit.labels == min(one, other), union)
    if union.any():
        np.testing.assert_allclose(edit.centroids[min(one, other)], z[union].mean(axis=0), atol=1e-5)


@given(clusterings(least=2))
@settings(max_examples=40)
def test_split_is_a_partition(case):
    """Windows of other clusters would change, or a half be empty."""
    z, mu, cluster, _ = case
    before = labels_of(z, mu)
    members = before == cluster
    if len(np.unique(z[members], axis=0)) < 2:
        with pytest.raises(ValueError, match="two places at least"):
            edits.split(z, mu, cluster, 0)
        return
    edit = edits.split(z, mu, cluster, 0)
    assert_whole(edit, z, mu, 1)
    np.testing.assert_array_equal(edit.labels[~members], before[~members])
    assert set(edit.labels[members]) == {cluster, len(mu)}
    assert np.sum(edit.labels == cluster) >= np.sum(edit.labels == len(mu)) > 0
    assert edit.label_map[cluster] == edits.NEW
    np.testing.assert_array_equal(edits.split(z, mu, cluster, 0).centroids, edit.centroids)  # seeded


@given(clusterings())
@settings(max_examples=50)
def test_drop_sends_windows_to_the_next_nearest(case):
    """Windows of a dropped cluster would go anywhere, or others change with them."""
    z, mu, cluster, _ = case
    q = soft_assignments(z, mu)
    before = q.argmax(axis=1)
    edit = edits.drop(z, mu, cluster)
    assert_whole(edit, z, mu, -1)
    others = before != cluster
    np.testing.assert_array_equal(edit.labels[others], edit.label_map[before[others]])
    distance = np.linalg.norm(z[~others, None].astype(float) - edit.centroids[None], axis=2)
    chosen = np.take_along_axis(distance, edit.labels[~others, None], axis=1)[:, 0]
    np.testing.assert_allclose(chosen, distance.min(axis=1), atol=1e-6)
    assert edit.label_map[cluster] == edits.NEW
    assert sorted(set(edit.label_map) - {edits.NEW}) == list(range(len(mu) - 1))
    assert edit.n_strays == 0


@given(clusterings(least=2), st.data())
@settings(max_examples=50)
def test_add_takes_windows_and_changes_nobody_else(case, data):
    """A new cluster would move windows between the old ones."""
    z, mu, _, _ = case
    windows = data.draw(st.lists(st.integers(0, len(z) - 1), min_size=1))
    before = labels_of(z, mu)
    edit = edits.add(z, mu, windows)
    assert_whole(edit, z, mu, 1)
    np.testing.assert_allclose(edit.centroids[-1], z[np.unique(windows)].mean(axis=0), atol=1e-5)
    stayed = edit.labels != len(mu)
    np.testing.assert_array_equal(edit.labels[stayed], before[stayed])
    assert edit.n_strays == 0


@given(clusterings(least=2), st.data())
@settings(max_examples=50)
def test_move_only_moves_one(case, data):
    """Another centroid would move, or windows change between clusters that nobody touched."""
    z, mu, cluster, _ = case
    place = data.draw(hnp.arrays(np.float32, mu.shape[1], elements=NUMBERS))
    before = labels_of(z, mu)
    edit = edits.move(z, mu, cluster, place)
    assert_whole(edit, z, mu, 0)
    np.testing.assert_array_equal(edit.centroids[cluster], place)
    untouched = (before != cluster) & (edit.labels != cluster)
    np.testing.assert_array_equal(edit.labels[untouched], before[untouched])
    np.testing.assert_array_equal(edit.label_map, np.arange(len(mu)))


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda z, mu: edits.merge(z, mu, 0, 1), "n_clusters must stay between 2 and 254, got 1"),
        (lambda z, mu: edits.drop(z, mu, 0), "n_clusters must stay between 2 and 254, got 1"),
        (lambda z, mu: edits.drop(z, mu, 2), "cluster must be the number of a cluster, 0 to 1, got 2"),
        (lambda z, mu: edits.add(z, mu, []), "windows must be at least one, got none"),
        (lambda z, mu: edits.move(z, mu, 0, [1.0]), r"to must be 2 finite numbers, got \[1.0\]"),
        (lambda z, mu: edits.move(z, mu, 0, [1.0, np.nan]), "to must be 2 finite numbers"),
    ],
)
def test_what_cannot_be_done_is_named(edit, said):
    """A slip of the hand would leave one cluster, or NaN."""
    with pytest.raises(ValueError, match=said):
        edit(np.zeros((4, 2)), np.eye(2))
    with pytest.raises(IndexError, match="windows must be between 0 and 3, got 1 to 4"):
        edits.add(np.zeros((4, 2)), np.eye(2), [4, 1])
