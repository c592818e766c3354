"""Widgets of a cell that is run again: those of its earlier run are closed once nobody can see them.

ipywidgets keeps every widget until it is closed, here and in the page: without this, each run of a cell with an
explorer of 20,000 windows would leave some ten megabytes behind.
"""

from __future__ import annotations

import sys
import weakref
from typing import Any

import ipywidgets

# by cell: the request that ran it last, and what that made
_made: dict[str, tuple[str, weakref.WeakSet[Any]]] = {}


def close_when_rerun(widget: ipywidgets.DOMWidget) -> None:
    """Have a widget closed when its cell has run again and the page has said that no view of it is left."""
    widget._replaced = widget._unseen = False
    widget.on_msg(_told)
    where = _cell()
    if where is None:
        return
    cell, request = where
    before, widgets = _made.get(cell, (request, weakref.WeakSet()))
    if before != request:
        for old in list(widgets):
            old._replaced = True
            _close(old)
        widgets = weakref.WeakSet()
    widgets.add(widget)
    _made[cell] = (request, widgets)


def _told(widget: Any, content: Any, buffers: Any) -> None:
    if isinstance(content, dict) and content.get("kind") == "views":
        widget._unseen = content.get("count") == 0
        _close(widget)


def _close(widget: Any) -> None:
    if widget._replaced and widget._unseen:
        widget.close()


def _cell() -> tuple[str, str] | None:
    """The cell that is being run, and the request that runs it; None outside of a notebook that names its cells."""
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython else None
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell = (parent.get("metadata") or {}).get("cellId")
    return (cell, parent["header"]["msg_id"]) if cell else None
