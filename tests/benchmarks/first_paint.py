"""From `make lab` in a fresh clone of HEAD to the painted explorer, in seconds."""

import os
import secrets
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page

from tests.harness import browser
from tests.harness.lab import QUIET, private_environment
from tests.harness.notebook import open_notebook
from tests.harness.server import Server, free_port

ROOT = Path(__file__).parents[2]
NOTEBOOK = "notebooks/00_start_here.ipynb"
PAINTED = '.zx-explorer .zx-map[data-painted="true"]'
LIMIT_S = 1200
# Run All, noting when each code cell was done and when the explorer was there.
RUN_CELLS = """selector => {
  const {commands, shell} = window.jupyterapp, ends = [];
  const now = () => performance.now() / 1000, start = now();
  for (const {model} of shell.currentWidget.content.widgets)
    if (model.type === "code") model.stateChanged.connect((_, {name, newValue}) => {
      if (name === "executionCount" && newValue) ends.push([now(), model.sharedModel.getSource()]);
    });
  window.painted = window.ran = null;
  const timer = setInterval(() => {
    if (document.querySelector(selector)) { window.painted = now(); clearInterval(timer); }
  }, 20);
  commands.execute("notebook:run-all-cells").then(ok => { window.ran = {ok: Boolean(ok), ends, start}; });
}"""


def table() -> str:
    """Clone, `make lab`, Run All in Chromium; one row a stage."""
    with tempfile.TemporaryDirectory(prefix="first_paint_", ignore_cleanup_errors=True) as folder:
        rows = measure(Path(folder))
    width = max(len(stage) for stage, _ in rows)
    return "\n".join(f"{stage:<{width}}  {value:>8}" for stage, value in rows)


def measure(folder: Path) -> list[tuple[str, str]]:
    """The stages and their seconds, each from the end of the one before, and the total."""
    clone, log = folder / "clone", folder / "lab.log"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    port, token = free_port(), secrets.token_hex(16)
    server = Server(port, token)
    arguments = ["--no-browser", f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"]
    inherited = {key: value for key, value in private_environment(folder / "jupyter").items() if "MAKE" not in key}
    start = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["make", "lab", f"LAB_ARGS={' '.join([*arguments, *QUIET])}"],
            cwd=clone,
            env=inherited,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        while not (clone / ".venv/.installed-lab").exists():
            if process.poll() is not None or time.monotonic() - start > LIMIT_S:
                raise RuntimeError(f"make lab did not install:\n{log.read_text(errors='replace')}")
            time.sleep(0.05)
        installed = time.monotonic()
        server.wait(process, log)
        up = time.monotonic()
        with browser.launch() as chromium:
            page = chromium.new_page(viewport={"width": 1400, "height": 1000})
            watch = browser.Watch(page)
            open_notebook(page, server, NOTEBOOK)
            ready = time.monotonic()
            n_points, cells, painted = run(page)
            watch.settle()
            watch.check()
    finally:
        stop(server, process)
    stages = [("install", installed - start), ("server up", up - installed), ("kernel ready", ready - up)]
    stages += [(f"cell: {source}", seconds) for source, seconds in cells if seconds >= 1]
    rows = [(f"{name} [s]", f"{seconds:.1f}") for name, seconds in stages]
    rows.append(("Run All to painted explorer [s]", f"{painted:.1f}"))
    rows.append(("total, command to painted explorer [s]", f"{ready - start + painted:.1f}"))
    rows.append(("points painted", n_points))
    return rows


def run(page: Page) -> tuple[str, list[tuple[str, float]], float]:
    """Run All: how many points were painted, (first line, seconds) of each code cell, seconds until the paint."""
    page.evaluate(RUN_CELLS, PAINTED)
    page.wait_for_function("() => window.ran", timeout=LIMIT_S * 1000)
    ran = page.evaluate("() => window.ran")
    assert ran["ok"], "a cell of the notebook failed"
    page.wait_for_function("() => window.painted", timeout=60_000)
    ends = [ran["start"], *(end for end, _ in ran["ends"])]
    cells = [
        (next((line for line in source.splitlines() if line and not line.startswith("#")), "")[:60], end - begin)
        for begin, (end, source) in zip(ends, ran["ends"], strict=False)
    ]
    n_points = page.locator(PAINTED).first.get_attribute("data-n")
    assert n_points, "the map does not say how many points it drew"
    return n_points, cells, page.evaluate("() => window.painted") - ran["start"]


def stop(server: Server, process: subprocess.Popen[bytes]) -> None:
    """Stop the server through its API; make ends with it. Where it never came up, end the group that we started."""
    try:
        server.api("shutdown", "POST")
        process.wait(30)
    except (OSError, subprocess.TimeoutExpired):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
