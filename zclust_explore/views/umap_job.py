"""UmapJob: a UMAP of a run, made by another process and kept on disk, that nobody waits for."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..data.files import new_folder
from ..data.run import Run
from .projection import Projection, project_umap

# part of the name on disk: another number makes old files strangers
FORMAT = 2
SETTINGS = {"n_neighbors": 15, "n_epochs": 200, "random_state": 0}
# one thread and the lowest claim on the processor: the notebook goes first
QUIET = {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class UmapJob:
    """Have UMAP computed beside the notebook; `done` is called once, on another thread.

    Parameters
    ----------
    run : Run
    done : callable (projection, error)
        Gets the Projection and None, or None and a sentence. It is not called after `cancel`.

    The job of a newer state of the run replaces an older one: cancel that, then start this.
    """

    def __init__(self, run: Run, done: Callable[[Projection | None, str | None], None]) -> None:
        self._run = run
        self._done = done
        self._cancelled = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and return at once."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "zclust_explore.views.umap_job", str(self._run.directory), str(len(self._run))],
            env=os.environ | QUIET,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        threading.Thread(target=self._wait, args=(self._process, len(self._run)), daemon=True).start()

    def cancel(self) -> None:
        """End the process; `done` will not be called."""
        self._cancelled.set()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def _wait(self, process: subprocess.Popen[bytes], n_snapshots: int) -> None:
        said = process.communicate()[1].decode(errors="replace").strip()
        if self._cancelled.is_set():
            return
        projection = read_umap(self._run, n_snapshots)
        if projection is not None:
            self._done(projection, None)
        else:
            self._done(None, f"UMAP failed: {said.splitlines()[-1] if said else f'exit code {process.returncode}'}")


def read_umap(run: Run, n_snapshots: int | None = None) -> Projection | None:
    """Return the UMAP of a run's first snapshots (default: all) from disk, or None where there is none."""
    folder = _folder(run, len(run) if n_snapshots is None else n_snapshots)
    try:
        about = json.loads((folder / "projection.json").read_text())
        arrays = {name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in ("xy", "centroids_xy")}
    except FileNotFoundError:
        return None
    return Projection(**arrays, method=about["method"], axes=tuple(about["axes"]), motion=about["motion"])


def write_umap(run: Run) -> Projection:
    """Compute the UMAP of a run and keep it beside the run; complete or absent."""
    n_snapshots = len(run)
    projection = project_umap(run, **SETTINGS)
    try:
        with new_folder(_folder(run, n_snapshots)) as folder:
            np.save(folder / "xy.npy", projection.xy)
            np.save(folder / "centroids_xy.npy", projection.centroids_xy)
            about = {"method": projection.method, "axes": projection.axes, "motion": projection.motion, **SETTINGS}
            (folder / "projection.json").write_text(json.dumps(about))
    except FileExistsError:
        pass  # another window of the same run was faster, with the same numbers
    return projection


def _folder(run: Run, n_snapshots: int) -> Path:
    # a run only grows: its first n snapshots never change, so their number and the settings name the result
    key = hashlib.sha256(json.dumps([FORMAT, n_snapshots, SETTINGS]).encode()).hexdigest()[:12]
    return run.directory / "projections" / f"umap-{n_snapshots}-{key}"


def main(directory: str, n_snapshots: int) -> None:
    """Compute in this process, with the lowest priority."""
    if hasattr(os, "nice"):
        os.nice(15)
    run = Run.open(directory)
    if len(run) < n_snapshots:
        raise ValueError(f"directory must hold {n_snapshots} snapshots, got {len(run)}.")
    write_umap(run.first(n_snapshots))  # it may have grown since it was asked for


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
