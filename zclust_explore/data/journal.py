"""Journal: an append-only log of events, a line each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .files import to_json


class Journal:
    """Events as JSON lines; a line that a crash cut short is left out when they are read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, event: dict[str, Any]) -> None:
        """Add an event."""
        with open(self.path, "a+b") as lines:
            # a torn last line would swallow the next one
            if lines.tell() and self.path.read_bytes()[-1:] != b"\n":
                lines.write(b"\n")
            lines.write(to_json(event).encode() + b"\n")

    def read(self) -> list[dict[str, Any]]:
        """All complete events, in order."""
        events = []
        for line in self.path.read_bytes().split(b"\n") if self.path.exists() else []:
            try:
                events.append(json.loads(line))
            except ValueError:  # empty, or torn
                continue
        return events

    def until(self, n_snapshots: int, phase: str) -> list[dict[str, Any]]:
        """Events of the first snapshots, the last of which is of a phase.

        If that is the pretraining, they end where clustering was asked for, even if that failed before its first
        snapshot. If it is the clustering, whatever ended it there is left out: a branch goes on.
        """
        known: list[dict[str, Any]] = []
        for event in self.read():
            if event["step"] >= n_snapshots or (phase == "pretrain" and event["kind"] == "cluster"):
                break
            known.append(event)
        ends = ("stop", "resume")
        while phase == "cluster" and known and known[-1]["step"] == n_snapshots - 1 and known[-1]["kind"] in ends:
            known.pop()
        return known
