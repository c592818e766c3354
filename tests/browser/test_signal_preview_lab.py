"""The signal preview in a real JupyterLab: choose a record, move settings, look, copy the line."""

import json
import re

import numpy as np
import pytest
from obspy import Stream, Trace, UTCDateTime
from playwright.sync_api import expect

import zclust_explore as zx
from tests.harness.notebook import set_theme
from zclust_explore.widgets import _script

BEGIN = UTCDateTime(2024, 3, 1, 2, 59, 20)
CELL = "import zclust_explore as zx\npreview = zx.SignalPreview({source!r})\npreview"
PATIENCE_MS = 180_000  # the first look starts a process, which on a busy machine takes its time
PAINTED = ".zx-preview[data-painted=true]:not([data-waiting])"
# colours of the values (row, column) of the picture, where they were drawn
COLOURS = """cells => {
  const plot = document.querySelector(".zx-window"), canvas = plot.querySelector("canvas");
  const ratio = window.devicePixelRatio;
  const {left, top, width, height} = JSON.parse(plot.dataset.area);
  const g = canvas.getContext("2d");
  const [nFreqs, nTimes] = cells.shape;
  return cells.places.map(([row, column]) => {
    const x = left + (column + 0.5) / nTimes * width, y = top + (1 - (row + 0.5) / nFreqs) * height;
    return [...g.getImageData(Math.floor(x * ratio), Math.floor(y * ratio), 1, 1).data.slice(0, 3)];
  });
}"""


def viridis() -> np.ndarray:
    """The colour table of the page: (256, 3)."""
    text = (_script.FOLDER / "core" / "colormap.js").read_text(encoding="utf-8")
    digits = re.sub(r"\s", "", text.split("`")[1])
    return np.frombuffer(bytes.fromhex(digits), dtype=np.uint8).reshape(256, 3)


def shaking(n_points: int, rate: float, onsets_s: list[float], seed: int) -> np.ndarray:
    """Noise with bursts that fade, in counts."""
    random = np.random.default_rng(seed)
    t, data = np.arange(n_points) / rate, random.normal(size=n_points) * 60
    for k, onset in enumerate(onsets_s):
        after = np.clip(t - onset, 0, None)
        burst = (t > onset) * np.exp(-after / (4 + 3 * k)) * np.sin(2 * np.pi * (3 + 2 * k) * after + after**1.5)
        data += 2500 * burst + (t > onset) * np.exp(-after / 5) * random.normal(size=n_points) * 700
    return data.round().astype(np.int32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Records of four stations: an ordinary one, one with dead and clipped parts, one with NaN, and no record."""
    root = tmp_path_factory.mktemp("records")

    def write(station: str, data: np.ndarray, start=BEGIN) -> None:
        header = {"network": "XX", "station": station, "channel": "HHZ", "sampling_rate": 50.0, "starttime": start}
        Stream([Trace(data, header)]).write(str(root / f"XX.{station}..HHZ.mseed"), format="MSEED")

    write("ANNA", shaking(50 * 1200, 50.0, [130, 420, 760, 1010], seed=1))
    troubled = np.clip(shaking(50 * 600, 50.0, [200, 480], seed=2), -400, 400)
    troubled[50 * 300 : 50 * 400] = 7
    write("BERT", troubled)
    holes = shaking(50 * 300, 50.0, [100], seed=3).astype(np.float32)
    holes[5000] = np.nan
    write("CARL", holes)
    write("DORA", shaking(50 * 20, 50.0, [5], seed=4))
    (root / "readme.txt").write_text("no record")
    return root


@pytest.fixture
def preview(notebook, folder):
    """The page of a notebook with a preview of the folder, painted."""
    page = notebook([CELL.format(source=str(folder))])
    page.set_viewport_size({"width": 2200, "height": 1300})
    page.wait_for_selector(PAINTED, timeout=PATIENCE_MS)
    page.locator(".zx-preview").scroll_into_view_if_needed()
    return page


def field(page, name: str):
    return page.locator(f"[data-field={name}]")


def settled(page, act) -> None:
    """Do something, and wait for the picture that comes of it."""
    before = int(page.locator(".zx-preview").get_attribute("data-look"))
    act()
    page.wait_for_function(
        "before => { const {dataset} = document.querySelector('.zx-preview'); "
        "return Number(dataset.look) > before && !('waiting' in dataset); }",
        arg=before,
        timeout=PATIENCE_MS,
    )


def test_moving_a_setting_draws_the_right_picture(preview, kernel_exec, folder) -> None:
    """The picture would be another than that of the data set that is then read."""
    settled(preview, lambda: preview.locator(".zx-stretch").press("ArrowRight"))
    settled(preview, lambda: field(preview, "frequency_axis").select_option("bins"))
    settled(preview, lambda: field(preview, "segment_s").fill("2"))
    settled(preview, lambda: field(preview, "fmax_hz").fill("20"))
    chosen = int(preview.locator(".zx-stretch").get_attribute("data-chosen"))
    assert chosen == 1
    read = zx.read_spectrograms(
        str(folder / "XX.ANNA..HHZ.mseed"), window_s=30, segment_s=2, fmax_hz=20, frequency_axis="bins",
        progress_bar=False, workers=0,
    )  # fmt: skip
    said = kernel_exec(preview, "import json; print(json.dumps(preview.look['limits']))")
    low, high = json.loads(said)
    values = read.values[chosen]
    places = [(row, column) for row in range(0, values.shape[0], 7) for column in range(0, values.shape[1], 5)]
    colours = np.array(preview.evaluate(COLOURS, {"shape": values.shape, "places": places}))
    expected = np.clip(np.rint((np.array([values[p] for p in places]) - low) * (255 / (high - low))), 0, 255).astype(
        int
    )
    table = viridis().astype(int)
    off = [
        abs(table[max(0, e - 1) : e + 2] - colour).sum(axis=1).min()
        for e, colour in zip(expected, colours, strict=True)
    ]
    assert max(off) == 0 and len(set(expected)) > 40
    assert "n_freqs" not in preview.locator(".zx-codebar code").inner_text()
    expect(field(preview, "n_freqs")).to_be_disabled()


def test_an_impossible_setting_is_told_and_the_picture_stays(preview, artefacts) -> None:
    """A slip of the hand would empty the view, or say nothing."""
    look = preview.locator(".zx-preview").get_attribute("data-look")
    pixels = "() => document.querySelector('.zx-window canvas').toDataURL()"
    before = preview.evaluate(pixels)
    field(preview, "fmax_hz").fill("80")
    wrong = preview.locator("[data-wrong=fmax_hz]:visible")
    wrong.wait_for()
    assert wrong.inner_text() == "fmax_hz must be at most half the sampling rate (25.0 Hz), got 80.0."
    assert field(preview, "fmax_hz").get_attribute("aria-invalid") == "true"
    preview.wait_for_selector(PAINTED)
    assert preview.locator(".zx-preview").get_attribute("data-look") == look
    assert preview.evaluate(pixels) == before
    preview.locator(".zx-preview").screenshot(path=artefacts / "preview_impossible_light.png")
    settled(preview, lambda: field(preview, "fmax_hz").fill("18"))
    expect(preview.locator("[data-wrong=fmax_hz]")).to_be_hidden()
    assert preview.evaluate(pixels) != before


def test_records_are_found_and_dropped_windows_have_the_reason(preview, artefacts) -> None:
    """Somebody would look for the missing windows in vain."""
    search = preview.get_by_label("search records")
    search.fill("bert")
    preview.wait_for_selector(".zx-records[data-found='1']")
    settled(preview, lambda: search.press("Enter"))
    stretch = preview.locator(".zx-stretch")
    assert int(stretch.get_attribute("data-dropped")) == 5
    assert "5 dropped: dead: one constant value" in preview.locator(".zx-stretchline").inner_text()
    assert "noted" in preview.locator(".zx-stretchline").inner_text()
    boxes = json.loads(stretch.get_attribute("data-boxes"))
    settled(preview, lambda: stretch.click(position={"x": boxes[22][0], "y": boxes[22][1]}))
    assert "dropped: dead: one constant value" in preview.locator(".zx-progress").inner_text()
    assert preview.locator(".zx-missing").inner_text().endswith("dead: one constant value")
    preview.mouse.move(5, 5)
    preview.locator(".zx-preview").screenshot(path=artefacts / "preview_dropped_light.png")
    search.fill("")
    settled(preview, lambda: preview.get_by_label("next record").click())
    assert preview.locator(".zx-preview").get_attribute("data-record") == "2"
    assert "dropped: gap: not all of it was recorded" in preview.locator(".zx-stretchline").inner_text()  # at its NaN
    settled(preview, lambda: preview.get_by_role("listbox", name="records").press("End"))
    assert "too short: 20 s" in preview.locator(".zx-missing").inner_text()
    assert preview.locator(".zx-told summary").inner_text() == "1 left out"


def test_the_copied_line_makes_the_same_values(preview, kernel_exec, folder) -> None:
    """The line would not run, or not recreate what was seen."""
    preview.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for name, value in {"window_s": "20", "step_s": "8", "freqmin_hz": "0.7", "taper_s": "2", "n_freqs": "40"}.items():
        settled(preview, lambda name=name, value=value: field(preview, name).fill(value))
    settled(preview, lambda: field(preview, "detrend").select_option("linear"))
    settled(preview, lambda: preview.locator(".zx-stretch").press("ArrowRight"))
    preview.get_by_role("button", name="Copy", exact=True).click()
    preview.get_by_text("copied", exact=True).wait_for()
    line = preview.evaluate("() => navigator.clipboard.readText()")
    assert (
        line == preview.locator(".zx-codebar code").inner_text() == kernel_exec(preview, "print(preview.code)").strip()
    )
    made = eval(line[:-1] + ", progress_bar=False, workers=0)", {"zx": zx})
    start = json.loads(
        kernel_exec(preview, "print(preview.look['start_ms'] + 1e3 * preview.look['starts_s'][preview.look['chosen']])")
    )
    shown = json.loads(
        kernel_exec(preview, "import numpy as np; print(np.frombuffer(preview.look['values'], '<f4').tolist())")
    )
    ms = made.metadata.starttime.astype("datetime64[ns, UTC]").astype("int64").to_numpy() / 1e6
    (k,) = np.flatnonzero((made.metadata.trace_id == "XX.ANNA..HHZ").to_numpy() & (abs(ms - start) < 1))
    np.testing.assert_allclose(made.values[k].ravel(), shown, atol=2e-3)


def test_keys_alone_move_through_windows_and_numbers(preview) -> None:
    """Somebody without a mouse could look at the first window only."""
    stretch = preview.locator(".zx-stretch")
    stretch.focus()
    for _ in range(3):
        settled(preview, lambda: preview.keyboard.press("ArrowRight"))
    settled(preview, lambda: preview.keyboard.press("ArrowLeft"))
    assert stretch.get_attribute("data-chosen") == "2"
    assert stretch.get_attribute("aria-valuetext").startswith("window 3 of ")
    settled(preview, lambda: preview.keyboard.press("End"))
    assert stretch.get_attribute("data-chosen") == "78"
    settled(preview, lambda: preview.keyboard.press("Home"))
    field(preview, "window_s").focus()
    settled(preview, lambda: preview.keyboard.press("ArrowUp"))
    assert field(preview, "window_s").input_value() == "31"


def test_typing_fast_asks_once_at_a_time(preview, kernel_exec) -> None:
    """Every number on the way would be computed, one after the other, long after the hand has come to rest."""
    kernel_exec(
        preview,
        "import time\nfrom zclust_explore.widgets import signal_preview as module\nseen, original = [], module.look\n"
        "def slow(*given):\n    seen.append(given[1].stft.get('n_freqs')); time.sleep(0.6); return original(*given)\n"
        "module.look = slow",
    )
    box = field(preview, "n_freqs")
    box.focus()
    for value in range(10, 40):
        box.fill(str(value))
        preview.wait_for_timeout(40)
    preview.wait_for_function("() => document.querySelector('.zx-codebar code').textContent.includes('n_freqs=39')")
    preview.wait_for_selector(PAINTED)
    asked = json.loads(kernel_exec(preview, "print(seen)"))
    assert asked[-1] == 39 and len(asked) <= 4


@pytest.mark.parametrize("width", [700, 1600])
def test_screenshots_in_both_themes(preview, artefacts, width) -> None:
    """A theme or a width would be unreadable without anybody having looked."""
    preview.evaluate("width => { document.querySelector('.zx-preview').style.width = `${width}px`; }", width)
    settled(preview, lambda: field(preview, "freqmin_hz").fill("0.5"))
    box = json.loads(preview.locator(".zx-stretch").get_attribute("data-boxes"))[8]
    settled(preview, lambda: preview.locator(".zx-stretch").click(position={"x": box[0], "y": box[1]}))
    preview.mouse.move(5, 5)
    for theme in ("light", "dark"):
        set_theme(preview, theme)
        preview.wait_for_selector(f".zx-preview[data-theme={theme}]")
        preview.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        preview.locator(".zx-preview").screenshot(path=artefacts / f"preview_{width}_{theme}.png")


def test_a_stream_and_an_empty_one(notebook, page, artefacts) -> None:
    """The first thing that somebody tries, or a mistake in it, would show an empty frame."""
    notebook(["import obspy, zclust_explore as zx\nzx.SignalPreview(obspy.read())", "zx.SignalPreview(obspy.Stream())"])
    page.wait_for_selector(PAINTED, timeout=PATIENCE_MS)
    assert page.locator(".zx-codebar code").first.inner_text() == "zx.read_spectrograms(stream, window_s=5.0)"
    page.locator(".zx-preview").first.screenshot(path=artefacts / "preview_obspy.png")
    empty = page.locator(".zx-nothing")
    assert empty.inner_text().split("\n") == ["There is no record to look at.", "The stream is empty."]
