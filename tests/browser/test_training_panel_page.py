"""The training panel in a bare page, answered by its own Python half with a real trainer behind it."""

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.harness import mount as mounting
from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.training.trainer import Trainer
from zclust_explore.widgets.training_panel import TrainingPanel

TRAITS = ("record", "course", "progress", "images", "map", "n_clusters")
N, K = 60, 4


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A short run with clusters."""
    trainer = Trainer(
        make_spectrograms(N, random_state=0), random_state=0, directory=tmp_path_factory.mktemp("r") / "run"
    )
    trainer.pretrain(n_epochs=12, progress_bar=False)
    return trainer.cluster(K, start="kmeans", n_epochs=4, progress_bar=False)


class PanelBench:
    """A panel drawn in a bare page; `answer` passes on what the page asked, and what the panel then shows."""

    def __init__(self, page, panel, theme="light"):
        self.page, self.panel, self.answered = page, panel, 0
        panel.send = self._heard
        self.answers = []
        mounting.mount(page, panel._esm, self.traits(), css=panel._css, theme=theme)
        page.wait_for_selector(".zx-panel[data-painted=true]")

    def traits(self):
        """What JupyterLab would send."""
        return {name: getattr(self.panel, name) for name in TRAITS}

    def _heard(self, content):
        self.answers.append(content)

    def answer(self):
        """Let Python do what was asked since the last time."""
        asked = self.page.evaluate("from => model.sent.slice(from).map(message => message.content)", self.answered)
        self.answered += len(asked)
        for content in asked:
            before = len(self.answers)
            self.panel._asked(self.panel, content, [])
            self.panel._worker.submit(lambda: None).result()
            assert len(self.answers) == before + 1
            self.tell(self.answers[-1])
        return [content["kind"] for content in asked]

    def tell(self, content=None):
        """Bring the page up to date."""
        self.panel._tell()
        self.page.evaluate(
            "([traits, content]) => { model.update(decoded(traits)); if (content) model.receive(content, []); }",
            [mounting.encoded(self.traits()), content],
        )
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


@pytest.fixture
def panel(trained, tmp_path, page):
    """Call with a theme: the bench of a panel on a copy of the run, which may be changed."""
    made = []

    def call(theme="light"):
        panel = TrainingPanel(Trainer.open(trained.save(tmp_path / f"run{len(made)}").directory))
        panel._closed.set()  # the bench tells what is new, not the ticker
        made.append(panel)
        return PanelBench(page, panel, theme)

    yield call
    for panel in made:
        panel.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [700, 1600])
def test_looks(panel, page, theme, width, artefacts):
    """What a person sees would overlap or stand out of the page."""
    page.set_viewport_size({"width": width, "height": 1000})
    bench = panel(theme)
    page.wait_for_selector(".zx-livestage[data-painted=true]")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    page.locator(".zx-livechips button").nth(0).click()
    page.locator(".zx-livechips button").nth(2).click()
    bench.page.locator(".zx-panel").screenshot(path=artefacts / f"training_panel_{theme}_{width}.png")


def drag(page, start, end):
    """Along a line, as a hand does."""
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    page.mouse.move(*end)
    page.mouse.up()


# where a centroid is drawn: the map shows everything, padded alike on both axes
PLACE = """c => {
  const map = model.get("map"), f = v => new Float32Array(v.buffer.slice(v.byteOffset, v.byteOffset + v.byteLength));
  const all = [...f(map.xy), ...f(map.centroids)];
  const xs = all.filter((_, i) => i % 2 === 0), ys = all.filter((_, i) => i % 2);
  const box = document.querySelector(".zx-surface").getBoundingClientRect();
  const pad = Math.min(28, 0.08 * Math.min(box.width, box.height)), [x0, x1] = [Math.min(...xs), Math.max(...xs)];
  const [y0, y1] = [Math.min(...ys), Math.max(...ys)];
  const s = Math.min((box.width - 2 * pad) / (x1 - x0), (box.height - 2 * pad) / (y1 - y0));
  const [x, y] = f(map.centroids).slice(2 * c, 2 * c + 2);
  return [box.left + (x - (x0 + x1) / 2) * s + box.width / 2, box.top + ((y0 + y1) / 2 - y) * s + box.height / 2, s];
}"""


def test_clusters_are_merged_split_dropped_and_brought_back(panel, page):
    """The buttons would do something else than they say, or to other clusters."""
    bench = panel()
    chips = page.locator(".zx-livechips button")
    sizes = [int(text) for text in chips.locator(".zx-number").all_inner_texts()]
    assert sizes == np.bincount(bench.panel.trainer.run.labels, minlength=K).tolist()
    for kind, chosen, left in (("merge", (0, 3), K - 1), ("split", (1,), K), ("drop", (2,), K - 1)):
        for number in chosen:
            chips.nth(number).click()
        page.locator(f"[data-act={kind}]").click()
        assert bench.answer() == [kind]
        assert chips.count() == left == bench.panel.trainer.run.n_clusters
        assert bench.panel.trainer.run.acts[-1]["clusters"] == list(chosen)
    last = bench.panel.trainer.run.acts[-1]
    assert page.locator(".zx-said").inner_text() == f"Step {last['step'] + 1}: {last['message']}"
    former = bench.panel.trainer
    page.locator("[data-act=undo]").click()
    assert bench.answer() == ["undo"]
    assert chips.count() == K
    assert [act["kind"] for act in bench.panel.trainer.run.acts] == ["merge", "split"]
    assert bench.panel.trainer is not former and len(former.run.acts) == 3


def test_a_centroid_is_dragged_and_windows_are_added(panel, page):
    """A centroid would land beside the place where it was dropped, or a selection be of other windows."""
    bench = panel()
    run = bench.panel.trainer.run
    page.wait_for_selector(".zx-livestage[data-painted=true]")
    x, y, scale = page.evaluate(PLACE, 1)
    before = run.snapshot().centroids[1]
    frame = bench.panel._map.frame
    drag(page, (x, y), (x + 60, y - 40))
    assert bench.answer() == ["move"]
    moved = bench.panel.trainer.run.snapshot().centroids[1]
    drawn = (frame.project(moved[None]) - frame.project(before[None]))[0]
    np.testing.assert_allclose(drawn, [60 / scale, 40 / scale], atol=1.5 / scale)
    hidden = (moved - before) - (moved - before) @ frame.axes @ frame.axes.T
    np.testing.assert_allclose(hidden, 0, atol=1e-4)  # along directions that are not drawn it has not moved
    page.wait_for_selector(".zx-livestage[data-painted=true]")  # a selection is of what is drawn, not of a glide
    box = page.locator(".zx-surface").bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + 2)
    page.mouse.down()
    for fx, fy in ((0.5, 0.004), (0.5, 0.996), (0.004, 0.996)):
        page.mouse.move(box["x"] + fx * box["width"], box["y"] + fy * box["height"])
    page.mouse.up()
    page.wait_for_selector(".zx-livestage:not([data-selected='0'])")
    n_selected = int(page.locator(".zx-livestage").get_attribute("data-selected"))
    page.locator("[data-act=add]").click()
    assert bench.answer() == ["add"]
    windows = bench.panel.trainer.run.acts[-1]["windows"]
    assert len(windows) == n_selected < N
    labels = np.frombuffer(bench.panel.map["xy"], "<f4").reshape(-1, 2)
    assert len(labels) == N and bench.panel.trainer.run.n_clusters == K + 1


def test_a_window_is_chosen_on_the_map(panel, page):
    """A person could not follow a window of their own choice."""
    bench = panel()
    page.wait_for_selector(".zx-livestage[data-painted=true]")
    box = page.locator(".zx-surface").bounding_box()
    for fx in np.linspace(0.1, 0.9, 40):  # wherever a window lies on a line through the middle
        page.mouse.click(box["x"] + fx * box["width"], box["y"] + 0.5 * box["height"])
        page.keyboard.press("Escape")
    asked = bench.answer()
    assert "choose" in asked and set(asked) == {"choose"}
    kinds, indices = bench.panel.images["kinds"], bench.panel.images["indices"]
    assert kinds.count("chosen") in (1, 2)
    assert page.locator(".zx-panel").get_attribute("data-tiles") == " ".join(map(str, indices))


def test_settings_are_sent_once_and_refusals_are_read(panel, page):
    """A number would be sent that nobody typed, or a wrong one be refused without a word."""
    bench = panel()
    field, apply = page.locator("[data-setting=learning_rate]"), page.locator("[data-act=steer]")
    expect(field).to_have_value("0.001")
    expect(apply).to_be_disabled()
    field.fill("0.0002")
    apply.click()
    assert bench.answer() == ["steer"]
    assert bench.panel.trainer.run.acts[-1]["settings"] == {"learning_rate": 0.0002}
    expect(apply).to_be_disabled()
    page.locator("[data-setting=n_epochs]").fill("-3")
    apply.click()
    bench.answer()
    assert page.get_by_role("alert").inner_text() == "n_epochs must be at least 1, got -3."


def test_a_lost_kernel_is_said_with_what_to_do(panel, page):
    """A panel would show "running" for ever after a restart of the kernel."""
    bench = panel()
    page.evaluate("() => model.lose()")
    said = page.locator(".zx-warn").first.inner_text()
    assert f'zx.TrainingPanel(zx.Trainer.open("{bench.panel.trainer.run.directory}"))' in said
    assert page.locator(".zx-panel").get_attribute("data-status") == "gone"
    expect(page.get_by_role("button", name="Resume")).to_be_disabled()


def test_two_hundred_updates_replace_nothing(panel, page):
    """The panel would flicker, or grow with every update until the page is slow."""
    bench = panel()
    before = page.evaluate(
        """() => { window.canvases = [...document.querySelectorAll("canvas")];
          return [document.querySelectorAll("*").length, model.listening()]; }"""
    )
    after = page.evaluate(
        """async ([traits]) => {
          for (let k = 1; k <= 200; k++) {
            const {progress, course, map, images} = decoded(traits);
            model.update({progress: {...progress, status: k % 2 ? "running" : "paused", batch: k}, course, images,
              map: {...map, step: k}});
            if (k % 20 === 0) await new Promise(requestAnimationFrame);
          }
          return [document.querySelectorAll("*").length, model.listening()];
        }""",
        [mounting.encoded(bench.traits())],
    )
    page.wait_for_selector(".zx-livestage[data-step='200'][data-painted=true]")
    assert page.evaluate("() => canvases.every(canvas => canvas.isConnected)")
    assert page.evaluate("() => document.querySelectorAll('canvas').length === canvases.length")
    assert after[1] == before[1] and abs(after[0] - before[0]) <= 4  # a line of words more or less
