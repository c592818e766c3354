"""The explorer's page script in a bare page with a fake model: gestures, keys, drawing, clean-up."""

import json
import re

import numpy as np
import pytest

from tests.harness import mount as mounting
from tests.harness.bench import SYNCED, Bench
from tests.harness.mount import set_page_theme
from tests.made_runs import N_CLUSTER, N_PRETRAIN, make_run
from zclust_explore.widgets import EmbeddingMap, Explorer, Gallery, Reconstructions, Timeline

N_STEPS = N_PRETRAIN + N_CLUSTER


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished run of 120 windows."""
    return make_run(tmp_path_factory.mktemp("runs") / "run", n_samples=120)


@pytest.fixture
def draw(mount, run, monkeypatch):
    """Call with a widget class: the bench with it painted."""
    monkeypatch.setattr("zclust_explore.widgets._base.RunWidget._start_umap", lambda self: None)
    widgets = []

    def call(kind=Explorer, theme: str = "light", **changes) -> Bench:
        widget = kind(run)
        widgets.append(widget)
        state = {name: getattr(widget, name) for name in SYNCED if name in widget.trait_names()}
        page = mount(kind._esm, {**state, **changes}, css=kind._css, theme=theme)
        bench = Bench(page, widget)
        bench.until("[data-painted=true]")
        return bench

    yield call
    for widget in widgets:
        widget.close()


def drag(page, corners, **modifiers) -> None:
    """Drag over the map; corners as fractions of its size."""
    box = page.locator(".zx-surface").bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    for key in modifiers.get("keys", ()):
        page.keyboard.down(key)
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=5)
    page.mouse.up()
    for key in modifiers.get("keys", ()):
        page.keyboard.up(key)
    page.evaluate("() => new Promise(requestAnimationFrame)")


def selected(page) -> int:
    """Number of selected windows, once the map has painted them."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return int(page.locator(".zx-map").get_attribute("data-selected"))


ALL = [(0.01, 0.01), (0.99, 0.01), (0.99, 0.99), (0.01, 0.99)]
LEFT = [(0.01, 0.01), (0.5, 0.01), (0.5, 0.99), (0.01, 0.99)]


def test_lasso_adds_removes_inverts_and_clears(draw, run) -> None:
    """The first lasso would fail, or shift, alt, i and Esc not do what every such tool does."""
    page = draw().page
    drag(page, LEFT)
    left = selected(page)
    assert 0 < left < run.n_samples
    drag(page, ALL, keys=["Shift"])
    assert selected(page) == run.n_samples
    drag(page, LEFT, keys=["Alt"])
    assert selected(page) == run.n_samples - left
    page.keyboard.press("i")
    assert selected(page) == left
    page.keyboard.press("Escape")
    assert selected(page) == 0


def test_box_and_tools_by_key(draw) -> None:
    """The box would select like a lasso, or a key not reach its tool."""
    page = draw().page
    page.locator(".zx-surface").focus()
    page.keyboard.press("b")
    drag(page, [(0.1, 0.1), (0.6, 0.7)])
    polygon = np.array(json.loads(page.locator(".zx-map").get_attribute("data-lasso")))
    assert len(polygon) == 4 and len(np.unique(polygon[:, 0])) == 2
    page.keyboard.press("h")
    camera = page.locator(".zx-map").get_attribute("data-camera")
    before = selected(page)
    drag(page, [(0.5, 0.5), (0.6, 0.6)])
    assert page.locator(".zx-map").get_attribute("data-camera") != camera
    assert selected(page) == before


def test_hidden_clusters_are_not_selected(draw, run) -> None:
    """A lasso would take windows that nobody sees."""
    page = draw().page
    page.locator(".zx-chip[data-cluster='2']").click()
    size = int(np.bincount(run.labels)[2])
    page.wait_for_selector(f".zx-map[data-n='{size}']")
    page.wait_for_selector(f".zx-gallery[data-members='{size}']")
    drag(page, ALL)
    assert selected(page) == size


def test_zoom_keeps_the_place_under_the_pointer(draw) -> None:
    """The map would slide away while zooming."""
    page = draw().page
    box = page.locator(".zx-surface").bounding_box()

    def place_under(x, y):
        cx, cy, scale = map(float, page.locator(".zx-map").get_attribute("data-camera").split())
        return np.array([cx + (x - box["width"] / 2) / scale, cy - (y - box["height"] / 2) / scale])

    before = place_under(100, 80)
    page.mouse.move(box["x"] + 100, box["y"] + 80)
    camera = page.locator(".zx-map").get_attribute("data-camera")
    page.mouse.wheel(0, -300)
    page.wait_for_function("old => document.querySelector('.zx-map').dataset.camera !== old", arg=camera)
    np.testing.assert_allclose(place_under(100, 80), before, atol=1e-6 * 65535)


def test_timeline_keys_and_play(draw) -> None:
    """Time could not be moved without a mouse, or playing would talk to the kernel."""
    page = draw(Timeline).page
    slider = page.locator(".zx-slider")
    slider.focus()
    saved = page.evaluate("() => model.saved.length")
    for key, step in (
        ("Home", 0),
        ("ArrowRight", 1),
        ("Shift+ArrowRight", 11),
        ("ArrowLeft", 10),
        ("End", N_STEPS - 1),
    ):
        page.keyboard.press(key)
        page.wait_for_selector(f".zx-timeline[data-step='{step}']")
    assert f"step {N_STEPS} of {N_STEPS} · clustering · epoch {N_CLUSTER - 1}" in page.locator(".zx-step").inner_text()
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    page.wait_for_selector(".zx-timeline[data-playing=true]")
    page.wait_for_function("() => Number(document.querySelector('.zx-timeline').dataset.step) >= 3")
    page.keyboard.press("Space")
    page.wait_for_selector(".zx-timeline[data-playing=false]")
    assert page.evaluate("() => model.saved.length") == saved


def test_a_key_let_go_elsewhere_is_forgotten(draw) -> None:
    """The next press of space would start and stop playing at once; Alt and left would not go back in the browser."""
    page = draw().page
    page.locator(".zx-surface").focus()
    page.keyboard.down("Space")
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.up("Space")
    page.locator(".zx-slider").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.locator(".zx-timeline").get_attribute("data-playing") == "true"
    page.keyboard.press("Space")
    taken = """() => {
      const event = new KeyboardEvent("keydown", {key: "ArrowLeft", altKey: true, bubbles: true, cancelable: true});
      return !document.querySelector(".zx-surface").dispatchEvent(event);
    }"""
    assert page.evaluate(taken) is False


def test_grey_before_clustering(draw, run) -> None:
    """Windows would have a cluster's colour before there are clusters."""
    page = draw().page
    page.locator(".zx-slider").focus()
    page.keyboard.press("Home")
    page.wait_for_selector(".zx-map[data-step='0']")
    assert page.locator(".zx-legend").inner_text().count("–") == run.n_clusters
    colours = page.evaluate(
        """() => {
          const canvas = document.querySelector(".zx-points"), seen = {};
          const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          for (let i = 0; i < data.length; i += 4) {
            const key = [data[i], data[i + 1], data[i + 2]].join();
            seen[key] = (seen[key] ?? 0) + 1;
          }
          return seen;
        }"""
    )
    assert {colour for colour, count in colours.items() if len(set(colour.split(","))) > 1} == set()


def test_close_up_follows_a_tile(draw, run) -> None:
    """A click would open another window than the one that was clicked, or none."""
    bench = draw()
    drag(bench.page, LEFT)
    bench.until(".zx-tile[data-painted=true]")
    tile = bench.page.locator(".zx-tile").nth(2)
    index = tile.get_attribute("data-index")
    tile.click()
    bench.until(".zx-closeup[data-painted=true]")
    assert bench.page.locator(".zx-closeup").get_attribute("data-index") == index
    words = bench.page.locator(".zx-facts").inner_text()
    assert f"window {index} · C{run.labels[int(index)]}" in words
    assert run.spectrograms.metadata.label[int(index)] in words
    bench.page.keyboard.press("Escape")
    bench.page.wait_for_selector(".zx-closeup[data-index='-1']")


def test_failed_question_is_told(draw) -> None:
    """A gallery would stay grey for ever, and nobody know why."""
    bench = draw()
    bench.widget.questions["tiles"] = lambda content: ({"error": "the store is gone"}, [])
    drag(bench.page, LEFT)
    bench.until(".zx-gallery >> text=the store is gone")


def test_umap_takes_over_when_it_is_ready(draw, run) -> None:
    """UMAP would be computed and never shown, or throw a person off the PCA that they chose."""
    bench = draw(umap_status="computing")
    assert "computing" in (bench.page.locator("[data-projection=umap]").first.get_attribute("title") or "")
    umap = {**bench.widget.pca, "method": "umap", "axes": ["UMAP 1", "UMAP 2"]}
    bench.page.evaluate("umap => model.update({umap: decoded(umap), umap_status: 'ready'})", mounting.encoded(umap))
    bench.page.wait_for_selector(".zx-map[data-projection=umap]")
    bench.page.get_by_role("button", name="PCA").click()
    bench.page.wait_for_selector(".zx-map[data-projection=pca]")


@pytest.mark.parametrize("kind", [Explorer, EmbeddingMap, Timeline, Gallery, Reconstructions])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_widget_paints_in_both_themes(draw, artefacts, kind, theme) -> None:
    """A widget would be empty on its own, or unreadable in one of the themes."""
    bench = draw(kind, theme)
    if kind is Reconstructions:
        bench.until(".zx-reconstructions[data-painted=true]")
    if kind is Explorer:
        bench.until(".zx-tile[data-painted=true]")
    name = kind.__name__.lower()
    for width in (700, 1600):
        bench.page.set_viewport_size({"width": width, "height": 1400})
        bench.settle()
        bench.answer()
        bench.settle()
        bench.page.screenshot(path=artefacts / f"{name}_{width}_{theme}.png")
        if kind is Explorer:  # with a window opened, and with cards for the gallery
            bench.page.locator(".zx-tile[data-painted=true]").first.click()
            bench.until(".zx-closeup[data-painted=true]")
            bench.page.screenshot(path=artefacts / f"{name}_opened_{width}_{theme}.png", full_page=True)
            bench.page.locator(".zx-surface").focus()
            bench.page.keyboard.press("k")
            bench.until(".zx-cards:not([hidden])")
            bench.answer()
            bench.settle()
            bench.page.screenshot(path=artefacts / f"{name}_cards_{width}_{theme}.png")
            bench.page.keyboard.press("k")
            bench.page.keyboard.press("Escape")
    assert bench.page.locator(".zx").get_attribute("data-theme") == theme
    assert not bench.page.locator(".zx-error").count()


def test_theme_change_repaints(draw) -> None:
    """A map would stay white in a dark notebook until it is run again."""
    page = draw().page
    corner = "() => [...document.querySelector('.zx-points').getContext('2d').getImageData(1, 1, 1, 1).data]"
    assert page.evaluate(corner) == [255, 255, 255, 255]
    set_page_theme(page, "dark")
    page.wait_for_selector(".zx-explorer[data-theme=dark]")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate(corner) == [17, 17, 17, 255]


def test_the_camera_is_part_of_the_state(page, run, monkeypatch) -> None:
    """A place that was found on the map would be lost when the page is loaded again."""
    monkeypatch.setattr("zclust_explore.widgets._base.RunWidget._start_umap", lambda self: None)
    widget = EmbeddingMap(run)
    bench = Bench.of(page, widget)
    box = bench.page.locator(".zx-surface").bounding_box()
    bench.page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.4 * box["height"])
    bench.page.mouse.wheel(0, -400)
    bench.page.wait_for_function("() => models.state.get('camera')?.length === 3")
    bench.settle()
    place = bench.page.locator(".zx-map").get_attribute("data-camera")
    camera = bench.page.evaluate("() => models.state.get('camera')")
    again = Bench.of(page, widget, camera=camera)
    again.settle()
    assert again.page.locator(".zx-map").get_attribute("data-camera") == place
    again.page.locator(".zx-surface").focus()
    again.page.keyboard.press("0")
    again.page.wait_for_function("() => models.state.get('camera').length === 0")
    widget.close()


def test_clean_up_leaves_nothing(draw) -> None:
    """Re-running a cell would leave listeners behind, and the page grow slower."""
    page = draw().page
    page.evaluate("() => unmount()")
    assert page.evaluate("() => [model.listening(), document.querySelectorAll('.zx').length]") == [0, 0]


def test_two_views_of_one_model(draw) -> None:
    """A second view of a widget would stay empty, or take the first one's answers."""
    bench = draw()
    bench.page.evaluate("() => addView()")
    for _ in range(40):
        bench.answer()
        if bench.page.locator(".zx-map[data-painted=true]").count() == 2:
            break
        bench.page.wait_for_timeout(25)
    assert bench.page.locator(".zx-map[data-painted=true]").count() == 2


@pytest.mark.parametrize("kind", [Explorer, EmbeddingMap, Timeline, Gallery, Reconstructions])
def test_scripts_are_small_and_load_nothing(kind) -> None:
    """A notebook would carry megabytes, or be blank behind a firewall."""
    assert len(kind._esm.encode()) < 150_000
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", kind._esm + kind._css)
    assert "@import" not in kind._css
