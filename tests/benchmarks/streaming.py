"""A million windows of 64 × 64 from a store on disk through Run.label: seconds a window, and peak memory."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import zclust_explore as zx

SHAPE, N_CLUSTERS, N_TRAINING = (64, 64), 6, 512
# The small store comes twice, before and after: what the machine did meanwhile shows in how far the two are apart.
SIZES = (10_000, 1_000_000, 10_000)
DIFFERENT = 1_024  # windows that differ in more than their level
STEP_DB = 0.125  # so coarse, the values take about a third of their room on disk
MEASURE = """
import json, sys, time
from pathlib import Path
import torch, zclust_explore as zx
torch.set_num_threads(1)
zx.label, zx.Run  # imports all that is needed
def memory(kind):  # of this process alone: what resource tells begins with the peak of the process that started it
    return int(Path("/proc/self/status").read_text().partition(kind)[2].split()[0]) / 1024
before = memory("VmRSS:")
run, specs = zx.Run.open(sys.argv[1]), zx.Spectrograms.open(sys.argv[2])
wall, cpu = time.perf_counter(), time.process_time()
labels = run.label(specs)
wall, cpu, after = time.perf_counter() - wall, time.process_time() - cpu, memory("VmHWM:")
assert labels.soft_assignments.shape == (specs.n_samples, 6) and labels.labels.min() >= 0
print(json.dumps({"wall": wall, "cpu": cpu, "before": before, "after": after}))
"""


class Windows:
    """Values of synthetic windows, made when they are asked for: noise of one of many patterns, with a burst."""

    ndim = 3

    def __init__(self, n: int) -> None:
        self.shape = (n, *SHAPE)
        random = np.random.default_rng(0)
        pool = random.normal(-100, 5, (DIFFERENT, *SHAPE))
        frequency, time = np.ogrid[: SHAPE[0], : SHAPE[1]]
        for number, pattern in enumerate(pool):  # a kind for each cluster
            centre, kind = random.uniform(16, 48), number % N_CLUSTERS
            pattern += 25 * np.exp(-(((frequency - 8 - 9 * kind) / 4) ** 2) - ((time - centre) / (2 + 2 * kind)) ** 2)
        self._pool = (np.round(pool / STEP_DB) * STEP_DB).astype(np.float32)

    def __getitem__(self, rows: slice) -> np.ndarray:
        """Read rows as an array is read."""
        number = np.arange(self.shape[0])[rows]
        return self._pool[number % DIFFERENT] + (STEP_DB * (number // DIFFERENT % 64)).astype(np.float32)[:, None, None]


def spectrograms(n: int) -> zx.Spectrograms:
    """Synthetic windows with the metadata that a year of a station has."""
    start = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(np.arange(n) * 30, unit="s")
    table = pd.DataFrame({"trace_id": "XX.TOY..HHZ", "starttime": start})
    return zx.Spectrograms(Windows(n), np.arange(1.0, 65.0) / 4, np.arange(64.0) / 2, table)


def table(sizes: Sequence[int] = SIZES) -> str:
    """One row a store, in fresh processes with one thread for the network; its files are put out of the cache first."""
    rows: list[tuple[int, dict[str, float], float]] = []
    with tempfile.TemporaryDirectory(prefix="streaming_") as folder:
        place = Path(folder)
        training = spectrograms(N_TRAINING).select(slice(None))
        trainer = zx.Trainer(training, random_state=0, directory=place / "run")
        trainer.pretrain(3, progress_bar=False)
        trainer.cluster(N_CLUSTERS, n_epochs=2, progress_bar=False)
        for n in sizes:
            store = place / f"{n}"
            if not store.exists():
                spectrograms(n).save(store)
            gigabytes = forget(store) / 1e9
            done = subprocess.run(
                [sys.executable, "-c", MEASURE, place / "run", store], capture_output=True, text=True, check=True
            )
            rows.append((n, json.loads(done.stdout), gigabytes))
            print(f"{n}: {done.stdout.strip()}", file=sys.stderr)
    small = float(np.mean([found["cpu"] / n for n, found, _ in rows if n == min(sizes)]))
    lines = [
        f"{'windows':>9}{'GB on disk':>12}{'wall ms/window':>16}{'CPU ms/window':>15}{'ratio':>7}{'MiB added':>11}"
    ]
    for n, found, gigabytes in rows:
        added = found["after"] - found["before"]
        lines.append(
            f"{n:9}{gigabytes:12.2f}{1e3 * found['wall'] / n:16.3f}{1e3 * found['cpu'] / n:15.3f}"
            f"{found['cpu'] / n / small:7.2f}{added:11.0f}"
        )
    return "\n".join(
        [
            *lines,
            "MiB added: peak of the process over what it held with everything imported (Linux only)",
        ]
    )


def forget(store: Path) -> int:
    """Put the files of a store out of the system's cache where that can be asked for; returns their bytes."""
    total = 0
    for file in (file for file in store.rglob("*") if file.is_file()):
        total += file.stat().st_size
        if hasattr(os, "posix_fadvise"):
            descriptor: Any = os.open(file, os.O_RDONLY)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)
    return total


if __name__ == "__main__":  # python -m tests.benchmarks.streaming 10000 50000
    print(table([int(word) for word in sys.argv[1:]] or SIZES))
