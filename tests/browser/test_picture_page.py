"""What the drawing functions of the page draw, pixel by pixel."""

import math

from zclust_explore.widgets import _script

DRAW = """
export default {render({el}) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [200, 100];
  el.append(canvas);
  const envelope = new Float32Array(400);
  for (let i = 0; i < 200; i++) {
    envelope[2 * i] = Math.sin(2 * Math.PI * i / 200);
    envelope[2 * i + 1] = Math.sin(2 * Math.PI * (i + 0.9) / 200);
  }
  for (let i = 0; i < 200; i++) if (envelope[2 * i] > envelope[2 * i + 1])
    [envelope[2 * i], envelope[2 * i + 1]] = [envelope[2 * i + 1], envelope[2 * i]];
  wave(canvas.getContext("2d"), envelope, 1, 0, 0, 200, 100, "black");
}}
"""
CENTRES = """() => {
  const canvas = el.querySelector("canvas"), {data} = canvas.getContext("2d").getImageData(0, 0, 200, 100), rows = [];
  for (let x = 0; x < 200; x++) {
    let sum = 0, count = 0;
    for (let y = 0; y < 100; y++) { const a = data[4 * (200 * y + x) + 3]; sum += a * (y + 0.5); count += a; }
    rows.push(count ? sum / count : null);
  }
  return rows;
}"""


STACKED = """
export default {render({el}) {
  const table = new Uint8Array(768).map((_, i) => Math.floor(i / 3));
  el.append(picture(Uint8Array.of(10, 20, 30, 40), {n_freqs: 2, n_times: 1, components: "ZN"}, table));
  el.append(picture(Uint8Array.of(10, 20), {n_freqs: 2, n_times: 1, components: ""}, table));
}}
"""
ROWS = """() => [...el.querySelectorAll("canvas")].map(canvas => {
  const {data} = canvas.getContext("2d").getImageData(0, 0, 1, canvas.height);
  return Array.from({length: canvas.height}, (_, row) => (data[4 * row + 3] ? data[4 * row] : null));
})"""


def test_channels_lie_below_each_other_each_with_its_lowest_frequency_at_the_bottom(mount):
    """A component would be drawn upside down, in another's place, or without a line between them."""
    module = (_script.FOLDER / "core" / "picture.js").read_text(encoding="utf-8")
    page = mount(module + STACKED, {})
    assert page.evaluate(ROWS) == [[20, 10, None, 40, 30], [20, 10]]


def test_waveform_has_both_halves(mount):
    """A waveform would be drawn as if it were clipped at zero."""
    module = (_script.FOLDER / "core" / "picture.js").read_text(encoding="utf-8")
    page = mount(module + DRAW, {})
    for x, row in enumerate(page.evaluate(CENTRES)):
        assert row is not None  # no gaps
        assert abs(row - (50 - 50 * math.sin(2 * math.pi * (x + 0.45) / 200))) < 1.5
