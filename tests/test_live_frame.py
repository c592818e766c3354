"""The frame of a training that is still going on."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from zclust_explore.views.live_frame import LiveFrame


def cloud(seed, d, n=40):
    """Points with one long and one shorter direction."""
    random = np.random.default_rng(seed)
    return random.normal(size=(n, d)) * np.geomspace(9, 1, d) @ np.linalg.qr(random.normal(size=(d, d)))[0]


@given(st.integers(0, 99), st.integers(2, 6))
@settings(max_examples=25)
def test_it_is_the_principal_plane(seed, d):
    """The map would show directions in which nothing differs."""
    z = cloud(seed, d)
    frame, pca = LiveFrame.fit(z), PCA(2).fit(z)
    np.testing.assert_allclose(frame.share, pca.explained_variance_ratio_.sum(), atol=1e-9)
    np.testing.assert_allclose(np.abs(frame.project(z)), np.abs(pca.transform(z)), atol=1e-8)
    np.testing.assert_allclose(frame.axes.T @ frame.axes, np.eye(2), atol=1e-12)


@given(st.integers(0, 99), st.integers(1, 6))
@settings(max_examples=25)
def test_a_drag_moves_what_is_drawn_and_nothing_else(seed, d):
    """A centroid would jump when it is let go, or move along directions that nobody sees."""
    z = cloud(seed, d)
    frame = LiveFrame.fit(z)
    to = frame.project(z[:1])[0] + [1.5, -0.5 if d > 1 else 0.0]
    lifted = frame.lift(z[0], to)
    np.testing.assert_allclose(frame.project(lifted[None])[0], to, atol=1e-9)
    inside = frame.axes @ np.linalg.pinv(frame.axes)
    np.testing.assert_allclose((lifted - z[0]) @ (np.eye(d) - inside), 0, atol=1e-9)


@given(st.integers(0, 99), st.integers(2, 6), st.floats(0, 6.28))
@settings(max_examples=25)
def test_turning_the_latent_space_moves_nothing(seed, d, angle):
    """Windows would swap sides from one step to the next although nothing has changed."""
    z = cloud(seed, d)
    before = LiveFrame.fit(z).project(z)
    turn = np.eye(d)
    turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    again = LiveFrame.fit(-z @ turn, before)
    np.testing.assert_allclose(again.project(-z @ turn), before, atol=1e-6)


def test_windows_at_one_place_are_drawn():
    """A network that has collapsed would leave the panel empty."""
    frame = LiveFrame.fit(np.ones((5, 3)))
    np.testing.assert_allclose(frame.project(np.ones((5, 3))), 0)
    assert frame.share == 1.0
