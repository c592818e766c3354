"""A data centre on loopback: a real dataselect server over real records, behind a door that counts and misbehaves.

`portable-fdsnws-dataselect` serves miniSEED only, so the door serves stations and events itself, from what ObsPy holds.
"""

import io
import os
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import obspy
from obspy.core.event import Catalog
from obspy.core.inventory import Inventory

from tests.harness.server import free_port

OBSPY = Path(obspy.__file__).parent
WADL = {name: (OBSPY / f"clients/fdsn/tests/data/2014-01-07_iris_{name}.wadl") for name in ("station", "event")}
INDEX = "from mseedindex.__main__ import main; main()"  # the package cannot be run with -m
CONFIG = """
[index_db]
path = index.sqlite
[server]
interface = 127.0.0.1
port = {port}
"""


@dataclass
class Fault:
    """An answer in place of the right one, to the next `times` requests with these parameters."""

    status: int
    times: int = 1
    body: bytes = b"an error page"
    service: str = "dataselect"
    cut: bool = False
    match: dict[str, str] = field(default_factory=dict)


class DataCentre:
    """Serves miniSEED files, an inventory and a catalogue at `url`; `asked` lists queries: (service, parameters)."""

    def __init__(self, folder: Path, files: Iterable[Path], inventory: Inventory, catalogue: Catalog) -> None:
        self.folder, self.inventory, self.catalogue = folder, inventory, catalogue
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.faults: list[Fault] = []
        self._lock = threading.Lock()
        self._stall_at = 0
        self.stalled, self._go = threading.Event(), threading.Event()
        self._files = [str(file) for file in files]

    def __enter__(self) -> "DataCentre":
        self.folder.mkdir(parents=True, exist_ok=True)
        port = free_port()
        (self.folder / "server.ini").write_text(CONFIG.format(port=port))
        index = [sys.executable, "-c", INDEX, "-sqlite", "index.sqlite", *self._files]
        subprocess.run(index, cwd=self.folder, check=True, capture_output=True)
        with sqlite3.connect(self.folder / "index.sqlite") as database:
            # Version 2.0.2 takes the mark "latest=>1" of this optional column for an offset, and finds no data
            # where a request ends in the last hour of a file.
            database.execute("UPDATE tsindex SET timeindex = NULL")
        database.close()
        self.behind = f"http://127.0.0.1:{port}"
        with open(self.folder / "log.txt", "wb") as log:
            command = [sys.executable, "-m", "portable_fdsnws_dataselect.server", "server.ini"]
            self._process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)
        self._door = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._door.server_address[1]}"
        self._thread = threading.Thread(target=self._door.serve_forever, daemon=True)
        self._thread.start()
        self._wait()
        return self

    def __exit__(self, *_: Any) -> None:
        self._go.set()
        self._door.shutdown()
        self._door.server_close()
        self._thread.join()
        self._process.terminate()
        self._process.wait(60)

    def _wait(self) -> None:
        deadline = time.monotonic() + 120
        while True:
            try:
                urllib.request.urlopen(f"{self.behind}/fdsnws/dataselect/1/version", timeout=10).close()
                return
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "log.txt").read_text()) from None
                time.sleep(0.05)

    def forget(self) -> None:
        """As if nobody had asked, and nothing were to go wrong."""
        self.asked.clear()
        self.faults.clear()

    def count(self, service: str = "dataselect") -> int:
        """How many queries a service has got."""
        return sum(name == service for name, _ in self.asked)

    def stall_at(self, number: int) -> None:
        """Hold the waveform query of that number, counted from now, until `release`; then `stalled` is set."""
        self._stall_at = self.count() + number
        self.stalled.clear()
        self._go.clear()

    def release(self) -> None:
        """Let the held query go on."""
        self._stall_at = 0
        self._go.set()

    def answer(self, service: str, query: dict[str, str]) -> tuple[int, bytes]:
        """Status and body for a query."""
        with self._lock:
            self.asked.append((service, query))
            held = service == "dataselect" and self.count() == self._stall_at
            fault = next((f for f in self.faults if f.service == service and f.match.items() <= query.items()), None)
            if fault:
                fault.times -= 1
                self.faults = [f for f in self.faults if f.times > 0]
        if held:
            self.stalled.set()
            self._go.wait(300)
        if fault and not fault.cut:
            return fault.status, fault.body
        status, body = getattr(self, f"_{service}")(query)
        return status, body[: len(body) - 100] if fault else body

    def page(self, service: str, name: str) -> tuple[int, bytes]:
        """Status and body of what is no query: what a client reads to learn what there is."""
        if service == "dataselect":
            return self._forward(f"dataselect/1/{name}")
        if name == "application.wadl" and service in WADL:
            return 200, WADL[service].read_bytes()
        if service == "event" and name in ("catalogs", "contributors"):
            return 200, f"<{name.title()}></{name.title()}>".encode()
        return 404, b""

    def _forward(self, path: str) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(f"{self.behind}/fdsnws/{path}", timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def _dataselect(self, query: dict[str, str]) -> tuple[int, bytes]:
        return self._forward("dataselect/1/query?" + "&".join(f"{name}={value}" for name, value in query.items()))

    def _station(self, query: dict[str, str]) -> tuple[int, bytes]:
        codes = {name: query.get(name, "*") for name in ("network", "station", "location", "channel")}
        codes["location"] = "" if codes["location"] == "--" else codes["location"]
        found, text = self.inventory.select(**codes), io.BytesIO()
        if not found:
            return 204, b""
        found.write(text, format="STATIONXML", level=query.get("level", "station"))
        return 200, text.getvalue()

    def _event(self, query: dict[str, str]) -> tuple[int, bytes]:
        found = self.catalogue.filter(
            f"time >= {query['starttime']}",
            f"time <= {query['endtime']}",
            f"magnitude >= {query.get('minmagnitude', -9)}",
        )
        text = io.BytesIO()
        if not found:
            return 204, b""
        found.write(text, format="QUAKEML")
        return 200, text.getvalue()


def _handler(centre: DataCentre) -> type[BaseHTTPRequestHandler]:
    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            service, _, name = url.path.removeprefix("/fdsnws/").split("/", 2)
            query = dict(parse_qsl(url.query, keep_blank_values=True))
            status, body = centre.answer(service, query) if name == "query" else centre.page(service, name)
            try:
                self.send_response(status)
                self.end_headers()  # HTTP/1.0 without a length, as the server behind: an end is the end
                self.wfile.write(body)
            except OSError:
                pass  # the client was killed

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Door


def shipped(name: str) -> Path:
    """A file that comes with ObsPy."""
    return OBSPY / name.replace("/", os.sep)
