"""EmbeddingMap: every window as a dot, at every step of a run."""

from __future__ import annotations

from ..data.run import Run
from ._answers import WindowAnswers
from ._base import RunWidget, SharedState
from ._script import page_script


class EmbeddingMap(RunWidget):
    """The map of a run on its own: PCA at once, UMAP when it is ready; lasso, box, legend, hover.

    Parameters
    ----------
    run : Run
    state : SharedState, optional
        That of another widget of the same run, for example `Timeline(run).state`.
    """

    _esm = page_script("map_widget.js")
    _has_map = True
    _has_tiles = True

    def __init__(self, run: Run, state: SharedState | None = None) -> None:
        super().__init__(run, state)
        WindowAnswers(run, self.scale).install(self)
