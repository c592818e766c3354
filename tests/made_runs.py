"""Runs that nobody trained: windows drift from one cloud to clusters, or from cluster to cluster."""

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


def make_restless_run(directory: Path, *, n_samples: int = 240, n_steps: int = 30, random_state: int = 0) -> Run:
    """A run whose windows keep their cluster at first, and then leave it one after the other, some of them twice.

    Its first two snapshots are of the pretraining. A fifth of the windows never leaves.
    """
    random = np.random.default_rng(random_state)
    home = random.normal(0, 4, (N_CLUSTERS, 4))
    stays = [np.arange(n_samples) % N_CLUSTERS]
    stays += [(stays[0] + random.integers(1, 3, n_samples)) % N_CLUSTERS, random.integers(0, N_CLUSTERS, n_samples)]
    leaves = random.uniform(3, n_steps, n_samples)
    leaves[::5] = np.inf
    again = np.where(random.random(n_samples) < 0.3, leaves + random.uniform(4, 12, n_samples), np.inf)
    scatter, swing = random.normal(0, 1, (n_samples, 4)), random.normal(0, 3, (n_samples, 4))
    run = Run.create(directory, make_spectrograms(n_samples, random_state=random_state), {"made": "by hand"})
    for step in range(n_steps):
        embedding = home[stays[0]] + scatter
        for when, where in ((leaves, stays[1]), (again, stays[2])):
            part = np.clip((step - when) / 4 + 0.5, 0, 1)[:, None]  # under way for four steps, by a bend
            embedding = (1 - part) * embedding + part * (home[where] + scatter) + part * (1 - part) * swing
        if step < 2:
            run.append(Snapshot(step, "pretrain", step + 1, {"reconstruction": 0.5}, embedding))
            continue
        centroids = home + random.normal(0, 0.15, home.shape)
        run.append(Snapshot(step, "cluster", step - 2, {"clustering": 0.5 / step}, embedding, centroids, 0.1))
    run.record("stop", "made by hand")
    return run
