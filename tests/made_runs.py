"""Runs that nobody trained: windows drift from one cloud to clusters, as an encoder would move them."""

from pathlib import Path

import numpy as np

from zclust_explore.data.run import Run
from zclust_explore.data.snapshot import Snapshot
from zclust_explore.data.spectrograms import Spectrograms
from zclust_explore.data.synthetic import make_spectrograms

N_PRETRAIN, N_CLUSTER, N_CLUSTERS, LATENT_DIM = 15, 25, 6, 10


def make_run(
    directory: Path,
    specs: Spectrograms | None = None,
    *,
    n_samples: int = 240,
    n_pretrain: int = N_PRETRAIN,
    n_cluster: int = N_CLUSTER,
    random_state: int = 0,
) -> Run:
    """A run of `n_pretrain` snapshots without centroids and `n_cluster` with."""
    specs = specs or make_spectrograms(n_samples, random_state=random_state)
    random = np.random.default_rng(random_state)
    n = specs.n_samples
    home = random.normal(0, 3, (N_CLUSTERS, LATENT_DIM))
    member = np.arange(n) % N_CLUSTERS
    start, scatter = random.normal(0, 1, (n, LATENT_DIM)), random.normal(0, 1, (n, LATENT_DIM))
    run = Run.create(directory, specs, {"made": "by hand"})
    for step in range(n_pretrain + n_cluster):
        arrived, epoch = 1 - np.exp(-5 * step / (n_pretrain + n_cluster)), step - n_pretrain
        embedding = (1 - arrived) * start + arrived * (home[member] + scatter) + random.normal(0, 0.03, start.shape)
        if step < n_pretrain:
            losses = {"reconstruction": 0.2 + 0.8 * np.exp(-step / 5)}
            run.append(Snapshot(step, "pretrain", step + 1, losses, embedding))
            continue
        centroids = home + random.normal(0, np.exp(-epoch / 6), home.shape)
        losses = {"reconstruction": 0.24, "clustering": 0.1 + 0.6 * float(np.exp(-epoch / 6))}
        change = float(0.2 * np.exp(-epoch / 5)) if epoch else None
        run.append(Snapshot(step, "cluster", epoch, losses, embedding, centroids, change))
    run.record("stop", "made by hand")
    return run
