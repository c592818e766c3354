"""DEC from data sorted by class against the same data shuffled: the order of a catalogue must not decide (trap 1)."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

import zclust_explore as zx
from tests.benchmarks.study.datasets import DATASETS, load

SETS = ("digits", "pnw4")
SEEDS = range(5)


def table() -> str:
    """ARI, mean ± sd over seeds, of both orders, and their difference."""
    lines = [f"{'':42}{'sorted by class':>18}{'shuffled':>18}{'difference':>12}"]
    for name in SETS:
        dataset = DATASETS[name]
        if dataset.missing:
            lines.append(dataset.missing)
            continue
        specs = load(name, 0)
        by_class = specs.select(np.argsort(specs.metadata.label.to_numpy(), kind="stable"))
        found = np.empty((len(SEEDS), 2))
        for seed in SEEDS:
            mixed = by_class.select(np.random.default_rng(seed).permutation(specs.n_samples))
            for column, ordered in enumerate((by_class, mixed)):
                with tempfile.TemporaryDirectory() as folder:
                    trainer = zx.Trainer(ordered, random_state=seed, directory=Path(folder) / "run", **dataset.trainer)
                    trainer.pretrain(progress_bar=False)
                    labels = trainer.cluster(dataset.n_clusters, progress_bar=False).labels
                found[seed, column] = zx.score(ordered.metadata.label, labels)["ari"]
        (a, b), (da, db) = found.mean(axis=0), found.std(axis=0, ddof=1)
        lines.append(f"{dataset.title:42}{f'{a:.3f} ± {da:.3f}':>18}{f'{b:.3f} ± {db:.3f}':>18}{a - b:+12.3f}")
    return "\n".join(lines)
