"""The explorer in a page, without a kernel: milliseconds of each gesture at 5,000 to 500,000 windows and 40 snapshots.

Every time is from the event to the pixels read back, with the page's frame rate unlimited, so that waiting for the next
frame does not count. `BENCH=full` adds 500,000 windows (some gigabytes of memory).
"""

from __future__ import annotations

import base64
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from playwright.sync_api import Page

from tests.harness import browser
from tests.harness import mount as mounting
from tests.harness.bench import SYNCED
from tests.made_runs import make_run
from zclust_explore.data.spectrograms import Spectrograms
from zclust_explore.views.state import ExplorerState
from zclust_explore.widgets import EmbeddingMap, Explorer
from zclust_explore.widgets._base import RunWidget, SharedState

SIZES = (5_000, 20_000, 100_000)
SIZES_FULL = (*SIZES, 500_000)
TIMING = Path(__file__).parent / "pages" / "timing.js"
FLAGS = ["--disable-frame-rate-limit", "--disable-gpu-vsync", "--js-flags=--max-old-space-size=8192"]
PIECE = 6_000_000  # bytes of a column in one message of the browser's protocol
# from EXPLORATION.md: milliseconds that 95 of 100 may take, by number of windows
BARS: dict[str, dict[int, float]] = {
    "pan": {20_000: 17, 100_000: 33, 500_000: 100},
    "zoom": {20_000: 17, 100_000: 33, 500_000: 100},
    "hover": {100_000: 20},
    "lasso, 200 corners": {100_000: 60},
    "linked: lasso to a second map": {100_000: 80},
    "recolour": {100_000: 50},
    "scrub, first frame": {20_000: 17, 100_000: 33},
    "scrub, in place": {20_000: 17, 100_000: 33},
    "gallery, scroll": {20_000: 33},
    "open": {20_000: 1500},
}


def table() -> str:
    """One row a gesture and size: median, 95th percentile, bar."""
    sizes = SIZES_FULL if os.environ.get("BENCH") == "full" else SIZES
    found: dict[str, dict[int, list[float]]] = {name: {} for name in BARS}
    nodes = {}
    with browser.launch(FLAGS) as chromium:
        for n in sizes:
            with tempfile.TemporaryDirectory(prefix="interaction_") as folder:
                page = chromium.new_page(viewport={"width": 1400, "height": 1000})
                for name, times in _measured(page, n, Path(folder)).items():
                    found[name][n] = times
                nodes[n] = page.locator(".zx-sheet .zx-tile").count()
                page.close()
    lines = [f"{'ms':<30}{'windows':>9}{'p50':>9}{'p95':>9}{'bar':>8}"]
    for name, by_size in found.items():
        for n, times in by_size.items():
            low, high = np.percentile(times, [50, 95])
            bar = BARS[name].get(n)
            met = "" if bar is None else f"{bar:>8g}  {'met' if high <= bar else 'NOT MET'}"
            lines.append(f"{name:<30}{n:>9,}{low:>9.1f}{high:>9.1f}{met}")
    lines.append("tiles in the page while half of all windows are in the gallery: " + str(nodes))
    lines.append(f"load average at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return "\n".join(lines)


def _specs(n: int, shape: tuple[int, int] = (16, 12)) -> Spectrograms:
    """Spectrograms of noise: what is in them does not matter here."""
    random = np.random.default_rng(0)
    rows = {
        "trace_id": random.choice(["XX.ABC..HHZ", "XX.ABD..HHZ"], n),
        "starttime": pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(np.arange(n) * 30, unit="s"),
    }
    values = random.normal(0, 5, (n, *shape)).astype(np.float32)
    return Spectrograms(values, np.linspace(1, 20, shape[0]), np.arange(float(shape[1])), pd.DataFrame(rows))


def _measured(page: Page, n: int, folder: Path) -> dict[str, list[float]]:
    RunWidget._start_umap = lambda self: None  # type: ignore[method-assign]  # minutes, and nothing here draws it
    widget = Explorer(make_run(folder / "run", _specs(n)))
    repeats = 200 if n <= 100_000 else 40
    page.goto("about:blank")
    page.add_script_tag(path=mounting.HOST)
    page.add_script_tag(path=TIMING)
    mounting.set_page_theme(page, "light")
    page.evaluate("awake()")
    opened = _open(page, widget)
    run = {
        "pan": f"panning({repeats})",
        "zoom": f"timed(acts.zoom, {repeats})",
        "hover": f"timed(acts.hover, {repeats})",
        "lasso, 200 corners": f"lassoing({max(20, repeats // 4)}, 200)",
        "recolour": f"timed(acts.recolour, {repeats})",
        "scrub, first frame": f"timed(acts.scrub, {repeats}, 1)",
    }
    times = {"open": [opened], **{name: page.evaluate(script) for name, script in run.items()}}
    page.emulate_media(reduced_motion="reduce")
    times["scrub, in place"] = page.evaluate(f"timed(acts.scrub, {repeats}, 1)")
    _mounted(page, EmbeddingMap(widget.run, widget.state), "second")
    times["linked: lasso to a second map"] = page.evaluate(f"lassoing({max(20, repeats // 4)}, 200)")
    half = np.zeros(n, dtype=np.uint8)
    half[::2] = 1
    page.evaluate(
        "text => { piece('half', text); models.state.set('mask', built({__piece: 'half'})); }", _text(half.tobytes())
    )
    page.wait_for_selector(f".zx-gallery[data-members='{len(half[::2])}']")
    times["gallery, scroll"] = page.evaluate(f"timed(acts.scroll, {repeats})")
    widget.close()
    return times


def _open(page: Page, widget: Explorer) -> float:
    """Milliseconds from the columns' arrival in the page to the painted map."""
    state = {name: getattr(widget.state, name) for name in ExplorerState.class_trait_names(sync=True)}
    mounting.mount(page, SharedState._esm, state, name="state", beside=True)
    return _mounted(page, widget, "widget")


def _mounted(page: Page, widget: RunWidget, name: str) -> float:
    """Milliseconds from the columns' arrival in the page to one more painted map."""
    traits = {name: getattr(widget, name) for name in SYNCED if name in widget.trait_names()}
    sent = _sent(page, {**traits, "state": "IPY_MODEL_state"})
    return float(
        page.evaluate(
            """async ([esm, sent, css, name]) => {
              const painted = () => document.querySelectorAll(".zx-map[data-painted=true]").length;
              const state = built(sent), before = painted(), begun = performance.now();
              await mount(esm, state, css, name);
              while (painted() === before) await frame();
              pixels();
              return performance.now() - begun;
            }""",
            [widget._esm, sent, widget._css, name],
        )
    )


def _sent(page: Page, value: Any, name: str = "") -> Any:
    """Send the bytes at any depth in pieces; what is left refers to them."""
    if isinstance(value, bytes):
        for at in range(0, len(value), PIECE):
            page.evaluate("([name, text]) => piece(name, text)", [name, _text(value[at : at + PIECE])])
        return {"__piece": name}
    if isinstance(value, dict):
        return {key: _sent(page, entry, f"{name}.{key}") for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_sent(page, entry, f"{name}.{k}") for k, entry in enumerate(value)]
    return value


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
