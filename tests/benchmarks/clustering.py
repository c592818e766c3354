"""Accuracy, NMI and ARI of our defaults, simple methods and a peer on data sets with known labels.

BENCH=full takes all sets and methods, with peers. Else chosen by BENCH_SETS and BENCH_METHODS (names with commas
between), BENCH_SEEDS (how many; 5), BENCH_JOBS (seeds at a time; 1), BENCH_FRESH=1 (work out again what is kept).
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from tests.benchmarks.peers.install import search_path
from tests.benchmarks.study import results
from tests.benchmarks.study.datasets import DATASETS
from tests.benchmarks.study.methods import METHODS, pretraining, settings

QUICK_SETS = ("toy", "pnw4", "luhu", "digits")
QUICK_METHODS = ("PCA + k-means", "PCA + mixture", "AE + k-means", "AE + mixture", "DEC")
PEER_SETS = ("digits", "mnist10k")  # images: its networks take no spectrograms, and all of MNIST would take it a day
CELL = "tests.benchmarks.study.cell"


def table() -> str:
    """One block a set, one row a method: mean ± sd over seeds, seconds with pretraining, peak memory."""
    full = os.environ.get("BENCH") == "full"
    sets = _chosen("BENCH_SETS", tuple(DATASETS) if full else QUICK_SETS, tuple(DATASETS))
    methods = _chosen("BENCH_METHODS", tuple(METHODS) if full else QUICK_METHODS, tuple(METHODS))
    n_seeds, n_jobs = int(os.environ.get("BENCH_SEEDS", "5")), int(os.environ.get("BENCH_JOBS", "1"))
    fresh = os.environ.get("BENCH_FRESH") == "1"
    blocks = []
    for dataset in sets:
        if DATASETS[dataset].missing:
            blocks.append(DATASETS[dataset].missing)
            continue
        rows = [name for name in methods if METHODS[name].kind != "peer" or dataset in PEER_SETS]
        with ThreadPoolExecutor(n_jobs) as pool:  # the threads wait for processes
            found = list(pool.map(lambda seed, d=dataset, r=rows: _seed(d, r, seed, fresh), range(n_seeds)))
        blocks.append(block(dataset, {name: [seed[name] for seed in found] for name in rows}))
    jobs = f"; {n_jobs} at a time" if n_jobs > 1 else ""
    note = f"{n_seeds} seeds, last step, mean ± sd{jobs}. Accuracy by Hungarian matching. Seconds include pretraining."
    return "\n\n".join([*blocks, note])


def block(dataset: str, rows: dict[str, list[dict[str, Any]]]) -> str:
    """The table of one set from the results of its rows, one a seed."""
    width = max(map(len, METHODS)) + 2
    lines = [DATASETS[dataset].title]
    lines.append(f"{'':{width}}{'ACC':>15}{'NMI':>15}{'ARI':>15}{'seconds':>10}{'peak MiB':>10}")
    for name, found in rows.items():
        scores = "".join(f"{_spread(found, score):>15}" for score in ("accuracy", "nmi", "ari"))
        seconds, peak = (np.median([result[what] for result in found]) for what in ("seconds", "peak_mib"))
        lines.append(f"{name:{width}}{scores}{seconds:10.1f}{peak:10.0f}")
    if "DEC" in rows and "ClustPy DEC" in rows:
        lines.append(ratio(rows["DEC"], rows["ClustPy DEC"]))
    return "\n".join(lines)


def ratio(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> str:
    """Our DEC against the peer's, seed by seed in one run of the study."""
    gain = np.mean([o["accuracy"] - t["accuracy"] for o, t in zip(ours, theirs, strict=True)])
    share = np.median([o["seconds"] / t["seconds"] for o, t in zip(ours, theirs, strict=True)])
    return f"DEC against ClustPy DEC: accuracy {gain:+.3f}, {share:.2f} of its seconds (1/{1 / share:.1f})"


def _seed(dataset: str, rows: list[str], seed: int, fresh: bool) -> dict[str, dict[str, Any]]:
    """Results of all rows for one seed: those that are kept, and the others worked out."""
    found: dict[str, dict[str, Any]] = {}
    trained: dict[str, dict[str, Any]] = {}
    for name in rows:
        file = results.path(dataset, name, seed, settings(dataset, name))
        kept = None if fresh and name not in found else results.read(file)
        if kept is None:
            _say(f"{dataset}, seed {seed}: {name}")
            if METHODS[name].kind == "peer":
                both = results.in_process("tests.benchmarks.peers.run", dataset, str(seed), extra_path=search_path())
                for peer, result in both.items():
                    results.write(results.path(dataset, peer, seed, settings(dataset, peer)), result)
                    found[peer] = result
            else:
                results.write(file, _ours(dataset, name, seed, trained, fresh))
            kept = results.read(file)
        assert kept is not None
        found[name] = kept
    return found


def _ours(dataset: str, name: str, seed: int, trained: dict[str, dict[str, Any]], fresh: bool) -> dict[str, Any]:
    """A row of ours; the pretrained network is shared by the rows that want the same one, its seconds count in each."""
    shared: dict[str, Any] = {"seconds": 0.0, "peak_mib": 0.0}
    folder = results.FOLDER / dataset
    if METHODS[name].kind != "components":
        wanted = pretraining(dataset, name)
        file = results.path(dataset, "pretrained", seed, wanted)
        folder = file.with_suffix("")
        known = trained.get(file.name) or (None if fresh else results.read(file))
        if known is None or not folder.is_dir():
            file.unlink(missing_ok=True)  # should this be stopped, half a run must not pass for a whole one
            known = results.in_process(CELL, "pretrain", dataset, name, str(seed), str(folder))
            results.write(file, known)
        trained[file.name] = shared = known
    result = results.in_process(CELL, "label", dataset, name, str(seed), str(folder))
    result["pretrain_seconds"] = shared["seconds"]
    result["seconds"] += shared["seconds"]
    result["peak_mib"] = max(result["peak_mib"], shared["peak_mib"])
    return result


def _spread(found: list[dict[str, Any]], score: str) -> str:
    values = [result[score] for result in found]
    deviation = np.std(values, ddof=1) if len(values) > 1 else 0.0
    return f"{np.mean(values):.3f} ± {deviation:.3f}"


def _chosen(variable: str, default: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    asked = os.environ.get(variable)
    if not asked:
        return default
    names = tuple(name.strip() for name in asked.split(","))
    if unknown := sorted(set(names) - set(known)):
        raise SystemExit(f"{variable}: no {', '.join(unknown)}; there are: {', '.join(known)}")
    return names


def _say(text: str) -> None:
    print(f"  … {text}", file=sys.stderr, flush=True)
