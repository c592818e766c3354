"""Recipes: what the trainer does where nothing else is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from .augmentation import UNCHANGED, Augmentation
from .starts import Start


@dataclass(frozen=True)
class Recipe:
    """Choices that go together; each can be made differently by the argument of the same name.

    Parameters
    ----------
    time_pooling : bool
        See `CAE`.
    augmentation : Augmentation
    start : {"mixture", "tied", "kmeans"}
        See `beginning`.
    reconstruction_weight : float
        See `Trainer.cluster`.
    """

    time_pooling: bool
    augmentation: Augmentation
    start: Start
    reconstruction_weight: float


RECIPES = {
    # what gave the best clusters over the benchmark sets: `make bench` prints the study
    "default": Recipe(True, Augmentation(), "mixture", 1.0),
    # Xie et al. (2016), with the convolutions of Guo et al. (2017) and all layers trained together
    "paper": Recipe(False, UNCHANGED, "kmeans", 0.0),
}


def find_recipe(name: str) -> Recipe:
    """Return a recipe by its name.

    Raises
    ------
    ValueError
        If there is none of that name.

    Examples
    --------
    >>> find_recipe("paper").start
    'kmeans'
    """
    if name not in RECIPES:
        raise ValueError(f"recipe must be {' or '.join(map(repr, RECIPES))}, got {name!r}.")
    return RECIPES[name]
