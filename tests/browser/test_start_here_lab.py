"""The main job, as a newcomer does it: open the first notebook, run all of it, explore."""

from pathlib import Path

import pytest

from tests.harness.notebook import set_theme

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "00_start_here.ipynb"
PAINTED = ".zx-explorer .zx-map[data-painted=true]"


# the surface waves at minute 91.3 and their cluster
CHOOSE = "explorer.state.selection = [i for i, label in enumerate(run.labels) if label == run.labels[545]]"


@pytest.mark.timeout(1200)
def test_run_all_then_explore(notebook, artefacts, page, kernel_exec):
    """The first five minutes would end in an error, or in front of an empty widget."""
    page.set_viewport_size({"width": 1500, "height": 1450})
    notebook(NOTEBOOK, timeout_s=900)
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
