"""Responses: inventories from files and folders of any sort that ObsPy reads."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from obspy import Inventory

logger = logging.getLogger(__name__)


def read_responses(given: Inventory | str | os.PathLike[str] | None) -> Any:
    """Inventory of a file, or of all files in a folder that hold responses; one in memory, or None, as it is.

    Parameters
    ----------
    given : obspy.Inventory, path or None
        StationXML, dataless SEED or RESP.

    Raises
    ------
    FileNotFoundError
        If there is nothing at the path.
    ValueError
        If ObsPy cannot read the file, or nothing in the folder.
    """
    if not isinstance(given, str | os.PathLike):
        return given
    import obspy

    path = Path(given)
    if not path.exists():
        raise FileNotFoundError(f"inventory must be an existing file or folder, got {str(path)!r}.")
    if not path.is_dir():
        try:
            return obspy.read_inventory(str(path))
        except Exception as error:  # whatever a reader of a broken file raises
            raise ValueError(f"inventory must be a file that ObsPy reads, got {path}: {error}") from error
    inventory, others = obspy.Inventory(), []
    for file in sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith(".")):
        try:
            inventory += obspy.read_inventory(str(file))
        except Exception:  # noqa: BLE001  # not every file of a folder is one of responses
            others.append(file.name)
    if not inventory.networks:
        raise ValueError(f"inventory must hold StationXML, dataless SEED or RESP, got nothing of that in {path}.")
    if others:
        logger.warning("%d file(s) of %s hold no responses: %s", len(others), path, ", ".join(others[:5]))
    return inventory
