"""Failures: why a training ended, and what to do, in words."""

from __future__ import annotations

import errno

import torch


def in_words(error: BaseException) -> str:
    """Say what went wrong; for causes that are known, with what to do.

    Examples
    --------
    >>> in_words(ValueError("n_clusters must be at most 3, got 9."))
    'ValueError: n_clusters must be at most 3, got 9.'
    """
    said = f"{type(error).__name__}: {error}"
    if isinstance(error, torch.OutOfMemoryError):
        return (
            "The memory of the graphics card is full. What was recorded is kept. Close what else uses the card, then "
            f'Resume; or go on without it: zx.Trainer.open(directory, device="cpu"). ({said.splitlines()[0]})'
        )
    if isinstance(error, MemoryError):
        return f"The memory is full. What was recorded is kept. Close other programs, then Resume. ({said})"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            "The disk is full. What was recorded is kept up to the last step. Make room, then Resume goes on from "
            f"there. ({said})"
        )
    if isinstance(error, FloatingPointError):
        return f"{said} Lower the learning rate and Resume, or Undo and fork from an earlier step."
    return said
