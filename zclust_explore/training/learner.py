"""Learner: the network of a run, with its optimizer and random numbers, at the run's last snapshot."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
import torch

from ..data.run import Run
from ..models.coordinates import change_coordinates
from ..models.dec import DEC
from ..models.decoding import load_cae
from . import batches, checkpoint
from .augmentation import Augmentation
from .clustering import cluster
from .halves import Halves
from .inputs import network_input
from .pretraining import pretrain
from .progress import Progress
from .randomness import Randomness
from .starts import Start, beginning
from .weights import first_weights


class Learner:
    """Begins or continues a phase where the run stands; both ways give the same bits.

    Parameters
    ----------
    run : Run
    device : torch.device
    """

    def __init__(self, run: Run, device: torch.device) -> None:
        self.run = run
        self.device = device
        self.halves = Halves(device)
        self._settings = run.settings
        self._x = network_input(run)  # (n, n_channels, n_freqs, n_times)
        self._load()

    def _load(self) -> None:
        if len(self.run):
            self._cae = load_cae(self.run).train()
        else:
            self._cae = first_weights(self._settings["autoencoder"], self._settings["random_state"])
        # convolutions on a CPU run 1.8 times as fast in this order of memory, with the same results
        self._cae.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in its stubs

    def state(self) -> tuple[dict[str, np.ndarray], bytes]:
        """Weights of the network, and the state of the optimizer, as a run keeps them."""
        weights = {name: tensor.cpu().contiguous().numpy() for name, tensor in self._cae.state_dict().items()}
        return weights, checkpoint.dump(self._optimizer)

    def pretraining(self, n_epochs: int, snapshot_every: int) -> Generator[Progress, None, str]:
        """Begin or continue pretraining; arguments as in `pretrain`."""
        self._load()
        self._prepare(self._cae.parameters(), "pretrain")
        return pretrain(
            self._cae,
            self._x,
            self._optimizer,
            self._randomness,
            self.halves,
            n_epochs=n_epochs,
            snapshot_every=snapshot_every,
            first_epoch=self.run.snapshot().epoch if len(self.run) else 0,
            **self._common(),
        )

    def clustering(
        self, n_clusters: int, start: Start, alpha: float, **settings: Any
    ) -> Generator[Progress, None, str]:
        """Begin with first centroids or continue clustering; further arguments as in `cluster`."""
        self._load()
        phases = self.run.history.phase.tolist()  # without reading any arrays
        before = [self.run.snapshot(step) for step, phase in enumerate(phases) if phase == "cluster"]
        centroids = before[-1].centroids if before else None
        if centroids is None:
            centroids = self._begin_clustering(n_clusters, start)
        dec = DEC(self._cae, torch.tensor(centroids, dtype=torch.float32), alpha).to(self.device)
        self._prepare(dec.parameters(), "cluster")
        common = self._common() | {"before": before}
        return cluster(dec, self._x, self._optimizer, self._randomness, self.halves, **common, **settings)

    def _begin_clustering(self, n_clusters: int, start: Start) -> np.ndarray:
        """Find first centroids; a mixture also chooses coordinates in which clusters are as round as the kernel."""
        embedding = batches.embed(self._cae, self._x).numpy()
        centroids, covariance = beginning(embedding, n_clusters, start, self._settings["random_state"])
        if covariance is None:
            return centroids
        origin, axes = embedding.mean(axis=0, dtype=np.float64), np.linalg.inv(np.linalg.cholesky(covariance))
        change_coordinates(self._cae, origin, axes)
        return (centroids - origin) @ axes.T

    def _prepare(self, parameters: Iterator[torch.nn.Parameter], phase: str) -> None:
        """Fresh optimizer, or that of the last snapshot if it is of the same phase."""
        self._optimizer = torch.optim.Adam(parameters, lr=self._settings["learning_rate"])
        # another stream of random numbers, so that the phases do not repeat each other's order
        self._randomness = Randomness(self._settings["random_state"], stream=0 if phase == "pretrain" else 1)
        if len(self.run) and self.run.snapshot().phase == phase:
            checkpoint.restore(self.run.checkpoint(), self._optimizer)

    def _common(self) -> dict[str, Any]:
        return {
            "batch_size": self._settings["batch_size"],
            "augmentation": Augmentation(**self._settings["augmentation"]),
            "first_step": len(self.run),
        }
