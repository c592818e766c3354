"""Learner: the network of a run, with its optimizer and random numbers, at the run's last snapshot."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from typing import Any

import numpy as np
import torch

from ..data.run import Run
from ..data.snapshot import Snapshot
from ..models.coordinates import change_coordinates
from ..models.dec import DEC
from ..models.decoding import load_cae
from . import batches, checkpoint
from .acts import Act, apply, learning_rate_in_force
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
        self._dec: DEC | None = None
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
        self._dec = None
        self._prepare(self._cae.parameters(), "pretrain")
        n_batches = batches.count(len(self._x), self._settings["batch_size"])
        # runs from before batches of pretraining were counted have whole epochs only
        first = max(self.run.snapshot().iteration, self.run.snapshot().epoch * n_batches) if len(self.run) else 0
        return pretrain(
            self._cae,
            self._x,
            self._optimizer,
            self._randomness,
            self.halves,
            n_epochs=n_epochs,
            snapshot_every=snapshot_every,
            first_iteration=first,
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
        dec = self._dec = DEC(self._cae, torch.tensor(centroids, dtype=torch.float32), alpha).to(self.device)
        self._prepare(dec.parameters(), "cluster")
        common = self._common() | {"before": before}
        return cluster(dec, self._x, self._optimizer, self._randomness, self.halves, **common, **settings)

    def perform(self, act: Act, iteration: int, losses: Mapping[str, float]) -> Snapshot:
        """Do what a person wants in the phase that was begun or continued last; returns the moment after it.

        Raises
        ------
        ValueError, IndexError
            If it cannot be done; then nothing is changed.
        """
        embedding = batches.embed(self._cae, self._x).numpy()
        told: dict[str, Any] = {"kind": act.kind, "message": act.message, **act.details}
        dec, centroids = self._dec, None
        if act.edit is not None:
            if dec is None:
                raise ValueError(f"{act.kind} needs clusters: there are none before clustering has begun.")
            edit = act.edit(embedding, dec.centroids.detach().cpu().numpy())
            apply(edit, dec, self._optimizer)
            told |= {"message": edit.message, "label_map": edit.label_map.tolist(), "n_strays": edit.n_strays}
        if dec is not None:
            centroids = dec.centroids.detach().cpu().numpy()
        return Snapshot(
            len(self.run),
            "pretrain" if dec is None else "cluster",
            iteration // batches.count(len(self._x), self._settings["batch_size"]),
            losses,
            embedding,
            centroids,
            alpha=1.0 if dec is None else dec.alpha,
            iteration=iteration,
            act=told,
        )

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
        # fused: once over all weights, instead of a dozen operations for each layer
        self._optimizer = torch.optim.Adam(parameters, lr=learning_rate_in_force(self.run), fused=True)
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
