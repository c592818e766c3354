"""A new run: what a trainer is given, checked, completed by its recipe, and written down before anything is trained."""

from __future__ import annotations

import logging
import os
import tempfile
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from ..data.files import free_path
from ..data.run import Run
from ..data.scaling import Scaling
from ..data.screening import screen
from ..data.spectrograms import Spectrograms
from ..models.architecture import settings_for
from .augmentation import UNCHANGED, Augmentation
from .checks import whole
from .recipes import find_recipe

logger = logging.getLogger(__name__)


def new_run(
    spectrograms: Spectrograms,
    directory: str | os.PathLike[str] | None,
    *,
    latent_dim: int,
    random_state: int | None,
    recipe: str,
    kind: str,
    amplitude: str,
    background: str | None,
    widths: tuple[int, ...] | None,
    time_pooling: bool | None,
    augmentation: Augmentation | None,
    batch_size: int,
    learning_rate: float,
) -> Run:
    """Make the run of a new `Trainer`, whose arguments these are, with nothing trained yet.

    Raises
    ------
    TypeError, ValueError
        If a parameter is out of its range, or the spectrograms cannot be trained on.
    """
    if not isinstance(spectrograms, Spectrograms):
        raise TypeError(f"spectrograms must be Spectrograms, got {type(spectrograms).__name__}.")
    if not learning_rate > 0:
        raise ValueError(f"learning_rate must be positive, got {learning_rate}.")
    if random_state is None:
        random_state = int(np.random.SeedSequence().generate_state(1)[0])
    latent_dim = whole("latent_dim", latent_dim, 1)
    if kind not in ("decibels", "plain"):
        raise ValueError(f"kind must be 'decibels' or 'plain', got {kind!r}.")
    usual = find_recipe(recipe, kind)
    if augmentation is None:
        augmentation = usual.augmentation if widths is None else UNCHANGED  # a table has no neighbours
    time_pooling = usual.time_pooling if time_pooling is None else time_pooling
    settings: dict[str, Any] = {
        "latent_dim": latent_dim,
        "random_state": whole("random_state", random_state, 0, 2**32 - 1),  # what scikit-learn takes
        "recipe": recipe,
        "augmentation": asdict(augmentation),
        "batch_size": whole("batch_size", batch_size, 1),
        "learning_rate": float(learning_rate),
    }
    settings["autoencoder"] = settings_for(
        spectrograms.shape, latent_dim, time_pooling, widths, usual.channels, spectrograms.n_channels
    )
    found = screen(spectrograms, keep_flat=kind == "plain")
    spectrograms = found.apply(spectrograms)
    settings["n_distinct"] = found.n_distinct
    settings["scaling"] = Scaling.fit(spectrograms, amplitude, kind, background).to_dict()
    run = Run.create(new_directory() if directory is None else directory, spectrograms, settings)
    for message in found.warnings():
        logger.warning(message)
        run.record("warning", message)
    return run


def new_directory() -> Path:
    """Return a free place for a run: in `zclust_runs` here or, where nothing can be written, in a temporary folder."""
    name = datetime.now().strftime("%Y-%m-%dT%H-%M-%S")
    try:
        directory = free_path(Path("zclust_runs") / name)
        directory.mkdir(parents=True)
    except OSError:
        directory = Path(tempfile.mkdtemp(prefix="zclust_runs.")) / name
        logger.warning("The current folder cannot be written to: the run is kept in %s", directory)
    return directory
