"""Components: the letters of channels that belong to one window, such as ZNE."""

from __future__ import annotations

import numpy as np


def check_components(components: str, channels: tuple[int, ...]) -> None:
    """Refuse letters that do not name each channel once.

    Parameters
    ----------
    components : str
    channels : tuple of int
        (n_channels,), or () where there is no axis of channels.

    Examples
    --------
    >>> check_components("ZZE", (3,))
    Traceback (most recent call last):
    ValueError: components must be a letter of its own for each of the 3 channels, got 'ZZE'.
    """
    if not isinstance(components, str):
        raise TypeError(f"components must be text such as 'ZNE', got {components!r}.")
    if not channels and components:
        raise ValueError(f"components must be '' where there is no axis of channels, got {components!r}.")
    if channels and not len(components) == len(set(components)) == channels[0]:
        raise ValueError(
            f"components must be a letter of its own for each of the {channels[0]} channels, got {components!r}."
        )


def unnamed(n_channels: int) -> str:
    """Letters for channels that have none: "123…", as SEED numbers components of unknown orientation.

    >>> unnamed(3)
    '123'
    """
    return "".join(chr(ord("1") + number) for number in range(n_channels))


def first_of_components(reasons: np.ndarray, components: str) -> np.ndarray:
    """Reasons (n_samples, n_channels) as one each, with the letters of the components that it holds for: (n_samples,).

    >>> first_of_components(np.array([["", "", ""], ["", "dead", "dead"]], dtype=object), "ZNE").tolist()
    ['', 'dead (component N, E)']
    """
    first = reasons[np.arange(len(reasons)), (reasons != "").argmax(axis=1)].copy()
    for row in np.flatnonzero(first != ""):
        letters = ", ".join(np.array(list(components))[reasons[row] == first[row]])
        first[row] = f"{first[row]} (component {letters})"
    return first
