"""DEC and its baselines on the toy world at its defaults: k = 8, five seeds of data and training."""

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture

import zclust_explore as zx
from zclust_explore.evaluation.baselines import pca_kmeans
from zclust_explore.evaluation.scores import score

SEEDS = range(5)
K = 8
CLUSTERINGS: dict[str, dict[str, Any]] = {
    "DEC, default": {},
    "DEC, k-means start": {"start": "kmeans"},
    "DEC, decoder left": {"start": "kmeans", "reconstruction_weight": 0.0},
    "IDEC (weight 10)": {"reconstruction_weight": 10.0},
}


def table() -> str:
    """Mean ± standard deviation over the seeds of ARI, NMI and accuracy, and seconds with pretraining."""
    rows: dict[str, list[tuple[float, ...]]] = {}
    for seed in SEEDS:
        specs = zx.make_spectrograms(random_state=seed)

        def add(name: str, labels: Any, seconds: float, truth: Any = specs.metadata.label) -> None:
            scores = score(truth, labels)
            rows.setdefault(name, []).append((scores["ari"], scores["nmi"], scores["accuracy"], seconds))

        began = time.perf_counter()
        add("PCA + k-means", pca_kmeans(specs, K, random_state=seed), time.perf_counter() - began)
        with tempfile.TemporaryDirectory() as folder:
            trainer = zx.Trainer(specs, random_state=seed, directory=Path(folder) / "run")
            began = time.perf_counter()
            embedding = trainer.pretrain(progress_bar=False).embedding
            pretrained = time.perf_counter() - began
            for name, simple in (
                ("autoencoder + k-means", KMeans(K, n_init=20, random_state=seed)),
                ("autoencoder + mixture", GaussianMixture(K, n_init=20, random_state=seed)),
            ):
                began = time.perf_counter()
                add(name, simple.fit_predict(embedding.astype(float)), pretrained + time.perf_counter() - began)
            for name, settings in CLUSTERINGS.items():
                began = time.perf_counter()
                labels = trainer.cluster(K, progress_bar=False, **settings).labels
                add(name, labels, pretrained + time.perf_counter() - began)
    lines = [f"{'':24}{'ARI':>16}{'NMI':>16}{'accuracy':>16}{'seconds':>10}"]
    for name, values in rows.items():
        mean, spread = np.mean(values, axis=0), np.std(values, axis=0, ddof=1)
        figures = "".join(f"{m:9.3f} ± {s:.3f}" for m, s in zip(mean[:3], spread[:3], strict=True))
        lines.append(f"{name:24}{figures}{mean[3]:10.1f}")
    return "\n".join(lines)
