"""Workers: processes for work that may crash or hang, as reading a broken file may; they are ended and replaced."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Client, Connection, answer_challenge, deliver_challenge, wait
from typing import Any

KEY = "ZCLUST_EXPLORE_WORKER_KEY"
FAREWELL_S = 5.0
START_STEP_S = 0.5  # between looks whether a process that was started still lives
START_LIMIT_S = 300.0


@dataclass(frozen=True)
class Failure:
    """Work that gave no result, and why, in words; `alive` if it ended with an exception, not by taking its process."""

    reason: str
    alive: bool


class Worker:
    """One process of our own that takes functions and arguments; without `__main__`, so that scripts need no guard."""

    def __init__(self) -> None:
        key = secrets.token_bytes(32)
        with socket.create_server(("127.0.0.1", 0)) as server:
            host, port = server.getsockname()
            environment = {**os.environ, KEY: key.hex(), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
            environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
            # not -m: the names of what is sent back would be those of another module
            code = "from zclust_explore.data.workers import main; main()"
            command = [sys.executable, "-c", code, host, str(port)]
            self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)
            self.connection = self._accepted(server, key)
        self.deadline = float("inf")

    def _accepted(self, server: socket.socket, key: bytes) -> Connection:
        """Wait for the process to call; one that cannot start must not be waited for without end."""
        server.settimeout(START_STEP_S)
        until = time.monotonic() + START_LIMIT_S
        while True:
            try:
                accepted, _ = server.accept()
                break
            except TimeoutError:
                if self.process.poll() is not None or time.monotonic() > until:
                    self.process.kill()
                    raise RuntimeError(f"a process for reading could not be started: {_signal(self.process)}") from None
        accepted.setblocking(True)
        connection = Connection(accepted.detach())
        deliver_challenge(connection, key)
        answer_challenge(connection, key)
        return connection

    def give(self, function: Callable[..., Any], argument: Any, limit_s: float) -> None:
        """Begin work that must be over within a time."""
        self.connection.send((function, argument))
        self.deadline = time.monotonic() + limit_s

    def take(self) -> Any:
        """What came of the work."""
        try:
            result = self.connection.recv()
        except (EOFError, ConnectionError):
            return Failure(f"crashed its process ({_signal(self.process)})", alive=False)
        self.deadline = float("inf")
        return result

    def end(self) -> None:
        """End the process, whatever it does."""
        self.connection.close()  # it ends by itself if it waits
        try:
            self.process.wait(0 if self.deadline < float("inf") else FAREWELL_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Workers:
    """Processes that are started when they are needed and ended together.

    Parameters
    ----------
    most : int
        How many at a time; 0 does the work here, where it may crash or hang everything.

    Examples
    --------
    >>> import math
    >>> with Workers(1) as workers:
    ...     sorted(str(result) for _, result in workers.map(math.sqrt, [4.0, -1.0], limit_s=60.0))
    ['2.0', "Failure(reason='ValueError: ...', alive=True)"]
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._idle: list[Worker] = []

    def __enter__(self) -> Workers:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """End those that wait; those that work were ended with what they worked for."""
        for worker in self._idle:
            worker.end()

    def map(
        self, function: Callable[[Any], Any], arguments: Iterable[Any], limit_s: float
    ) -> Iterator[tuple[Any, Any]]:
        """Call a function with each argument; yields argument and result, or `Failure`, as they come.

        Parameters
        ----------
        function : callable
            Of a module, so that a process can import it.
        arguments : iterable
        limit_s : float
            Time for one argument, in s; whatever takes longer is ended.
        """
        waiting = iter(arguments)
        busy: dict[Worker, Any] = {}
        if not self._most:
            yield from ((argument, attempt(function, argument)) for argument in waiting)
        try:
            while True:
                for argument in islice(waiting, self._most - len(busy)):
                    worker = self._idle.pop() if self._idle else Worker()
                    worker.give(function, argument, limit_s)
                    busy[worker] = argument
                if not busy:
                    return
                seconds = max(0.0, min(worker.deadline for worker in busy) - time.monotonic())
                ready = wait([worker.connection for worker in busy], seconds)
                for worker in list(busy):
                    if worker.connection in ready:
                        result = worker.take()
                    elif time.monotonic() >= worker.deadline:
                        result = Failure(f"took longer than {limit_s:g} s", alive=False)
                    else:
                        continue
                    if isinstance(result, Failure) and not result.alive:
                        worker.end()
                    else:
                        self._idle.append(worker)
                    yield busy.pop(worker), result
        finally:
            for worker in busy:
                worker.end()


def _signal(process: subprocess.Popen[bytes]) -> str:
    with suppress(subprocess.TimeoutExpired):
        process.wait(FAREWELL_S)
    code = process.returncode
    return f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"


def attempt(function: Callable[[Any], Any], argument: Any) -> Any:
    """Result of a function, or `Failure`."""
    try:
        return function(argument)
    except Exception as error:  # noqa: BLE001  # whatever a reader raises is told, and the next file read
        return Failure(f"{type(error).__name__}: {error}", alive=True)


def main() -> None:
    """Do what comes over the connection until it is closed."""
    host, port = sys.argv[1:]
    with Client((host, int(port)), authkey=bytes.fromhex(os.environ.pop(KEY))) as connection:
        while True:
            try:
                function, argument = connection.recv()
            except (EOFError, ConnectionError):
                return
            connection.send(attempt(function, argument))
