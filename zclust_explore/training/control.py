"""Control: pausing, stopping and watching work from another thread."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from typing import Literal

from .failures import in_words
from .progress import Progress

logger = logging.getLogger(__name__)

Status = Literal["idle", "running", "paused", "stopped", "finished", "failed"]
Ending = tuple[Literal["finished", "stopped"], str]
Subscriber = Callable[[Progress], None]
Unit = Literal["batch", "epoch", "update"]
Work = Generator[Progress, None, str]
Change = Callable[[Progress], tuple[Work, Progress]]  # from where it stands to the work from there on


class Control:
    """One piece of work at a time, steered by others: every method but `steer` returns at once."""

    def __init__(self) -> None:
        self.status: Status = "idle"
        self.error: str | None = None
        self._subscribers: list[Subscriber] = []
        self._free = threading.Lock()
        self._turn = threading.Lock()  # held while the status changes: several threads may want that at once
        self._go = threading.Event()  # cleared while paused
        self._desk: queue.SimpleQueue[tuple[Change, Future[None]] | None] = queue.SimpleQueue()  # None: look up
        self._until: Callable[[Progress], bool] | None = None  # when to pause again
        self._at: Progress | None = None
        self._stopping = threading.Event()
        self._in_series = False

    @contextmanager
    def begin(self) -> Iterator[None]:
        """Hold the place of the one piece of work.

        Raises
        ------
        RuntimeError
            If there is one already.
        """
        if not self._free.acquire(blocking=False):
            raise RuntimeError("This trainer is busy: stop() it first, or wait.")
        try:
            if not self._in_series:
                self._set_out()
            yield
        except BaseException as error:
            if self.status in ("running", "paused"):  # it failed before or after the work itself
                self.end("failed", in_words(error))
            raise
        finally:
            self._free.release()

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep others from working, for something short that is no training; it can be resumed from afterwards.

        Raises
        ------
        RuntimeError
            If there is work already.
        """
        # running with nobody at work: between two pieces of a series, or just before the first
        if self.status in ("running", "paused") or not self._free.acquire(blocking=False):
            raise RuntimeError("This trainer is busy: pause() it first, or wait.")
        try:
            yield
            self.end("stopped", "")
        finally:
            self._free.release()

    @contextmanager
    def series(self) -> Iterator[None]:
        """Have several pieces of work count as one: running all the time, and a stop between them is not forgotten.

        Wants `set_out` before it, which may be on another thread.
        """
        self._in_series = True
        try:
            yield
        finally:
            self._in_series = False
            if self.status in ("running", "paused"):  # paused after its last batch: there is nothing to wait for
                self.end("finished", "")

    def set_out(self) -> None:
        """Say that work is going on, from now on; what was stopped or paused before is forgotten.

        Raises
        ------
        RuntimeError
            If there is work already.
        """
        if self._free.locked():
            raise RuntimeError("This trainer is busy: stop() it first, or wait.")
        self._set_out()

    def _set_out(self) -> None:
        with self._turn:
            self.status, self.error = "running", None
            self._stopping.clear()
            self._until = self._at = None
            self._go.set()

    def steer(self, work: Work) -> Generator[Progress, None, Ending]:
        """Pass on what work yields, tell the subscribers, wait while paused; returns how it ended and why."""
        began = time.perf_counter()
        while True:
            try:
                progress = replace(next(work), elapsed_s=time.perf_counter() - began)
            except StopIteration as ended:
                return "finished", ended.value
            yield progress  # recorded first, so that subscribers find the snapshot in the run
            self._tell(progress)
            paused = time.perf_counter()
            if self._until is not None and self._until(progress):
                self.pause()
            self._at = progress
            while not self._go.is_set() or not self._desk.empty():  # what was asked for is done before going on
                asked = self._desk.get()
                if asked is not None:
                    work, progress = self._change(*asked, work, progress)
            began += time.perf_counter() - paused
            if self._stopping.is_set():
                return "stopped", f"stopped by the user in epoch {progress.epoch + 1}"

    def _tell(self, progress: Progress) -> None:
        for subscriber in list(self._subscribers):
            try:
                subscriber(progress)
            except Exception:  # whoever watches must not end what is watched
                logger.exception("A subscriber of the training failed and is not called again")
                self._subscribers.remove(subscriber)

    def _change(self, change: Change, done: Future[None], work: Work, progress: Progress) -> tuple[Work, Progress]:
        """Do what is on the desk; what cannot be done changes nothing, what fails half way ends the training."""
        try:
            work, progress = change(progress)
        except (ValueError, IndexError) as error:
            done.set_exception(error)
            return work, progress
        except BaseException as error:
            done.set_exception(error)
            raise
        self._at = progress
        self._tell(progress)
        done.set_result(None)
        return work, progress

    def end(self, status: Literal["finished", "stopped", "failed"], reason: str) -> None:
        """Say how it ended."""
        if status == "finished" and self._in_series:
            return  # there may be more
        with self._turn:
            self.status = status
            self.error = reason if status == "failed" else None
            while not self._desk.empty():
                asked = self._desk.get()
                if asked is not None:
                    asked[1].set_exception(RuntimeError("The training ended just then: try again."))

    def pause(self) -> None:
        """Wait after the batch that is being worked on; without effect after `stop`."""
        with self._turn:
            if self.status == "running" and not self._stopping.is_set():
                self.status, self._until = "paused", None
                self._go.clear()

    def proceed(self) -> bool:
        """Go on after a pause; False if there was none."""
        return self._proceed(None)

    def step(self, unit: Unit) -> bool:
        """Go on after a pause for one batch, one epoch, or to the next snapshot, and pause there; False if none was."""
        start = self._at  # None before the first batch: that one is the step
        return self._proceed(lambda progress: start is None or _reached(progress, start, unit))

    def _proceed(self, until: Callable[[Progress], bool] | None) -> bool:
        with self._turn:
            if self.status != "paused":
                return False
            self.status, self._until = "running", until
            self._go.set()
            self._desk.put(None)
            return True

    def ask(self, change: Change) -> Future[None]:
        """Have something changed on the working thread, which waits.

        Raises
        ------
        RuntimeError
            If it is not paused.
        """
        with self._turn:
            if self.status != "paused":
                raise RuntimeError("The training must be paused to be changed: pause() it first.")
            done: Future[None] = Future()
            self._desk.put((change, done))
            return done

    def stop(self) -> None:
        """End after the batch that is being worked on."""
        with self._turn:
            self._stopping.set()
            self._go.set()
            self._desk.put(None)

    @property
    def watched(self) -> bool:
        """Whether somebody subscribed."""
        return bool(self._subscribers)

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Have a function called with each `Progress`, on the working thread; returns how to end that."""
        self._subscribers.append(callback)

        def unsubscribe() -> None:
            if callback in self._subscribers:
                self._subscribers.remove(callback)

        return unsubscribe


def _reached(now: Progress, start: Progress, unit: Unit) -> bool:
    """Whether a step that began at `start` is over: with the snapshot that belongs to its end, if there is one."""
    if now.phase != start.phase:
        return True
    if unit == "update":
        return now.snapshot_added and (now.iteration > start.iteration or not start.snapshot_added)
    whole = 1 if unit == "batch" else start.n_batches
    return now.iteration >= (start.iteration // whole + 1) * whole and not now.snapshot_due
