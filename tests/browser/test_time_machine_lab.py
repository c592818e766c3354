"""The time machine in a real JupyterLab: what Python is told, what it is asked, and what it is not."""

import json

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.made_runs import make_restless_run

FIRST = 2  # first step with centroids
GONE = """() => {
  const {session} = window.jupyterapp.shell.currentWidget.sessionContext;
  return !session?.kernel || session.kernel.connectionStatus === "disconnected" || session.kernel.status === "dead";
}"""
ALL_PAINTED = "() => [...document.querySelectorAll('.zx-tile')].every(tile => tile.dataset.painted === 'true')"
STREAM = "() => document.querySelector('.zx-river').dataset.stream.split(' ').map(Number)"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run whose windows leave their clusters one after the other."""
    return make_restless_run(tmp_path_factory.mktemp("runs") / "run", n_samples=150)


@pytest.fixture
def explorer(notebook, run):
    """The page of a notebook with an explorer, painted, its river too."""
    page = notebook(
        [
            "from zclust_explore.data.run import Run\nfrom zclust_explore.widgets import Explorer",
            f"explorer = Explorer(Run.open({str(run.directory)!r}))\nexplorer.state.projection = 'pca'\nexplorer",
        ]
    )
    page.wait_for_selector(".zx-explorer .zx-map[data-painted=true]")
    page.wait_for_selector(".zx-river[data-painted=true]")
    return page


def test_a_stream_chosen_by_keys_arrives_in_python(explorer, run, kernel_exec) -> None:
    """What was selected on the river would not be what a cell works with."""
    river = explorer.locator(".zx-riverplot")
    river.focus()
    for key in ("ArrowRight", "ArrowLeft", "ArrowDown", "Enter"):
        river.press(key)
    before, after, source, target, count = explorer.evaluate(STREAM)
    gone = np.flatnonzero((run.snapshot(before).labels == source) & (run.snapshot(after).labels == target))
    explorer.wait_for_selector(f".zx-map[data-selected='{count}']")
    # the message and this question go to different shells of the kernel, so either may come first
    for _ in range(50):
        selected = json.loads(kernel_exec(explorer, "print(explorer.state.selection.tolist())"))
        if selected:
            break
    assert selected == gone.tolist() and len(gone) == count
    cells = explorer.locator(".jp-Notebook .jp-Cell").count()
    assert cells == 2  # Enter and the arrows stayed in the widget


def test_scrubbing_with_trails_and_ribbon_sends_nothing(explorer, run, kernel_exec, websocket_frames) -> None:
    """The trails of every step would wait for the kernel."""
    kernel_exec(explorer, "explorer.state.selection = [3, 50, 120]")
    explorer.wait_for_selector(".zx-gallery[data-members='3']")
    explorer.wait_for_function(ALL_PAINTED)
    assert explorer.locator(".zx-trails").get_attribute("aria-pressed") == "true"
    slider = explorer.locator(".zx-slider")
    explorer.wait_for_selector(".zx-stack[data-painted=true]", state="attached")
    slider.focus()
    before = websocket_frames()
    for at, key in enumerate(["Home", *["ArrowRight"] * (len(run) - 1)]):
        slider.press(key)
        explorer.wait_for_timeout(700 * (at % 8 == 0))  # a hand that rests: the gallery catches up
    explorer.wait_for_selector(f".zx-map[data-step='{len(run) - 1}']")
    assert websocket_frames() == before


def test_ribbon_asks_once_and_has_the_numbers_of_the_run(explorer, run, kernel_exec) -> None:
    """The ribbon would be of another window, or Python be asked at every step."""
    kernel_exec(
        explorer,
        "asked = []\nanswer = explorer.questions['assignments']\n"
        "explorer.questions['assignments'] = lambda content: (asked.append(content['index']), answer(content))[1]\n"
        "explorer.state.opened = 13",
    )
    explorer.wait_for_selector(".zx-ribbon[data-painted=true][data-index='13']", timeout=90_000)
    slider = explorer.locator(".zx-slider")
    slider.focus()
    for key, step in (("End", len(run) - 1), ("f", FIRST), ("Shift+ArrowRight", FIRST + 10)):
        slider.press(key)
        explorer.wait_for_selector(f".zx-ribbon[data-step='{step}']")
        q = [float(value) for value in explorer.locator(".zx-ribbon").get_attribute("data-q").split()]
        np.testing.assert_allclose(q, run.snapshot(step).soft_assignments()[13], atol=1e-6)
    assert explorer.locator(".zx-story").inner_text().startswith("Window 13: ")
    assert kernel_exec(explorer, "print(asked)").strip() == "[13]"


def test_settings_reach_python_and_a_dead_kernel_is_told(explorer, run, lab, kernel_exec, watch) -> None:
    """Speed, loop and trails would be forgotten; without a kernel the ribbon would stay empty for ever."""
    explorer.locator(".zx-speed").select_option("30")
    explorer.locator(".zx-loop").click()
    explorer.locator(".zx-trails").click()
    said = "print(explorer.state.speed, explorer.state.loop, explorer.state.trails)"
    for _ in range(50):
        if kernel_exec(explorer, said).strip() == "30 True False":
            break
    assert kernel_exec(explorer, said).strip() == "30 True False"
    lab.shutdown_kernels()
    explorer.wait_for_function(GONE, timeout=120_000)
    watch.forgive("Could not send widget sync message Error: Cannot send")  # JupyterLab's own words on the click below
    box = explorer.locator(".zx-surface").bounding_box()
    explorer.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    explorer.locator(".zx-tile[data-painted=true]").first.click()
    explorer.wait_for_selector(".zx-ribbon[data-painted=labels]", timeout=90_000)
    expect(explorer.locator(".zx-note")).to_be_visible()
