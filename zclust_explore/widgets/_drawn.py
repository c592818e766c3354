"""Drawn: what the widgets of a run have in common, worked out for the first of them and kept as long as the run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from ..data.run import Run

Made = TypeVar("Made")

# of each run: how many snapshots it had, and what was made of them
_KEPT: WeakKeyDictionary[Run, tuple[int, dict[str, Any]]] = WeakKeyDictionary()


def once(run: Run, n_snapshots: int, name: str, make: Callable[[], Made]) -> Made:
    """Return what `make` made of so many snapshots of a run, under a name, the last time it was asked for.

    What is made must not hold the run, or both would be kept for good.
    """
    kept_of, found = _KEPT.get(run, (0, {}))
    if kept_of != n_snapshots:
        found = {}
        _KEPT[run] = (n_snapshots, found)
    if name not in found:
        found[name] = make()
    made: Made = found[name]
    return made
