"""The time machine in a bare page: the river's counts and streams, trails, the ribbon and its sentence, playing."""

import numpy as np
import pytest

from tests.harness.bench import Bench
from tests.made_runs import make_restless_run, make_run
from zclust_explore.data.assignments import target_distribution
from zclust_explore.data.snapshot import Snapshot
from zclust_explore.widgets import EmbeddingMap, Explorer, Timeline

FIRST, WITHIN, MOST = 2, 5, 1000  # first step with centroids; how many steps a trail is long, how many are drawn
STREAM = "() => document.querySelector('.zx-river').dataset.stream.split(' ').map(Number)"
# the script of a widget with one of its modules handed out: what the page computes, without its drawing
MODULE = """async ([script, name]) => {
  const url = URL.createObjectURL(new Blob([script + `export const handed = ${name};`], {type: "text/javascript"}));
  window.handed = (await import(url)).handed;
}"""
TABLES = """([labels, k]) => labels.map(before => labels.map(after => [...handed.contingency(before, after, k)]))"""
INKED = """selector => {
  const canvas = document.querySelector(selector), seen = new Map();
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let inked = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i]) inked++;
  return inked;
}"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run whose windows leave their clusters one after the other."""
    return make_restless_run(tmp_path_factory.mktemp("runs") / "run", n_samples=150)


@pytest.fixture(scope="module")
def labels(run):
    """Labels at every step with centroids: (n_steps, n_samples)."""
    return np.stack([snapshot.labels for snapshot in run.snapshots if snapshot.centroids is not None])


@pytest.fixture
def draw(page, run, monkeypatch):
    """Call with a widget class and changes to the state: the bench with it painted."""
    monkeypatch.setattr("zclust_explore.widgets._base.RunWidget._start_umap", lambda self: None)
    widgets = []

    def call(kind=Explorer, theme: str = "light", *, of=None, **changes) -> Bench:
        widgets.append(kind(of or run))
        bench = Bench.of(page, widgets[-1], theme, **changes)
        bench.settle()
        return bench

    yield call
    for widget in widgets:
        widget.close()


def contingency(before: np.ndarray, after: np.ndarray, k: int) -> np.ndarray:
    """The reference: (k, k), rows by cluster before."""
    table = np.zeros((k, k), dtype=int)
    np.add.at(table, (before, after), 1)
    return table


def walk(bench: Bench) -> list[list[int]]:
    """Every stream of the river by keys alone: step before, step after, from, to, count."""
    page = bench.page
    page.locator(".zx-riverplot").focus()
    page.keyboard.press("ArrowRight")
    n_pairs = len(page.locator(".zx-river").get_attribute("data-columns").split()) - 1
    streams = []
    for _ in range(n_pairs):
        page.keyboard.press("ArrowLeft")
    for _ in range(n_pairs):
        for _ in range(40):
            page.keyboard.press("ArrowUp")
        here = None
        while (stream := page.evaluate(STREAM)) != here:
            streams.append(here := stream)
            page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
    return streams


def test_counts_are_the_contingency_tables_of_every_pair_of_steps(draw, labels, run) -> None:
    """A stream would be wider or narrower than what flowed."""
    bench = draw(Timeline)
    bench.page.evaluate(MODULE, [bench.widget._esm, "{contingency}"])
    counted = np.array(bench.page.evaluate(TABLES, [labels.tolist(), run.n_clusters]))
    expected = [[contingency(before, after, run.n_clusters).ravel() for after in labels] for before in labels]
    np.testing.assert_array_equal(counted, expected)
    assert counted.sum(axis=2).min() == counted.sum(axis=2).max() == run.n_samples


def test_every_stream_is_reached_by_keys_and_says_what_it_is(draw, labels, run) -> None:
    """A stream would be missing, or be out of reach without a mouse."""
    bench = draw(Timeline)
    columns = [int(step) for step in bench.page.locator(".zx-river").get_attribute("data-columns").split()]
    assert columns[0] == FIRST and columns[-1] == len(run) - 1
    expected = []
    for before, after in zip(columns, columns[1:], strict=False):
        table = contingency(labels[before - FIRST], labels[after - FIRST], run.n_clusters)
        expected += [[before, after, *map(int, pair), int(table[tuple(pair)])] for pair in np.argwhere(table)]
    assert walk(bench) == expected
    before, after, source, target, count = expected[-2]
    bench.page.keyboard.press("ArrowUp")
    plural = "" if count == 1 else "s"
    told = bench.page.locator(".zx-riverwords").inner_text()
    if source != target:
        assert (
            told
            == f"{count} window{plural} from cluster {source} to {target} between step {before + 1} and {after + 1}"
        )
    else:
        assert told == f"{count} window{plural} in cluster {source} at step {before + 1} and at {after + 1}"


def flowing(page) -> tuple[float, float]:
    """A place on the river where a stream changes its cluster, in CSS pixels of the page."""
    box = page.locator(".zx-riverplot").bounding_box()
    for y in np.arange(8, box["height"] - 22, 2.0):
        page.mouse.move(box["x"] + box["width"] * 0.77, box["y"] + y)
        stream = page.evaluate(STREAM)
        if len(stream) == 5 and stream[2] != stream[3]:
            return box["x"] + box["width"] * 0.77, box["y"] + y
    raise AssertionError("no stream under the pointer")


def test_a_click_selects_exactly_the_windows_that_flowed(draw, labels) -> None:
    """A person would look at other windows than those that changed."""
    bench = draw()
    place = flowing(bench.page)
    before, after, source, target, count = bench.page.evaluate(STREAM)
    bench.page.mouse.click(*place)
    gone = np.flatnonzero((labels[before - FIRST] == source) & (labels[after - FIRST] == target)).tolist()
    assert bench.selection == gone and len(gone) == count
    bench.page.locator(".zx-riverplot").focus()
    for key in ("ArrowLeft", "ArrowDown", "Shift+Enter"):
        bench.page.keyboard.press(key)
    before, after, source, target, _ = bench.page.evaluate(STREAM)
    more = np.flatnonzero((labels[before - FIRST] == source) & (labels[after - FIRST] == target)).tolist()
    assert bench.selection == sorted({*gone, *more})
    bench.page.keyboard.press("Escape")
    assert bench.selection == []


def test_trails_are_of_those_that_changed_lately(draw, labels, run) -> None:
    """Rings would be around windows that never moved, or be missing."""
    bench = draw(EmbeddingMap)
    switch = bench.page.locator(".zx-trails")
    for step in (0, FIRST, FIRST + 3, 20):
        bench.set(step=step)
        lately = labels[max(0, step - WITHIN - FIRST) : max(0, step - FIRST) + 1]
        expected = int((lately[1:] != lately[:-1]).any(axis=0).sum())
        assert switch.get_attribute("data-changed") == str(expected), step
        assert switch.inner_text() == f"trails {expected}"
    assert expected > 10
    with_trails = bench.page.evaluate(INKED, ".zx-over")
    switch.click()
    bench.settle()
    assert bench.page.evaluate(INKED, ".zx-over") < with_trails
    assert bench.page.evaluate("() => models.state.saved.at(-1)") == {"trails": False}
    some = np.flatnonzero(labels[-1] == 1)
    bench.set(trails=True, isolated=[1], step=20)
    changed = (lately[1:] != lately[:-1]).any(axis=0) & (lately[-1] == 1)
    assert switch.get_attribute("data-changed") == str(int(changed.sum())) and len(some)


def test_clusters_that_got_another_number_by_hand_have_not_changed(page, tmp_path) -> None:
    """After a merge, all windows of the last cluster would be ringed, as if they had left it."""
    run = make_run(tmp_path / "run", n_samples=60, n_pretrain=1, n_cluster=3)
    last, k = run.snapshot(), run.n_clusters
    act = {"kind": "merge", "message": "merged", "label_map": [0, 0, *range(2, k - 1), 1]}
    centroids = last.centroids[[0, k - 1, *range(2, k - 1)]]
    run.append(Snapshot(4, "cluster", 3, {}, last.embedding, centroids, 0.0, act=act))
    moved = np.array(act["label_map"])[last.labels] != run.snapshot().labels
    assert (last.labels != run.snapshot().labels).sum() > moved.sum()
    Bench.of(page, EmbeddingMap(run))
    steps = [run.snapshot(step).labels for step in (1, 2, 3)]
    expected = (steps[0] != steps[1]) | (steps[1] != steps[2]) | moved
    assert page.locator(".zx-trails").get_attribute("data-changed") == str(int(expected.sum()))


def test_many_trails_are_capped_and_counted(draw, page) -> None:
    """A map of many windows would stutter, or draw a part and not say so."""
    n, k, steps = 20_000, 6, 4
    random = np.random.default_rng(0)
    labels = random.integers(0, k, (steps, n)).astype(np.uint8)
    bench = draw(EmbeddingMap)
    raw = {
        **bench.widget.record,
        "n": n,
        "n_snapshots": steps,
        "phases": ["cluster"] * steps,
        "labels": labels.tobytes(),
        "q": np.full((steps, n), 200, np.uint8).tobytes(),
        "sizes": np.stack([np.bincount(row, minlength=k) for row in labels]).astype("<i4").tobytes(),
    }
    xy = random.integers(0, 65536, (steps, n, 2)).astype("<u2").tobytes()
    bench.widget.record = raw
    bench.widget.pca = {**bench.widget.pca, "xy": xy, "centroids": np.full((steps, k, 2), 3e4, "<f4").tobytes()}
    Bench.of(page, bench.widget)
    changed = (labels[1:] != labels[:-1]).any(axis=0).sum()
    assert page.locator(".zx-trails").inner_text() == f"trails {MOST:,} of {changed:,}"
    assert f"the {MOST:,} latest are drawn" in page.locator(".zx-trails").get_attribute("title")


def test_trails_stand_still_where_motion_is_unwanted(draw, page) -> None:
    """Who asked for no motion would see dots glide with a tail."""
    page.emulate_media(reduced_motion="reduce")
    bench = draw(EmbeddingMap, step=15)
    bench.set(step=20)
    painted = bench.page.evaluate(INKED, ".zx-over")
    page.wait_for_timeout(200)
    assert bench.page.evaluate(INKED, ".zx-over") == painted


def test_ribbon_has_the_numbers_of_the_run(draw, run) -> None:
    """A person would read how sure the training was, and it was not."""
    bench = draw(opened=13)
    bench.until(".zx-ribbon[data-painted=true]")
    for step in (FIRST, 11, len(run) - 1):
        bench.set(step=step)
        data = bench.page.locator(".zx-ribbon").evaluate("el => ({...el.dataset})")
        q = run.snapshot(step).soft_assignments()
        np.testing.assert_allclose([float(v) for v in data["q"].split()], q[13], atol=1e-6)
        np.testing.assert_allclose([float(v) for v in data["p"].split()], target_distribution(q)[13], atol=1e-5)
    asked = bench.page.evaluate("() => model.sent.filter(({content}) => content.kind === 'assignments').length")
    assert asked == 1
    bench.set(opened=14)
    bench.until(".zx-ribbon[data-painted=true][data-index='14']")
    bench.set(opened=13)
    assert bench.page.locator(".zx-ribbon").get_attribute("data-painted") == "true"


def sentence(labels: np.ndarray, q: np.ndarray, step: int) -> str:
    """What should be said of a window: labels and largest q at every step with centroids."""
    changes = np.flatnonzero(np.diff(labels[: step - FIRST + 1])) + 1
    if not len(changes):
        return f"in cluster {labels[step - FIRST]} since the first centroids"
    at = changes[-1]
    often = f"; {len(changes)} changes since the first centroids" if len(changes) > 1 else ""
    return f"left {labels[at - 1]} for {labels[at]} at step {at + FIRST + 1} (q {q[at - 1]:.2f} → {q[at]:.2f}){often}"


def test_the_sentence_is_the_history_of_the_window(draw, labels, run) -> None:
    """A window would be said to have left a cluster that it was never in."""
    changes = (np.diff(labels, axis=0) != 0).sum(axis=0)
    most = np.stack([run.snapshot(step).soft_assignments().max(axis=1) for step in range(FIRST, len(run))])
    bench = draw()
    for count in (0, 1, 2):
        index = int(np.flatnonzero(changes == count)[0])
        bench.set(opened=index)
        bench.until(f".zx-ribbon[data-painted=true][data-index='{index}']")
        for step in (FIRST, 15, len(run) - 1):
            bench.set(step=step)
            told = bench.page.locator(".zx-story").inner_text()
            assert told == f"Window {index}: {sentence(labels[:, index], most[:, index], step)}."
    bench.set(step=0)
    assert "not clustered yet; in cluster" in bench.page.locator(".zx-story").inner_text()


def test_ribbon_without_a_kernel_says_what_it_lacks(draw, labels, run) -> None:
    """A saved notebook would have an empty ribbon, or one that looks complete."""
    bench = draw()
    index = int(np.flatnonzero((np.diff(labels, axis=0) != 0).any(axis=0))[0])
    bench.page.evaluate("() => { model.send = () => { throw new Error('the connection is closed'); }; }")
    bench.set(opened=index, step=len(run) - 1)
    bench.page.wait_for_selector(".zx-ribbon[data-painted=labels]")
    assert "Only the largest q" in bench.page.locator(".zx-note").inner_text()
    story = bench.page.locator(".zx-story").inner_text()
    assert "left" in story and "q ≈" in story
    assert bench.page.evaluate(INKED, ".zx-ribbonplot canvas") > 1000


def test_speed_loop_and_the_first_centroids(draw, run) -> None:
    """Playing would be too fast to follow, end when it should go on, or forget how it was set."""
    bench = draw(Timeline, speed=60, loop=True, step=0)
    page = bench.page
    assert page.locator(".zx-speed").input_value() == "60"
    page.locator(".zx-jump").click()
    page.wait_for_selector(f".zx-timeline[data-step='{FIRST}']")
    page.keyboard.press("End")
    page.locator(".zx-slider").focus()
    page.keyboard.press("f")
    page.wait_for_selector(f".zx-timeline[data-step='{FIRST}']")
    seen = """() => { window.seen = []; models.state.on("change:step", () => seen.push(models.state.get("step"))); }"""
    page.evaluate(seen)
    page.keyboard.press("Space")
    page.wait_for_function("last => seen.filter(step => step === last).length >= 2", arg=len(run) - 1)
    page.locator(".zx-loop").click()
    page.wait_for_selector(".zx-timeline[data-playing=false]")
    steps = page.evaluate("() => seen")
    assert steps[-1] == len(run) - 1 and min(steps) == FIRST
    assert page.evaluate("() => models.state.saved.at(-1).loop") is False
    page.locator(".zx-speed").select_option("2")
    assert page.evaluate("() => models.state.saved.at(-1).speed") == 2


def test_scrubbing_with_trails_and_river_saves_nothing(draw) -> None:
    """Every step would be a message to the kernel."""
    bench = draw(step=5)
    before = bench.page.evaluate("() => [models.state.saved.length, model.sent.length]")
    bench.page.locator(".zx-slider").focus()
    for _ in range(15):
        bench.page.keyboard.press("ArrowRight")
    bench.page.wait_for_selector(".zx-map[data-step='20']")
    assert bench.page.evaluate("() => [models.state.saved.length, model.sent.length]") == before


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [700, 1600])
def test_time_machine_is_looked_at(draw, artefacts, labels, theme, width) -> None:
    """The river or the ribbon would be unreadable in a theme or a narrow notebook without anybody having looked."""
    changes = (np.diff(labels, axis=0) != 0).sum(axis=0)
    bench = draw(theme=theme, step=20, opened=int(np.flatnonzero(changes == 2)[0]))
    bench.page.set_viewport_size({"width": width, "height": 1500})
    bench.until(".zx-ribbon[data-painted=true]")
    bench.until(".zx-closeup[data-painted=true]")
    bench.page.locator(".zx-riverplot").focus()
    bench.page.keyboard.press("ArrowRight")
    bench.settle()
    bench.answer()
    bench.page.locator(".zx").screenshot(path=artefacts / f"time_machine_{width}_{theme}.png")
    assert not bench.page.locator(".zx-error").count()
    labelled = ".zx-riverplot, .zx-speed, .zx-loop, .zx-trails"
    names = bench.page.eval_on_selector_all(labelled, "found => found.map(el => el.getAttribute('aria-label'))")
    assert all(names) and len(names) == 4
