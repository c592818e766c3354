"""Methods: each takes a data set and a seed and returns labels. Simple ones first, then ours, then peers."""

from __future__ import annotations

import inspect
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

import zclust_explore as zx
from tests.benchmarks.study.datasets import DATASETS, WINDOWS, load
from zclust_explore.training import lengths
from zclust_explore.training.recipes import find_recipe
from zclust_explore.training.starts import MIXTURE_RESTARTS, full_mixture

LATENT_DIM = 10
FIT_LIMIT = 20_000  # samples a mixture is fitted on; it labels all
PAPER: dict[str, Any] = {"recipe": "paper"}


@dataclass(frozen=True)
class Method:
    """One row of the table.

    Parameters
    ----------
    kind : {"components", "embedding", "deep", "peer"}
        On principal components; on the embedding of a pretrained network; that network trained further; foreign.
    simple : {"k-means", "mixture"}
        What labels components or embedding.
    trainer, cluster : dict
        Arguments of `Trainer` and of `Trainer.cluster`.
    """

    kind: Literal["components", "embedding", "deep", "peer"]
    simple: str = ""
    trainer: dict[str, Any] = field(default_factory=dict)
    cluster: dict[str, Any] = field(default_factory=dict)


METHODS = {
    "PCA + k-means": Method("components", "k-means"),
    "PCA + mixture": Method("components", "mixture"),
    "AE + k-means": Method("embedding", "k-means"),
    "AE + mixture": Method("embedding", "mixture"),
    "DEC": Method("deep"),
    "DEC (amplitude kept)": Method("deep", trainer={"amplitude": "keep"}),
    "DEC as in the paper": Method("deep", trainer=PAPER),
    "IDEC": Method("deep", cluster={"reconstruction_weight": 10.0}),
    "ClustPy DEC": Method("peer"),
    "ClustPy IDEC": Method("peer"),
}


def settings(dataset: str, method: str) -> dict[str, Any]:
    """Everything that decides a result but the seed, defaults of the package included: what a result is kept under."""
    row = METHODS[method]
    known: dict[str, Any] = {"window": WINDOWS.get(DATASETS[dataset].window), "method": row.kind, "simple": row.simple}
    if row.kind == "peer":
        return {"method": method}
    known["trainer"] = {**_defaults(zx.Trainer), **DATASETS[dataset].trainer, **row.trainer}
    # what lies behind the arguments' names
    known["trainer"] |= {"recipe": asdict(find_recipe(known["trainer"]["recipe"], known["trainer"]["kind"]))}
    known["trainer"] |= {"scaling": _defaults(zx.Scaling), "network": _defaults(zx.CAE)}
    if row.kind in ("embedding", "deep"):
        known["pretrain"] = {**_defaults(zx.Trainer.pretrain), "length": _lengths()}
    if row.kind == "deep":
        known["cluster"] = {**_defaults(zx.Trainer.cluster), **row.cluster, "length": _lengths()}
    if row.kind == "deep" or row.simple == "mixture":
        known["restarts"] = MIXTURE_RESTARTS
    return known


def pretraining(dataset: str, method: str) -> dict[str, Any]:
    """What decides the pretrained network: rows that agree in this share it."""
    return {
        name: value for name, value in settings(dataset, method).items() if name in ("window", "trainer", "pretrain")
    }


def warm_up() -> None:
    """Load what is loaded at its first use, which takes seconds once in a process; the peers do the same."""
    specs = zx.Spectrograms.from_images(np.random.default_rng(0).normal(size=(40, 8, 8)))
    with tempfile.TemporaryDirectory() as folder:
        trainer = zx.Trainer(specs, directory=Path(folder) / "run")
        trainer.pretrain(1, progress_bar=False)
        trainer.cluster(2, n_epochs=1, progress_bar=False)


def pretrain(dataset: str, method: str, seed: int, folder: Path) -> dict[str, float]:
    """Pretrain a network and leave the run in a folder; returns the seconds."""
    specs = load(dataset, seed)
    shutil.rmtree(folder, ignore_errors=True)
    began = time.perf_counter()
    arguments = {**DATASETS[dataset].trainer, **METHODS[method].trainer}
    trainer = zx.Trainer(specs, random_state=seed, directory=folder, **arguments)
    trainer.pretrain(progress_bar=False)
    return {"seconds": time.perf_counter() - began}


def label(dataset: str, method: str, seed: int, folder: Path) -> dict[str, float]:
    """Scores of a row and its seconds, without those of pretraining; `folder` holds the pretrained run."""
    row, n_clusters = METHODS[method], DATASETS[dataset].n_clusters
    if row.kind == "components":
        specs = load(dataset, seed)
        began = time.perf_counter()
        with tempfile.TemporaryDirectory() as temporary:
            arguments = {**DATASETS[dataset].trainer, **row.trainer}
            z = components(specs, arguments, Path(temporary) / "run", seed)
        labels = SIMPLE[row.simple](z, n_clusters, seed)
    elif row.kind == "embedding":
        specs = zx.Run.open(folder).spectrograms
        began = time.perf_counter()
        labels = SIMPLE[row.simple](zx.Run.open(folder).embedding.astype(float), n_clusters, seed)
    else:
        copy = folder.with_name(folder.name + f".{method}")  # rows that share a pretrained run must not meet in it
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(folder, copy)
        trainer = zx.Trainer.open(copy)
        specs = trainer.spectrograms
        began = time.perf_counter()
        labels = trainer.cluster(n_clusters, progress_bar=False, **row.cluster).labels
    seconds = time.perf_counter() - began
    if row.kind == "deep":
        shutil.rmtree(copy)
    return {**zx.score(specs.metadata["label"], labels), "seconds": seconds}


def components(specs: zx.Spectrograms, arguments: dict[str, Any], folder: Path, seed: int) -> np.ndarray:
    """Principal components of the very input that the network gets, as many as its embedding has dimensions."""
    from sklearn.decomposition import PCA

    trainer = zx.Trainer(specs, random_state=seed, directory=folder, **arguments)
    scaling = zx.Scaling.from_dict(trainer.run.settings["scaling"])
    used = trainer.spectrograms
    flat = scaling.apply(used.read(), used.trace_ids()).reshape(used.n_samples, -1)
    found: np.ndarray = PCA(LATENT_DIM, random_state=seed).fit_transform(flat)
    return found.astype(float)


def _kmeans(z: np.ndarray, n_clusters: int, seed: int) -> np.ndarray:
    from sklearn.cluster import KMeans

    labels: np.ndarray = KMeans(n_clusters, n_init=20, random_state=seed).fit_predict(z)
    return labels


def _mixture(z: np.ndarray, n_clusters: int, seed: int) -> np.ndarray:
    chosen = np.random.default_rng(seed).permutation(len(z))[:FIT_LIMIT]
    labels: np.ndarray = full_mixture(z[chosen], n_clusters, seed).predict(z)
    return labels


SIMPLE: dict[str, Callable[[np.ndarray, int, int], np.ndarray]] = {"k-means": _kmeans, "mixture": _mixture}


def _lengths() -> dict[str, int]:
    return {name: value for name, value in vars(lengths).items() if name.isupper()}


def _defaults(function: Callable[..., Any]) -> dict[str, Any]:
    left_out = {"directory", "device", "random_state", "progress_bar"}
    parameters = inspect.signature(function).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not p.empty and p.name not in left_out}
