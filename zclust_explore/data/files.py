"""Files and folders that are complete or absent, whatever happens while they are written."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import uuid
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

FLUSHES = 8  # files at a time


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield a folder to fill; it gets its name, in one step, when the block ends without an exception.

    Raises
    ------
    FileExistsError
        If there is something at the path already.
    """
    if path.exists():
        raise FileExistsError(f"path must not exist yet, got {path}.")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    partial.mkdir()  # not tempfile's, whose folders only their owner can read
    try:
        yield partial
        # a rename may reach the disk before what it names; a disk is told of many files in the time of one
        with ThreadPoolExecutor(FLUSHES) as pool:
            list(pool.map(_flush, partial.rglob("*")))
        os.rename(partial, path)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    _flush(path.parent)


class TemporaryFolder:
    """A folder that is deleted with the last reference to this object or the end of Python, without a word.

    Examples
    --------
    >>> TemporaryFolder().path.exists()  # nobody refers to it any more
    False
    """

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="zclust_run."))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


def free_path(path: Path) -> Path:
    """Return the path itself or, where there is something, the first free one with a number behind it."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free


def relative(path: Path, start: Path) -> str | None:
    """Where a path lies as seen from a folder, which stays true when both are moved; None on another drive."""
    try:
        return os.path.relpath(path.resolve(), start.resolve())
    except ValueError:
        return None


def write_text(path: Path, text: str) -> None:
    """Write or replace a file in one step."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    _flush(partial)
    os.replace(partial, path)


def to_json(value: Any, indent: int | None = None) -> str:
    """JSON of plain values and NumPy's; what it has no word for becomes text.

    Examples
    --------
    >>> to_json({"n_freqs": np.int64(64), "path": Path("day")})
    '{"n_freqs": 64, "path": "day"}'
    """
    return json.dumps(
        value, indent=indent, default=lambda v: v.tolist() if isinstance(v, np.generic | np.ndarray) else str(v)
    )


def _flush(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return  # Windows does not open folders
    # Windows flushes only what may be written to; elsewhere a copied file may be read-only
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
