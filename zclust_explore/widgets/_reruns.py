"""Widgets of a cell that is run again: those of its earlier run are closed once nobody can see them.

ipywidgets keeps every widget until it is closed, here and in the page: without this, each run of a cell with an
explorer of 20,000 windows would leave some ten megabytes behind.
"""

from __future__ import annotations

import sys
import threading
import weakref
from typing import Any

import anywidget

# by cell: the request that ran it last, and what that made or showed
_made: dict[str, tuple[str, weakref.WeakSet[Any]]] = {}
PATIENCE_S = 2.0  # from the page's word that a view is gone; another one may be on its way


class CellWidget(anywidget.AnyWidget):
    """A widget that is closed when its cell has run again and the page has said that no view of it is left."""

    def __init__(self, **traits: Any) -> None:
        self._replaced = self._unseen = False
        super().__init__(**traits)
        self.on_msg(_told)
        _keep(self)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        self._replaced = False  # shown again, by a cell that need not have made it
        _keep(self)
        return super()._repr_mimebundle_(**kwargs)


def _keep(widget: CellWidget) -> None:
    """Count a widget among those of the cell that is being run; those of its earlier run are replaced."""
    where = _cell()
    if where is None:
        return
    cell, request = where
    before, widgets = _made.get(cell, (request, weakref.WeakSet()))
    if before != request:
        for old in list(widgets):
            if old is not widget:
                old._replaced = True
                _close_soon(old)
        widgets = weakref.WeakSet()
    widgets.add(widget)
    _made[cell] = (request, widgets)


def _told(widget: CellWidget, content: Any, buffers: Any) -> None:
    if isinstance(content, dict) and content.get("kind") == "views":
        widget._unseen = content.get("count") == 0
        _close_soon(widget)


def _close_soon(widget: CellWidget) -> None:
    if widget._replaced and widget._unseen:
        timer = threading.Timer(PATIENCE_S, _close, (weakref.ref(widget),))
        timer.daemon = True
        timer.start()


def _close(reference: weakref.ref[CellWidget]) -> None:
    widget = reference()
    if widget is not None and widget._replaced and widget._unseen:
        widget.close()


def _cell() -> tuple[str, str] | None:
    """The cell that is being run, and the request that runs it; None outside of a notebook that names its cells."""
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython else None
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell = (parent.get("metadata") or {}).get("cellId")
    return (cell, parent["header"]["msg_id"]) if cell else None
