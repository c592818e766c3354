"""Trainer: owns the model, the run and the random state; blocks or works in the background."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from typing import Any, Literal

import torch

from ..data.run import Run
from ..data.spectrograms import Spectrograms
from .augmentation import Augmentation
from .checks import clustering, pretrain_epochs_of
from .clustering import IntervalUnit
from .control import Status, Subscriber
from .new_run import new_run
from .session import Session
from .starts import Start
from .steering import Steering


class Trainer(Steering):
    """Trains an autoencoder and then deep embedded clustering on spectrograms, and records every step in a `Run`.

    `pretrain()` and `cluster()` block, show their progress and return the run. `start()` does both on another thread,
    where a person can `pause()`, `resume()` and `stop()`. Whatever interrupts it, the run is on disk up to its last
    snapshot, and `resume()` continues from there to the same bits as if nothing had happened.

    Parameters
    ----------
    spectrograms : Spectrograms
        Of one component, or of several that the network sees together. Windows with NaN, infinity or one value
        throughout are left out of the run and told (see `Screening`): `trainer.spectrograms` are those trained on.
    latent_dim : int
        Size of the embedding.
    random_state : int, optional
        Seed of everything random; None draws one and records it.
    directory : path, optional
        Where the run is written; must not exist or be empty. By default a new folder in `zclust_runs`.
    recipe : {"default", "paper"}
        What is done where nothing else is said, also in `cluster`: "paper" is the plain version of Xie et al. (2016)
        and Guo et al. (2017), without anything of ours (see `Recipe`).
    kind : {"decibels", "plain"}
        What the values are: "plain" is for tables of features and for images (see `PlainScaling`).
    amplitude : {"discard", "keep"}
        Whether a weak and a strong event of one kind should look alike (see `Scaling`).
    background : {"trace", "window"}, optional
        What counts as silence: the median of all windows of a trace or that of the window itself (see `Scaling`). By
        default the first where most windows are of a trace with at least 20 of them.
    widths : tuple of int, optional
        Of the layers of a network without convolutions, for tables of features (see `DenseAutoencoder`).
    time_pooling : bool, optional
        Whether the embedding ignores where in its window a signal lies (see `CAE`).
    augmentation : Augmentation, optional
        How windows are changed at random in training; all zeros leave them as they are.
    batch_size : int
    learning_rate : float
        Of Adam, in both phases.
    device : str, optional
        A PyTorch device; by default "cuda" where there is one, else "cpu".

    Raises
    ------
    ValueError
        If a parameter is out of its range, or the spectrograms cannot be trained on.

    Examples
    --------
    >>> import zclust_explore as zx
    >>> trainer = zx.Trainer(zx.make_spectrograms(64, random_state=0), random_state=0)
    >>> trainer.pretrain(n_epochs=2, progress_bar=False).snapshot().phase
    'pretrain'
    >>> trainer.cluster(n_clusters=4, n_epochs=2, progress_bar=False).n_clusters
    4
    """

    def __init__(
        self,
        spectrograms: Spectrograms,
        *,
        latent_dim: int = 10,
        random_state: int | None = None,
        directory: str | os.PathLike[str] | None = None,
        recipe: Literal["default", "paper"] = "default",
        kind: Literal["decibels", "plain"] = "decibels",
        amplitude: Literal["discard", "keep"] = "discard",
        background: Literal["trace", "window"] | None = None,
        widths: tuple[int, ...] | None = None,
        time_pooling: bool | None = None,
        augmentation: Augmentation | None = None,
        batch_size: int = 64,
        learning_rate: float = 1e-3,
        device: str | None = None,
    ) -> None:
        run = new_run(
            spectrograms,
            directory,
            latent_dim=latent_dim,
            random_state=random_state,
            recipe=recipe,
            kind=kind,
            amplitude=amplitude,
            background=background,
            widths=widths,
            time_pooling=time_pooling,
            augmentation=augmentation,
            batch_size=batch_size,
            learning_rate=learning_rate,
        )
        self._attach(run, device)

    @classmethod
    def open(cls, run: Run | str | os.PathLike[str], device: str | None = None) -> Trainer:
        """Return a trainer that goes on with a run: call `resume()`, or `cluster()` again.

        Examples
        --------
        `Trainer.open("zclust_runs/2026-03-01T10-00-00").resume()` after a crash.
        """
        trainer = cls.__new__(cls)
        trainer._attach(run if isinstance(run, Run) else Run.open(run), device)
        return trainer

    def _attach(self, run: Run, device: str | None) -> None:
        self._session = Session(run, torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu")))

    def __repr__(self) -> str:
        """Say what it trains and where it stands."""
        return f"Trainer({self.status}, {self.spectrograms!r}, {self.run!r})"

    @property
    def run(self) -> Run:
        """What was done so far."""
        return self._session.run

    @property
    def spectrograms(self) -> Spectrograms:
        """What is trained on."""
        return self.run.spectrograms

    # -- blocking ----------------------------------------------------------------------------------------------------

    def pretrain(self, n_epochs: int | None = None, *, progress_bar: bool = True) -> Run:
        """Train the autoencoder to reconstruct; returns the run.

        Parameters
        ----------
        n_epochs : int, optional
            By default 40; for few windows up to 120, for many down to 20 (see `lengths`).
        progress_bar : bool

        Raises
        ------
        ValueError
            If n_epochs is less than 1.
        RuntimeError
            If the run has been trained already, or is being trained.
        """
        n_epochs = pretrain_epochs_of(self.run, n_epochs, "n_epochs")
        if len(self.run):
            raise RuntimeError(
                "This trainer's run has begun already: resume() continues it, a new Trainer starts anew."
            )
        return self._session.work(
            "pretrain", {"n_epochs": n_epochs, "snapshot_every": max(1, n_epochs // 20)}, progress_bar
        )

    def cluster(
        self,
        n_clusters: int,
        *,
        start: Start | None = None,
        n_epochs: int | None = None,
        tol: float = 0.001,
        patience: int = 3,
        update_interval: int = 1,
        interval_unit: IntervalUnit = "epoch",
        reconstruction_weight: float | None = None,
        alpha: float = 1.0,
        reseed: bool = False,
        progress_bar: bool = True,
    ) -> Run:
        """Cluster: first centroids, then deep embedded clustering; returns the run.

        Called a second time, it starts again from the pretrained network and writes a new run beside the first.

        Parameters
        ----------
        n_clusters : int
        start : {"mixture", "tied", "kmeans"}, optional
            Where the centroids begin (see `beginning`): with a Gaussian mixture, which is the default for decibels, one
            of equal covariances, which is that for plain values, or at the means of k-means as in the paper.
        n_epochs : int, optional
            Passes over the data at most; by default 40, for many windows down to 20 (see `lengths`).
        tol, patience : float in [0, 1], int
            Stop when at `patience` updates of the target in a row at most this fraction of the labels has changed.
        update_interval : int
            Between updates of the target distribution, which is always that of the whole set.
        interval_unit : {"epoch", "iteration"}
            Of `update_interval`: passes over the data, or batches as in the papers (140 of 256 samples for MNIST).
        reconstruction_weight : float
            Of the mean squared error beside the KL divergence: keeps the decoder in step, so that reconstructions stay
            right; by default 1. 0 is DEC (Xie et al. 2016), which leaves the decoder behind; 10 is IDEC (Guo et al.
            2017) with its γ of 0.1.
        alpha : float
            Degrees of freedom of Student's t kernel.
        reseed : bool
            Whether centroids without windows, or on top of another, move to windows that are badly represented (see
            `Reseeding`). Without it they are only told of, in `run.warnings`.

        Raises
        ------
        ValueError
            If a parameter is out of its range.
        RuntimeError
            If the autoencoder has not been pretrained, or this trainer is busy.
        """
        asked = clustering(
            self.run,
            n_clusters,
            start=start,
            n_epochs=n_epochs,
            tol=tol,
            patience=patience,
            update_interval=update_interval,
            interval_unit=interval_unit,
            reconstruction_weight=reconstruction_weight,
            alpha=alpha,
            reseed=reseed,
        )
        history = self.run.history
        if not len(history) or not history.epoch[history.phase == "pretrain"].any():
            raise RuntimeError("The autoencoder must be pretrained before clustering: call pretrain().")
        return self._session.work("cluster", asked, progress_bar)

    def resume(self, *, progress_bar: bool = True) -> Run:
        """Go on: after `pause()` at once and in the background, after a stop or a crash from the last snapshot.

        Raises
        ------
        RuntimeError
            If nothing was begun.
        """
        if self._session.control.proceed():
            return self.run
        return self._session.resume(progress_bar)

    # -- in the background -------------------------------------------------------------------------------------------

    def start(self, n_clusters: int = 6, *, pretrain_epochs: int | None = None, **cluster_settings: Any) -> None:
        """Pretrain and cluster on another thread, or go on with what was stopped; returns at once.

        Raises
        ------
        TypeError, ValueError
            If a parameter is unknown or out of its range.
        RuntimeError
            If it is running already.
        """
        pretrain_epochs = pretrain_epochs_of(self.run, pretrain_epochs, "pretrain_epochs")
        asked = inspect.signature(self.cluster).bind(n_clusters, **cluster_settings, progress_bar=False)
        asked.apply_defaults()
        kwargs = {name: value for name, value in asked.kwargs.items() if name != "progress_bar"}
        clustering(self.run, *asked.args, **kwargs)

        def work() -> None:
            anew = self._session.failed_to_begin
            if self._session.begun and not self._session.finished and not anew:
                self.resume(progress_bar=False)
            elif not len(self.run):
                self.pretrain(pretrain_epochs, progress_bar=False)
            if anew or (self._session.finished and self.run.n_clusters is None):
                self.cluster(n_clusters, progress_bar=False, **cluster_settings)

        self._session.in_background(work)

    def pause(self) -> None:
        """Wait after the batch that is being worked on; returns at once."""
        self._session.control.pause()

    def stop(self) -> None:
        """End after the batch that is being worked on and keep the run; returns at once."""
        self._session.control.stop()

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Have a function called with each `Progress`, on the training thread; returns how to end that."""
        return self._session.control.subscribe(callback)

    @property
    def status(self) -> Status:
        """ "idle", "running", "paused", "stopped", "finished" or "failed"."""
        return self._session.control.status

    @property
    def error(self) -> str | None:
        """Why it failed, in words."""
        return self._session.control.error
