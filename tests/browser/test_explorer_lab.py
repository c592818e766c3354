"""The explorer in a real JupyterLab: what a person does in the first five minutes."""

import json

import numpy as np
import pytest

from tests.harness.notebook import set_theme
from tests.made_runs import N_CLUSTER, N_PRETRAIN, make_run
from zclust_explore.views.frames import map_frames
from zclust_explore.views.palette import PALETTE
from zclust_explore.views.projection import project_pca

PAINTED = ".zx-explorer .zx-map[data-painted=true]"
N_STEPS = N_PRETRAIN + N_CLUSTER
COLOURS = """palette => {
  const canvas = document.querySelector(".zx-points"), seen = new Map();
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < data.length; i += 4) {
    const key = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2];
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  return palette.map(hex => seen.get(parseInt(hex.slice(1), 16)) ?? 0);
}"""
ALL_PAINTED = "() => [...document.querySelectorAll('.zx-tile')].every(tile => tile.dataset.painted === 'true')"
SCROLL_ON = """async scroll => {
  const before = scroll.scrollTop;
  scroll.scrollTop += scroll.clientHeight * 0.8;
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  return scroll.scrollTop === before;
}"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished run of 240 windows."""
    return make_run(tmp_path_factory.mktemp("runs") / "run")


@pytest.fixture
def explorer(notebook, run):
    """The page of a notebook with an explorer, painted, by PCA."""
    page = notebook(
        [
            "from zclust_explore.data.run import Run\nfrom zclust_explore.widgets import Explorer",
            f"explorer = Explorer(Run.open({str(run.directory)!r}))\n"
            "explorer.state.projection = 'pca'  # the test knows where PCA draws what\nexplorer",
        ]
    )
    page.wait_for_selector(PAINTED)
    return page


def even_odd(points: np.ndarray, polygon: np.ndarray) -> np.ndarray:
    """Which points lie in a polygon: an odd number of edges to the right of them. (n, 2), (m, 2) -> (n,) bool."""
    x, y = points[:, 0, None].astype(float), points[:, 1, None].astype(float)
    (x1, y1), (x0, y0) = polygon.T, np.roll(polygon, 1, axis=0).T
    with np.errstate(divide="ignore", invalid="ignore"):
        crosses = ((y1 > y) != (y0 > y)) & (x < (x0 - x1) * (y - y1) / (y0 - y1) + x1)
    return crosses.sum(axis=1) % 2 == 1


def lasso(page, corners: list[tuple[float, float]]) -> None:
    """Drag around the map; corners as fractions of its width and height."""
    box = page.locator(".zx-surface").bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=7)
    page.mouse.up()


def test_map_shows_every_window_in_the_colours_of_its_cluster(explorer, run) -> None:
    """Windows would be missing from the map, or clusters have the wrong colours."""
    data = explorer.locator(PAINTED).evaluate("el => ({...el.dataset})")
    assert (int(data["n"]), int(data["step"])) == (run.n_samples, N_STEPS - 1)
    pixels = explorer.evaluate(COLOURS, list(PALETTE))
    sizes = np.bincount(run.labels, minlength=len(PALETTE))
    assert [count > 20 * size / 4 for count, size in zip(pixels, sizes, strict=True) if size] == [True] * 6
    assert not any(count for count, size in zip(pixels, sizes, strict=True) if not size)
    assert f"{run.n_samples} of {run.n_samples} drawn" in explorer.locator(".zx-count").inner_text()


def test_scrubbing_by_keyboard_sends_nothing(explorer, websocket_frames, kernel_exec) -> None:
    """Every step would wait for the kernel, and be slow or dead while a cell runs."""
    # with windows chosen the gallery has all it needs; without, it asks for typical ones where the hand rests for half
    # a second, which on a slow machine may be between two keys
    kernel_exec(explorer, "explorer.state.selection = [3, 50, 120, 200]")
    explorer.wait_for_selector(".zx-gallery[data-members='4']")
    explorer.wait_for_function(ALL_PAINTED)
    slider = explorer.locator(".zx-slider")
    slider.focus()
    before = websocket_frames()
    for key in ["Home", *["ArrowRight"] * (N_STEPS - 1), *["ArrowLeft"] * 10]:
        slider.press(key)
    last = N_STEPS - 11
    explorer.wait_for_selector(f".zx-timeline[data-step='{last}']")
    explorer.wait_for_selector(f".zx-map[data-step='{last}']")
    assert websocket_frames() == before
    slider.blur()  # the hand leaves: now Python hears of it
    assert kernel_exec(explorer, "print(explorer.state.step)").strip() == str(last)


def test_lasso_selects_exactly_what_lies_inside(explorer, run, kernel_exec) -> None:
    """A person would trust a selection that has a window too many or too few."""
    lasso(explorer, [(0.2, 0.15), (0.75, 0.1), (0.55, 0.5), (0.9, 0.8), (0.3, 0.9), (0.45, 0.45)])
    gallery = explorer.locator(".zx-gallery")
    explorer.wait_for_function("() => Number(document.querySelector('.zx-map').dataset.selected) > 0")
    polygon = np.array(json.loads(explorer.locator(".zx-map").get_attribute("data-lasso")))
    frames = map_frames(project_pca(run))
    inside = np.flatnonzero(even_odd(frames.xy[-1], polygon))
    assert 10 < len(inside) < run.n_samples
    # the message and this question go to different shells of the kernel, so either may come first
    for _ in range(50):
        selected = json.loads(kernel_exec(explorer, "print(explorer.state.selection.tolist())"))
        if selected:
            break
    assert selected == inside.tolist()
    assert gallery.get_attribute("data-members") == str(len(inside))
    # the gallery draws what can be seen: scrolled through, it has shown each member, and nobody else
    shown: set[int] = set()
    end = False
    while not end:
        explorer.wait_for_function(ALL_PAINTED)
        tiles = explorer.eval_on_selector_all(".zx-tile", "tiles => tiles.map(tile => Number(tile.dataset.index))")
        assert len(tiles) < 60
        shown |= set(tiles)
        end = explorer.locator(".zx-scroll").evaluate(SCROLL_ON)
    assert sorted(shown) == inside.tolist()


def test_close_up_and_screenshots_in_both_themes(explorer, artefacts) -> None:
    """The close-up would stay empty, or one of the themes be unreadable without anybody having looked."""
    explorer.set_viewport_size({"width": 1700, "height": 1250})  # all of the widget in sight
    explorer.locator(".zx-explorer").scroll_into_view_if_needed()
    lasso(explorer, [(0.3, 0.05), (0.95, 0.05), (0.95, 0.6), (0.3, 0.6)])
    explorer.locator(".zx-tile[data-painted=true]").nth(1).click()
    explorer.wait_for_selector(".zx-closeup[data-painted=true]")
    for theme in ("light", "dark"):
        set_theme(explorer, theme)
        explorer.wait_for_selector(f".zx-explorer[data-theme={theme}]")
        explorer.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        explorer.locator(".zx-explorer").screenshot(path=artefacts / f"explorer_lab_{theme}.png")


def test_python_selects_and_moves_the_timeline(explorer, kernel_exec) -> None:
    """A selection or a step set from a cell would not reach the widget."""
    kernel_exec(explorer, "explorer.state.selection = [5, 3, 8]; explorer.state.step = 20")
    explorer.wait_for_selector(".zx-gallery[data-members='3']")
    explorer.wait_for_selector(".zx-map[data-selected='3'][data-step='20']")
    explorer.keyboard.press("Escape")
    with pytest.raises(RuntimeError, match="IndexError"):
        kernel_exec(explorer, "explorer.state.selection = [99999]")


def test_reopened_without_a_kernel(notebook, run, page, lab) -> None:
    """A saved notebook would show an empty frame until everything is run again."""
    notebook(
        [
            f"from zclust_explore.data.run import Run\nfrom zclust_explore.widgets import Explorer\n"
            f"explorer = Explorer(Run.open({str(run.directory)!r})); explorer"
        ]
    )
    page.wait_for_selector(PAINTED)
    lab.shutdown_kernels()
    page.locator(".zx-slider").focus()
    page.locator(".zx-slider").press("Home")
    page.wait_for_selector(".zx-map[data-step='0']")


def test_separate_widgets_with_one_state_follow_each_other(notebook, run, websocket_frames) -> None:
    """A timeline in one cell would not move the map in another, or only by way of the kernel."""
    page = notebook(
        [
            "from zclust_explore.data.run import Run\nfrom zclust_explore.widgets import EmbeddingMap, Timeline",
            f"run = Run.open({str(run.directory)!r}); drawn = EmbeddingMap(run); drawn",
            "Timeline(run, state=drawn.state)",
        ]
    )
    page.wait_for_selector(".zx-map[data-painted=true]")
    slider = page.locator(".zx-slider")
    slider.focus()
    before = websocket_frames()
    slider.press("Home")
    page.wait_for_selector(".zx-map[data-step='0']")
    slider.press("ArrowRight")
    page.wait_for_selector(".zx-map[data-step='1']")
    assert websocket_frames() == before
