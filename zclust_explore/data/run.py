"""Run: what training did, in one directory that survives a crash."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from copy import copy
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import safetensors.numpy

from .files import new_folder, relative, to_json, write_text
from .journal import Journal
from .results import Results
from .snapshot import Snapshot
from .spectrograms import Spectrograms

FORMAT = 1
Kind = Literal["pretrain", "cluster", "resume", "reseed", "act", "fork", "warning", "stop"]


class Run(Results):
    """What training did: settings, frozen snapshots, weights, warnings and the reason why it stopped.

    A run lives in one directory of JSON, Zarr and safetensors files, never pickles, and opens without PyTorch. A
    snapshot is written beside its place and renamed into it: after a crash it is complete or absent.

    =============================== ====================================================
    `run.json`                      settings, content hash of the spectrograms
    `spectrograms/`                 the spectrograms (absent if they have their own store)
    `snapshots/000012/`             `snapshot.json`, `arrays/`, `weights.safetensors`, `checkpoint.safetensors`
    `events.jsonl`                  what was asked for, warnings and stops, a line each
    =============================== ====================================================

    Use `Trainer` to make one, `Run.open` to read one.
    """

    def __init__(self, directory: Path, spectrograms: Spectrograms | None = None) -> None:
        """Attach to an existing directory; use `Run.create` or `Run.open`."""
        self.directory = Path(directory).absolute()  # the current folder may change
        try:
            self._header = json.loads((self.directory / "run.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            raise FileNotFoundError(f"directory must hold a run, but {self.directory} has no run.json.") from None
        if self._header.get("format") != FORMAT:
            raise ValueError(f"directory must hold a run of format {FORMAT}, got {self._header.get('format')!r}.")
        self._spectrograms = spectrograms
        self._n_snapshots: int | None = None
        self._journal = Journal(self.directory / "events.jsonl")
        self._read_snapshot = lru_cache(maxsize=64)(lambda step: Snapshot.read(self._folder(step)))

    @classmethod
    def create(cls, directory: str | os.PathLike[str], spectrograms: Spectrograms, settings: Mapping[str, Any]) -> Run:
        """Make the directory of a new run.

        Raises
        ------
        FileExistsError
            If the directory exists and is not empty.
        """
        directory = Path(directory)
        if directory.exists() and any(directory.iterdir()):
            raise FileExistsError(f"directory must not exist yet or be empty, got {directory}.")
        header = {
            "format": FORMAT,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "settings": dict(settings),
            "spectrograms": {
                "path": None if spectrograms.path is None else str(spectrograms.path.resolve()),
                "relative_path": None if spectrograms.path is None else relative(spectrograms.path, directory),
                "content_hash": spectrograms.content_hash,
                "n_samples": spectrograms.n_samples,
                "shape": list(spectrograms.shape),
                "components": spectrograms.components,
            },
        }
        described = to_json(header, indent=1)
        # what may fail comes first: a failure leaves nothing in the way of another attempt
        if spectrograms.path is None:
            spectrograms.save(directory / "spectrograms")
        (directory / "snapshots").mkdir(parents=True, exist_ok=True)
        write_text(directory / "run.json", described)
        return cls(directory, spectrograms)

    @classmethod
    def open(cls, directory: str | os.PathLike[str]) -> Run:
        """Open a run for reading and continuing. PyTorch is not needed."""
        return cls(Path(directory))

    def __repr__(self) -> str:
        """Say where it stands."""
        clusters = f", {self.n_clusters} clusters" if self.n_clusters else ""
        return (
            f"Run({len(self)} snapshots of {self.n_samples} windows{clusters}, "
            f"stop: {self.stop_reason or 'not stopped'}, in {self.directory})"
        )

    @property
    def settings(self) -> dict[str, Any]:
        """Everything that the training was given."""
        return dict(self._header["settings"])

    @property
    def n_samples(self) -> int:
        """Number of windows."""
        return int(self._header["spectrograms"]["n_samples"])

    @property
    def spectrograms(self) -> Spectrograms:
        """What the run was trained on.

        Raises
        ------
        FileNotFoundError
            If they had their own store, and it is neither where it was nor where it lay as seen from the run.
        ValueError
            If the store holds other data than the run was trained on.
        """
        if self._spectrograms is None:
            described = self._header["spectrograms"]
            own, near = described["path"], described.get("relative_path")
            if own and near and not Path(own).exists() and (self.directory / near).exists():
                own = (self.directory / near).resolve()  # both were moved together
            specs = Spectrograms.open(own or self.directory / "spectrograms")
            if specs.content_hash != described["content_hash"]:
                raise ValueError(f"spectrograms must be those of the run, but {specs.path} holds other data.")
            self._spectrograms = specs
        return self._spectrograms

    # -- snapshots ---------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        """Return the number of complete snapshots."""
        if self._n_snapshots is not None:
            return self._n_snapshots
        folder = self.directory / "snapshots"
        return sum(1 for entry in os.scandir(folder) if entry.name.isdigit()) if folder.exists() else 0

    def first(self, n_snapshots: int) -> Run:
        """Return the same run as it was after its first snapshots: it does not grow while it is being drawn."""
        as_it_was = copy(self)
        as_it_was._n_snapshots = min(n_snapshots, len(self))
        return as_it_was

    def snapshot(self, step: int = -1) -> Snapshot:
        """Return the snapshot of a step; negative steps count from the end.

        Raises
        ------
        IndexError
            If the run has no such step.
        """
        n = len(self)
        if not -n <= step < n:
            raise IndexError(f"step must be between {-n} and {n - 1}, got {step}.")
        return self._read_snapshot(step % n)

    @property
    def snapshots(self) -> Iterator[Snapshot]:
        """All snapshots in order, each read when it is asked for."""
        return (self.snapshot(step) for step in range(len(self)))

    def append(
        self, snapshot: Snapshot, weights: Mapping[str, np.ndarray] | None = None, checkpoint: bytes | None = None
    ) -> None:
        """Add the next snapshot, with weights and optimizer state; it is complete or absent after a crash.

        Raises
        ------
        ValueError
            If it is not the next one, or not of the run's windows.
        """
        if snapshot.step != len(self):
            raise ValueError(f"step must be the number of snapshots so far ({len(self)}), got {snapshot.step}.")
        if len(snapshot.embedding) != self.n_samples:
            raise ValueError(f"embedding must have {self.n_samples} rows, got {len(snapshot.embedding)}.")
        with new_folder(self._folder(snapshot.step)) as folder:
            snapshot.write(folder)
            if weights is not None:
                safetensors.numpy.save_file(dict(weights), folder / "weights.safetensors")
            if checkpoint is not None:
                (folder / "checkpoint.safetensors").write_bytes(checkpoint)

    def _folder(self, step: int) -> Path:
        return self.directory / "snapshots" / f"{step:06d}"

    def weights(self, step: int = -1) -> dict[str, np.ndarray]:
        """Return the network's weights at a step, by name.

        Raises
        ------
        FileNotFoundError
            If they were not kept.
        """
        step = self.snapshot(step).step
        return dict(safetensors.numpy.load_file(self._folder(step) / "weights.safetensors"))

    def checkpoint(self, step: int = -1) -> bytes:
        """Return the state of optimizer and random numbers at a step.

        Raises
        ------
        FileNotFoundError
            If it was not kept.
        """
        return (self._folder(self.snapshot(step).step) / "checkpoint.safetensors").read_bytes()

    # -- the last snapshot, and all of them over time ------------------------------------------------------------------

    @property
    def n_effective_clusters(self) -> int | None:
        """Number of clusters at the last step that have windows and a cloud of their own (see `Census`), or None."""
        census = self.snapshot().census() if len(self) else None
        return None if census is None else census.n_effective

    @property
    def history(self) -> pd.DataFrame:
        """One row a snapshot: step, phase, epoch, label_change, and each loss."""
        rows = []
        for step in range(len(self)):
            row = Snapshot.describe(self._folder(step))
            row.pop("alpha", None)  # the same all the time
            row.pop("iteration", None)  # told by the epoch
            row.pop("act", None)  # told by `acts`
            rows.append({**row, **row.pop("losses")})
        return pd.DataFrame(rows)

    @property
    def acts(self) -> list[dict[str, Any]]:
        """What a person changed: `step`, `phase`, `kind`, `message` and what it was done with, in order."""
        rows = (Snapshot.describe(self._folder(step)) for step in range(len(self)))
        return [{"step": row["step"], "phase": row["phase"], **row["act"]} for row in rows if row.get("act")]

    # -- events ------------------------------------------------------------------------------------------------------

    def record(self, kind: Kind, message: str, **details: Any) -> None:
        """Add an event in words, with its step."""
        self._journal.append({"kind": kind, "step": len(self) - 1, "message": message, **details})

    @property
    def events(self) -> list[dict[str, Any]]:
        """What was asked for, warnings and stops, in order: each with `kind`, `step` and `message`."""
        return self._journal.read()

    @property
    def warnings(self) -> list[str]:
        """What a reader of this run should know, in words."""
        return [event["message"] for event in self.events if event["kind"] == "warning"]

    @property
    def stop_reason(self) -> str | None:
        """Why the training stopped last, or None while it runs or after a crash."""
        told = [event for event in self.events if event["kind"] != "warning"]
        stopped = bool(told) and told[-1]["kind"] == "stop" and told[-1]["step"] == len(self) - 1
        return told[-1]["message"] if stopped else None

    # -- copies ------------------------------------------------------------------------------------------------------

    def save(self, path: str | os.PathLike[str]) -> Run:
        """Copy the whole run to a path that does not exist yet, and return the copy."""
        with new_folder(Path(path)) as folder:
            # names that begin with a dot are snapshots that a crash left half written
            shutil.copytree(self.directory, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".*"))
        return Run(Path(path))

    def branch(self, path: str | os.PathLike[str], n_snapshots: int) -> Run:
        """Copy the run as it was after its first snapshots to a new path, to go on from there differently."""
        with new_folder(Path(path)) as folder:
            for entry in self.directory.iterdir():
                if entry.name == "snapshots":
                    for name in (f"{step:06d}" for step in range(n_snapshots)):
                        shutil.copytree(entry / name, folder / "snapshots" / name)
                elif entry.name in ("run.json", "spectrograms"):
                    (shutil.copytree if entry.is_dir() else shutil.copy2)(entry, folder / entry.name)
            journal = Journal(folder / "events.jsonl")
            for event in self._journal.until(n_snapshots, self.snapshot(n_snapshots - 1).phase):
                journal.append(event)
        return Run(Path(path))
