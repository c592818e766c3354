"""What all widgets share: the state on both sides, columns for the browser, answers to its questions."""

from __future__ import annotations

import logging
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import anywidget
import ipywidgets
import numpy as np
import traitlets

from ..data.run import Run
from ..data.spectrograms import Spectrograms
from ..views.frames import History, MapFrames, Membership, history, map_frames, membership
from ..views.palette import PALETTE
from ..views.projection import Projection, project_pca
from ..views.samples import Column, Samples, samples
from ..views.state import ExplorerState
from ..views.tiles import DecibelScale, amplitude_unit, axis_words
from ..views.umap_job import UmapJob, read_umap
from ._drawn import once
from ._map_answers import MapAnswers, motion_column
from ._reruns import CellWidget
from ._script import style_sheet

logger = logging.getLogger(__name__)

Answer = tuple[dict[str, Any], list[bytes]]


class SharedState(ExplorerState, anywidget.AnyWidget):
    """An ExplorerState that lives in the page as well: widgets given the same one follow each other there.

    It is never displayed. It is an anywidget because the plain widget model turns bytes from the browser into text.
    """

    _esm = "export default {};"


class RunWidget(CellWidget):
    """A view of a run. The browser gets columns once and asks by message for what it lacks.

    Parameters
    ----------
    run : Run
        With at least one snapshot.
    state : SharedState, optional
        `other.state` of another widget of the same run: both follow each other in the browser.

    Traits
    ------
    record : dict
        Labels, history, metadata, axes: columns as bytes, little endian, with what is needed to read them.
    pca, umap : dict
        A projection each; empty until there is one.
    umap_status : str
        "", "computing", "ready", or a sentence that says what went wrong.
    """

    _css = style_sheet()

    record = traitlets.Dict().tag(sync=True)
    pca = traitlets.Dict().tag(sync=True)
    umap = traitlets.Dict().tag(sync=True)
    umap_status = traitlets.Unicode("").tag(sync=True)
    state = traitlets.Instance(SharedState).tag(sync=True, **ipywidgets.widget_serialization)

    # whether this widget draws a map, by UMAP too, and whether it draws spectrograms
    _has_map = False
    _has_umap = True
    _has_tiles = False

    def __init__(self, run: Run, state: SharedState | None = None, **traits: Any) -> None:
        if not len(run):
            raise ValueError(f"run must have at least one snapshot to be shown, got none in {run.directory}.")
        given, run = run, run.first(len(run))  # a training may be adding to it: everything here is of the same steps
        self._once = partial(once, given, len(run))
        state = state or SharedState(n_samples=run.n_samples, step=len(run) - 1)
        if state.n_samples != run.n_samples:
            raise ValueError(
                f"state must belong to a run of {run.n_samples} windows, got one of {state.n_samples}: "
                "share it between widgets of the same run only."
            )
        self.run = run
        self.scale = self._once("scale", lambda: DecibelScale(run.spectrograms))
        self.questions: dict[str, Callable[[dict[str, Any]], Answer]] = {}
        # one thread a widget: answers never keep the kernel waiting, and come in the order of the questions
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="zclust-widget")
        self._job: UmapJob | None = None
        traits["record"] = self._record()
        self.projections: dict[str, Projection] = {}
        if self._has_map:
            self.projections["pca"], traits["pca"] = self._pca()
            if self._has_umap:
                traits |= self._kept_umap()
            self.questions["invented"] = MapAnswers(run, self.projections).invented
        super().__init__(state=state, **traits)
        self.on_msg(self._asked)
        if self._has_map and self._has_umap and not self.umap:
            self._start_umap()
        weakref.finalize(self, self._worker.shutdown, wait=False, cancel_futures=True)

    def close(self) -> None:
        """End the widget and what it has running."""
        if self._job is not None:
            self._job.cancel()
        self._worker.shutdown(wait=False, cancel_futures=True)
        super().close()
        # IPython's list of outputs may keep the widget; it need not keep these
        self.projections.clear()
        self.questions.clear()
        self.record = self.pca = self.umap = {}

    # -- columns -----------------------------------------------------------------------------------------------------

    def _record(self) -> dict[str, Any]:
        run, specs = self.run, self.run.spectrograms
        columns = {
            "n": run.n_samples,
            "n_snapshots": len(run),
            "n_clusters": run.most_clusters,
            "palette": list(PALETTE),
            "renumbered": {str(act["step"]): act["label_map"] for act in run.acts if "label_map" in act},
            **self._once("membership", lambda: membership_columns(membership(run))),
            **history_columns(history(run)),
            **self._once("samples", lambda: samples_columns(samples(run))),
        }
        if self._has_map:
            columns["moved"] = self._once("moved", lambda: motion_column(run))
        if self._has_tiles:
            columns["tile"] = tile_columns(specs, self.scale)
        return columns

    # -- questions from the browser ----------------------------------------------------------------------------------

    def _asked(self, _: Any, content: Any, buffers: Any) -> None:
        """Answer on the worker; every question gets an answer, if only that something failed."""
        if "id" not in content:
            return  # a remark, not a question
        try:
            self._worker.submit(self._answer, content)
        except RuntimeError:
            self.send({"id": content.get("id"), "error": "this widget was closed"})

    def _answer(self, content: dict[str, Any]) -> None:
        try:
            answer, buffers = self.questions[content["kind"]](content)
        except Exception as error:
            logger.exception("a widget's question failed: %s", content.get("kind"))
            answer, buffers = {"error": f"{type(error).__name__}: {error}"}, []
        self.send({"id": content.get("id"), **answer}, buffers)

    def _pca(self) -> tuple[Projection, dict[str, Any]]:
        projection = self._once("pca", lambda: project_pca(self.run))
        return projection, self._once("pca columns", lambda: projection_columns(projection))

    # -- UMAP --------------------------------------------------------------------------------------------------------

    def _kept_umap(self) -> dict[str, Any]:
        kept = read_umap(self.run)
        if kept is None:
            return {}
        self.projections["umap"] = kept
        return {"umap": projection_columns(kept), "umap_status": "ready"}

    def _start_umap(self) -> None:
        reference = weakref.ref(self)  # the job must not keep a widget alive that nobody shows any more

        def done(projection: Projection | None, error: str | None) -> None:
            widget = reference()
            if widget is None or widget.comm is None:
                return
            with widget.hold_sync():
                if projection is not None:
                    widget.projections["umap"] = projection
                    widget.umap = projection_columns(projection)
                widget.umap_status = "ready" if projection is not None else error or "UMAP failed"

        self._job = UmapJob(self.run, done)
        self.umap_status = "computing"
        self._job.start()
        weakref.finalize(self, self._job.cancel)


def tile_columns(specs: Spectrograms, scale: DecibelScale) -> dict[str, Any]:
    """Prepare the axes of a spectrogram and the decibels of its colours for the browser."""
    return {
        **axis_columns(specs),
        "waves": specs.waveforms is not None,
        "amplitude": amplitude_unit(specs),
        "limits": {"background": scale.limits("background"), "absolute": scale.limits("absolute")},
    }


def axis_columns(specs: Spectrograms) -> dict[str, Any]:
    """Prepare the axes of a spectrogram for the browser."""
    n_freqs, n_times = specs.shape
    return {
        "n_freqs": n_freqs,
        "n_times": n_times,
        "components": specs.components,
        "words": axis_words(specs),
        "frequencies": [float(value) for value in specs.frequencies],
        "times": [float(value) for value in specs.times],
        "duration_s": specs.duration_s,
    }


def column(array: np.ndarray, dtype: str) -> bytes:
    """Bytes of an array in the order and type that the browser reads."""
    return np.ascontiguousarray(array, dtype=np.dtype(dtype).newbyteorder("<")).tobytes()


def projection_columns(projection: Projection, frames: MapFrames | None = None) -> dict[str, Any]:
    """Prepare a projection for the browser, on a grid of its own unless one is given."""
    frames = frames or map_frames(projection)
    return {
        "method": projection.method,
        "axes": list(projection.axes),
        "motion": projection.motion,
        "origin": list(frames.origin),
        "span": frames.span,
        "xy": column(frames.xy, "u2"),
        "centroids": column(frames.centroids, "f4"),
    }


def membership_columns(members: Membership) -> dict[str, Any]:
    """Prepare labels, certainty and sizes for the browser."""
    return {
        "labels": column(members.labels, "u1"),
        "q": column(members.q, "u1"),
        "sizes": column(members.sizes, "i4"),
        "mass": column(members.mass, "f4"),
        "certainty": column(members.certainty, "f4"),
        "margin": column(members.margin, "f4"),
    }


def history_columns(course: History) -> dict[str, Any]:
    """Prepare losses and phases for the browser."""
    return {
        "phases": list(course.phases),
        "epochs": list(course.epochs),
        "curves": {name: column(curve, "f4") for name, curve in course.curves.items()},
    }


def samples_columns(table: Samples) -> dict[str, Any]:
    """Prepare the metadata for the browser."""
    return {"columns": [column_of(entry) for entry in table.columns], "dropped": list(table.dropped)}


def column_of(entry: Column) -> dict[str, Any]:
    """Prepare one column of the metadata for the browser."""
    dtype = f"{entry.values.dtype.kind}{entry.values.dtype.itemsize}"
    sent = {"name": entry.name, "kind": entry.kind, "dtype": dtype, "values": column(entry.values, dtype)}
    return {**sent, "words": list(entry.words)} if entry.kind == "text" else sent
