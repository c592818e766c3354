"""SideBySide: two runs over the same windows, linked; windows that they group differently stand out."""

from __future__ import annotations

from typing import Any

import ipywidgets

from ..data.run import Run
from ..views.contrast import differences, project_together
from ..views.frames import MapFrames
from ..views.projection import Projection
from ._answers import WindowAnswers
from ._base import RunWidget, SharedState, column, projection_columns
from ._script import page_script


class RunSide(RunWidget):
    """One of two runs: its map and its steps; `contrast` says where the other differs."""

    _esm = page_script("side_widget.js")
    _has_map = _has_tiles = True
    _has_umap = False  # two of them would not be in one frame

    def __init__(self, run: Run, other: Run, state: SharedState, projection: Projection, grid: MapFrames) -> None:
        self._drawn = projection, projection_columns(projection, grid)
        self._contrast = differences(run, other)
        self._title = f"{run.directory.name}, {len(run)} steps"
        super().__init__(run, state)
        WindowAnswers(run, self.scale).install(self)

    def _pca(self) -> tuple[Projection, dict[str, Any]]:
        return self._drawn

    def _record(self) -> dict[str, Any]:
        return {**super()._record(), "title": self._title, "contrast": column(self._contrast, "u1")}


class SideBySide(ipywidgets.Box):
    """Compare two runs over the same windows, for example a run and its fork.

    Step, selection, isolated clusters, colours and camera are common to both. "Differs" colours the windows that the
    other run groups differently at the step on show, with the clusters of both matched one to one. A run that has
    ended waits at its last step. Runs that began as one are drawn in one frame, by PCA.

    Parameters
    ----------
    run, other : Run
        With at least one snapshot each.

    Attributes
    ----------
    state : SharedState

    Raises
    ------
    ValueError
        If a run is empty, or the numbers of windows differ.
    """

    def __init__(self, run: Run, other: Run) -> None:
        for name, given in (("run", run), ("other", other)):
            if not len(given):
                raise ValueError(f"{name} must have at least one snapshot to be shown, got none in {given.directory}.")
        if run.n_samples != other.n_samples:
            raise ValueError(f"other must be of {run.n_samples} windows as run is, got {other.n_samples}.")
        run, other = run.first(len(run)), other.first(len(other))
        longest = max(len(run), len(other))
        self.state = SharedState(n_samples=run.n_samples, step=longest - 1, colour_by="differs")
        (first, first_grid), (second, second_grid) = project_together(run, other)
        sides = [
            RunSide(run, other, self.state, first, first_grid),
            RunSide(other, run, self.state, second, second_grid),
        ]
        for side in sides:
            side.layout = ipywidgets.Layout(flex="1 1 340px", min_width="0")
        super().__init__(sides, layout=ipywidgets.Layout(display="flex", flex_flow="row wrap", width="100%"))
