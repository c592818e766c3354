"""Windows of three components in every widget: channels below each other, each with its letter, on one time axis."""

import numpy as np
import pytest

from tests.browser.test_explorer_page import SYNCED, Bench, drag
from tests.harness.notebook import set_theme
from tests.made_runs import make_run
from tests.toys import polarised
from zclust_explore.data.spectrograms import Spectrograms
from zclust_explore.training.trainer import Trainer
from zclust_explore.widgets import EmbeddingMap, Explorer, Gallery, Reconstructions, TrainingPanel

EVERYTHING = [(0.01, 0.01), (0.99, 0.01), (0.99, 0.99), (0.01, 0.99)]
# rows of the gallery's pictures, in the middle of a tile, at which nothing is drawn: the lines between the channels
EMPTY = """tile => {
  const canvas = document.querySelector(".zx-pictures"), from = canvas.getBoundingClientRect();
  const to = tile.getBoundingClientRect(), pixels = at => Math.round(at * window.devicePixelRatio);
  const x = pixels(to.left + to.width / 2 - from.left), y = pixels(to.top - from.top);
  const {data} = canvas.getContext("2d").getImageData(x, y, 1, pixels(to.height));
  let lines = 0;
  for (let y = 1; y < data.length / 4; y++) if (!data[4 * y + 3] && data[4 * (y - 1) + 3]) lines++;
  return lines;
}"""


@pytest.fixture(scope="module")
def trainer(tmp_path_factory):
    """A short training on three components."""
    trainer = Trainer(
        polarised(60), latent_dim=4, batch_size=16, random_state=0, directory=tmp_path_factory.mktemp("runs") / "run"
    )
    trainer.pretrain(n_epochs=12, progress_bar=False)
    trainer.cluster(n_clusters=3, start="kmeans", n_epochs=3, progress_bar=False)
    return trainer


@pytest.fixture
def draw(mount, trainer, monkeypatch):
    """Call with a widget class: the bench with it painted."""
    monkeypatch.setattr("zclust_explore.widgets._base.RunWidget._start_umap", lambda self: None)
    widgets = []

    def call(kind, theme: str = "light") -> Bench:
        widget = kind(trainer.run)
        widgets.append(widget)
        state = {name: getattr(widget, name) for name in SYNCED if name in widget.trait_names()}
        bench = Bench(mount(kind._esm, state, css=kind._css, theme=theme), widget)
        bench.until("[data-painted=true]")
        return bench

    yield call
    for widget in widgets:
        widget.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_explorer_shows_all_components_of_a_window(draw, artefacts, theme) -> None:
    """A person would see one component and take it for the window."""
    bench = draw(Explorer, theme)
    drag(bench.page, EVERYTHING)
    bench.until(".zx-tile[data-painted=true]")
    assert bench.page.locator(".zx-tile").first.evaluate(EMPTY) >= 2
    bench.page.locator(".zx-tile").first.click()
    bench.until(".zx-closeup[data-painted=true]")
    tile, alone = bench.page.locator(".zx-tile").first.bounding_box(), 118 * 0.78 + 22 + 16
    assert tile["height"] > 1.4 * alone
    assert bench.page.locator(".zx-closeup .zx-panels").bounding_box()["height"] > 450
    bench.page.set_viewport_size({"width": 1400, "height": 1500})
    bench.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    bench.page.screenshot(path=artefacts / f"channels_explorer_{theme}.png")
    assert not bench.page.locator(".zx-error").count()


def test_close_up_sends_each_component(draw, trainer) -> None:
    """The reconstruction would be that of another component than the spectrogram beside it."""
    bench, specs = draw(Gallery), trainer.spectrograms
    answer, arrays = bench.widget.questions["open"]({"index": 7, "step": len(trainer.run) - 1, "level": "absolute"})
    spectrogram, output, residual, envelope = (np.frombuffer(array, "<f4") for array in arrays)
    np.testing.assert_array_equal(spectrogram, specs.read(7).ravel())
    np.testing.assert_allclose(spectrogram - output, residual, atol=1e-4)
    assert envelope.size == 3 * 700 * 2 and answer["missing"] == ""


@pytest.mark.parametrize("kind", [Gallery, Reconstructions, EmbeddingMap])
def test_widgets_on_their_own_show_components(draw, artefacts, kind) -> None:
    """A widget would fail on a run of three components, or draw a third of each window."""
    bench = draw(kind)
    if kind is EmbeddingMap:
        box = bench.page.locator(".zx-surface").bounding_box()
        for x, y in np.random.default_rng(0).uniform(0.05, 0.95, (200, 2)):
            bench.page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
            if bench.page.locator(".zx-card:not([hidden])").count():
                break
        bench.until(".zx-card:not([hidden]) .zx-thumb canvas")
        assert bench.page.locator(".zx-thumb").bounding_box()["height"] > 150
        assert bench.page.locator(".zx-letter").all_inner_texts() == ["Z", "N", "E"]
    bench.until(".zx-reconstructions[data-painted=true]" if kind is Reconstructions else "[data-painted=true]")
    bench.page.wait_for_timeout(50)
    bench.answer()
    if kind is Gallery:
        bench.until(".zx-tile[data-painted=true]")
    bench.page.screenshot(path=artefacts / f"channels_{kind.__name__.lower()}.png")
    assert not bench.page.locator(".zx-error").count()


def test_training_panel_shows_components(mount, trainer, artefacts) -> None:
    """The six windows of the panel would be cut out of the wrong bytes."""
    panel = TrainingPanel(trainer, n_clusters=3)
    state = {name: getattr(panel, name) for name in ("record", "course", "progress", "images", "map", "n_clusters")}
    page = mount(TrainingPanel._esm, state, css=TrainingPanel._css)
    page.wait_for_selector("[data-painted=true]")
    page.screenshot(path=artefacts / "channels_panel.png")
    assert len(state["images"]["outputs"]) == 6 * trainer.spectrograms.values[0].size
    assert not page.locator(".zx-error").count()
    panel.close()


def test_images_stand_upright_and_have_pixels(mount, tmp_path, monkeypatch, artefacts) -> None:
    """Images would be upside down, under an axis in hertz."""
    monkeypatch.setattr("zclust_explore.widgets._base.RunWidget._start_umap", lambda self: None)
    images = np.random.default_rng(0).normal(0, 10, (48, 24, 20))
    images[:, 2:5, 8:12] += 100  # a mark near the top
    specs = Spectrograms.from_images(images)
    widget = Explorer(make_run(tmp_path / "run", specs, n_pretrain=1, n_cluster=2))
    state = {name: getattr(widget, name) for name in SYNCED if name in widget.trait_names()}
    bench = Bench(mount(Explorer._esm, state, css=Explorer._css), widget)
    bench.until(".zx-tile[data-painted=true]")
    bench.page.locator(".zx-gallery select[data-key=level]").select_option("absolute")
    bench.page.locator(".zx-tile").first.click()
    bench.until(".zx-closeup[data-painted=true]")
    bench.until(".zx-tile[data-painted=true]")
    bench.page.set_viewport_size({"width": 1400, "height": 1100})
    bench.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    bench.page.screenshot(path=artefacts / "images_explorer.png")
    assert state["record"]["tile"]["words"]["frequency"] == "row (pixel)"
    assert not bench.page.locator(".zx-error").count()
    widget.close()


def test_explorer_in_jupyterlab(notebook, trainer, artefacts) -> None:
    """What works in a bare page would fail with a real kernel and real messages."""
    page = notebook(
        [
            "from zclust_explore.data.run import Run\nfrom zclust_explore.widgets import Explorer",
            f"explorer = Explorer(Run.open({str(trainer.run.directory)!r}))\nexplorer.state.selection = range(40)\n"
            "explorer.state.opened = 4\nexplorer",
        ]
    )
    page.wait_for_selector(".zx-explorer .zx-map[data-painted=true]")
    page.wait_for_selector(".zx-tile[data-painted=true]")
    page.wait_for_selector(".zx-closeup[data-painted=true]", timeout=240_000)  # the kernel imports PyTorch for it
    page.set_viewport_size({"width": 1500, "height": 1500})
    page.wait_for_selector(".zx-closeup[data-painted=true]")
    page.locator(".zx-explorer").screenshot(path=artefacts / "channels_lab.png")
    set_theme(page, "dark")
    page.wait_for_selector(".zx-explorer[data-theme=dark]")
    assert not page.locator(".zx-error").count()
