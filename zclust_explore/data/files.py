"""Files and folders that are complete or absent, whatever happens while they are written."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
    partial = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    partial.chmod(0o755)  # mkdtemp makes it private
    try:
        yield partial
        for file in partial.rglob("*"):  # a rename may reach the disk before what it names
            _flush(file)
        os.rename(partial, path)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    _flush(path.parent)


def free_path(path: Path) -> Path:
    """Return the path itself or, where there is something, the first free one with a number behind it."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free


def write_text(path: Path, text: str) -> None:
    """Write or replace a file in one step."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    _flush(partial)
    os.replace(partial, path)


def _flush(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return  # Windows does not open folders
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
