"""Recipes: what the trainer does where nothing else is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from .augmentation import UNCHANGED, Augmentation
from .starts import Start


@dataclass(frozen=True)
class Recipe:
    """Choices that go together; each but the channels can be made differently by the argument of the same name.

    Parameters
    ----------
    time_pooling, channels
        See `CAE`.
    augmentation : Augmentation
    start : {"mixture", "tied", "kmeans"}
        See `beginning`.
    reconstruction_weight : float
        See `Trainer.cluster`.
    """

    time_pooling: bool
    channels: tuple[int, ...]
    augmentation: Augmentation
    start: Start
    reconstruction_weight: float


RECIPES = {
    # what gave the best clusters over the benchmark sets: `make bench` prints the study
    ("default", "decibels"): Recipe(True, (8, 16, 32), Augmentation(), "mixture", 1.0),
    # images have no time axis, their borders are empty, and their kinds vary alike
    ("default", "plain"): Recipe(False, (16, 32, 64), Augmentation(0.08, 0.08, 0.1), "tied", 1.0),
    # Xie et al. (2016), with the convolutions of Guo et al. (2017) and all layers trained together
    ("paper", "decibels"): Recipe(False, (8, 16, 32), UNCHANGED, "kmeans", 0.0),
    ("paper", "plain"): Recipe(False, (16, 32, 64), UNCHANGED, "kmeans", 0.0),
}


def find_recipe(name: str, kind: str = "decibels") -> Recipe:
    """Return a recipe by its name, for values of a kind.

    Raises
    ------
    ValueError
        If there is none of that name.

    Examples
    --------
    >>> find_recipe("paper").start, find_recipe("default", "plain").start
    ('kmeans', 'tied')
    """
    if (name, kind) not in RECIPES:
        names = list(dict.fromkeys(repr(name) for name, _ in RECIPES))
        raise ValueError(f"recipe must be {' or '.join(names)}, got {name!r}.")
    return RECIPES[name, kind]
