"""DEC and its baselines on the toy world at its defaults: k = 8, five seeds of data and training."""

import tempfile
import time
from pathlib import Path

import numpy as np

import zclust_explore as zx
from zclust_explore.evaluation.baselines import pca_kmeans
from zclust_explore.evaluation.scores import score

SEEDS = range(5)
K = 8


def table() -> str:
    """Mean ± standard deviation over the seeds of ARI, NMI and accuracy, and seconds."""
    names = ("PCA + k-means", "autoencoder + k-means", "DEC, decoder kept", "DEC, plain (weight 0)", "IDEC (weight 10)")
    rows: dict[str, list[tuple[float, ...]]] = {name: [] for name in names}
    for seed in SEEDS:
        specs = zx.make_spectrograms(random_state=seed)
        truth = specs.metadata.label
        began = time.perf_counter()
        baseline = pca_kmeans(specs, K, random_state=seed)
        after = [time.perf_counter() - began]
        with tempfile.TemporaryDirectory() as folder:
            trainer = zx.Trainer(specs, random_state=seed, directory=Path(folder) / "run")
            began = time.perf_counter()
            trainer.pretrain(progress_bar=False)
            after.append(time.perf_counter() - began)
            pretrained = after[-1]
            results = [baseline]
            for weight in (1.0, 0.0, 10.0):  # 1.0 is the default
                began = time.perf_counter()
                run = trainer.cluster(n_clusters=K, reconstruction_weight=weight, progress_bar=False)
                after.append(pretrained + time.perf_counter() - began)
                if weight == 1.0:
                    start = next(snapshot for snapshot in run.snapshots if snapshot.phase == "cluster")
                    results.append(start.labels)
                results.append(run.labels)
        for name, labels, seconds in zip(rows, results, after, strict=True):
            scores = score(truth, labels)
            rows[name].append((scores["ari"], scores["nmi"], scores["accuracy"], seconds))
    lines = [f"{'':24}{'ARI':>16}{'NMI':>16}{'accuracy':>16}{'seconds':>10}"]
    for name, values in rows.items():
        mean, spread = np.mean(values, axis=0), np.std(values, axis=0, ddof=1)
        figures = "".join(f"{m:9.3f} ± {s:.3f}" for m, s in zip(mean[:3], spread[:3], strict=True))
        lines.append(f"{name:24}{figures}{mean[3]:10.1f}")
    return "\n".join(lines)
