"""One step of a run in a real JupyterLab: the explorer beside plotly's FigureWidget and jupyter-scatter, in one run.

All three show the same points in the same clusters. Theirs are moved as a notebook's author would: an ipywidgets slider
whose callback gives the figure new positions and colours. jupyter-scatter goes into a folder of its own on first use.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import Page

from tests.benchmarks.interaction import _specs
from tests.harness import browser
from tests.harness import notebook as driving
from tests.harness.lab import Lab
from tests.harness.packages import installed
from tests.made_runs import make_run

SIZES = (20_000, 100_000)
PEER = "jupyter-scatter==1.0.1"
STEPS = Path(__file__).parent / "pages" / "steps.js"
N_STEPS = 30
OURS = """
from zclust_explore.data.run import Run
from zclust_explore.widgets import Explorer
Explorer._start_umap = lambda self: None
run = Run.open({directory})
explorer = Explorer(run)
explorer.state.step = 0
explorer
"""
DATA = """
import sys; sys.path.append({site})
import ipywidgets, numpy as np
from zclust_explore.data.run import Run
from zclust_explore.views.projection import project_pca
run = Run.open({directory})
xy = project_pca(run).xy
labels = [run.snapshot(step).labels for step in range(len(run))]
labels = [np.zeros(run.n_samples, int) if one is None else one for one in labels]
slider = ipywidgets.IntSlider(0, 0, len(run) - 1)
"""
PLOTLY = """
import plotly.graph_objects as go
marker = dict(color=labels[0], size=3)
figure = go.FigureWidget(go.Scattergl(x=xy[0, :, 0], y=xy[0, :, 1], mode="markers", marker=marker))
def show(change):
    with figure.batch_update():
        figure.data[0].x, figure.data[0].y = xy[change.new, :, 0], xy[change.new, :, 1]
        figure.data[0].marker.color = labels[change.new]
slider.observe(show, "value")
box = ipywidgets.VBox([slider, figure])
box.add_class("steps-plotly")
box
"""
JSCATTER = """
import jscatter, pandas as pd
def frame(step):
    kinds = pd.Categorical(labels[step], categories=range(6))
    return pd.DataFrame(dict(x=xy[step, :, 0], y=xy[step, :, 1], label=kinds))
scatter = jscatter.Scatter("x", "y", data=frame(0), color_by="label", width=800, height=600)
scatter.widget.transition_points = False
slider.observe(lambda change: scatter.data(frame(change.new), animate=False), "value")
box = ipywidgets.VBox([slider, scatter.widget])
box.add_class("steps-jscatter")
box
"""
SIDES = {
    "the explorer": ([OURS], ".zx-map[data-painted=true]", "ourSteps"),
    "plotly FigureWidget": ([DATA, PLOTLY], ".steps-plotly .js-plotly-plot .main-svg", "plotlySteps"),
    "jupyter-scatter": ([DATA, JSCATTER], ".steps-jscatter canvas", "jscatterSteps"),
}


def table() -> str:
    """One row a tool and size: median and 95th percentile of a step, and how many times the explorer's it is."""
    lines = [f"{'ms a step':<24}{'windows':>9}{'p50':>9}{'p95':>9}{'times ours':>12}"]
    with tempfile.TemporaryDirectory(prefix="scrubbing_") as place, browser.launch() as chromium:
        folder = Path(place)
        (folder / "lab").mkdir()
        with Lab(folder / "lab", folder / "jupyter") as lab:
            for n in SIZES:
                directory = folder / f"run{n}"
                make_run(directory, _specs(n))
                ours = 0.0
                for name in SIDES:
                    times = _timed(chromium.new_page(viewport={"width": 1400, "height": 1000}), lab, name, directory)
                    low, high = np.percentile(times, [50, 95])
                    ours = ours or float(low)
                    lines.append(f"{name:<24}{n:>9,}{low:>9.1f}{high:>9.1f}{low / ours:>12.1f}")
    lines.append(f"load average at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return "\n".join(lines)


def _timed(page: Page, lab: Lab, name: str, directory: Path) -> list[float]:
    """Open one tool in a notebook of its own, and step through the run."""
    cells, painted, script = SIDES[name]
    given = {"{directory}": repr(str(directory)), "{site}": repr(installed("jscatter", PEER))}
    for word, value in given.items():
        cells = [cell.replace(word, value) for cell in cells]
    driving.write(lab.root / "steps.ipynb", cells)
    driving.open_notebook(page, lab, "steps.ipynb")
    driving.run_all(page)
    page.wait_for_selector(painted, timeout=120_000)
    page.add_script_tag(path=STEPS)
    page.evaluate("rest(3000)")
    times: list[float] = page.evaluate(f"{script}({N_STEPS})")
    page.close()
    lab.forget()
    return times
