"""The honest layout in a bare page: windows held still as SciPy would, motion and neighbours judged as NumPy would."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect
from scipy.linalg import orthogonal_procrustes

from tests.harness import mount as mounting
from tests.harness.bench import Bench
from tests.made_runs import make_run
from zclust_explore.data.run import Run
from zclust_explore.data.snapshot import Snapshot
from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.views.frames import map_frames
from zclust_explore.views.honesty import invented_neighbours, true_motion
from zclust_explore.views.projection import motion_index, project_pca
from zclust_explore.widgets import EmbeddingMap, Timeline, _base
from zclust_explore.widgets._map_answers import motion_column
from zclust_explore.widgets._script import page_script

HOLD = """({xy, displaced, n, steps, chosen, onto}) => {
  const own = view => new Uint16Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
  SCRIPT
  const base = {xy: own(decoded(xy)), centroids: new Float32Array(0)};
  const {xy: held, fits} = heldStill(base, {n, steps, clusters: 0}, Uint32Array.from(chosen), onto);
  const {all, each} = motion(base.xy, own(decoded(displaced)), n);
  const of = name => fits.map(fit => fit[name]);
  return {xy: [...held], residuals: of("residual"), flips: of("flip"), sure: of("sure"), all, each: [...each]};
}"""
TIME = """() => {
  SCRIPT
  const n = 20000, steps = 40, xy = Uint16Array.from({length: 2 * n * steps}, (_, i) => (i * 48271) % 65521);
  const chosen = Uint32Array.from({length: 500}, (_, i) => 40 * i), taken = [];
  for (let k = 0; k < 5; k++) {
    const begun = performance.now();
    heldStill({xy, centroids: new Float32Array(12 * steps)}, {n, steps, clusters: 6}, chosen, 17);
    taken.push(performance.now() - begun);
  }
  return taken.sort((a, b) => a - b)[2];
}"""


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    """A finished run of 180 windows."""
    return make_run(tmp_path_factory.mktemp("runs") / "run", n_samples=180, n_pretrain=2, n_cluster=5)


@pytest.fixture
def draw(page, monkeypatch):
    """Call to have a widget of a run painted, whose questions its Python half answers."""
    monkeypatch.setattr(_base.RunWidget, "_start_umap", lambda self: None)
    widgets = []

    def call(kind, of, **settings) -> Bench:
        widgets.append(kind(of))
        return Bench.of(page, widgets[-1], **settings)

    yield call
    for widget in widgets:
        widget.close()


def with_modules(code: str) -> str:
    """Give a piece of JavaScript the modules it needs."""
    scripts = page_script("holding.js").rsplit("export default", 1)[0]
    motion = page_script("core/motion.js").rsplit("export default", 1)[0]
    return code.replace("SCRIPT", scripts + motion)


def turned(points: np.ndarray, angle: float, flip: int = 1) -> np.ndarray:
    """Points turned about the middle of the grid, mirrored first if asked for."""
    cos, sin = np.cos(angle), np.sin(angle)
    return ((points - 32000) * [1, flip]) @ np.array([[cos, sin], [-sin, cos]]) * 0.6 + 32000


def test_held_windows_lie_where_scipy_brings_them(page) -> None:
    """The windows held still would drift, or the map be turned by something else than they say."""
    random = np.random.default_rng(0)
    n, onto, chosen = 300, 2, np.sort(random.permutation(300)[:120])
    cloud = random.normal(32000, 6000, (n, 2))
    steps = [turned(cloud, angle, flip) for angle, flip in ((0.3, 1), (2.8, 1), (0, 1), (-1.2, -1), (3.1, 1))]
    xy = np.stack([*steps, random.permutation(cloud)]) + random.normal(0, 200, (6, n, 2))
    xy = np.clip(np.rint(xy), 0, 65535).astype("<u2")
    mounting.mount(page, "export default {render() {}};")
    moved = np.zeros((5, n), "<u2")
    data = {
        "xy": xy.tobytes(),
        "displaced": moved.tobytes(),
        "n": n,
        "steps": 6,
        "chosen": chosen.tolist(),
        "onto": onto,
    }
    found = page.evaluate(with_modules(HOLD), mounting.encoded(data))
    points, held = xy.astype(float), np.array(found["xy"]).reshape(6, n, 2)
    target = points[onto, chosen]
    for step in range(6):
        middle = points[step, chosen].mean(axis=0)
        rotation = orthogonal_procrustes(points[step, chosen] - middle, target - target.mean(axis=0))[0]
        if step == 5:  # all windows have changed places: nothing to turn by, only the middle stays
            rotation = np.eye(2)
        expected = (points[step] - middle) @ rotation + target.mean(axis=0)
        residual = ((expected[chosen] - target) ** 2).sum()
        assert found["residuals"][step] == pytest.approx(residual, rel=1e-6, abs=1e-6)
        np.testing.assert_allclose(held[step], expected, atol=0.02)
    assert found["flips"] == [1, 1, 1, -1, 1, 1]
    assert found["sure"] == [True] * 5 + [False]
    np.testing.assert_array_equal(held[onto], points[onto])  # the step on show does not jump
    print(f"500 of 20,000 windows over 40 steps: {page.evaluate(with_modules(TIME)):.0f} ms")


def test_motion_is_judged_as_numpy_does(page, run) -> None:
    """The number beside the layout would be of something else than the map on show."""
    xy, true = map_frames(project_pca(run)).xy, true_motion(run)
    mounting.mount(page, "export default {render() {}};")
    data = {"xy": xy.astype("<u2").tobytes(), "displaced": motion_column(run), "n": run.n_samples, "steps": len(run)}
    found = page.evaluate(with_modules(HOLD), mounting.encoded({**data, "chosen": [0, 1, 2], "onto": 0}))
    assert found["all"] == pytest.approx(motion_index(run, xy.astype(np.float32)), abs=1e-3)
    drawn = np.linalg.norm(np.diff(xy.astype(float), axis=0), axis=2)
    each = [np.corrcoef(drawn[:, i], true[:, i])[0, 1] for i in range(run.n_samples)]
    np.testing.assert_allclose(found["each"], each, atol=2e-3)


def test_holding_a_selection_needs_three_windows_and_no_kernel(draw, run) -> None:
    """The switch would do nothing and not say why, ask the kernel at every step, or have no way back."""
    bench = draw(EmbeddingMap, run)
    page, hold = bench.page, bench.page.get_by_role("button", name="hold my selection still")
    bench.set(mask=bytes([1, 1] + [0] * 178))
    hold.click()
    assert (
        "at least 3" in page.locator(".zx-mapnote").inner_text()
        and "Selected now: 2" in page.locator(".zx-mapnote").inner_text()
    )
    assert hold.get_attribute("aria-pressed") == "false"
    bench.set(mask=(run.labels < 3).astype("u1").tobytes())
    expect(page.locator(".zx-mapnote")).to_be_hidden()
    before = page.locator(".zx-map").get_attribute("data-camera")
    hold.click()
    page.wait_for_selector(f".zx-map[data-held='{int((run.labels < 3).sum())}']")
    asked = len(page.evaluate("model.sent"))
    for step in (2, 0, 6):
        bench.set(step=step)
        page.wait_for_selector(f".zx-map[data-step='{step}']")
    assert len(page.evaluate("model.sent")) == asked
    assert "turned" in hold.get_attribute("title")
    hold.click()
    page.wait_for_selector(".zx-map[data-held='0']")
    assert page.locator(".zx-map").get_attribute("data-camera") == before


def test_invented_neighbours_are_asked_for_once_a_step(draw, run) -> None:
    """Colours would accuse the wrong windows, or scrubbing wait for the kernel at every step."""
    bench = draw(EmbeddingMap, run)
    page = bench.page
    bench.set(colour_by="invented")
    assert "computing" in page.locator(".zx-legend").inner_text()
    bench.until(".zx-legend:has-text('% in all')")
    share = invented_neighbours(run.embedding, project_pca(run).xy[-1])
    assert f"{100 * share.mean():.0f} % in all" in page.locator(".zx-legend").inner_text()
    for step in (0, 1, 2, 3):
        bench.set(step=step)
    bench.until(".zx-legend:has-text('% in all')")
    bench.set(step=-1)
    bench.until(".zx-legend:has-text('% in all')")
    kinds = page.evaluate(
        "model.sent.map(message => message.content).filter(c => c.kind === 'invented').map(c => c.step)"
    )
    assert kinds[0] == 6 and kinds.count(6) == 1 and 3 in kinds
    answer, buffers = bench.widget.questions["invented"]({"method": "pca", "step": 6})
    np.testing.assert_allclose(np.frombuffer(buffers[0], "u1") / answer["k"], share, atol=1e-6)
    with pytest.raises(ValueError, match="method must be one of"):
        bench.widget.questions["invented"]({"method": "umap", "step": 6})


def test_picture_has_the_points_and_the_legend(draw, run, tmp_path: Path) -> None:
    """A saved picture would be blank, without its legend, or as coarse as the screen."""
    bench = draw(EmbeddingMap, run, theme="dark")
    with bench.page.expect_download() as download:
        bench.page.get_by_role("button", name="Save picture").click()
    assert download.value.suggested_filename == "map-pca-step-7.png"
    download.value.save_as(tmp_path / "map.png")
    picture = Image.open(io.BytesIO((tmp_path / "map.png").read_bytes())).convert("RGB")
    assert picture.width == 2 * (bench.page.locator(".zx-stage").bounding_box()["width"] + 12)
    pixels = np.asarray(picture)
    assert pixels[0, 0].mean() < 60  # the theme's own dark
    for cluster in range(run.n_clusters or 0):
        colour = bench.widget.record["palette"][cluster]
        # nearly: where points are crowded, those below shine through a little
        same = (np.abs(pixels - np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)])) <= 24).all(axis=2)
        assert same[:60].sum() > 50 and same[60:].sum() > 500  # in the legend, and on the map


def test_toolbar_keeps_its_line_while_umap_is_computed(draw, run) -> None:
    """The map would jump by a line when UMAP is ready."""
    bench = draw(EmbeddingMap, run)
    heights = []
    for status in ("computing", ""):
        bench.page.evaluate("status => model.update({umap_status: status})", status)
        heights.append(bench.page.locator(".zx-tools").bounding_box()["height"])
    assert heights[0] == heights[1] < 34


def test_labels_that_never_change_have_an_axis_of_their_own(draw, page, tmp_path) -> None:
    """A change of zero throughout would be drawn as one of a millionth of a percent."""
    run = Run.create(tmp_path / "run", make_spectrograms(16, random_state=0), {})
    centroids = np.random.default_rng(0).normal(size=(2, 3))
    for step in range(4):
        run.append(Snapshot(step, "cluster", step, {"clustering": 0.5}, np.ones((16, 3)), centroids, 0.0))
    page.add_init_script(
        """window.written = []; const {prototype} = CanvasRenderingContext2D, write = prototype.fillText;
        prototype.fillText = function (text, ...at) { written.push(String(text)); write.call(this, text, ...at); };"""
    )
    draw(Timeline, run)
    page.wait_for_function("written.includes('0') && written.includes('step 4')")
    assert not [text for text in page.evaluate("written") if "10^" in text]
