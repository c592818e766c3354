"""Estimator: deep embedded clustering behind scikit-learn's interface, for scripts and pipelines."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, ClusterMixin, TransformerMixin
from sklearn.preprocessing import StandardScaler
from sklearn.utils import Tags, check_array
from sklearn.utils.validation import check_is_fitted, validate_data

from ..data.assignments import soft_assignments
from ..data.files import TemporaryFolder, free_path
from ..data.run import Run
from ..data.scaling import Scaling
from ..data.spectrograms import Spectrograms
from ..models.architecture import as_input, trained
from .augmentation import Augmentation
from .batches import embed
from .checks import whole
from .starts import Start
from .trainer import Trainer

BLOCK = 512  # samples that are scaled and embedded at a time
TABLE_WIDTHS = (256, 128)


class DeepEmbeddedClustering(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, BaseEstimator):
    """Deep embedded clustering (Xie et al. 2016) of spectrograms or of a table of features, as scikit-learn has it.

    `fit` does what `Trainer(...).pretrain()` and `.cluster()` do, without a word; `run_` is what they write, for
    `Explorer` and the other widgets. X may be

    - `Spectrograms`, or an array (n_samples, [n_channels,] n_freqs, n_times) of their values in decibels: convolutions;
    - images or other values on a grid, as such an array with `kind="plain"`;
    - a table (n_samples, n_features): fully connected layers.

    Parameters
    ----------
    n_clusters : int
        With 1, nothing is clustered: the autoencoder is trained, and the centre is the mean of the embedding.
    latent_dim, recipe, amplitude, background, time_pooling, augmentation, batch_size, learning_rate, device
        As in `Trainer`; a table needs no amplitude, pooling or shift.
    kind : {"decibels", "plain"}
        What the values of an array with three dimensions are (see `Trainer`).
    standardize : bool
        Whether each feature of a table is divided by its standard deviation, which features with units of their own
        need. False leaves features of one unit, as pixels are, the weight they have: on scikit-learn's digits, the
        accuracy is then 0.85 instead of 0.67. Features are centred in any case.
    widths : tuple of int, optional
        Of fully connected layers; by default (256, 128) for tables, and convolutions for everything else.
    pretrain_epochs, n_epochs : int, optional
        Passes over the data in pretraining, and at most in clustering; by default as in `Trainer`.
    start, tol, reconstruction_weight
        As in `Trainer.cluster`.
    random_state : int, RandomState or None
        An int gives the same labels each time, and those of a `Trainer` with that seed.
    directory : path, optional
        Where the run is kept; if there is something already, beside it, with a number behind the name. By default a
        temporary folder that is deleted when `run_` is no longer in use.

    Attributes
    ----------
    labels_ : array (n_samples,) of int
        The same as `predict` of the same X: they belong to the last weights.
    cluster_centers_ : array (n_clusters, latent_dim)
        In the embedding.
    history_ : pandas.DataFrame
        One row a snapshot: phase, epoch, losses, label_change.
    stop_reason_ : str
        Why the training ended.
    n_iter_ : int
        Epochs of clustering.
    n_features_in_ : int
        Values of one sample: n_features, or n_channels · n_freqs · n_times.
    feature_names_in_ : array of str
        If X is a table whose columns have names.

    Raises
    ------
    TypeError, ValueError
        By `fit`, if a parameter is out of its range, or X cannot be trained on.

    References
    ----------
    Xie, Girshick and Farhadi (2016), Unsupervised deep embedding for clustering analysis, ICML.

    Examples
    --------
    >>> import zclust_explore as zx
    >>> specs = zx.make_spectrograms(64, random_state=0)
    >>> model = zx.DeepEmbeddedClustering(n_clusters=4, pretrain_epochs=2, n_epochs=2, random_state=0)
    >>> model.fit_predict(specs.values).shape, model.transform(specs.values).shape
    ((64,), (64, 10))
    """

    def __init__(
        self,
        n_clusters: int = 6,
        *,
        latent_dim: int = 10,
        kind: Literal["decibels", "plain"] = "decibels",
        amplitude: Literal["discard", "keep"] = "discard",
        background: Literal["trace", "window"] | None = None,
        recipe: Literal["default", "paper"] = "default",
        time_pooling: bool | None = None,
        augmentation: Augmentation | None = None,
        standardize: bool = True,
        widths: tuple[int, ...] | None = None,
        pretrain_epochs: int | None = None,
        n_epochs: int | None = None,
        start: Start | None = None,
        tol: float = 0.001,
        reconstruction_weight: float | None = None,
        batch_size: int = 64,
        learning_rate: float = 1e-3,
        random_state: int | np.random.RandomState | None = None,
        directory: str | os.PathLike[str] | None = None,
        device: str | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.latent_dim = latent_dim
        self.kind = kind
        self.amplitude = amplitude
        self.time_pooling = time_pooling
        self.background = background
        self.recipe = recipe
        self.augmentation = augmentation
        self.standardize = standardize
        self.widths = widths
        self.pretrain_epochs = pretrain_epochs
        self.n_epochs = n_epochs
        self.start = start
        self.tol = tol
        self.reconstruction_weight = reconstruction_weight
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.random_state = random_state
        self.directory = directory
        self.device = device

    def fit(self, X: Spectrograms | ArrayLike, y: None = None) -> DeepEmbeddedClustering:
        """Train on X; y is there for pipelines and ignored. Returns the estimator."""
        specs = self._checked(X, reset=True)
        n_clusters = whole("n_clusters", self.n_clusters, 1, specs.n_samples, f"n_samples ({specs.n_samples})")
        trainer = self._trainer(specs)
        run = trainer.pretrain(self.pretrain_epochs, progress_bar=False)
        if n_clusters > 1:
            run = trainer.cluster(
                n_clusters,
                start=self.start,
                n_epochs=self.n_epochs,
                tol=self.tol,
                reconstruction_weight=self.reconstruction_weight,
                progress_bar=False,
            )
        last = run.snapshot()
        self._run = run
        self._network, self._weights, self._scaling = (
            run.settings["autoencoder"],
            run.weights(),
            run.settings["scaling"],
        )
        self.cluster_centers_ = last.embedding.mean(axis=0, keepdims=True) if last.centroids is None else last.centroids
        self.history_ = run.history
        self.stop_reason_ = run.stop_reason
        self.n_iter_ = 0 if last.centroids is None else last.epoch
        self._n_features_out = len(self.cluster_centers_[0])
        self.labels_ = self._assign(self._embed(specs))
        return self

    def predict(self, X: Spectrograms | ArrayLike) -> np.ndarray:
        """Cluster of each sample: (n_samples,) of int."""
        check_is_fitted(self)
        return self._assign(self._embed(self._checked(X, reset=False)))

    def transform(self, X: Spectrograms | ArrayLike) -> np.ndarray:
        """Embedding of each sample: (n_samples, latent_dim) float32."""
        check_is_fitted(self)
        return self._embed(self._checked(X, reset=False))

    @property
    def run_(self) -> Run:
        """What the training wrote; a copy of the estimator, or one that was pickled, has none in a temporary folder."""
        run: Run | None = self.__dict__.get("_run")
        if run is None:
            raise AttributeError("run_ is there after fit, and does not travel with copies of the estimator.")
        return run

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the run, which is a folder; what `predict` needs is in memory."""
        return {name: value for name, value in super().__getstate__().items() if name != "_run"}

    def __sklearn_tags__(self) -> Tags:
        """Say what X may be."""
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = ["float32"]  # others become it
        return tags

    # -- from X to what is trained on ----------------------------------------------------------------------------------

    def _checked(self, X: Any, reset: bool) -> Spectrograms:
        """X as Spectrograms; a table as those of one time each, with features for frequencies."""
        if isinstance(X, Spectrograms):
            specs = X
        elif (np.ndim(X) if isinstance(X, list | tuple) else getattr(X, "ndim", None)) in (3, 4):
            least = 2 if reset else 1
            specs = _bare(
                check_array(
                    X, dtype=np.float32, allow_nd=True, ensure_min_samples=least, estimator=self, input_name="X"
                )
            )
        else:
            return self._table(X, reset)
        if reset:
            self._shape = specs.values.shape[1:]
            self._components = specs.components if isinstance(X, Spectrograms) else None  # an array names none
            self.n_features_in_ = int(np.prod(self._shape))
            self._scaler: StandardScaler | None = None
            self.__dict__.pop("feature_names_in_", None)
        elif specs.values.shape[1:] != self._shape or self._scaler is not None:
            told = f"(n_samples, {self.n_features_in_})" if self._scaler is not None else f"(n_samples, {self._shape})"
            raise ValueError(f"X must have the shape {told} of fit, got (n_samples, {specs.values.shape[1:]}).")
        elif isinstance(X, Spectrograms) and self._components not in (None, specs.components):
            raise ValueError(f"X.components must be those of fit, {self._components!r}, got {specs.components!r}.")
        return specs

    def _table(self, X: Any, reset: bool) -> Spectrograms:
        if not reset and self._scaler is None:
            raise ValueError(f"X must have the shape (n_samples, {self._shape}) of fit, got {np.shape(X)}.")
        # in double precision: a time of day in seconds since 1970 has no digits left in single
        X = validate_data(self, X, reset=reset, dtype=np.float64, ensure_min_samples=2 if reset else 1)
        if reset:
            self._scaler = StandardScaler(with_std=self.standardize).fit(X)
            self._shape, self._components = (X.shape[1], 1), None
        assert self._scaler is not None
        return _bare(self._scaler.transform(X)[:, :, None].astype(np.float32))

    def _trainer(self, specs: Spectrograms) -> Trainer:
        seed = self.random_state
        if isinstance(seed, np.random.RandomState):
            seed = int(seed.randint(2**31 - 1))
        keeper: TemporaryFolder | None = None
        if self.directory is None:
            keeper = TemporaryFolder()
            directory = keeper.path
        else:
            directory = free_path(Path(self.directory))
        table = self._scaler is not None
        trainer = Trainer(
            specs,
            latent_dim=self.latent_dim,
            random_state=seed,
            directory=directory,
            kind="plain" if table else self.kind,
            amplitude=self.amplitude,
            widths=TABLE_WIDTHS if table and self.widths is None else self.widths,
            time_pooling=self.time_pooling,
            background=self.background,
            recipe=self.recipe,
            augmentation=self.augmentation,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            device=self.device,
        )
        # shared by the copies that widgets make of a run: the folder stays as long as one of them is in use
        vars(trainer.run)["_temporary_folder"] = keeper
        return trainer

    # -- from what is trained on to clusters ---------------------------------------------------------------------------

    def _embed(self, specs: Spectrograms) -> np.ndarray:
        device = torch.device(self.device or ("cuda" if torch.cuda.is_available() else "cpu"))
        network = trained(self._network, self._weights).to(device)
        scaling = Scaling.from_dict(self._scaling)
        parts = []
        for start in range(0, specs.n_samples, BLOCK):
            rows = slice(start, start + BLOCK)
            scaled = as_input(scaling.apply(specs.read(rows), specs.trace_ids(rows)))
            parts.append(embed(network, scaled.to(device)).numpy())
        return np.concatenate(parts)

    def _assign(self, embedding: np.ndarray) -> np.ndarray:
        return soft_assignments(embedding, self.cluster_centers_).argmax(axis=1)


def _bare(values: np.ndarray) -> Spectrograms:
    """Spectrograms whose axes are not known: they count rows and columns, in the order that they come in."""
    return Spectrograms.from_images(values, origin="lower")
