"""Views of three components: tiles, scales and figures show each one, on one scale."""

import numpy as np
import pytest

from tests.made_runs import make_run
from tests.toys import polarised
from zclust_explore.views.figures import plot_cluster
from zclust_explore.views.tiles import DecibelScale, envelope, tiles


@pytest.fixture(scope="module")
def specs():
    return polarised(48, noise_db=(0.0, 12.0, 6.0))


def test_tiles_hold_every_component_on_one_scale(specs) -> None:
    """Colours of two components could not be compared, or one of them be missing."""
    scale, indices = DecibelScale(specs), np.array([3, 11])
    page = tiles(specs, scale, indices, "absolute")
    assert page.images.shape == (2, 3, *specs.shape)
    low, high = scale.limits("absolute")
    expected = np.clip(np.rint((specs.values[indices] - low) / (high - low) * 255), 0, 255)
    np.testing.assert_allclose(page.images, expected, atol=1)


def test_background_is_that_of_each_component(specs) -> None:
    """A noisy horizontal would glow in every picture and outshine all signals."""
    scale = DecibelScale(specs)
    assert scale.background.shape == (3, specs.shape[0])
    noise = specs.values[specs.metadata.kind.to_numpy() == "noise"]
    assert np.ptp(noise.mean(axis=(0, 2, 3))) > 10
    assert np.ptp(scale.levels(noise, "background").mean(axis=(0, 2, 3))) < 1


def test_waveforms_of_a_window_share_their_scale(specs) -> None:
    """A component on which nothing arrives would be blown up to the size of the one on which it does."""
    index = int(np.flatnonzero(specs.metadata.kind == "N")[0])
    waves = tiles(specs, DecibelScale(specs), np.array([index]), "absolute", width=50).waves
    assert waves is not None and waves.shape == (1, 3, 50, 2)
    peaks = np.abs(waves[0].astype(int)).max(axis=(1, 2))
    assert peaks[1] == 127 and peaks[0] < 60 and peaks[2] < 90
    assert envelope(specs.waveforms[:2], 50).shape == (2, 3, 50, 2)


def test_a_cluster_has_a_row_for_each_component(specs, tmp_path) -> None:
    """The mean of a cluster in a paper would be of one component, or not say of which."""
    run = make_run(tmp_path / "run", specs, n_pretrain=1, n_cluster=2)
    figure = plot_cluster(run, 1, n_exemplars=2)
    members = np.flatnonzero(run.labels == 1)
    assert len(figure.data) == 9
    for row in range(3):
        expected = specs.values[members, row].mean(axis=0)
        np.testing.assert_allclose(figure.data[row].z, expected, rtol=1e-4, atol=1e-3)
    said = [note.text for note in figure.layout.annotations]
    assert said[0] == f"mean of {len(members)}" and said[-3:] == ["Z", "N", "E"]
    assert figure.layout.xaxis7.title.text == "time (s)" and figure.layout.yaxis4.title.text == "frequency (Hz)"
