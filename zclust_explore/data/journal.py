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

    def of_pretraining(self, n_snapshots: int) -> list[dict[str, Any]]:
        """Events of the first snapshots, up to where clustering was asked for, even if that failed before its first."""
        events = self.read()
        after = [i for i, event in enumerate(events) if event["step"] >= n_snapshots or event["kind"] == "cluster"]
        return events[: after[0]] if after else events
