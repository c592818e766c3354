"""Gallery: spectrograms of the selected windows, on one decibel scale."""

from __future__ import annotations

from ..data.run import Run
from ._answers import WindowAnswers
from ._base import RunWidget, SharedState
from ._comparisons import ComparingAnswers
from ._script import page_script


class Gallery(RunWidget):
    """The gallery of a run on its own: the selection of its state, or the clusters isolated in its legend.

    Parameters
    ----------
    run : Run
    state : SharedState, optional
        That of another widget of the same run, for example `EmbeddingMap(run).state`.
    """

    _esm = page_script("gallery_widget.js")
    _has_tiles = True

    def __init__(self, run: Run, state: SharedState | None = None) -> None:
        super().__init__(run, state)
        WindowAnswers(run, self.scale).install(self)
        ComparingAnswers(run, self.scale).install(self)
