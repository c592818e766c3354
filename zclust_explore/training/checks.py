"""Checks of numbers at the public door: what is asked for is named, refused early, and plain enough for JSON."""

from __future__ import annotations

import operator
from typing import Any


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
