"""The number of clusters that is recommended, beside the true one: toy world, blobs, a single cloud, digits."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits, make_blobs
from sklearn.decomposition import PCA

import zclust_explore as zx

SEEDS = range(5)
BLOBS = (2, 3, 5, 12)
CRITERIA = ("gap", "icl", "stability", "silhouette", "elbow")


def embeddings() -> Iterator[tuple[str, int, np.ndarray, float]]:
    """Name, true number, embedding, and seconds of the pretraining that it took (NaN: none)."""
    for seed in SEEDS:
        specs = zx.make_spectrograms(random_state=seed)
        with tempfile.TemporaryDirectory() as folder:
            trainer = zx.Trainer(specs, random_state=seed, directory=Path(folder) / "run")
            began = time.perf_counter()
            embedding = trainer.pretrain(progress_bar=False).embedding
            yield f"toy world, seed {seed}", specs.metadata.label.nunique(), embedding, time.perf_counter() - began
    for k in BLOBS:
        yield f"{k} blobs in 10 dimensions", k, make_blobs(600, 10, centers=k, random_state=k)[0], np.nan
    random = np.random.default_rng(0)
    yield "a Gaussian cloud", 1, random.normal(size=(600, 10)), np.nan
    yield "a long Gaussian cloud", 1, random.normal(size=(600, 10)) * np.geomspace(5, 0.1, 10), np.nan
    yield "a uniform cloud", 1, random.uniform(size=(600, 10)), np.nan
    yield "a heavy-tailed cloud (t, 3)", 1, random.standard_t(3, size=(600, 10)), np.nan
    yield "digits, PCA to 10", 10, PCA(10, random_state=0).fit_transform(load_digits().data), np.nan


def table() -> str:
    """A line a data set: true and recommended number, what each criterion says, seconds of report and pretraining."""
    heads = "".join(f"{name:>12}" for name in CRITERIA)
    lines = [f"{'':28}{'true':>6}{'recommended':>13}{heads}{'report s':>10}{'pretrain s':>12}"]
    for name, true, embedding, pretraining in embeddings():
        began = time.perf_counter()
        report = zx.cluster_count(embedding)
        seconds = time.perf_counter() - began
        chosen = "".join(f"{report.choices[criterion]:12}" for criterion in CRITERIA)
        lines.append(f"{name:28}{true:6}{report.n_clusters:13}{chosen}{seconds:10.1f}{pretraining:12.1f}")
    return "\n".join(lines)
