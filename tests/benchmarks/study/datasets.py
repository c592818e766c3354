"""Data sets with known labels, as spectrograms; what is not on this machine is left out, and said to be."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import zclust_explore as zx

ROOT = Path(__file__).parents[3]
FOLDER = Path(os.environ.get("ZCLUST_BENCHMARK_DATA", ROOT.parent / "shared" / "data"))

# How waveforms become spectrograms: bands that hold the signals of each network, frames short against the window.
WINDOWS: dict[str, dict[str, Any]] = {
    "pnw": {"segment_s": 3.0, "hop_s": 0.75, "fmin_hz": 1.0, "fmax_hz": 18.0, "n_freqs": 48},
    "luhu": {"segment_s": 2.0, "hop_s": 0.5, "fmin_hz": 1.0, "fmax_hz": 22.5, "n_freqs": 48},
}


@dataclass(frozen=True)
class Dataset:
    """Where a set is found, how many kinds it has, and what the trainer is told about it.

    Parameters
    ----------
    title : str
    n_clusters : int
        The true number of kinds.
    file : str
        In the folder of `ZCLUST_BENCHMARK_DATA`; "" for what is made or comes with scikit-learn.
    window : str
        Key of `WINDOWS`; "" for images and made sets.
    trainer : mapping
        Arguments of `Trainer` for all rows of this set: only what the data are, nothing found by their labels.
    """

    title: str
    n_clusters: int
    file: str = ""
    window: str = ""
    trainer: Mapping[str, Any] = field(default_factory=dict)

    @property
    def missing(self) -> str:
        """What to do to have this set, or "" if it is here."""
        if not self.file or (FOLDER / self.file).is_file():
            return ""
        return (
            f"{self.title}: left out, there is no {self.file}; set ZCLUST_BENCHMARK_DATA to the folder that holds it."
        )


# The values of images are no decibels.
IMAGES: dict[str, Any] = {"kind": "plain"}
TABLE: dict[str, Any] = {"kind": "plain", "widths": (256, 128)}  # convolutions leave nothing of 8 × 8 pixels
DATASETS = {
    "toy": Dataset("toy world, 600 windows, 8 kinds", 8),
    "pnw4": Dataset("Pacific Northwest, 743 windows, 4 kinds", 4, "pnw_events_open.npz", "pnw"),
    "pnw3": Dataset("Pacific Northwest without explosions, 699 windows, 3 kinds", 3, "pnw_events_open.npz", "pnw"),
    "luhu": Dataset("Luhu, 1480 windows, 3 kinds (silver labels)", 3, "luhu_windows.npz", "luhu"),
    "digits": Dataset("scikit-learn digits, 1797 images of 8 × 8", 10, trainer=TABLE),
    "mnist10k": Dataset("MNIST, the 10,000 test images", 10, "mnist.npz", trainer=IMAGES),
    "mnist70k": Dataset("MNIST, all 70,000 images", 10, "mnist.npz", trainer=IMAGES),
}


def load(name: str, seed: int) -> zx.Spectrograms:
    """Spectrograms whose metadata have the true kind as `label` and, where it is known, the `event`.

    The seed makes the toy world; what was measured is the same for all seeds.
    """
    if name == "toy":
        return zx.make_spectrograms(random_state=seed)
    if name == "digits":
        from sklearn.datasets import load_digits

        images, labels = load_digits(return_X_y=True)
        return from_images(images.reshape(-1, 8, 8), labels)
    with np.load(FOLDER / DATASETS[name].file) as data:
        if name.startswith("mnist"):
            test = slice(-10_000 if name == "mnist10k" else None, None)  # the test images are the last 10,000
            return from_images(data["x"][test], data["y"][test])
        labels = data["classes"][data["y"]]
        chosen = labels != "explosion" if name == "pnw3" else np.full(len(labels), True)
        vertical = list(data["components"]).index("Z")
        metadata = pd.DataFrame({"label": labels, "trace_id": data["station"]})
        if "event" in data:
            metadata["event"] = data["event"]
        return zx.spectrograms_from_waveforms(
            data["x"][chosen, vertical],
            float(data["fs"]),
            metadata[chosen].reset_index(drop=True),
            **WINDOWS[DATASETS[name].window],
        )


def from_images(images: np.ndarray, labels: np.ndarray) -> zx.Spectrograms:
    """Grey images (n, rows, columns) as if rows were frequencies and columns times."""
    _, rows, columns = images.shape
    return zx.Spectrograms(
        values=np.asarray(images, dtype=np.float32),
        frequencies=np.arange(1.0, rows + 1),
        times=np.arange(1.0, columns + 1),
        metadata=pd.DataFrame({"label": labels.astype(str)}),
    )
