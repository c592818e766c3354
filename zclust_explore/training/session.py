"""Session: drains a phase of training into a run, and ends it well whatever happens."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import torch
from tqdm.auto import tqdm

from ..data.files import free_path
from ..data.run import Run
from ..data.snapshot import Phase, Snapshot
from . import batches, watch
from .acts import Act, settings_in_force
from .control import Control, Work
from .failures import in_words
from .learner import Learner
from .progress import Progress

logger = logging.getLogger(__name__)


class Session:
    """A run, its learner, and the control that others have over both.

    Parameters
    ----------
    run : Run
    device : torch.device
    """

    def __init__(self, run: Run, device: torch.device) -> None:
        self.run = run
        self.device = device
        self.control = Control()
        self._learner = Learner(run, device)
        self._thread: threading.Thread | None = None

    @property
    def begun(self) -> list[dict[str, Any]]:
        """The phases that were asked for so far, in order."""
        return [event for event in self.run.events if event["kind"] in ("pretrain", "cluster")]

    @property
    def failed_to_begin(self) -> bool:
        """Whether a clustering failed before its first snapshot: to ask for the same again would be no use."""
        events = [event for event in self.run.events if event["kind"] not in ("warning", "resume")]
        kinds = [event["kind"] for event in events[-2:]]
        failed = kinds == ["cluster", "stop"] and events[-1].get("status") == "failed"
        return failed and self.run.n_clusters is None

    @property
    def finished(self) -> bool:
        """Whether the phase that was begun last came to its own end."""
        events = [event for event in self.run.events if event["kind"] in ("pretrain", "cluster", "stop", "act")]
        return bool(events) and events[-1].get("status") == "finished"

    @property
    def phase(self) -> Phase | None:
        """That of the last snapshot."""
        return self.run.snapshot().phase if len(self.run) else None

    def in_background(self, work: Callable[[], None]) -> None:
        """Do several pieces of work on another thread, as one; returns at once.

        Raises
        ------
        RuntimeError
            If something is done there already.
        """
        if self._thread is not None and self._thread.is_alive():
            raise RuntimeError("This trainer is running already.")
        self.control.set_out()  # here, so that the status says so at once, and a stop from now on is heard

        def watched() -> None:
            try:
                with self.control.series():
                    work()
            except Exception as error:
                self.control.end("failed", in_words(error))
                logger.exception("Training failed")

        self._thread = threading.Thread(target=watched, name="zclust-trainer", daemon=True)
        try:
            self._thread.start()
        except RuntimeError as error:  # no more threads can be had
            self.control.end("failed", in_words(error))
            raise

    def work(self, phase: Phase, asked: dict[str, Any], bar: bool) -> Run:
        """Begin a phase and see it to its end; clustering that was begun already begins anew in another run."""
        with self.control.begin():
            if phase == "cluster":
                self._branch()
            self.run.record(phase, f"asked to {phase}", settings=asked)
            return self._see_through(phase, asked, bar)

    def resume(self, bar: bool) -> Run:
        """Go on with the phase that was begun last.

        Raises
        ------
        RuntimeError
            If none was.
        """
        begun = self.begun
        if not begun:
            raise RuntimeError("There is nothing to resume: call pretrain().")
        if self.finished:
            return self.run
        with self.control.begin():
            self.run.record("resume", f"asked to go on with {begun[-1]['kind']}")
            return self._see_through(begun[-1]["kind"], begun[-1]["settings"], bar)

    def act(self, act: Act) -> Snapshot:
        """Change what is trained, as of now while paused, as of the last snapshot if nobody works; wait for it.

        Raises
        ------
        ValueError, IndexError
            If it cannot be done; then nothing is changed.
        RuntimeError
            If the training is going on, or nothing has begun.
        """
        if self.control.status == "paused":
            self.control.ask(lambda now: self._changed(act, now)).result()
            return self.run.snapshot()
        if not self.begun or self.phase is None:
            raise RuntimeError("There is nothing to change yet: call pretrain().")
        with self.control.hold():
            begun = [event for event in self.begun if event["kind"] == self.phase][-1]
            self._begin(self.phase, begun["settings"])
            last = self.run.snapshot()
            n_batches = batches.count(self.run.n_samples, self.run.settings["batch_size"])
            self._record_act(self._learner.perform(act, max(last.iteration, last.epoch * n_batches), {}))
        return self.run.snapshot()

    def _changed(self, act: Act, now: Progress) -> tuple[Work, Progress]:
        # what was lost since the last snapshot belongs to that one if it was taken right now
        snapshot = self._learner.perform(act, now.iteration, {} if now.snapshot_added else now.losses)
        self._record_act(snapshot)
        asked = self.begun[-1]["settings"]
        n_epochs = settings_in_force(self.run, now.phase, asked)["n_epochs"]
        return self._begin(now.phase, asked), replace(now, n_epochs=n_epochs, snapshot=snapshot, snapshot_due=False)

    def _record_act(self, snapshot: Snapshot) -> None:
        self._record(snapshot)
        self.run.record("act", snapshot.act["message"], act=snapshot.act)

    def _begin(self, phase: Phase, asked: dict[str, Any]) -> Work:
        """Begin a phase, or go on with it from the last snapshot, with the settings that are in force."""
        begin = self._learner.pretraining if phase == "pretrain" else self._learner.clustering
        return begin(**settings_in_force(self.run, phase, asked))

    def _see_through(self, phase: Phase, asked: dict[str, Any], bar: bool) -> Run:
        try:
            with self._learner.halves.side_by_side():
                self._drain(phase, self._begin(phase, asked), bar)
        except KeyboardInterrupt:
            self._end("stopped", "interrupted")
            raise
        except BaseException as error:
            self._end("failed", in_words(error))
            raise
        return self.run

    def _drain(self, phase: Phase, work: Work, bar: bool) -> None:
        """Record every snapshot and tell everyone, until the work ends or is stopped."""
        with tqdm(total=100, desc=phase, unit="%", disable=not bar or self.control.watched) as shown:
            steered = self.control.steer(work)
            while True:
                try:
                    progress = next(steered)
                except StopIteration as ended:
                    self._end(*ended.value)
                    return
                if progress.snapshot is not None:
                    self._record(progress.snapshot, progress.reseeded)
                    shown.set_postfix({name: f"{loss:.3g}" for name, loss in progress.losses.items()})
                shown.update(round(100 * progress.fraction) - shown.n)

    def _record(self, snapshot: Snapshot, reseeded: tuple[int, ...] = ()) -> None:
        before = self.run.snapshot() if len(self.run) else None
        self.run.append(snapshot, *self._learner.state())
        for about, message in watch.news(snapshot, before, self._told()).items():
            logger.warning(message)
            self.run.record("warning", message, about=about)
        if reseeded:
            numbers = ", ".join(str(number) for number in reseeded)
            message = f"Lost centroid(s) {numbers} move to the windows that are worst represented at {snapshot.step}."
            logger.info(message)
            self.run.record("reseed", message, clusters=list(reseeded))

    def _told(self) -> set[str]:
        """What was said about clusters since the clustering began or centroids were moved."""
        told: set[str] = set()
        for event in self.run.events:
            if event["kind"] in ("cluster", "reseed", "act"):
                told.clear()
            elif "about" in event:
                told.add(event["about"])
        return told

    def _end(self, status: Literal["finished", "stopped", "failed"], reason: str) -> None:
        try:
            self.run.record("stop", reason, status=status)
        finally:  # also on a full disk
            self.control.end(status, reason)

    def _branch(self) -> None:
        """If there is clustering in this run already, go on in a new one that has only the pretraining."""
        phases = self.run.history.phase.tolist() if len(self.run) else []
        if "cluster" in phases:
            self.run = self.run.branch(free_path(self.run.directory), phases.index("cluster"))
            self._learner = Learner(self.run, self._learner.device)
