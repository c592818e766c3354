"""Plotly figures as the browser draws them: every axis shows its data, all of them and not much else."""

import plotly
import pytest

from tests.made_runs import make_run
from tests.toys import polarised
from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.evaluation.cluster_count import cluster_count
from zclust_explore.views.cluster_count_figure import plot_cluster_count
from zclust_explore.views.figures import plot_cluster, plot_embedding, plot_history
from zclust_explore.views.window_figure import plot_windows

# of every axis: its range, and the smallest and largest value on it, in the axis' own units (logarithms, if it is one)
AXES = """async text => {
  const figure = JSON.parse(text), host = document.body.appendChild(document.createElement("div"));
  host.style.width = "1200px";
  await Plotly.newPlot(host, figure.data, figure.layout);
  const found = {};
  for (const trace of host._fullData) for (const letter of "xy") {
    const name = (trace[letter + "axis"] ?? "").replace(letter, letter + "axis"), axis = host._fullLayout[name];
    if (!axis) continue;
    const values = Array.from(trace[letter]).filter(value => value !== null && !Number.isNaN(value)).map(Number);
    const own = values.map(value => (axis.type === "log" ? Math.log10(value) : value));
    const [low, high] = found[name]?.slice(2) ?? [Infinity, -Infinity];
    found[name] = [...axis.range, Math.min(low, ...own), Math.max(high, ...own)];
  }
  return found;
}"""


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """All figures of the package with axes, by name."""
    run = make_run(tmp_path_factory.mktemp("run") / "run", n_samples=40, n_pretrain=2, n_cluster=3)
    specs = make_spectrograms(n_samples=12, random_state=0)
    return {
        "windows": plot_windows(specs, [3, 5, -1]),
        "three components": plot_windows(polarised(12), [1, 2]),
        "cluster": plot_cluster(run, 0),
        "cluster count": plot_cluster_count(cluster_count(run.snapshot(1).embedding, max_clusters=4)),
        "embedding": plot_embedding(run),
        "history": plot_history(run),
    }


@pytest.mark.parametrize("name", ["windows", "three components", "cluster", "cluster count", "embedding", "history"])
def test_every_axis_shows_its_data(page, figures, artefacts, name) -> None:
    """A spectrogram would be squeezed into a corner of an axis from 0.1 to 10,000 Hz."""
    page.goto("about:blank")
    page.add_script_tag(content=plotly.offline.get_plotlyjs())
    axes = page.evaluate(AXES, figures[name].to_json())
    page.locator(".js-plotly-plot").screenshot(path=artefacts / f"figure_{name.replace(' ', '_')}.png")
    assert axes
    filled: dict[
        tuple[float, float], float
    ] = {}  # by range: axes that are alike share one, filled by the largest of them
    for axis, (begin, end, low, high) in axes.items():
        assert begin <= low <= high <= end, (axis, begin, end, low, high)
        filled[begin, end] = max(filled.get((begin, end), 0.0), (high - low) / (end - begin))
    if name != "embedding":  # there, one unit is as long on both axes
        assert min(filled.values()) >= 0.5, axes
