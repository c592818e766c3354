"""Standstill: whether a training still gets anywhere, in words."""

from __future__ import annotations

import numpy as np

from .frames import History

PATIENCE, LEAST = 6, 0.005  # snapshots, and the fraction by which the loss should have fallen over them


def standstill(course: History) -> str:
    """Say that the loss of the phase going on has not fallen for some snapshots, and what to do; or nothing.

    Examples
    --------
    >>> flat = History(("pretrain",) * 9, tuple(range(9)), {"reconstruction": np.full(9, 0.5, np.float32)})
    >>> standstill(flat)[:52]
    'The reconstruction loss has not fallen for 6 steps: '
    """
    if not course.phases or course.phases[-1] != "pretrain":
        return ""  # DEC sharpens its own target: its loss may rise while it does what it should
    loss = course.curves["reconstruction"].astype(np.float64)
    loss = loss[np.isfinite(loss)]
    if len(loss) <= PATIENCE or loss[-PATIENCE:].min() < (1 - LEAST) * loss[:-PATIENCE].min():
        return ""
    return (
        f"The reconstruction loss has not fallen for {PATIENCE} steps: more epochs will hardly help. "
        "Stop and cluster, or pause and lower the learning rate."
    )
