"""Gallery, cards, neighbours and crosshair in a bare page: orders, numbers and keys, against NumPy and scikit-learn."""

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect
from sklearn.neighbors import NearestNeighbors

from tests.harness.bench import Bench
from tests.made_runs import make_run
from tests.toys import polarised
from zclust_explore.data.run import Run
from zclust_explore.data.snapshot import Snapshot
from zclust_explore.data.spectrograms import Spectrograms
from zclust_explore.views.frames import GRID, map_frames
from zclust_explore.views.projection import project_pca
from zclust_explore.widgets import Explorer, Gallery

PLACES = """() => [...document.querySelectorAll(".zx-tile")].map(tile => {
  const [x, y] = tile.style.transform.match(/-?[0-9.]+/g).map(Number);
  return [Number(tile.dataset.index), x < 1 ? 0 : x, y];
})"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished run of 120 windows."""
    return make_run(tmp_path_factory.mktemp("runs") / "run", n_samples=120, n_pretrain=2, n_cluster=6)


@pytest.fixture(autouse=True)
def _no_umap(monkeypatch):
    monkeypatch.setattr("zclust_explore.widgets._base.RunWidget._start_umap", lambda self: None)


@pytest.fixture
def draw(page):
    """Call with a run: a bench with its explorer."""
    widgets = []

    def call(run, kind=Explorer, theme="light", **state) -> Bench:
        widgets.append(kind(run))
        return Bench.of(page, widgets[-1], theme, **state)

    yield call
    for widget in widgets:
        widget.close()


def order(values: np.ndarray, sign: int) -> list[int]:
    """Windows by value, NaN last, ties by number: as pandas sorts."""
    table = pd.DataFrame({"value": sign * values, "window": np.arange(len(values))})
    return table.sort_values(["value", "window"], na_position="last").window.tolist()


def leaf(bench: Bench) -> list[int]:
    """Every member in the order of the gallery, by scrolling to its end; counts the elements on the way."""
    seen: dict[int, tuple[float, float]] = {}
    while True:
        bench.answer()
        bench.settle()
        for index, x, y in bench.page.evaluate(PLACES):
            seen[index] = (y, x)
        assert bench.page.evaluate("() => document.querySelectorAll('.zx-sheet *').length") <= 200
        # by more than is on show at once, a row would be missed
        moved = bench.page.evaluate(
            """() => {
              const scroll = document.querySelector(".zx-scroll"), before = scroll.scrollTop;
              scroll.scrollTop += scroll.clientHeight;
              return scroll.scrollTop > before + 1;
            }"""
        )
        bench.settle()
        if not moved:
            return sorted(seen, key=lambda index: seen[index])


def many(directory, n: int) -> Run:
    """Windows of 4 x 6 values, few of them different, so that there are ties of every kind."""
    random = np.random.default_rng(0)
    starts = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(random.integers(0, 500, n), unit="min")
    table = pd.DataFrame({"starttime": starts.to_series(index=range(n)).where(random.random(n) > 0.01)})
    values = random.integers(-20, 20, (n, 4, 6)).astype(np.float32)
    run = Run.create(directory, Spectrograms(values, np.arange(1.0, 5), np.arange(6.0), table), {})
    z = random.integers(-3, 4, (n, 2)).astype(float)
    run.append(Snapshot(0, "cluster", 0, {}, z, np.array([[-1.0, 0.3], [1.2, 0.0]])))
    return run


def test_ten_thousand_members_in_every_order(draw, tmp_path) -> None:
    """A large cluster would freeze the page, or be shown in an order that nobody else gets from the same numbers."""
    n = 10_000
    run = many(tmp_path / "run", n)
    bench = draw(run, Gallery, mask=b"\1" * n, sort="time")
    q = np.sort(run.snapshot().soft_assignments(), axis=1).astype("f4")
    two = np.sort(run.snapshot().soft_assignments(), axis=1)
    times = pd.to_datetime(run.spectrograms.metadata.starttime, utc=True).astype("int64").to_numpy(float)
    times[run.spectrograms.metadata.starttime.isna()] = np.nan
    expected = {
        "time": order(times, 1),
        "typical": order(q[:, -1], -1),
        "doubtful": order((two[:, -1] - two[:, -2]).astype("f4"), 1),
        "loud": order(run.spectrograms.values.max(axis=(1, 2)), -1),
    }
    for name, wanted in expected.items():
        bench.set(sort=name)
        bench.until(f".zx-gallery[data-order={name}][data-sorted=true]")
        bench.settle()
        places = sorted(bench.page.evaluate(PLACES), key=lambda place: (place[2], place[1]))
        assert [place[0] for place in places] == wanted[: len(places)]
        assert bench.page.evaluate("() => document.querySelectorAll('.zx-sheet *').length") <= 200
        middle = """() => {
          const scroll = document.querySelector(".zx-scroll");
          scroll.scrollTop = scroll.scrollHeight / 2;
        }"""
        bench.page.evaluate(middle)
        bench.settle()
        places = sorted(bench.page.evaluate(PLACES), key=lambda place: (place[2], place[1]))
        shown = [place[0] for place in places]
        at = wanted.index(shown[0])
        assert at > n // 3 and shown == wanted[at : at + len(shown)]
        bench.page.evaluate("() => { document.querySelector('.zx-scroll').scrollTop = 0; }")


def test_who_scrolls_far_waits_for_what_is_on_the_screen(draw, tmp_path) -> None:
    """Whatever was passed on the way would be fetched first: minutes for a long gallery, and all else after it."""
    n = 4_000
    bench = draw(many(tmp_path / "run", n), Gallery, mask=b"\1" * n, sort="time")
    bench.until(".zx-tile[data-painted=true]")
    for part in range(1, 40):
        bench.page.evaluate(
            "part => { const s = document.querySelector('.zx-scroll'); s.scrollTop = s.scrollHeight * part / 40; }",
            part,
        )
        bench.settle()
    asked = bench.answer()
    while kinds := bench.answer():
        asked += kinds
        bench.settle()
    bench.settle()
    assert asked.count("tiles") <= 6  # those under way, and those on the screen; not forty times as many
    tiles = bench.page.locator(".zx-tile")
    assert tiles.count() > 4
    assert tiles.count() == bench.page.locator(".zx-tile[data-painted=true]").count()


def test_what_cannot_be_sorted_is_told(draw, run) -> None:
    """A gallery by reconstruction error would be in some order or other for a run without a network, and not say so."""
    bench = draw(run, Gallery, mask=b"\1" * 30 + b"\0" * 90, sort="error")
    bench.until(".zx-gallerynote >> text=Not sorted by reconstruction error: this run has no autoencoder.")
    assert bench.page.locator(".zx-gallery").get_attribute("data-sorted") == "false"


def test_aligned_windows_are_drawn_where_the_stack_says(draw, run) -> None:
    """Tiles would be shifted by other seconds than those that the mean above them was made with."""
    chosen = np.flatnonzero(run.labels == 1)
    mask = np.isin(np.arange(120), chosen).astype(np.uint8).tobytes()
    bench = draw(run, Gallery, mask=mask)
    bench.until(".zx-stack[data-painted=true][data-align=none]")
    assert "not shifted" in bench.page.locator(".zx-stack p").text_content()
    bench.page.get_by_label("How windows are shifted in time").select_option("onset")
    bench.until(".zx-stack[data-painted=true][data-align=onset]")
    members = leaf(bench)
    content = {"indices": members, "align": "onset", "level": "background"}
    answer, (_, _, shifts) = bench.widget.questions["stack"](content)
    by_window = dict(zip(members, np.frombuffer(shifts, "<f4"), strict=True))
    tiles = bench.page.evaluate(
        "() => [...document.querySelectorAll('.zx-tile')].map(tile => [tile.dataset.index, tile.dataset.shift])"
    )
    assert sorted(members) == chosen.tolist()
    for index, shift in tiles:
        assert float(shift) == pytest.approx(by_window[int(index)], abs=6e-4)
    assert bench.page.locator(".zx-stack p").text_content() == answer["words"]


def test_cards_select_open_and_say_what_is_missing(draw, run, artefacts) -> None:
    """A card would select or open something else than it shows, or leave a grey box where no network is."""
    bench = draw(run)
    page = bench.page
    page.locator(".zx-surface").focus()
    page.keyboard.press("k")
    bench.until(".zx-cards[data-painted=true]")
    bench.until(".zx-cards[data-decoded=missing]")
    assert page.locator(".zx-nopicture").first.text_content() == "this run has no autoencoder"
    assert page.locator(".zx-clustercard").count() == run.n_clusters
    page.get_by_role("button", name="select the members of C3").click()
    assert bench.selection == np.flatnonzero(run.labels == 3).tolist()
    exemplar = page.locator(".zx-clustercard[data-cluster='2'] .zx-cardpicture[data-index]").nth(1)
    exemplar.focus()
    page.keyboard.press("Enter")
    bench.until(f".zx-closeup[data-index='{exemplar.get_attribute('data-index')}'][data-painted=true]")
    q = run.snapshot().soft_assignments()[:, 2]
    members = np.flatnonzero(run.labels == 2)
    assert int(exemplar.get_attribute("data-index")) == members[q[members].argmax()]
    bench.set(isolated=[1])
    assert page.locator(".zx-clustercard:visible").count() == 1
    bench.set(isolated=[], step=0)
    bench.until(".zx-cards[data-painted=none]")
    bench.set(step=7)
    bench.until(".zx-cards[data-painted=true][data-step='7']")
    page.locator(".zx-gallery").screenshot(path=artefacts / "cards.png")
    page.locator(".zx-cards").focus()
    page.keyboard.press("k")
    bench.until(".zx-tile[data-painted=true]")
    expect(page.locator(".zx-cards")).to_be_hidden()
    expect(page.locator(".zx-scroll")).to_be_visible()


def test_neighbours_on_the_map_are_scikit_learns(draw, run) -> None:
    """A window would be called a neighbour on the map that is none, or open another than it shows."""
    bench = draw(run, opened=17)
    bench.until(".zx-neighbours[data-painted=true]")
    assert not bench.page.locator(".zx-error").count()  # the map is asked for rings before it has its size
    rows = {
        row: [int(index) for index in found]
        for row, found in bench.page.evaluate(
            """() => [...document.querySelectorAll(".zx-nearrow")].map(row =>
              [row.dataset.row, [...row.querySelectorAll(".zx-near")].map(near => near.dataset.index)])"""
        )
    }
    points = map_frames(project_pca(run)).xy[-1].astype(float)
    on_map = NearestNeighbors(n_neighbors=10, algorithm="brute").fit(points).kneighbors()[1][17].tolist()
    latent = run.snapshot().embedding.astype(float)
    near = NearestNeighbors(n_neighbors=10, algorithm="brute").fit(latent).kneighbors()[1][17].tolist()
    assert rows["near"] == near
    assert rows["drawn"] == [other for other in on_map if other not in near]
    assert len(set(map(tuple, points))) > 100 and points.max() <= GRID
    second = bench.page.locator(".zx-nearrow[data-row=near] .zx-near").nth(1)
    assert second.get_attribute("aria-label").startswith(f"window {near[1]}, C{run.labels[near[1]]}, 2026-01-01")
    second.click()
    bench.until(f".zx-closeup[data-index='{near[1]}'][data-painted=true]")
    bench.until(f".zx-neighbours[data-index='{near[1]}'][data-painted=true]")


def test_crosshair_reads_what_is_drawn(draw, tmp_path) -> None:
    """A person would read another time, frequency or level than the pixel under the pointer has."""
    specs = polarised(24)
    run = make_run(tmp_path / "run", specs, n_pretrain=1, n_cluster=2)
    bench = draw(run, Gallery, opened=5, level="absolute")
    page = bench.page
    bench.until(".zx-closeup[data-painted=true]")
    plot = page.locator(".zx-crossed")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    values = specs.values[5]
    n_freqs, n_times = specs.shape
    for x, y in ((0.12, 0.4), (0.2, 0.62), (0.27, 0.85)):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        bench.settle()
        column, row = map(int, plot.get_attribute("data-at").split(","))
        channel, line = divmod(row, n_freqs)
        words = page.locator(".zx-reading").text_content()
        assert words.startswith(f"{'ZNE'[channel]} · ")
        seconds = float(words.split(" · ")[1].split()[0])
        assert abs(seconds - specs.times[column]) <= (specs.times[1] - specs.times[0]) / 2 + 0.01
        assert f"{specs.frequencies[line]:.4g} Hz" in words
        shown = float(words.split("spectrogram ")[1].split()[0].replace("−", "-"))
        assert shown == pytest.approx(values[channel, line, column], abs=0.051)
        assert "counts" in words
    assert not page.locator("[aria-live]").filter(has_text="Hz").count()
    page.mouse.move(1, 1)
    plot.focus()
    step = page.evaluate("() => models.state.get('step')")
    page.keyboard.press("ArrowLeft")
    start = list(map(int, plot.get_attribute("data-at").split(",")))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    column, row = map(int, plot.get_attribute("data-at").split(","))
    assert [column, row] == [start[0] + 1, start[1] + 5]
    channel, line = divmod(row, n_freqs)
    told = page.locator(".zx-told-only").text_content()
    assert f"spectrogram {values[channel, line, column]:.1f}".replace("-", "−").rstrip("0").rstrip(".") in told
    assert page.evaluate("() => models.state.get('step')") == step
    for _ in range(n_times):
        page.keyboard.press("Shift+ArrowRight")
    assert plot.get_attribute("data-at").split(",")[0] == str(n_times - 1)


def test_every_control_has_a_name_and_is_reached_by_tab(draw, run) -> None:
    """Somebody without a mouse, or with a screen reader, could not use cards, neighbours or the crosshair."""
    bench = draw(run, opened=3, mask=b"\1" * 40 + b"\0" * 80)
    bench.until(".zx-neighbours[data-painted=true]")
    bench.until(".zx-stack[data-painted=true]")
    nameless = bench.page.evaluate(
        """() => [...document.querySelectorAll(".zx-gallery, .zx-closeup")].flatMap(part =>
          [...part.querySelectorAll("button, select, [tabindex='0']")]).filter(control =>
          control.tabIndex < 0 || !(control.getAttribute("aria-label") || control.textContent.trim()))
          .map(control => control.outerHTML)"""
    )
    assert nameless == []
    for name in (".zx-crossed", ".zx-near", "[data-view=cards]"):
        bench.page.locator(name).first.focus()
        bench.page.keyboard.press("Tab")
        bench.page.keyboard.press("Shift+Tab")  # by key: only then is the focus drawn
        outline = bench.page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
