"""The main job, as a newcomer does it: open the first notebook, run all of it, explore."""

from pathlib import Path

import pytest

from tests.harness.notebook import set_theme
from zclust_explore.data.run import Run

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "00_start_here.ipynb"
OUTPUTS = """() => window.jupyterapp.shell.currentWidget.content.widgets
  .flatMap(cell => cell.model.toJSON().outputs ?? [])"""
PAINTED = ".zx-explorer .zx-map[data-painted=true]"


# the surface waves at minute 91.3 and their cluster
CHOOSE = "explorer.state.selection = [i for i, label in enumerate(run.labels) if label == run.labels[545]]"


@pytest.mark.timeout(1200)
def test_run_all_then_explore(notebook, artefacts, page, kernel_exec, lab):
    """The first five minutes would end in an error, in front of an empty widget, or with a run that is not kept."""
    page.set_viewport_size({"width": 1500, "height": 1450})
    notebook(NOTEBOOK, timeout_s=900)
    outputs = page.evaluate(OUTPUTS)
    kinds = {kind for out in outputs for kind in out.get("data", {})}
    assert {"application/vnd.jupyter.widget-view+json", "application/vnd.plotly.v1+json"} <= kinds
    text = "".join("".join(out.get("text", "")) + str(out.get("data", {}).get("text/plain", "")) for out in outputs)
    assert "931 windows of 60 s" in text
    (place,) = (lab.root / "my_runs").iterdir()
    kept = Run.open(place)
    assert (kept.n_clusters, kept.labels.shape) == (6, (931,)) and kept.stop_reason
    assert "6 clusters" in text
    page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
    page.wait_for_selector(PAINTED)
    explorer = page.locator(".zx-explorer").first
    assert page.locator(PAINTED).first.get_attribute("data-n") == "931"
    assert page.locator(".zx-panel").count() == 1
    assert page.locator(".zx-reconstructions[data-painted=true]").count() == 1
    page.locator(".zx-panel").scroll_into_view_if_needed()
    page.screenshot(path=artefacts / "start_here_panel.png")
    kernel_exec(page, CHOOSE)
    page.wait_for_function("() => Number(document.querySelector('.zx-explorer .zx-gallery').dataset.members) > 50")
    page.locator(".zx-tile[data-painted=true]").first.click()
    page.wait_for_selector(".zx-closeup[data-painted=true]")
    page.wait_for_function("() => !document.querySelector('.zx-explorer .zx-tile[data-painted=false]')")
    for theme in ("light", "dark"):
        set_theme(page, theme)
        page.wait_for_selector(PAINTED)
        explorer.screenshot(path=artefacts / f"start_here_explorer_{theme}.png")
        page.locator(".zx-reconstructions").screenshot(path=artefacts / f"start_here_reconstructions_{theme}.png")
    page.screenshot(path=artefacts / "start_here_page.png", full_page=True)
