"""The lesson widgets of DEC in a bare page: their numbers against NumPy, hands on buttons, points and keys."""

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.harness import mount as mounting
from tests.harness.lesson_script import hand_out, staged
from zclust_explore.data.assignments import soft_assignments, target_distribution
from zclust_explore.views.palette import PALETTE
from zclust_explore.widgets import _script

WIDGETS = {
    "by_hand": ("byhand.js", "byHand"),
    "soft_assignment": ("assignment.js", "softAssignment"),
    "sharpening": ("sharpening.js", "sharpening"),
    "break_it": ("breakit.js", "breakIt"),
}
CAUSES = {"A": "start", "B": "rate", "C": "order", "D": "count"}
FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
PIXELS = "name => document.querySelector(`[data-chart=${name}] canvas`).toDataURL()"
HALVES = ("q", "p", "gradient", "move")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the scripts are joined."""
    return tmp_path_factory.mktemp("scripts")


class Hands:
    """A lesson's widget on a stage without a frame, and hands to use it."""

    def __init__(self, page) -> None:
        self.page = page

    def control(self, name):
        """A control by its name in lesson files."""
        return self.page.locator(f"[data-control={name}]")

    def press(self, *names) -> None:
        """Click buttons, one after the other."""
        for name in names:
            self.control(name).click()
        self.page.evaluate(FRAMES)

    def slide(self, name, value) -> None:
        """Move a slider."""
        self.control(name).fill(str(value))
        self.page.evaluate(FRAMES)

    def pick(self, name, value) -> None:
        """Choose from a list."""
        self.control(name).select_option(value)
        self.page.evaluate(FRAMES)

    @property
    def reports(self) -> dict:
        """The newest numbers that checks of a lesson may refer to."""
        return self.page.evaluate("() => ({...stage.reports})")

    def pixels(self, chart) -> str:
        """What a chart looks like."""
        return self.page.evaluate(PIXELS, chart)

    def place_of(self, chart, x, y) -> tuple[float, float]:
        """Where data are on the page, in CSS pixels."""
        box = self.page.locator(f"[data-chart={chart}]").bounding_box()
        px, py = self.page.evaluate("([name, x, y]) => stage.charts[name].toPixels(x, y)", [chart, x, y])
        return box["x"] + px, box["y"] + py

    def drag(self, handle, chart, x, y) -> None:
        """Drag a thing to a place in data."""
        box = self.page.locator(handle).bounding_box()
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.page.mouse.down()
        self.page.mouse.move(*self.place_of(chart, x / 2, y / 2))
        self.page.mouse.move(*self.place_of(chart, x, y))
        self.page.mouse.up()
        self.page.evaluate(FRAMES)

    def cell(self, cluster, column) -> str:
        """A number in the table of one point; columns count from 1, after the cluster's name."""
        return self.page.locator(f".zx-decmembers tr[data-cluster='{cluster}'] > *").nth(column).inner_text()


@pytest.fixture
def show(mount, folder):
    """Call with the name of a lesson's widget: hands on it."""

    def call(name: str, theme: str = "light", covered=(), **values) -> Hands:
        css = _script.style_sheet() + (_script.FOLDER / "lessons" / "dec.css").read_text(encoding="utf-8")
        state = {"data": {"palette": list(PALETTE)}, "values": values, "covered": list(covered)}
        page = mount(staged(*WIDGETS[name], folder), state, css=css, theme=theme)
        page.wait_for_selector("[data-painted=true]")
        page.evaluate(FRAMES)
        return Hands(page)

    return call


def test_half_steps_come_in_their_order_and_one_point_is_told_in_numbers(show, folder, chromium) -> None:
    """A student would press P before Q, or read another q than the one that follows from the distances."""
    hands = show("by_hand", points="overlapping", seed=3)
    other = chromium.new_page()
    hand_out(other, {"decpoints.js": "pointSet", "decstarts.js": "kMeansStart"}, folder)
    z, mu = (
        np.reshape(array, (-1, 2))
        for array in other.evaluate("""() => {
          const {points, k} = handed.pointSet("overlapping", 3);
          return [[...points], [...handed.kMeansStart(points, k, 3)]];
        }""")
    )
    other.close()
    q = soft_assignments(z, mu)
    p = target_distribution(q)
    for done, name in enumerate(HALVES):
        for half in HALVES:
            expect(hands.control(half)).to_be_enabled(enabled=half == name)
        point = hands.reports["selected"]
        for j in range(3):
            distance = np.hypot(*(z[point] - mu[j]))
            assert hands.cell(j, 1) == f"{distance:.2f}"
            assert hands.cell(j, 2) == (f"{q[point, j]:.2f}" if done > 0 else "–")
            assert hands.cell(j, 3) == (f"{p[point, j]:.2f}" if done > 1 else "–")
        assert hands.reports["kl"] == pytest.approx((p * np.log(p / q)).sum() / len(q), abs=1e-12)
        hands.press(name)
    assert hands.reports["iteration"] == 1 and hands.reports["half_step"] == "move" and hands.reports["moved"] > 0
    hands.press("half_back")
    expect(hands.control("move")).to_be_enabled()
    assert hands.reports["iteration"] == 0


def test_a_hundred_steps_forwards_and_back_show_the_same_picture(show) -> None:
    """Whoever goes back would not see what was there."""
    hands = show("by_hand")
    before = hands.pixels("map"), hands.reports
    hands.page.evaluate(
        "() => { for (let t = 0; t < 100; t++) document.querySelector('[data-control=step]').click(); }"
    )
    hands.page.evaluate(FRAMES)
    assert hands.reports["iteration"] == 100 and hands.reports["kl"] < before[1]["kl"]
    assert hands.pixels("map") != before[0]
    hands.page.evaluate(
        "() => { for (let t = 0; t < 100; t++) document.querySelector('[data-control=back]').click(); }"
    )
    hands.page.evaluate(FRAMES)
    assert hands.reports == {**before[1], "backs": 100}
    assert hands.pixels("map") == before[0]
    expect(hands.control("back")).to_be_disabled()


def test_centroids_are_dragged_and_moved_by_keys_and_back_undoes_it(show) -> None:
    """A centroid would not follow the hand, or the drag could not be undone."""
    hands = show("by_hand")
    page, kl = hands.page, hands.reports["kl"]
    hands.drag("[data-handle='0']", "map", 1.0, -2.0)
    assert hands.reports["drags"] == 1 and hands.reports["kl"] != kl
    box = page.locator("[data-handle='0']").bounding_box()
    x, y = hands.place_of("map", 1.0, -2.0)
    assert (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) == pytest.approx((x, y), abs=2)
    hands.press("half_back")
    assert hands.reports["kl"] == kl
    page.locator("[data-handle='2']").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowLeft")
    assert hands.reports["drags"] == 3 and hands.reports["kl"] != kl
    hands.press("half_back", "half_back")
    assert hands.reports["kl"] == kl
    hands.slide("alpha", 6)
    assert hands.reports["alpha"] == 6 and hands.reports["kl"] != kl
    hands.press("half_back")
    assert hands.reports["kl"] == kl and hands.control("alpha").input_value() == "1"
    chosen = hands.reports["selected"]
    page.locator("[data-chart=map]").focus()
    page.keyboard.press("ArrowRight")
    assert hands.reports["selected"] != chosen


def test_points_are_seen_in_their_centroids_and_centroids_that_leave_are_told_of(show, artefacts) -> None:
    """The lesson asks to look at points that lie under three big numbers, or a centroid be gone without a word."""
    hands = show("by_hand", start="points by chance", seed=2, rate=1)
    page = hands.page
    steps = "n => { while (stage.reports.iteration < n) document.querySelector('[data-control=step]').click(); }"
    for iteration in (0, 10, 30, 100):
        page.evaluate(steps, iteration)
        page.evaluate(FRAMES)
        for theme in ("light", "dark"):
            mounting.set_page_theme(page, theme)
            page.wait_for_selector(f".zx-lesson[data-theme={theme}]")
            page.evaluate(FRAMES)
            page.screenshot(path=artefacts / f"lesson_by_hand_iteration_{iteration}_{theme}.png")
    mounting.set_page_theme(page, "light")
    page.wait_for_selector(".zx-lesson[data-theme=light]")
    page.evaluate(FRAMES)
    inside = """() => {
      const canvas = document.querySelector("[data-chart=map] canvas"), {left, top, width} = canvas.getBoundingClientRect();
      const times = canvas.width / width, g = canvas.getContext("2d"), found = [];
      for (const handle of document.querySelectorAll(".zx-dechandle:not([hidden])")) {
        const box = handle.getBoundingClientRect(), half = Math.round(8 * times), filled = getComputedStyle(handle).backgroundColor;
        const [x, y] = [(box.left - left + box.width / 2) * times, (box.top - top + box.height / 2) * times];
        const {data} = g.getImageData(x - half, y - half, 2 * half, 2 * half);
        const coloured = data.filter((v, at) => at % 4 === 3 && v === 255 && Math.max(...data.slice(at - 3, at)) > 90).length;
        found.push([filled, coloured > 12]);
      }
      return found;
    }"""  # noqa: E501
    seen = page.evaluate(inside)
    assert seen and all(shown == ["rgba(0, 0, 0, 0)", True] for shown in seen), "points must be seen in the rings"
    said, gone = page.locator(".zx-charthead", has_text="Latent space"), page.locator(".zx-dechandle[hidden]")
    assert gone.count() == 0 and "outside" not in said.inner_text()
    page.evaluate(steps, 400)
    page.evaluate(FRAMES)
    page.screenshot(path=artefacts / "lesson_by_hand_outside.png")
    assert gone.count() == 1 and "1 of 3 centroids is outside this picture" in said.inner_text()


def test_play_goes_on_until_it_is_paused_or_the_widget_goes(show) -> None:
    """A lesson would run on when nobody can see it, or play could not be stopped."""
    hands = show("by_hand")
    hands.press("play")
    hands.page.wait_for_function("stage.reports.iteration >= 3")
    hands.press("play")
    here = hands.reports["iteration"]
    hands.page.evaluate(FRAMES)
    assert hands.reports["iteration"] == here and hands.control("play").inner_text() == "Play"
    hands.page.evaluate(
        "() => { while (stage.reports.iteration < 97) document.querySelector('[data-control=step]').click(); }"
    )
    hands.press("play")
    hands.page.get_by_text("Play stops after every 100").wait_for()
    assert hands.reports["iteration"] == 100 and hands.control("play").inner_text() == "Play"
    hands.press("play")
    hands.page.wait_for_function("stage.reports.iteration > 100")
    hands.page.evaluate("() => unmount()")
    here = hands.reports["iteration"]
    hands.page.evaluate(FRAMES)
    assert hands.reports["iteration"] == here and hands.page.evaluate("model.listening()") == 0


def test_q_follows_the_point_by_both_kernels(show, folder, chromium) -> None:
    """The bars would not be those of the distances, or Student's t with a large alpha not the Gaussian."""
    hands = show("soft_assignment")
    mu = np.array([[-2, -1], [2, -1.2], [0.3, 2]])
    for alpha, at in [(1, (1.5, 0.8)), (8, (-3.0, 2.0)), (0.25, (0.2, -0.6))]:
        hands.slide("alpha", alpha)
        hands.drag(".zx-decheld [data-handle]", "map", *at)
        found = hands.reports
        z = np.array([[found["x"], found["y"]]])
        assert z[0] == pytest.approx(at, abs=0.05)
        squared = ((z - mu) ** 2).sum(axis=1)
        gauss = np.exp(-squared / 2) / np.exp(-squared / 2).sum()
        assert [found[f"q_{j}"] for j in range(3)] == pytest.approx(soft_assignments(z, mu, alpha)[0], abs=1e-12)
        assert [found[f"q_gaussian_{j}"] for j in range(3)] == pytest.approx(gauss, abs=1e-12)
        assert [hands.cell(j, 2) for j in range(3)] == [f"{value:.2f}" for value in soft_assignments(z, mu, alpha)[0]]
    page, x = hands.page, hands.reports["x"]
    page.locator(".zx-decheld [data-handle]").focus()
    page.keyboard.press("ArrowRight")
    assert hands.reports["x"] == pytest.approx(x + 0.1)
    other = chromium.new_page()
    hand_out(other, {"assignment.js": "studentKernel, gaussianKernel"}, folder)
    pairs = other.evaluate("() => [0, 0.5, 1, 2, 4].map(d => [handed.studentKernel(d, 1e9), handed.gaussianKernel(d)])")
    other.close()
    np.testing.assert_allclose(*np.transpose(pairs), atol=1e-7)


@pytest.mark.parametrize(("share", "balanced"), [(33, True), (80, True), (80, False)])
def test_p_is_the_target_of_the_whole_set_and_turns_where_it_is_said(share, balanced, show, folder, chromium) -> None:
    """The bars would show a p of six windows alone, or the line stand where nothing turns."""
    hands = show("sharpening", share=share)
    hands.control("balanced").set_checked(balanced)
    other = chromium.new_page()
    hand_out(other, {"sharpening.js": "unequalSet, WINDOWS, sharpened"}, folder)
    q = np.reshape(other.evaluate("share => [...handed.unequalSet(share)]", share / 100), (-1, 3))
    assert len(q) == 303
    np.testing.assert_allclose(q.sum(axis=1), 1)
    for rounds in range(3):
        p = target_distribution(q) if balanced else q**2 / (q**2).sum(axis=1, keepdims=True)
        found = hands.reports
        assert found["rounds"] == rounds
        for i in range(6):
            assert [found[f"p_{i}_{j}"] for j in range(3)] == pytest.approx(p[i], abs=1e-12)
        f = q.sum(axis=0)
        turning = found["turning"]
        assert turning == pytest.approx(f[0] / (f[0] + f[1]) if balanced else 0.5)
        for x, sign in [(turning - 0.05, -1), (turning, 0), (turning + 0.05, 1)]:
            if 0 < x < 1:
                change = other.evaluate("([x, f, b]) => handed.sharpened(x, f, b)", [x, f.tolist(), balanced]) - x
                assert np.sign(round(change, 9)) == sign
        hands.press("again")
        q = p
    hands.press("undo", "undo", "undo")
    assert hands.reports["rounds"] == 0
    expect(hands.control("undo")).to_be_disabled()
    other.close()


@pytest.mark.parametrize("letter", CAUSES)
def test_each_patient_is_ill_and_mended_by_what_is_said(letter, show) -> None:
    """The wrong diagnosis would be praised, the disaster not be one, or the remedy not help."""
    hands = show("break_it", case=letter)
    page = hands.page
    expect(hands.control("mended")).to_be_disabled()
    if letter == "C":
        hands.press("run")
        page.wait_for_selector("[data-iteration='60']")
    hands.slide("iteration", 60)
    ill = hands.reports
    assert ill["case"] == letter and ill["agreement"] < 0.6
    assert ill["mended_agreement"] > 0.98
    if letter == "C":
        assert ill["kl"] < 0.08 and ill["smallest"] > 20  # what the curves show is no alarm
    if letter == "B":
        assert "of 3 centroids are outside this picture" in page.locator("[data-run=broken]").inner_text()
        assert ill["kl"] < ill["mended_kl"] / 3 and ill["largest"] == 100 and ill["clusters"] == 1
    wrong = next(cause for cause in CAUSES.values() if cause != CAUSES[letter])
    hands.pick("guess", wrong)
    assert hands.reports["right"] == 0 and "something else" in page.locator(".zx-decsaid").inner_text()
    hands.pick("guess", CAUSES[letter])
    assert hands.reports["right"] == 1 and "That is it" in page.locator(".zx-decsaid").inner_text()
    hands.press("mended")
    boxes = [page.locator(f"[data-run={key}]").bounding_box() for key in ("broken", "mended")]
    assert boxes[0]["y"] == boxes[1]["y"] and boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    hands.slide("iteration", 0)
    assert hands.reports["iteration"] == 0 and hands.reports["mended"] == 1
    hands.pick("case", next(other for other in CAUSES if other != letter))
    assert hands.reports["guess"] == "none" and hands.reports["mended"] == 0


@pytest.mark.parametrize("name", WIDGETS)
def test_a_lesson_may_begin_with_its_charts_covered(name, show) -> None:
    """Whoever opens a lesson again where a guess is asked for would see an error, or the answer."""
    open_ = show(name)
    charts = open_.page.evaluate("() => Object.keys(stage.charts)")
    uncovered = {chart: open_.pixels(chart) for chart in HIDDEN[name]}
    hands = show(name, covered=charts)
    assert hands.page.locator(".zx-error").count() == 0
    if name == "sharpening":
        assert "p –" in hands.page.locator(".zx-decwindows").inner_text()
        assert "p 0" not in hands.page.locator(".zx-decwindows").inner_text()
    for chart in charts:
        hands.page.evaluate("name => stage.charts[name].cover(false)", chart)
    hands.page.evaluate(FRAMES)
    assert {chart: hands.pixels(chart) for chart in HIDDEN[name]} == uncovered


ACTS = {
    "by_hand": lambda hands: hands.press("step", "step", "q", "p"),
    "soft_assignment": lambda hands: hands.slide("alpha", 5),
    "sharpening": lambda hands: hands.slide("share", 80),
    "break_it": lambda hands: hands.slide("iteration", 30),
}
HIDDEN = {
    "by_hand": ["map", "kl"],
    "soft_assignment": ["map", "kernel"],
    "sharpening": ["curve"],
    "break_it": ["map", "kl", "agreement"],
}


@pytest.mark.parametrize("name", WIDGETS)
def test_a_covered_chart_keeps_its_secret_and_places_are_told_both_ways(name, show) -> None:
    """A student could read the answer before the guess, or the guess would be checked in another place."""
    hands = show(name)
    page = hands.page
    for chart in HIDDEN[name]:
        page.evaluate("name => stage.charts[name].cover(true)", chart)
        page.evaluate(FRAMES)
        covered = hands.pixels(chart)
        if chart != "map" or name != "soft_assignment":  # the plane only shows where its things are
            ACTS[name](hands)
            if chart == "map":
                assert hands.pixels(chart) == covered
        page.evaluate("name => stage.charts[name].cover(false)", chart)
        page.evaluate(FRAMES)
        assert hands.pixels(chart) != covered
    found = page.evaluate("""() => Object.entries(stage.charts).map(([name, chart]) => {
      const {x, y} = chart.domain, at = [x[0] + 0.3 * (x[1] - x[0]), y[0] + 0.8 * (y[1] - y[0])];
      const pixels = chart.toPixels(...at), box = chart.element.getBoundingClientRect();
      const inside = !box.width || (pixels[0] > 0 && pixels[0] < box.width && pixels[1] > 0 && pixels[1] < box.height);
      return {name, at, back: box.width ? chart.toData(...pixels) : at, inside};
    })""")
    assert found and all(entry["inside"] for entry in found)
    for entry in found:
        assert entry["back"] == pytest.approx(entry["at"]), entry["name"]


AUDITED = [("light", 360), ("dark", 1600)]


@pytest.mark.parametrize("name", WIDGETS)
def test_everybody_can_see_and_reach_the_widget(name, show, artefacts) -> None:
    """On a phone, in the dark or with a screen reader the lesson could not be done."""
    for theme, width in [("light", 360), ("light", 700), ("dark", 1600)]:
        hands = show(name, theme)
        page = hands.page
        page.set_viewport_size({"width": width, "height": 900})
        if name == "break_it":
            hands.slide("iteration", 60)
            hands.pick("guess", "order")
            hands.press("mended")
        else:
            ACTS[name](hands)
        page.evaluate("() => document.activeElement?.blur()")
        page.evaluate(FRAMES)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.screenshot(path=artefacts / f"lesson_{name}_{width}_{theme}.png", full_page=True)
        if (theme, width) not in AUDITED:
            continue
        response = Axe().run(page, context=".zx").response
        serious = [
            (violation["id"], node["html"][:160])
            for violation in response["violations"]
            if violation["impact"] in ("serious", "critical")
            for node in violation["nodes"]
        ]
        assert response["passes"] and serious == []
    page.evaluate("() => unmount()")
    assert page.evaluate("model.listening()") == 0
