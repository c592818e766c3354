"""TrainingPanel: a training to start, watch, pause and stop."""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Callable
from typing import Any, Protocol

import anywidget
import numpy as np
import traitlets

from ..data.run import Run
from ..data.spectrograms import Spectrograms
from ..views.frames import history
from ..views.palette import PALETTE
from ..views.tiles import DecibelScale
from ._answers import reconstruct
from ._base import column, history_columns, tile_columns
from ._script import page_script, style_sheet

logger = logging.getLogger(__name__)

PUSH_S = 0.25  # between two messages to the browser; more would only cost the training time
N_EXAMPLES = 6


class _Trainer(Protocol):
    """What the panel needs of a `Trainer`: this floor does not import PyTorch."""

    @property
    def run(self) -> Run: ...
    @property
    def spectrograms(self) -> Spectrograms: ...
    @property
    def status(self) -> str: ...
    @property
    def error(self) -> str | None: ...
    def subscribe(self, callback: Callable[[Any], None]) -> Callable[[], None]: ...
    def start(self, n_clusters: int) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> Any: ...
    def stop(self) -> None: ...


class TrainingPanel(anywidget.AnyWidget):
    """Start, pause and stop a training, and watch its losses and six reconstructions as they come.

    It also follows a training that was started in a cell, `trainer.pretrain()`, while that cell runs.

    Parameters
    ----------
    trainer : Trainer
    n_clusters : int
        Clusters that Start asks for; can be changed in the panel until then.
    """

    _esm = page_script("panel_widget.js")
    _css = style_sheet()

    record = traitlets.Dict().tag(sync=True)  # what does not change: axes, limits, the windows that are reconstructed
    course = traitlets.Dict().tag(sync=True)  # history up to the last snapshot
    progress = traitlets.Dict().tag(sync=True)  # status, phase, epoch, batch, losses, time
    images = traitlets.Dict().tag(sync=True)  # reconstructions at a step
    n_clusters = traitlets.Int(6).tag(sync=True)

    def __init__(self, trainer: _Trainer, n_clusters: int = 6) -> None:
        self.trainer = trainer
        self._latest: Any = None  # a slot, not a queue: only the newest progress is of interest
        self._news = threading.Event()
        self._closed = threading.Event()
        self._shown: tuple[Any, int] | None = None  # run and number of snapshots that the browser has
        specs = trainer.spectrograms
        self._scale = DecibelScale(specs)
        self._indices = np.unique(np.linspace(0, specs.n_samples - 1, N_EXAMPLES + 2).astype(int)[1:-1])
        record = {
            "palette": list(PALETTE),
            "tile": tile_columns(specs, self._scale),
            "indices": [int(index) for index in self._indices],
            "inputs": column(self._scale.to_bytes(specs.read(self._indices), "background"), "u1"),
        }
        super().__init__(record=record, n_clusters=n_clusters)
        self._tell()
        self.on_msg(self._asked)
        reference = weakref.ref(self)
        unsubscribe = trainer.subscribe(lambda progress: _note(reference, progress))
        ticker = threading.Thread(target=_tick, args=(reference, self._news, self._closed), daemon=True)
        ticker.start()
        weakref.finalize(self, self._closed.set)
        weakref.finalize(self, unsubscribe)
        self._unsubscribe = unsubscribe

    def close(self) -> None:
        """End the panel; the training goes on."""
        self._closed.set()
        self._news.set()
        self._unsubscribe()
        super().close()

    # -- buttons -----------------------------------------------------------------------------------------------------

    def _asked(self, _: Any, content: Any, buffers: Any) -> None:
        """Do what a button says; none of these waits for the training."""

        def start() -> None:
            self.trainer.start(n_clusters=self.n_clusters)

        actions: dict[str, Callable[[], Any]] = {
            "start": start,
            "pause": self.trainer.pause,
            # after a stop, resume() would train here, where the kernel answers, and keep it from answering
            "resume": lambda: self.trainer.resume() if self.trainer.status == "paused" else start(),
            "stop": self.trainer.stop,
        }
        answer: dict[str, Any] = {"id": content.get("id")}
        try:
            actions[content["kind"]]()
        except Exception as error:  # the person at the button must read it
            logger.exception("a button of the training panel failed: %s", content.get("kind"))
            answer["error"] = str(error)
        self.send(answer)
        self._news.set()

    # -- what the browser sees ---------------------------------------------------------------------------------------

    def _tell(self) -> None:
        """Send what has changed; on the ticker's thread."""
        trainer, latest = self.trainer, self._latest
        told: dict[str, Any] = {
            "status": trainer.status,
            "error": trainer.error or "",
            "run": str(trainer.run.directory),
        }
        told["warnings"] = list(dict.fromkeys(trainer.run.warnings))[-3:]
        told["stop_reason"] = trainer.run.stop_reason or ""
        if latest is not None:
            told |= {
                "phase": latest.phase,
                "epoch": latest.epoch,
                "n_epochs": latest.n_epochs,
                "batch": latest.batch,
                "n_batches": latest.n_batches,
                "losses": {name: float(value) for name, value in latest.losses.items()},
                "elapsed_s": float(latest.elapsed_s),
            }
        steps = len(trainer.run)
        with self.hold_sync():
            self.progress = told
            if self._shown != (trainer.run.directory, steps):  # clustering again goes on in another run
                self._shown = (trainer.run.directory, steps)
                self._tell_snapshot(trainer.run, steps)

    def _tell_snapshot(self, run: Run, steps: int) -> None:
        if not steps:
            return
        self.course = {"n_snapshots": steps, **history_columns(history(run))}
        restored, missing = reconstruct(run, self._indices, steps - 1)
        pictures = b"" if restored is None else column(self._scale.to_bytes(restored, "background"), "u1")
        self.images = {"step": steps - 1, "missing": missing, "outputs": pictures}


def _note(reference: weakref.ref[TrainingPanel], progress: Any) -> None:
    """Keep a progress for the ticker; on the training's thread, so nothing more."""
    panel = reference()
    if panel is not None:
        panel._latest = progress
        panel._news.set()


def _tick(reference: weakref.ref[TrainingPanel], news: threading.Event, closed: threading.Event) -> None:
    """Tell the browser at most every PUSH_S what is new, until the panel is gone."""
    while not closed.wait(PUSH_S):
        news.wait(2 * PUSH_S)  # an ending has no progress of its own: look at the status now and then
        news.clear()
        panel = reference()
        if panel is None or closed.is_set():
            return
        try:
            panel._tell()
        except Exception as error:
            logger.exception("the training panel could not be updated")
            panel.progress = {**panel.progress, "error": f"The panel could not be updated: {error}"}
        del panel  # between two looks nothing here keeps it alive
