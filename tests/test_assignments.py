"""Soft assignments and target distribution in NumPy: the reference for everything else."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from zclust_explore.data.assignments import soft_assignments, target_distribution

points = arrays(np.float32, st.tuples(st.integers(1, 20), st.just(3)), elements=st.floats(-1e4, 1e4, width=32))
centres = arrays(np.float32, st.tuples(st.integers(2, 6), st.just(3)), elements=st.floats(-1e4, 1e4, width=32))


@given(points, centres, st.floats(0.5, 5))
def test_rows_sum_to_one(embedding, centroids, alpha):
    """A far or a coinciding centroid would give NaN, or rows that are no probabilities."""
    q = soft_assignments(embedding, centroids, alpha)
    assert np.isfinite(q).all()
    np.testing.assert_allclose(q.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(target_distribution(q).sum(axis=1), 1, rtol=1e-12)


@given(points, centres, st.randoms(use_true_random=False))
def test_permuting_centroids_permutes_columns(embedding, centroids, random):
    """Clusters would depend on the order in which they are numbered."""
    order = np.array(random.sample(range(len(centroids)), len(centroids)))
    np.testing.assert_allclose(
        soft_assignments(embedding, centroids[order]), soft_assignments(embedding, centroids)[:, order], rtol=1e-9
    )


def test_by_hand():
    """The kernel would not be Student's t with alpha degrees of freedom."""
    # distances squared 0 and 4; alpha 2: (1 + 4/2) ** -1.5 = 0.19245
    q = soft_assignments(np.array([[0.0]]), np.array([[0.0], [2.0]]), alpha=2.0)
    np.testing.assert_allclose(q, [[1 / 1.1924501, 0.1924501 / 1.1924501]], rtol=1e-6)


def test_target_counters_imbalance():
    """A large cluster would pull harder than a small one."""
    q = np.array([[0.6, 0.4]] * 9 + [[0.4, 0.6]])
    p = target_distribution(q)
    # f = (5.8, 4.2): 0.16/5.8 against 0.36/4.2
    np.testing.assert_allclose(p[-1], np.array([0.16 / 5.8, 0.36 / 4.2]) / (0.16 / 5.8 + 0.36 / 4.2))
