"""Explorer: map, timeline, gallery and close-up of a run in one widget."""

from __future__ import annotations

from ..data.run import Run
from ._answers import WindowAnswers
from ._base import RunWidget, SharedState
from ._comparisons import ComparingAnswers
from ._script import page_script


class Explorer(RunWidget):
    """Explore a run: where its windows lie at every step, which ones belong together, and what they look like.

    Scrub or play the timeline, draw around windows on the map, look at them in the gallery, click one to compare it
    with its reconstruction. `?` in the widget lists keys and gestures.

    Parameters
    ----------
    run : Run
        With at least one snapshot; PyTorch is needed for reconstructions only.
    state : SharedState, optional
        That of another widget of the same run, to have both follow each other.

    Attributes
    ----------
    state : SharedState
        What was chosen: `explorer.state.selection` has the indices of the selected windows, and may be assigned.
    """

    _esm = page_script("explorer.js")
    _has_map = True
    _has_tiles = True

    def __init__(self, run: Run, state: SharedState | None = None) -> None:
        super().__init__(run, state)
        WindowAnswers(run, self.scale).install(self)
        ComparingAnswers(run, self.scale).install(self)
