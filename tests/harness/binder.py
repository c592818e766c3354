"""`make binder-check`: Binder's environment from PyPI, its postBuild, and the first two lessons in 1 GB on one core.

What differs from Binder: packages come from PyPI, not from conda-forge, and into no container. A limit on address space
would stop PyTorch, which reserves far more than it uses; so the memory of JupyterLab and all that it starts is watched,
as the sum of their resident sets, and the check fails where that was above the limit. It counts shared pages twice.
"""

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import yaml

from tests.harness import browser
from tests.harness import notebook as driving
from tests.harness.cost import one_core
from tests.harness.lab import QUIET, private_environment
from tests.harness.server import Server, free_port
from tests.harness.wheel import ROOT, find_uv, run

LIMIT_MB = 1000
LESSONS = ("01_spectrograms", "02_autoencoder")
PYPI_NAMES = {"pytorch-cpu": "torch"}
# Whatever leaves the machine goes to a proxy that nobody runs.
OFFLINE = {name: "http://127.0.0.1:9" for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")}
LOCAL = {"no_proxy": "127.0.0.1,localhost", "NO_PROXY": "127.0.0.1,localhost"}


def requirements() -> tuple[str, list[str]]:
    """Python's version and the packages of environment.yml, by their names on PyPI."""
    listed = yaml.safe_load((ROOT / "binder/environment.yml").read_text())["dependencies"]
    python = next(entry.removeprefix("python=") for entry in listed if entry.startswith("python="))
    packages = [entry for entry in listed if entry != "pip" and not entry.startswith("python=")]
    for name, other in PYPI_NAMES.items():
        packages = [entry.replace(name, other, 1) for entry in packages]
    return python, packages


def build(folder: Path) -> Path:
    """Make an environment with the packages of environment.yml in a folder; returns its Python.

    It has the version of the Python that runs this: for another one, the CPU build of PyTorch may not be at hand.
    """
    run([sys.executable, "-m", "venv", str(folder)])
    python, uv = str(folder / "bin" / "python"), find_uv()
    pip = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install"]
    run([*pip, *requirements()[1], "-c", str(ROOT / "constraints.txt")])
    return Path(python)


def checkout(folder: Path) -> None:
    """Copy what git knows of the working tree, as it lies there."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)


class Memory:
    """The largest sum of resident sets of a process and all that it has started, in MB."""

    def __init__(self, pid: int) -> None:
        self.peak, self._process, self._ended = 0.0, psutil.Process(pid), threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._ended.wait(0.1):
            total = 0
            for process in [self._process, *self._children()]:
                with contextlib.suppress(psutil.Error):  # it has just ended
                    total += process.memory_info().rss
            self.peak = max(self.peak, total / 1e6)

    def _children(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.Error):
            return self._process.children(recursive=True)
        return []

    def stop(self) -> float:
        """End watching; returns the peak."""
        self._ended.set()
        self._thread.join()
        return self.peak


@contextlib.contextmanager
def jupyterlab(python: Path, root: Path, home: Path, environment: dict[str, str]) -> Iterator[tuple[Server, Memory]]:
    """JupyterLab of an environment on one core, without a network."""
    server = Server(free_port(), secrets.token_hex(16))
    command = [str(python), "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", *QUIET]
    command += [f"--ServerApp.port={server.base.rpartition(':')[2]}", "--ServerApp.port_retries=0"]
    command += [f"--IdentityProvider.token={server.token}", f"--ServerApp.root_dir={root}"]
    log = home / "server.log"
    own = {name: value for name, value in private_environment(home).items() if name.startswith(("JUPYTER", "IPYTHON"))}
    with log.open("wb") as output, one_core():
        process = subprocess.Popen(
            command, cwd=root, env=environment | own | OFFLINE | LOCAL, stdout=output, stderr=subprocess.STDOUT
        )
    memory = Memory(process.pid)
    try:
        server.wait(process, log)
        yield server, memory
    finally:
        server.stop(process)


def said(text: str, since: float) -> float:
    """Print a line with the seconds that it took; returns now."""
    now = time.monotonic()
    print(f"{text}  ({now - since:.0f} s)", flush=True)
    return now


def main() -> int:
    """Check everything, print what was found; 0 if all is well."""
    with tempfile.TemporaryDirectory(prefix="binder_check.") as place:
        folder, since = Path(place), time.monotonic()
        root, home = folder / "repository", folder / "jupyter"
        home.mkdir()
        python = build(folder / "environment")
        size = sum(path.stat().st_size for path in python.parents[1].rglob("*") if not path.is_symlink()) / 1e6
        version = subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout.strip()
        since = said(f"environment: {version}, wanted {requirements()[0]}, {size:.0f} MB", since)
        checkout(root)
        # on Binder, the repository is the home folder
        mine = {name: os.environ[name] for name in ("LANG", "PIP_FIND_LINKS", "TMPDIR") if name in os.environ}
        environment = mine | {"HOME": str(root), "PATH": f"{python.parent}:/usr/local/bin:/usr/bin:/bin"}
        with one_core():
            done = subprocess.run(
                ["bash", "binder/postBuild"],
                cwd=root,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        if done.returncode:
            print(done.stdout.decode(errors="replace")[-3000:])
            return 1
        runs = sorted((root / ".cache/zclust_explore/runs").glob("*/*/run.json"))
        since = said(f"postBuild: recorded runs {', '.join(path.parent.name for path in runs)}", since)
        with jupyterlab(python, root, home, environment) as (server, memory), browser.launch() as chromium:
            for name in LESSONS:  # the kernel of the first is left running, as people do
                page = chromium.new_page(viewport={"width": 1400, "height": 1000})
                watch = browser.Watch(page)
                driving.open_notebook(page, server, f"notebooks/workshop/{name}.ipynb", 180)
                driving.run_all(page, 600)
                page.wait_for_selector(".zx-lessonhead")
                watch.settle()
                watch.check()
                since = said(f"{name}: all cells ran, nothing left the machine, {memory.peak:.0f} MB so far", since)
            peak = memory.stop()
        verdict = "within" if peak <= LIMIT_MB else "ABOVE"
        print(f"memory of JupyterLab and both kernels: {peak:.0f} MB, {verdict} the limit of {LIMIT_MB} MB")
        return int(peak > LIMIT_MB)


if __name__ == "__main__":
    sys.exit(main())
