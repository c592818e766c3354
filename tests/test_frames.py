"""Frames, tiles and colours: what the browser is sent says what the run holds."""

import dataclasses
import itertools

import numpy as np
import pandas as pd
import pytest

from tests.made_runs import N_CLUSTERS, make_run
from zclust_explore.data.assignments import target_distribution
from zclust_explore.views.frames import GRID, assignments_over_steps, best_two, history, map_frames, membership
from zclust_explore.views.palette import PALETTE, UNCLUSTERED
from zclust_explore.views.projection import project_pca
from zclust_explore.views.tiles import DecibelScale, describe, envelope, tiles


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Two snapshots without and three with centroids."""
    return make_run(tmp_path_factory.mktemp("run") / "run", n_samples=40, n_pretrain=2, n_cluster=3)


def test_grid_is_the_projection_to_half_a_step(run) -> None:
    """Windows would be drawn beside where they are, or one axis be stretched."""
    projection = project_pca(run)
    frames = map_frames(projection)
    assert frames.xy.dtype == np.uint16
    back = np.array(frames.origin) + frames.xy.astype(float) * frames.span / GRID
    assert np.abs(back - projection.xy).max() <= 0.51 * frames.span / GRID + 1e-5
    centroids = np.array(frames.origin) + frames.centroids.astype(float) * frames.span / GRID
    np.testing.assert_allclose(centroids, projection.centroids_xy, atol=1e-4)


def test_membership_is_that_of_the_run(run) -> None:
    """Colours, sizes or certainty on the map would differ from `run.labels`."""
    members = membership(run)
    assert (members.labels[:2] == 255).all() and not members.sizes[:2].any()
    q = run.soft_assignments()
    np.testing.assert_array_equal(members.labels[-1], run.labels)
    np.testing.assert_allclose(members.q[-1] / 255, q.max(axis=1), atol=0.003)
    np.testing.assert_array_equal(members.sizes[-1], np.bincount(run.labels, minlength=N_CLUSTERS))
    assert members.certainty.shape == members.margin.shape == (3, run.n_samples)  # nothing is sent of steps without q
    two = np.sort(q, axis=1)[:, -2:]
    np.testing.assert_array_equal(members.certainty[-1], two[:, 1].astype(np.float32))
    np.testing.assert_array_equal(members.margin[-1], (two[:, 1] - two[:, 0]).astype(np.float32))


@pytest.mark.parametrize("n_clusters", [1, 2, 7])
def test_best_two(n_clusters) -> None:
    """One cluster alone would have no margin, and the whole explorer fail."""
    q = np.random.default_rng(0).dirichlet(np.ones(n_clusters), 30)
    best, margin = best_two(q)
    np.testing.assert_array_equal(best, q.max(axis=1))
    second = np.sort(q, axis=1)[:, -2] if n_clusters > 1 else 0
    np.testing.assert_array_equal(margin, best - second)


def test_mass_and_assignments_over_steps_are_those_of_the_run(run) -> None:
    """The ribbon of a window would be that of another, or p be drawn from sums of another step."""
    mass, course = membership(run).mass, assignments_over_steps(run, 7)
    assert np.isnan(mass[:2]).all() and np.isnan(course[:2]).all()
    for step in range(2, len(run)):
        q = run.snapshot(step).soft_assignments()
        np.testing.assert_allclose(course[step], q[7], rtol=1e-12)
        weight = course[step] ** 2 / mass[step]
        np.testing.assert_allclose(weight / weight.sum(), target_distribution(q)[7], rtol=1e-6)


def test_history_has_gaps_where_nothing_was(run) -> None:
    """A loss that does not exist yet would be drawn as zero."""
    course = history(run)
    assert course.phases == ("pretrain",) * 2 + ("cluster",) * 3
    assert np.isnan(course.curves["clustering"][:2]).all() and np.isfinite(course.curves["clustering"][2:]).all()
    assert np.isnan(course.curves["label_change"][:3]).all()


def test_odd_metadata_is_shown_all_the_same(run) -> None:
    """One missing number in a column would keep a window from being opened, or a time be shown an hour off as UTC."""
    n = run.n_samples
    table = pd.DataFrame(
        {
            "starttime": pd.date_range("2020-01-01", periods=n, tz="Europe/Berlin"),
            "minute": pd.array([1, None] * (n // 2), dtype="Int64"),
            "label": pd.Categorical(["a", None] * (n // 2)),
            "trace_id": [["XX", "TOY"]] * n,
            "day": pd.array(["monday", None] * (n // 2), dtype="string"),
        }
    )
    odd = dataclasses.replace(run.spectrograms, metadata=table)
    assert describe(odd, 1) == [
        ("starttime", "2020-01-01 23:00:00 UTC"),
        ("minute", "–"),
        ("label", "–"),
        ("trace id", "['XX', 'TOY']"),
        ("day", "–"),
    ]


def test_tiles_share_one_scale(run) -> None:
    """Equal colours would be unequal levels."""
    specs, scale = run.spectrograms, DecibelScale(run.spectrograms)
    low, high = scale.limits("absolute")
    page = tiles(specs, scale, np.array([7, 2]), "absolute")
    expected = np.clip((specs.read(np.array([7, 2])) - low) / (high - low), 0, 1) * 255
    assert np.abs(page.images - expected).max() <= 0.5 + 1e-3
    relative = scale.levels(specs.read(), "background")
    np.testing.assert_allclose(np.median(relative, axis=(0, 2)), 0, atol=0.01)
    assert page.waves is not None and page.waves.dtype == np.int8
    assert np.abs(page.waves.astype(int)).max(axis=(1, 2)).tolist() == [127, 127]


def test_envelope_keeps_every_peak() -> None:
    """A short spike would vanish from a drawn waveform."""
    x = np.zeros((1, 1001))
    x[0, 437], x[0, 438] = 5, -4
    drawn = envelope(x, 100)
    assert drawn.shape == (1, 100, 2) and drawn.max() == 5 and drawn.min() == -4
    assert envelope(np.arange(3.0)[None], 10).shape == (1, 3, 2)  # fewer points than pixels


# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB
SIGHT = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def linear(colour: str) -> np.ndarray:
    """sRGB "#rrggbb" to linear RGB."""
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """Linear RGB to CIELAB, D65."""
    m = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    x = m @ np.clip(rgb, 0, 1) / np.array([0.95047, 1, 1.08883])
    f = np.where(x > 216 / 24389, np.cbrt(x), (24389 / 27 * x + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def ciede2000(one: np.ndarray, two: np.ndarray) -> float:
    """Colour difference (Sharma, Wu and Dalal 2005)."""
    (l1, a1, b1), (l2, a2, b2) = one, two
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(mean**7 / (mean**7 + 25**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    turn = 0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    dh = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    lm, cm = (l1 + l2) / 2, (c1 + c2) / 2
    hm = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    t = 1 - 0.17 * np.cos(np.radians(hm - 30)) + 0.24 * np.cos(np.radians(2 * hm))
    t += 0.32 * np.cos(np.radians(3 * hm + 6)) - 0.2 * np.cos(np.radians(4 * hm - 63))
    sl = 1 + 0.015 * (lm - 50) ** 2 / np.sqrt(20 + (lm - 50) ** 2)
    sc, sh = 1 + 0.045 * cm, 1 + 0.015 * cm * t
    rc = 2 * np.sqrt(cm**7 / (cm**7 + 25**7))
    rt = -rc * np.sin(np.radians(60 * np.exp(-(((hm - 275) / 25) ** 2))))
    dl, dc = (l2 - l1) / sl, (c2 - c1) / sc
    return float(np.sqrt(dl**2 + dc**2 + (dh / sh) ** 2 + rt * dc * dh / sh))


def test_colour_difference_formula() -> None:
    """The check of the palette would check nothing: pairs 1 and 17 of Sharma, Wu and Dalal."""
    pairs = [((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425), ((50, 2.5, 0), (73, 25, -18), 27.1492)]
    for one, two, expected in pairs:
        assert ciede2000(np.array(one), np.array(two)) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("sight", SIGHT)
def test_clusters_can_be_told_apart_by_every_eye(sight) -> None:
    """Two clusters, or a cluster and what is not clustered, would look the same to one reader in twelve."""
    seen = [lab(SIGHT[sight] @ linear(colour)) for colour in (*PALETTE, UNCLUSTERED)]
    assert min(ciede2000(one, two) for one, two in itertools.combinations(seen, 2)) >= 10


@pytest.mark.parametrize("page", ["#ffffff", "#111111"])
def test_clusters_stand_out_on_the_page(page) -> None:
    """A cluster would vanish in the light or in the dark theme."""
    luminance = [np.dot([0.2126, 0.7152, 0.0722], linear(colour)) + 0.05 for colour in (*PALETTE, page)]
    contrast = [max(value, luminance[-1]) / min(value, luminance[-1]) for value in luminance[:-1]]
    assert min(contrast) > 1.6
