"""Selecting, searching and colouring on the map, in a bare page: the same answers as NumPy and pandas."""

import base64
import io
import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.toolbench import ASK, FRAMES, MASK, frame_of, mount_with_state, odd_run
from tests.test_frames import SIGHT, ciede2000, lab, linear
from zclust_explore.views.frames import map_frames
from zclust_explore.views.palette import PALETTE
from zclust_explore.views.projection import project_pca
from zclust_explore.widgets import EmbeddingMap, Explorer, _base

COLOURS = """() => {
  const canvas = document.querySelector(".zx-points"), seen = {};
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < data.length; i += 4) {
    const key = "#" + [0, 1, 2].map(k => data[i + k].toString(16).padStart(2, "0")).join("");
    seen[key] = (seen[key] ?? 0) + 1;
  }
  return seen;
}"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished run of 300 windows with all kinds of metadata."""
    return odd_run(tmp_path_factory.mktemp("runs") / "run")


@pytest.fixture(scope="module")
def xy(run):
    """Where the map draws the windows at the last step: (n, 2), whole numbers."""
    return map_frames(project_pca(run)).xy[-1].astype(float)


@pytest.fixture
def draw(page, run, monkeypatch):
    """Call to have the map of the run painted, with a state that can be read."""
    monkeypatch.setattr(_base.RunWidget, "_start_umap", lambda self: None)
    widgets = []

    def call(kind=EmbeddingMap, **state):
        widgets.append(kind(run))
        mount_with_state(page, widgets[-1], **state)
        return page

    yield call
    for widget in widgets:
        widget.close()


def drag(page, corners, keys=(), steps=6) -> None:
    """Drag over the map; corners as fractions of its size."""
    box = page.locator(".zx-surface").bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    for key in keys:
        page.keyboard.down(key)
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=steps)
    page.mouse.up()
    for key in keys:
        page.keyboard.up(key)
    page.evaluate(FRAMES)


def drawn_outline(page):
    """Corners that the last gesture had on the map's grid, and the radius of the brush there."""
    data = page.locator(".zx-map").evaluate("map => ({...map.dataset})")
    return np.array(json.loads(data["lasso"])), float(data["radius"])


def in_polygon(points, polygon) -> np.ndarray:
    """Points with an odd number of edges to the right of them."""
    x, y = points[:, 0, None], points[:, 1, None]
    (x1, y1), (x0, y0) = polygon.T, np.roll(polygon, 1, axis=0).T
    with np.errstate(divide="ignore", invalid="ignore"):
        crosses = ((y1 > y) != (y0 > y)) & (x < (x0 - x1) * (y - y1) / (y0 - y1) + x1)
    return crosses.sum(axis=1) % 2 == 1


def near_path(points, path, radius) -> np.ndarray:
    """Points no farther than a radius from any piece of a path."""
    near = np.zeros(len(points), dtype=bool)
    for a, b in zip(path[:1].tolist() + path[:-1].tolist(), path.tolist(), strict=True):
        a, d = np.array(a), np.array(b) - np.array(a)
        t = np.clip((points - a) @ d / max(d @ d, 1e-12), 0, 1)
        near |= ((points - (a + t[:, None] * d)) ** 2).sum(axis=1) <= radius**2
    return near


LASSO = [(0.15, 0.2), (0.5, 0.05), (0.6, 0.5), (0.9, 0.7), (0.4, 0.95), (0.45, 0.5)]
BOX = [(0.2, 0.1), (0.55, 0.8)]
STROKE = [(0.1, 0.3), (0.45, 0.25), (0.3, 0.6), (0.6, 0.85)]


def test_lasso_box_and_brush_add_remove_and_invert_as_numpy(draw, run, xy) -> None:
    """A selection would have a window too many or too few, and every count made from it be wrong."""
    page = draw()
    page.locator(".zx-surface").focus()
    expected = np.zeros(run.n_samples, dtype=bool)
    gestures = [("l", LASSO, ()), ("b", BOX, ("Shift",)), ("p", STROKE, ("Alt",)), ("p", STROKE[::-1], ("Shift",))]
    for key, corners, modifiers in [*gestures, ("l", BOX + LASSO, ("Alt",)), ("p", LASSO, ())]:
        page.keyboard.press(key)
        drag(page, corners, modifiers)
        outline, radius = drawn_outline(page)
        assert (radius > 0) == (key == "p")
        hit = near_path(xy, outline, radius) if radius else in_polygon(xy, outline)
        assert 0 < hit.sum() < run.n_samples
        expected = expected | hit if "Shift" in modifiers else expected & ~hit if modifiers else hit
        assert page.evaluate(MASK) == np.flatnonzero(expected).tolist()
    page.keyboard.press("i")
    assert page.evaluate(MASK) == np.flatnonzero(~expected).tolist()
    page.get_by_role("button", name="Invert the selection").click()
    assert page.evaluate(MASK) == np.flatnonzero(expected).tolist()
    page.keyboard.press("c")
    assert page.evaluate(MASK) == []
    expect(page.get_by_role("button", name="Clear the selection")).to_be_disabled()


def test_brush_sizes_by_key(draw) -> None:
    """The brush would be too broad for a small cluster, and nothing make it smaller."""
    page = draw()
    page.locator(".zx-surface").focus()
    page.keyboard.press("p")
    radii = []
    for key in "[[[[]]]]]]]]":
        page.keyboard.press(key)
        radii.append(int(page.locator(".zx-surface").get_attribute("data-radius")))
    assert radii == [8, 4, 4, 4, 8, 14, 22, 34, 52, 52, 52, 52]
    box = page.locator(".zx-surface").bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 90)
    tip = page.locator(".zx-tip").bounding_box()
    assert tip["width"] == 104 and abs(tip["x"] + 52 - box["x"] - 100) < 1 and abs(tip["y"] + 52 - box["y"] - 90) < 1


def test_hidden_windows_cannot_be_hit(draw, run, xy) -> None:
    """A gesture, an inversion or a query would select windows that nobody sees."""
    page = draw(words={"analyst": ["mori"]}, isolated=[0, 1, 2])
    frame = frame_of(run)
    shown = ((frame.analyst == "mori") & frame.cluster.isin([0, 1, 2])).to_numpy()
    assert 0 < shown.sum() < (frame.analyst == "mori").sum()
    page.locator(".zx-surface").focus()
    for key in "lbp":
        page.keyboard.press(key)
        drag(page, LASSO)
        outline, radius = drawn_outline(page)
        hit = near_path(xy, outline, radius) if radius else in_polygon(xy, outline)
        assert page.evaluate(MASK) == np.flatnonzero(hit & shown).tolist()
    page.keyboard.press("c")
    page.keyboard.press("i")
    assert page.evaluate(MASK) == np.flatnonzero(shown).tolist()
    [[selected, *_]] = page.evaluate(ASK, ["q >= 0"])
    assert selected == np.flatnonzero(shown).tolist()
    assert page.locator(".zx-querysaid").inner_text() == f"{shown.sum()} of {shown.sum()} windows on show"
    assert page.locator(".zx-map").get_attribute("data-n") == str(shown.sum())


# -- queries -----------------------------------------------------------------------------------------------------------

NUMBERS = ["q", "margin", "snr_db", "hour", "cluster", "`depth km`", "onset_s", "window"]
TEXTS = ["label", "analyst", "trace_id", "species", "station"]
GREATER = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}


def quoted(random, word) -> str:
    """A word in one or the other quotes, what must be escaped escaped."""
    mark = random.choice(["'", '"'])
    return mark + word.replace("\\", "\\\\").replace(mark, "\\" + mark) + mark


def leaf(random, frame) -> tuple[str, str]:
    """One question, in our words and in those of pandas."""
    kind = random.choice(["number", "between", "columns", "list", "text", "texts", "contains", "flag", "time"])
    column = str(random.choice(NUMBERS))
    known = frame[column.strip("`")].dropna()
    some = [float(value) for value in (random.choice(known, 3) if len(known) else [1, 2, 3])]
    sign = str(random.choice(list(GREATER)))
    if kind == "number":
        ours = f"{column} {sign} {some[0]!r}" if random.random() < 0.7 else f"{some[0]!r} {GREATER[sign]} {column}"
        return ours, ours
    if kind == "between":
        ours = f"{min(some)!r} <= {column} < {max(some)!r}"
        return ours, ours
    if kind == "columns":
        ours = f"{column} {sign} {random.choice(NUMBERS)}"
        return ours, ours
    if kind == "list":
        ours = f"{column} {random.choice(['in', 'not in', '==', '!='])} {[round(value) for value in some]}"
        return ours, ours
    column = str(random.choice(TEXTS))
    words = [str(word) for word in random.choice(frame[column].dropna().unique(), 2)]
    if kind == "text":
        ours = f"{column} {random.choice(['==', '!='])} {quoted(random, words[0])}"
        return ours, ours
    if kind == "texts":
        ours = f"{column} {random.choice(['in', 'not in'])} [{', '.join(quoted(random, word) for word in words)}]"
        return ours, ours
    if kind == "contains":
        part = quoted(random, words[0][1 : random.integers(2, len(words[0]) + 1)].upper())
        return f"{column} ~ {part}", f"{column}.str.contains({part}, case=False, regex=False, na=False)"
    if kind == "flag":
        return ("picked", "picked") if random.random() < 0.5 else ("picked == False", "picked == False")
    time = pd.Timestamp(random.choice(frame.starttime)).isoformat()
    # in quotes, pandas looks for a word that is equal
    return f'starttime {sign} "{time}"', f'starttime {sign} @pd.Timestamp("{time}")'


def question(random, frame, depth: int) -> tuple[str, str]:
    """A question of several, in our words and in those of pandas."""
    if depth == 0 or random.random() < 0.25:
        return leaf(random, frame)
    one, two = question(random, frame, depth - 1), question(random, frame, depth - 1)
    kind = random.choice(["and", "or", "&", "|", "not", "()"])
    if kind == "not":
        return f"not ({one[0]})", f"not ({one[1]})"
    if kind == "()":
        return f"({one[0]}) and ({two[0]})", f"({one[1]}) and ({two[1]})"
    # pandas reads & and | as and and or, but binds a chain of comparisons beside them otherwise: it gets parentheses
    return f"{one[0]} {kind} {two[0]}", f"{one[1]} {kind.replace('&', 'and').replace('|', 'or')} {two[1]}"


@pytest.mark.parametrize("step", [-1, 0, 6])
def test_queries_select_what_pandas_does(draw, run, step) -> None:
    """A query would find other windows than the same line in a notebook: nobody could trust or repeat it."""
    page, frame, random = draw(step=step), frame_of(run, step), np.random.default_rng(step + 5)
    asked = [question(random, frame, depth) for depth in [0] * 80 + [1] * 70 + [2] * 70 + [3] * 30]
    answers = page.evaluate(ASK, [ours for ours, _ in asked])
    sizes = []
    for (ours, theirs), (selected, error, _, found) in zip(asked, answers, strict=True):
        assert not error, f"{ours}: {error}"
        expected = frame.query(theirs, engine="python").window.tolist()
        assert selected == expected, ours
        assert found == str(len(expected))
        sizes.append(len(expected))
    if step:  # before clustering much is unknown
        assert np.mean([0 < size < run.n_samples for size in sizes]) > 0.6


@pytest.mark.parametrize(
    ("query", "same"),
    [
        ("cluster == 3 & q < 0.6 & hour > 18", "(cluster == 3) & (q < 0.6) & (hour > 18)"),
        ("cluster==3&&q<.9||hour>18", "(cluster == 3 and q < 0.9) or hour > 18"),
        ("not cluster == 3 & q < 0.9", "(not cluster == 3) and q < 0.9"),
        ("~(cluster == 3) AND NOT picked", "not (cluster == 3) and not picked"),
        ("cluster == 1 | cluster == 2 & q > 0.8", "cluster == 1 or (cluster == 2 and q > 0.8)"),
        ("confidence > 0.8", "q > 0.8"),
        ("snr_db > -1e0 & snr_db < +2.5E1", "snr_db > -1 and snr_db < 25"),
        ("cluster in (1, 2)", "cluster in [1, 2]"),
        ("cluster in []", "cluster < -1"),
        ("((picked))", "picked"),
        ("hour <= 12 < window", "hour <= 12 and 12 < window"),
        (
            'starttime >= "2020-02-29" & starttime < "2020-03-01T01:00+01:00"',
            '"2020-02-29" <= starttime < "2020-03-01"',
        ),
    ],
)
def test_queries_as_people_write_them(draw, run, query, same) -> None:
    """A form that everybody tries would be read otherwise than it is meant."""
    [[selected, error, *_]] = draw().evaluate(ASK, [query])
    assert not error
    assert selected == frame_of(run).query(same, engine="python").window.tolist()


@pytest.mark.parametrize(
    ("query", "at", "message"),
    [
        ("cluster == 3 & qq < 1", 15, "there is no column qq; is it q?"),
        ("label == tremor", 9, 'there is no column tremor; a word goes in quotes: "tremor"'),
        ("cluster =", 8, "to compare, write =="),
        ("cluster = 3", 8, "to compare, write =="),
        ("cluster ==", 10, "a column, a number or a word in quotes is still missing"),
        ('label == "trem', 9, "the closing quote is missing"),
        ("(cluster == 3", 13, "a closing parenthesis is missing"),
        ("cluster == 3)", 12, "this parenthesis was not opened"),
        ("cluster == 3 q < 1", 13, "here & or | is expected"),
        ("label == 3", 9, "label holds text: put it in quotes"),
        ('q < "0.6"', 4, "q holds numbers: leave the quotes out"),
        ('label < "x"', 6, "label holds text, which is compared with ==, !=, in or ~"),
        ('q ~ "0"', 0, "to the left of ~ a column of text is expected"),
        ("cluster in 3", 11, "a list is expected here, such as [1, 2]"),
        ("cluster in [1 2]", 14, "here a comma or ] is expected"),
        ("cluster in [q]", 12, "a list holds numbers, or words in quotes"),
        ("cluster", 7, "after a column == < > in or ~ is expected"),
        ("3 < 4", 2, "one side of a comparison must be a column"),
        ('starttime > "yesterday"', 12, 'a time is written "2024-01-31T18:05:00" (UTC)'),
        ("starttime > 2020", 12, 'starttime holds times: write "2024-01-31T18:05:00" (UTC)'),
        ("starttime > q", 12, "starttime and q hold different things"),
        ("q < 0.5 ; alert(1)", 8, "; has no meaning here"),
        ("q < 0.5 + 1", 8, "here & or | is expected"),
        ("constructor == 1", 0, 'there is no column constructor; a word goes in quotes: "constructor"'),
        ("file == 1", 0, 'there is no column file; a word goes in quotes: "file"'),
    ],
)
def test_what_is_wrong_is_said_where_it_is(draw, query, at, message) -> None:
    """A person would stare at a red box, or a broken query select something."""
    page = draw()
    [[selected, error, place, found]] = page.evaluate(ASK, [query])
    assert (selected, error, int(place), found) == ([], message, at, "")
    assert message in page.locator(".zx-querysaid").inner_text()


def test_typing_counts_and_enter_selects(draw, run) -> None:
    """Typing would press shortcuts or talk to Python at every letter, or Enter with shift or alt not add and remove."""
    page, frame = draw(), frame_of(run)
    page.locator(".zx-surface").focus()
    saved = page.evaluate("() => models.state.saved.length")
    page.keyboard.press("/")
    page.keyboard.type("cluster == 3 & q < 0.9")
    few, more = frame.query("cluster == 3 & q < 0.9").window, frame.query("cluster == 3").window
    assert page.locator(".zx-querysaid").inner_text() == f"{len(few)} of {run.n_samples} windows"
    assert page.evaluate("() => models.state.saved.length") == saved
    assert page.evaluate("() => models.state.get('query')") == "cluster == 3 & q < 0.9"
    assert page.locator(".zx-surface").get_attribute("data-tool") == "lasso"
    page.keyboard.press("Enter")
    assert page.evaluate(MASK) == few.tolist()
    page.locator(".zx-queryinput").fill("cluster == 3")
    page.keyboard.press("Shift+Enter")
    assert page.evaluate(MASK) == more.tolist()
    page.locator(".zx-queryinput").fill("q < 0.9")
    page.keyboard.press("Alt+Enter")
    assert page.evaluate(MASK) == sorted(set(more) - set(few))
    page.keyboard.press("Escape")
    assert page.evaluate("() => document.activeElement.className").startswith("zx-surface")
    page.get_by_role("button", name="empty the query").click()
    assert page.evaluate("() => [models.state.get('query'), document.querySelector('.zx-query').dataset.error]") == [
        "",
        "",
    ]
    page.locator(".zx-name", has_text="depth km").click()
    assert page.locator(".zx-queryinput").input_value() == "`depth km`"


def test_the_count_follows_the_step(draw, run) -> None:
    """The number beside a query would be that of another step than the one on show."""
    page = draw(query="cluster == 2 & q < 0.9")
    for step in (5, 0, 11):
        page.evaluate("step => models.state.set('step', step)", step)
        expected = len(frame_of(run, step).query("cluster == 2 & q < 0.9"))
        assert page.locator(".zx-querysaid").inner_text() == f"{expected} of {run.n_samples} windows"


# -- colours -----------------------------------------------------------------------------------------------------------


def test_words_have_the_colours_of_their_chips(draw, run) -> None:
    """The legend would name other windows than those that have its colour, or a rare kind be nowhere on the map."""
    page = draw(colour_by="species")
    counts = run.spectrograms.metadata.species.value_counts()
    chips = page.eval_on_selector_all(
        ".zx-chip[data-word]",
        "chips => chips.map(chip => [chip.dataset.word, chip.querySelector('.zx-number').textContent])",
    )
    assert [int(count) for _, count in chips] == sorted(counts, reverse=True)[:12]
    assert all(counts[word] == int(count) for word, count in chips)
    rest = len(counts) - 12
    assert f"{rest} others {counts.iloc[12:].sum()}" in page.locator(".zx-legend").inner_text()
    seen = page.evaluate(COLOURS)
    assert all(seen.get(colour, 0) > 5 for colour in (*PALETTE, "#8c8c8c"))
    word = chips[11][0]
    page.locator(f".zx-chip[data-word='{word}']").click()
    page.wait_for_selector(f".zx-map[data-n='{counts[word]}']")
    assert {colour for colour in (*PALETTE, "#8c8c8c") if page.evaluate(COLOURS).get(colour)} == {PALETTE[11]}
    page.locator(f".zx-chip[data-word='{chips[0][0]}']").click(modifiers=["Shift"])
    page.wait_for_selector(f".zx-map[data-n='{counts[word] + counts[chips[0][0]]}']")
    assert page.evaluate("() => models.state.get('words')") == {"species": [word, chips[0][0]]}
    page.locator(".zx-colour select").select_option("cluster")
    assert "species" in page.locator(".zx-only").inner_text()
    page.locator(".zx-only").click()
    page.wait_for_selector(f".zx-map[data-n='{run.n_samples}']")


def test_numbers_have_a_scale_with_its_ends(draw, run) -> None:
    """Colours would have no meaning: nobody could say from where to where they go, and in which unit."""
    page = draw(colour_by="depth km")
    assert page.locator(".zx-scale").inner_text().split() == ["depth", "(km)", "0", "39"] or (
        page.locator(".zx-scale").inner_text().split() == ["depth", "km", "0", "39"]
    )
    page.locator(".zx-colour select").select_option("snr_db")
    page.evaluate(FRAMES)
    table = run.spectrograms.metadata
    text = page.locator(".zx-legend").inner_text()
    assert "snr (dB)" in text and f"unknown {table.snr_db.isna().sum()}" in text
    assert page.evaluate(COLOURS).get("#8c8c8c", 0) > 20
    page.locator(".zx-colour select").select_option("starttime")
    first = table.starttime.min()
    assert f"{first:%m-%d %H:%M}" in page.locator(".zx-scale").inner_text()
    page.locator(".zx-colour select").select_option("hour")
    assert page.locator(".zx-scale").get_attribute("aria-label") == "colours: hour (UTC) from 0 to 24"


def test_a_number_is_drawn_in_the_colour_of_its_place_on_the_scale(draw, run, xy) -> None:
    """A window would be drawn as deep though it is shallow."""
    page = draw(colour_by="depth km")
    depth = run.spectrograms.metadata["depth km"].to_numpy()
    table = page.evaluate(
        "() => { const c = document.querySelector('.zx-scale canvas');"
        " return [...c.getContext('2d').getImageData(0, 4, c.width, 1).data]; }"
    )
    ramp = np.array(table).reshape(-1, 4)[:, :3]
    x, y, scale = map(float, page.locator(".zx-map").get_attribute("data-camera").split())
    box = page.locator(".zx-surface").bounding_box()
    at = np.rint(
        np.stack([(xy[:, 0] - x) * scale + box["width"] / 2, (y - xy[:, 1]) * scale + box["height"] / 2], 1) - 0.5
    )
    # of windows that no other one covers
    alone = [i for i in range(len(xy)) if np.sort(np.hypot(*(at - at[i]).T))[1] > 14]
    assert len(alone) >= 8
    pixels = page.evaluate(
        "places => { const g = document.querySelector('.zx-points').getContext('2d');"
        " return places.map(([x, y]) => [...g.getImageData(x, y, 1, 1).data].slice(0, 3)); }",
        at[alone].tolist(),
    )
    expected = ramp[np.rint(depth[alone] / 39 * 127).astype(int)]
    assert np.abs(np.array(pixels) - expected).max() <= 6


def test_outliers_do_not_take_the_whole_scale(draw, run) -> None:
    """One wrong value would paint all other windows in one colour, and nobody be told that the scale is cut."""
    page = draw()
    words = page.evaluate(
        """() => {
          const columns = models.widget.get("record").columns;
          const column = columns.find(entry => entry.name === "onset_s");
          const values = new DataView(column.values.buffer);
          values.setFloat64(0, 1e6, true);
          return column.dtype;
        }"""
    )
    assert words == "f8"
    page.evaluate("() => { addView(); }")
    page.wait_for_function("() => document.querySelectorAll('.zx-map[data-painted=true]').length === 2")
    page.evaluate("() => models.state.set('colour_by', 'onset_s')")
    assert "≥" in page.locator(".zx-scale").nth(1).inner_text()


def test_an_unknown_column_falls_back_to_clusters(draw) -> None:
    """A notebook made for another data set would show an error in place of the map."""
    page = draw(colour_by="no_such_column")
    assert page.locator(".zx-map").get_attribute("data-colour") == "cluster"
    assert not page.locator(".zx-error").count()


def test_hours_are_told_apart_by_every_eye(draw) -> None:
    """Midnight would look like noon, or morning like evening, to one reader in twelve."""
    page = draw(colour_by="hour")
    data = page.evaluate(
        "() => { const c = document.querySelector('.zx-scale canvas');"
        " return [...c.getContext('2d').getImageData(0, 4, c.width, 1).data]; }"
    )
    ramp = np.array(data).reshape(-1, 4)[:, :3]
    hours = ["#" + "".join(f"{v:02x}" for v in ramp[round(h / 24 * 127)]) for h in range(24)]
    for matrix in SIGHT.values():
        seen = [lab(matrix @ linear(colour)) for colour in hours]
        far = [ciede2000(seen[a], seen[b]) for a in range(24) for b in range(24) if 4 <= (a - b) % 24 <= 20]
        assert min(far) > 10


def test_zooming_in_says_how_many_are_drawn(draw, run) -> None:
    """A person would take the part of the windows that is in view for all of them."""
    page = draw()
    assert page.locator(".zx-count").inner_text() == "300 of 300 drawn"
    box = page.locator(".zx-surface").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
    page.mouse.wheel(0, -900)
    page.wait_for_function("() => Number(document.querySelector('.zx-map').dataset.drawn) < 300")
    drawn = page.locator(".zx-map").get_attribute("data-drawn")
    assert page.locator(".zx-count").inner_text() == f"{drawn} of 300 drawn"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [700, 1600])
def test_pictures_of_the_tools(draw, page, artefacts, theme, width) -> None:
    """The tools would overlap or run out of the widget where nobody has looked."""
    page.set_viewport_size({"width": width, "height": 1150 if width < 900 else 900})
    draw(Explorer, theme=theme, colour_by="species", words={"species": ["kind 19", "kind 18", "kind 12"]})
    page.locator(".zx-queryinput").focus()
    page.locator(".zx-queryinput").fill("snr_db > 8 & hours < 12")
    page.evaluate(FRAMES)
    page.screenshot(path=artefacts / f"map_tools_query_{width}_{theme}.png")
    page.locator(".zx-queryinput").fill('snr_db > 8 & station ~ "abc"')
    page.keyboard.press("Enter")
    page.evaluate("() => models.state.set({colour_by: 'snr_db', words: {}})")
    page.locator(".zx-surface").focus()
    page.keyboard.press("p")
    box = page.locator(".zx-surface").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5, steps=8)
    page.evaluate(FRAMES)
    page.screenshot(path=artefacts / f"map_tools_brush_{width}_{theme}.png")
    page.mouse.up()
    for part in (".zx-tools", ".zx-query", ".zx-legend"):
        inside, outside = page.locator(part).bounding_box(), page.locator(".zx-map").bounding_box()
        assert inside["x"] + inside["width"] <= outside["x"] + outside["width"] + 1
        assert page.locator(part).evaluate("el => el.scrollWidth <= el.clientWidth + 1")
    assert not page.locator(".zx-error").count()


def test_names_of_times_are_those_of_pandas(run) -> None:
    """The reference of these tests would itself be wrong about hours."""
    table = run.spectrograms.metadata
    assert frame_of(run).hour.tolist() == [pd.Timestamp(time).tz_convert("UTC").hour for time in table.starttime]


PICTURE = """() => {
  const canvas = document.querySelector(".zx-points");
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.reduce((sum, value, at) => (sum * 31 + value * (at % 4 < 3)) % 4294967291, 7);
}"""


def test_what_the_pointer_was_on_leaves_no_trace(draw) -> None:
    """The picture that is kept while the pointer moves would be one of other colours, steps or highlights."""
    page = draw()
    set_state = "changes => models.state.update(changes)"

    def picture(**changes) -> float:
        page.evaluate(set_state, changes)
        page.wait_for_timeout(250)  # a glide to another step is over
        page.evaluate(FRAMES)
        return page.evaluate(PICTURE)

    plain = picture()
    lit = [picture(hover=index) for index in (3, 40, 3)]
    assert lit[0] == lit[2] and len({plain, *lit}) == 3
    assert picture(hover=-1) == plain
    by_hour = picture(colour_by="hour")
    assert by_hour != plain and picture(hover=3) != by_hour and picture(hover=-1) == by_hour
    assert picture(colour_by="cluster") == plain
    before = picture(step=2)
    assert before != plain and picture(hover=3) != before and picture(hover=-1) == before


def test_a_selection_looks_the_same_however_it_was_made(draw) -> None:
    """Of an earlier selection something would stay on show; or the map would change when the pointer first moves."""
    page = draw()

    def picture(chosen: list[int] | None = None, **changes) -> np.ndarray:
        page.evaluate(
            """([chosen, changes]) => {
              if (chosen) {
                const mask = new Uint8Array(chosen.length && models.widget.get("record").n);
                chosen.forEach(i => { mask[i] = 1; });
                changes.mask = new DataView(mask.buffer);
              }
              models.state.update(changes);
            }""",
            [chosen, changes],
        )
        page.wait_for_timeout(250)  # a glide to another step is over
        page.evaluate(FRAMES)
        png = page.evaluate("() => document.querySelector('.zx-points').toDataURL()").split(",")[1]
        return np.array(Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB"), dtype=int).reshape(-1, 3)

    first, second = list(range(0, 300, 3)), list(range(1, 300, 3))
    plain = picture()
    fresh = picture(first)
    assert page.locator(".zx-count").inner_text() == "300 of 300 drawn · 100 selected"
    ground = plain[0]
    lit, dimmed = (np.abs(shot - ground).max(axis=1) for shot in (plain, fresh))
    assert np.mean(dimmed[lit > 60] < 60) > 0.3 and np.mean(dimmed[lit > 60] > 60) > 0.1
    other = picture(second)
    assert (other != fresh).any() and (picture([]) == plain).all()
    kept = picture(first)
    assert (kept == picture(hover=-1)).all() and (picture(second) == other).all()
    for shot in (kept, (picture(step=2), picture(first, step=11), picture(hover=5), picture(hover=-1))[-1]):
        assert np.abs(shot - fresh).max() < 70 and np.mean(np.abs(shot - fresh).max(axis=1) > 8) < 0.01
