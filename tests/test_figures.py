"""Plotly figures: they show what the run holds, with units."""

import dataclasses
from itertools import pairwise

import numpy as np
import plotly.io
import pytest

from tests.made_runs import N_CLUSTERS, make_run
from zclust_explore.data.stft import spectrograms_from_waveforms
from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.views.figures import is_logarithmic, plot_cluster, plot_embedding, plot_history
from zclust_explore.views.projection import project_pca
from zclust_explore.views.river_figure import plot_river
from zclust_explore.views.window_figure import plot_windows


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Two snapshots without and three with centroids."""
    return make_run(tmp_path_factory.mktemp("run") / "run", n_samples=40, n_pretrain=2, n_cluster=3)


def test_embedding_has_every_window_once(run) -> None:
    """Windows would be missing from a figure in a paper."""
    figure = plot_embedding(run)
    assert len(figure.data) == N_CLUSTERS
    assert sum(len(trace.x) for trace in figure.data) == run.n_samples
    assert plot_embedding(run, step=0).data[0].name == "not clustered yet"


def test_embedding_is_drawn_by_the_projection_asked_for(run) -> None:
    """A paper would show PCA under the name of UMAP, or windows of another run."""
    pca = project_pca(run)
    figure = plot_embedding(run, 1, dataclasses.replace(pca, xy=pca.xy + 5, axes=("UMAP 1", "UMAP 2")))
    np.testing.assert_allclose(figure.data[0].x, pca.xy[1, :, 0] + 5)
    assert figure.layout.xaxis.title.text == "UMAP 1"
    with pytest.raises(ValueError, match="5 steps of 40 windows"):
        plot_embedding(run, 1, dataclasses.replace(pca, xy=pca.xy[:2]))


def test_river_counts_every_window_between_all_steps(run) -> None:
    """A stream in a paper would be broader or narrower than the windows that went."""
    sankey = plot_river(run).data[0]
    node, expected = run.n_clusters, {}
    for column, (before, after) in enumerate(pairwise(run.snapshot(step).labels for step in (2, 3, 4))):
        for pair in zip(before, after, strict=True):
            key = (column * node + pair[0], (column + 1) * node + pair[1])
            expected[key] = expected.get(key, 0) + 1
    drawn = {(s, t): v for s, t, v in zip(sankey.link.source, sankey.link.target, sankey.link.value, strict=True)}
    assert drawn == expected and sum(drawn.values()) == 2 * run.n_samples
    assert [note.text for note in plot_river(run, 2).layout.annotations] == ["step 3", "step 5"]
    with pytest.raises(ValueError, match="at least 2"):
        plot_river(run, 1)
    with pytest.raises(ValueError, match="two steps with clusters"):
        plot_river(run.first(3))


def test_figures_can_be_written(run, tmp_path) -> None:
    """A figure would show in a notebook and not go into a report or a paper."""
    for figure in (plot_embedding(run), plot_history(run), plot_river(run), plot_cluster(run, 0)):
        figure.write_html(tmp_path / "figure.html", include_plotlyjs=False)
        assert len((tmp_path / "figure.html").read_text()) > 1000
        assert plotly.io.from_json(figure.to_json()) == figure


def test_history_draws_what_was_recorded(run) -> None:
    """A curve would have another quantity's name."""
    figure = plot_history(run)
    np.testing.assert_allclose(figure.data[0].y, run.history.reconstruction)
    assert len(figure.data) == 3
    assert figure.layout.xaxis3.title.text == "step"


def test_cluster_shows_its_mean_with_units(run) -> None:
    """The mean spectrogram would be of other windows, or without Hz, s and dB."""
    members = np.flatnonzero(run.labels == 2)
    figure = plot_cluster(run, 2, n_exemplars=2)
    np.testing.assert_allclose(figure.data[0].z, run.spectrograms.read(members).mean(axis=0), rtol=1e-4, atol=1e-4)
    assert figure.layout.yaxis.type == "log" and figure.layout.yaxis.title.text == "frequency (Hz)"
    assert figure.layout.xaxis.title.text == "time (s)" and figure.layout.coloraxis.colorbar.title.text == "dB"
    with pytest.raises(ValueError, match="between 0 and 5"):
        plot_cluster(run, 6)


def test_axis_kind() -> None:
    """A linear axis would be drawn as a logarithmic one."""
    assert is_logarithmic(np.geomspace(0.1, 20, 30))
    assert not is_logarithmic(np.linspace(0.1, 20, 30))
    assert not is_logarithmic(np.linspace(0, 20, 30))


@pytest.mark.parametrize("scale", ["db", "power"])
def test_windows_are_drawn_with_their_waveforms(scale) -> None:
    """A waveform would stand above another's spectrogram, or without its unit."""
    world = make_spectrograms(n_samples=16, random_state=0)
    specs = spectrograms_from_waveforms(world.waveforms, world.sampling_rate, world.metadata, scale=scale)
    figure = plot_windows(specs, [3, -1])
    lines = [trace for trace in figure.data if trace.type == "scatter"]
    heats = [trace for trace in figure.data if trace.type == "heatmap"]
    for number, line, heat in zip((3, 15), lines, heats, strict=True):
        np.testing.assert_array_equal(line.y, specs.waveforms[number])
        np.testing.assert_array_equal(heat.z, specs.values[number])
        assert (line.xaxis, heat.xaxis) in {("x", "x3"), ("x2", "x4")}  # one above the other
    assert figure.layout.coloraxis.colorbar.title.text == {"db": "dB", "power": "unit²/Hz"}[scale]
    assert figure.layout.yaxis3.type == "log" and figure.layout.yaxis.type is None
    with pytest.raises(IndexError):
        plot_windows(specs, [16])
