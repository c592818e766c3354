"""DEC from data sorted by class against the same data shuffled: the order of a catalogue must not decide (trap 1).

BENCH_SEEDS (how many; 5), BENCH_SETS (names with commas between; digits and pnw4). Another order is another draw of the
batches, so that single runs differ as those of two seeds do; the mean difference has a standard error.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np

import zclust_explore as zx
from tests.benchmarks.study.datasets import DATASETS, load

SETS = "digits,pnw4"


def table() -> str:
    """ARI, mean ± sd over seeds, of both orders, and their mean difference ± its standard error."""
    n_seeds = int(os.environ.get("BENCH_SEEDS", "5"))
    lines = [f"{f'{n_seeds} seeds':42}{'sorted by class':>18}{'shuffled':>18}{'difference':>18}"]
    for name in os.environ.get("BENCH_SETS", SETS).split(","):
        dataset = DATASETS[name]
        if dataset.missing:
            lines.append(dataset.missing)
            continue
        specs = load(name, 0)
        by_class = specs.select(np.argsort(specs.metadata.label.to_numpy(), kind="stable"))
        found = np.empty((n_seeds, 2))
        for seed in range(n_seeds):
            mixed = by_class.select(np.random.default_rng(seed).permutation(specs.n_samples))
            for column, ordered in enumerate((by_class, mixed)):
                with tempfile.TemporaryDirectory() as folder:
                    trainer = zx.Trainer(ordered, random_state=seed, directory=Path(folder) / "run", **dataset.trainer)
                    trainer.pretrain(progress_bar=False)
                    labels = trainer.cluster(dataset.n_clusters, progress_bar=False).labels
                found[seed, column] = zx.score(ordered.metadata.label, labels)["ari"]
        (a, b), (da, db) = found.mean(axis=0), found.std(axis=0, ddof=1)
        difference = found[:, 0] - found[:, 1]
        said = f"{difference.mean():+.3f} ± {difference.std(ddof=1) / np.sqrt(n_seeds):.3f}"
        lines.append(f"{dataset.title:42}{f'{a:.3f} ± {da:.3f}':>18}{f'{b:.3f} ± {db:.3f}':>18}{said:>18}")
    return "\n".join(lines)
