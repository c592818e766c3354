"""Checks of numbers at the public door: what is asked for is named, refused early, and plain enough for JSON."""

from __future__ import annotations

import operator
from typing import Any, get_args

from ..data.run import Run
from . import batches
from .clustering import IntervalUnit
from .lengths import clustering_length, pretraining_length
from .recipes import find_recipe
from .starts import Start


def whole(name: str, value: Any, least: int, most: int | None = None, said: str = "") -> int:
    """Return a whole number between two limits as an int; NumPy's are welcome.

    Parameters
    ----------
    name : str
    value : int
    least, most : int
        Limits that are allowed.
    said : str
        What to call the upper limit, for example "n_samples (600)".

    Raises
    ------
    TypeError
        If it is not a whole number.
    ValueError
        If it is out of range.

    Examples
    --------
    >>> whole("n_clusters", 0, 2, 600, "n_samples (600)")
    Traceback (most recent call last):
    ValueError: n_clusters must be between 2 and n_samples (600), got 0.
    """
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be a whole number, got {value!r}.") from None
    if number < least or (most is not None and number > most):
        rule = f"at least {least}" if most is None else f"between {least} and {said or most}"
        raise ValueError(f"{name} must be {rule}, got {number}.")
    return number


def clustering(
    run: Run,
    n_clusters: int,
    *,
    start: Start | None,
    n_epochs: int | None,
    tol: float,
    patience: int,
    update_interval: int,
    interval_unit: IntervalUnit,
    reconstruction_weight: float | None,
    alpha: float,
    reseed: bool,
) -> dict[str, Any]:
    """Return what `Trainer.cluster` is asked for, within its limits, and completed by the recipe of the run."""
    usual = find_recipe(run.settings.get("recipe", "default"), run.settings["scaling"].get("kind", "decibels"))
    start = usual.start if start is None else start
    if reconstruction_weight is None:
        reconstruction_weight = usual.reconstruction_weight
    n_samples, n_distinct = run.n_samples, run.settings.get("n_distinct")
    limit, said = n_samples, f"n_samples ({n_samples})"
    if n_distinct is not None and n_distinct < n_samples:
        limit, said = n_distinct, f"the number of distinct windows ({n_distinct})"
    asked = {
        "n_clusters": whole("n_clusters", n_clusters, 2, limit, said),
        "start": start,
        "n_epochs": clustering_length(_batches(run)) if n_epochs is None else whole("n_epochs", n_epochs, 1),
        "tol": float(tol),
        "patience": whole("patience", patience, 1),
        "update_interval": whole("update_interval", update_interval, 1),
        "interval_unit": interval_unit,
        "reconstruction_weight": float(reconstruction_weight),
        "alpha": float(alpha),
        "reseed": bool(reseed),
    }
    if start not in get_args(Start):
        raise ValueError(f"start must be 'mixture', 'tied' or 'kmeans', got {start!r}.")
    if interval_unit not in get_args(IntervalUnit):
        raise ValueError(f"interval_unit must be 'epoch' or 'iteration', got {interval_unit!r}.")
    if not 0 <= tol <= 1:
        raise ValueError(f"tol must be a fraction between 0 and 1, got {tol}.")
    if reconstruction_weight < 0 or not alpha > 0:
        raise ValueError(
            f"reconstruction_weight must be 0 or more and alpha positive, got {reconstruction_weight} and {alpha}."
        )
    return asked


def pretrain_epochs_of(run: Run, asked: int | None, name: str) -> int:
    """Epochs of pretraining that are asked for, or enough."""
    return pretraining_length(_batches(run)) if asked is None else whole(name, asked, 1)


def _batches(run: Run) -> int:
    return batches.count(run.spectrograms.n_samples, run.settings["batch_size"])
