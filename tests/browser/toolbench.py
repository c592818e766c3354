"""A run with all kinds of metadata, and its map with a state that a test can read."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.harness import mount as mounting
from tests.made_runs import make_run
from zclust_explore.data.run import Run
from zclust_explore.data.synthetic import make_spectrograms

SYNCED = ("record", "pca", "umap", "umap_status")
FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
MASK = """() => {
  const mask = models.state.get("mask");
  if (!mask?.byteLength) return [];
  const bytes = new Uint8Array(mask.buffer, mask.byteOffset, mask.byteLength);
  return [...bytes.keys()].filter(i => bytes[i]);
}"""
ASK = """queries => queries.map(query => {
  const input = document.querySelector(".zx-queryinput"), box = document.querySelector(".zx-query");
  input.value = query;
  input.dispatchEvent(new Event("input", {bubbles: true}));
  models.state.set("mask", null);
  input.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
  return [(MASK)(), box.dataset.error, box.dataset.at, box.dataset.found];
})""".replace("MASK", MASK)


def odd_run(directory: Path, n: int = 300) -> Run:
    """Windows over two days at three stations, with gaps in what is known of them."""
    random = np.random.default_rng(3)
    specs = make_spectrograms(n, random_state=0)
    table = specs.metadata.copy()
    table["starttime"] = pd.Timestamp("2020-02-28T22:30:00.18Z") + pd.to_timedelta(
        random.integers(0, 172800, n), unit="s"
    )
    table["trace_id"] = random.choice(["XX.ABC.00.HHZ", "XX.ABD..HHZ", "YY.ABC.00.BHZ"], n)
    table["snr_db"] = np.where(random.random(n) < 0.1, np.nan, random.normal(8, 5, n))
    table["analyst"] = random.choice(["Ångström", 'O"Hara', "mori", None], n)
    table["species"] = random.choice([f"kind {k}" for k in range(20)], n, p=np.arange(1, 21) / 210)
    table["depth km"] = random.integers(0, 40, n)
    table["picked"] = random.random(n) < 0.3
    return make_run(directory, dataclasses.replace(specs, metadata=table), n_pretrain=3, n_cluster=9)


def frame_of(run: Run, step: int = -1) -> pd.DataFrame:
    """What pandas knows of the windows at a step: the metadata and the run's own columns, UTC."""
    frame = run.spectrograms.metadata.copy()
    frame["starttime"] = pd.to_datetime(frame.starttime, utc=True).dt.tz_localize(None)
    frame["hour"] = frame.starttime.dt.hour
    frame["station"] = frame.trace_id.str.split(".").str[:2].str.join(".")
    frame["window"] = np.arange(len(frame))
    snapshot = run.snapshot(step)
    frame["cluster"], frame["q"], frame["margin"] = np.nan, np.nan, np.nan
    if snapshot.centroids is not None:
        two = np.sort(snapshot.soft_assignments(), axis=1)[:, -2:]
        frame["cluster"] = snapshot.labels
        frame["q"] = two[:, 1].astype("f4").astype("f8")
        frame["margin"] = (two[:, 1] - two[:, 0]).astype("f4").astype("f8")
    return frame


def mount_with_state(page: Any, widget: Any, theme: str = "light", **state: Any) -> None:
    """Draw a widget whose state is `models.state` in the page."""
    mounting.mount(page, "export default {render() {}};", {"step": -1, **state}, theme=theme, name="state")
    traits = {name: getattr(widget, name) for name in SYNCED}
    mounting.mount(page, widget._esm, {**traits, "state": "IPY_MODEL_state"}, css=widget._css, beside=True)
    page.wait_for_selector(".zx-map[data-painted=true]")
