"""TrainingPanel: a training to start, watch, pause, change and fork."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import traitlets

from ..data.run import Run
from ..data.spectrograms import Spectrograms
from ..views.frames import history
from ..views.palette import PALETTE
from ..views.standstill import standstill
from ..views.tiles import DecibelScale
from ._base import history_columns, tile_columns
from ._live import LiveMap, LivePictures
from ._reruns import CellWidget
from ._script import page_script, style_sheet
from ._situation import memory_mb, settings_now, situation

logger = logging.getLogger(__name__)

PUSH_S = 0.25  # between two messages to the browser; more would only cost the training time
PICTURES_S = 1.5  # between two sets of reconstructions while it runs: they cost as much as some batches
LEAVE = 30  # times as long as they took is waited before the next ones: on a slow machine there are fewer of them


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
    def step(self, unit: Any) -> None: ...
    def steer(self, **settings: Any) -> Any: ...
    def merge(self, one: int, other: int) -> Any: ...
    def split(self, cluster: int) -> Any: ...
    def drop(self, cluster: int) -> Any: ...
    def add(self, windows: Any) -> Any: ...
    def move(self, cluster: int, to: Any) -> Any: ...
    def fork(self, step: int) -> Any: ...


class TrainingPanel(CellWidget):
    """Start, pause, step and stop a training; watch its losses, map and reconstructions; change what it does.

    It also follows a training that was started in a cell, `trainer.pretrain()`, while that cell runs. While it is
    paused or over, settings and clusters can be changed: each act is a step of the run (see `Steering`).

    Parameters
    ----------
    trainer : Trainer
        After "Fork here" or "Undo", `panel.trainer` is that of the new run; the one before was stopped and is kept.
    n_clusters : int
        Clusters that Start asks for; can be changed in the panel until then.
    """

    _esm = page_script("panel_widget.js")
    _css = style_sheet()

    record = traitlets.Dict().tag(sync=True)  # what does not change: axes, limits, palette
    course = traitlets.Dict().tag(sync=True)  # history up to the last snapshot, and what was done by hand
    progress = traitlets.Dict().tag(sync=True)  # status, phase, epoch, batch, losses, time
    images = traitlets.Dict().tag(sync=True)  # windows and what becomes of them, at a step
    map = traitlets.Dict().tag(sync=True)  # where windows and centroids lie, at a step
    n_clusters = traitlets.Int(6).tag(sync=True)

    def __init__(self, trainer: _Trainer, n_clusters: int = 6) -> None:
        self.trainer = trainer
        self._latest: Any = None  # a slot, not a queue: only the newest progress is of interest
        self._news = threading.Event()
        self._closed = threading.Event()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="zclust-panel")  # for what takes a while
        self._shown: tuple[Any, int] | None = None  # run and number of snapshots that the browser has
        self._pictured: tuple[Any, ...] | None = None
        self._pictures_from = 0.0
        self._standstill, self._settings = "", settings_now(trainer.run)
        specs = trainer.spectrograms
        scale = DecibelScale(specs)
        self._map, self._pictures = LiveMap(), LivePictures(specs, scale)
        record = {"palette": list(PALETTE), "tile": tile_columns(specs, scale), "n_samples": specs.n_samples}
        super().__init__(record=record, n_clusters=n_clusters)
        self._follow()
        self._tell()
        self.on_msg(self._asked)
        ticker = threading.Thread(target=_tick, args=(weakref.ref(self), self._news, self._closed), daemon=True)
        ticker.start()
        weakref.finalize(self, self._closed.set)
        weakref.finalize(self, self._worker.shutdown, wait=False)

    def _follow(self) -> None:
        reference = weakref.ref(self)
        self._unsubscribe = self.trainer.subscribe(lambda progress: _note(reference, progress))
        self._finalizer = weakref.finalize(self, self._unsubscribe)

    def close(self) -> None:
        """End the panel; the training goes on."""
        self._closed.set()
        self._news.set()
        self._finalizer()
        self._worker.shutdown(wait=False)
        super().close()

    # -- buttons -----------------------------------------------------------------------------------------------------

    def _asked(self, _: Any, content: Any, buffers: Any) -> None:
        """Do what a button says; none of these waits for the training, and what takes a while has its own thread."""
        if "id" not in content:
            return  # a remark, not a question

        def start() -> None:
            self.trainer.start(n_clusters=self.n_clusters)

        at_once: dict[str, Callable[[], Any]] = {
            "start": start,
            "pause": self.trainer.pause,
            # after a stop, resume() would train here, where the kernel answers, and keep it from answering
            "resume": lambda: self.trainer.resume() if self.trainer.status == "paused" else start(),
            "stop": self.trainer.stop,
            "step": lambda: self.trainer.step(content["unit"]),
            "choose": lambda: self._pictures.choose(int(content["window"])),
        }
        if content["kind"] in at_once:
            self._answer(content, at_once[content["kind"]])
        else:
            self._worker.submit(self._answer, content, lambda: self._act(content))

    def _answer(self, content: Mapping[str, Any], action: Callable[[], Any]) -> None:
        answer: dict[str, Any] = {"id": content.get("id")}
        try:
            action()
        except Exception as error:  # the person at the button must read it
            logger.exception("a button of the training panel failed: %s", content.get("kind"))
            answer["error"] = str(error)
        self.send(answer)
        self._news.set()

    def _act(self, content: Mapping[str, Any]) -> None:
        """Change what is trained; on the panel's own thread."""
        trainer, kind = self.trainer, content["kind"]
        if kind == "steer":
            trainer.steer(**content["settings"])
        elif kind == "merge":
            trainer.merge(*content["clusters"])
        elif kind in ("split", "drop"):
            getattr(trainer, kind)(content["clusters"][0])
        elif kind == "add":
            trainer.add(content["windows"])
        elif kind == "move":
            trainer.move(content["cluster"], self._map.lifted(trainer.run, content["cluster"], content["to"]))
        elif kind == "fork":
            self._go_to(len(trainer.run) - 1)
        elif kind == "undo":
            self._go_to(trainer.run.acts[-1]["step"] - 1)
        else:
            raise ValueError(f"kind must be that of a button, got {kind!r}.")

    def _go_to(self, step: int) -> None:
        """Go on in a new run that begins as this one was at a step."""
        fork = self.trainer.fork(step)
        self.trainer.stop()
        self._finalizer()
        self.trainer, self._latest = fork, None
        self._follow()

    # -- what the browser sees ---------------------------------------------------------------------------------------

    def _tell(self) -> None:
        """Send what has changed; on the ticker's thread."""
        trainer, latest = self.trainer, self._latest
        run, status = trainer.run, trainer.status
        told: dict[str, Any] = {
            "status": status,
            "error": trainer.error or "",
            "run": str(run.directory),
            "memory_mb": memory_mb(),
            **situation(run, status),
        }
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
        steps = len(run)
        with self.hold_sync():
            if self._shown != (run.directory, steps):  # clustering again, or a fork, goes on in another run
                self._shown = (run.directory, steps)
                if steps:
                    course = history(run)
                    acts = [{"step": act["step"], "message": act["message"]} for act in run.acts]
                    self.course = {"n_snapshots": steps, "acts": acts, **history_columns(course)}
                    self._standstill, self._settings = standstill(course), settings_now(run)
                    self.map = self._map.columns(run)
            told["settings"] = self._settings
            told["warnings"] = [*told["warnings"], *filter(None, [self._standstill])]
            self.progress = told
            self._tell_pictures(run, steps, status == "running")

    def _tell_pictures(self, run: Run, steps: int, running: bool) -> None:
        wanted = (run.directory, steps, *self._pictures.chosen)
        if self._pictured == wanted or (running and time.monotonic() < self._pictures_from):
            return
        self._pictured, began = wanted, time.monotonic()
        self.images = self._pictures.columns(run)
        self._pictures_from = time.monotonic() + max(PICTURES_S, LEAVE * (time.monotonic() - began))


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
