"""Timeline: the steps of a run, to scrub and to play, with losses and cluster sizes."""

from __future__ import annotations

from ._base import RunWidget
from ._script import page_script


class Timeline(RunWidget):
    """The timeline of a run on its own.

    Parameters
    ----------
    run : Run
    state : SharedState, optional
        That of another widget of the same run, which then shows the step chosen here.
    """

    _esm = page_script("timeline_widget.js")
