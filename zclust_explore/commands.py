"""What the commands do; `cli` reads the words of the command line and says what came of it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # NumPy, pandas and PyTorch come with the work, not with --help
    from .data.labels import Labels
    from .data.run import Run
    from .data.spectrograms import Spectrograms
    from .training.trainer import Trainer

COMMAND = "command.json"  # in a run's folder: what was asked for, so that `resume` can do all that is left of it
ACCEPTED = (
    "a folder written by Spectrograms.save, or an .npz file with arrays values (n_samples, n_freqs, n_times) in dB, "
    "frequencies (n_freqs,) in Hz and times (n_times,) in s; its other arrays of n_samples entries are metadata; "
    "values (n_samples, n_channels, n_freqs, n_times) go with components, a text such as ZNE"
)


class UsageError(Exception):
    """What was asked for cannot be right, whatever the data hold."""


def fetch(options: argparse.Namespace) -> str:
    """Download records into an archive; returns how many files were saved, kept, empty or failed."""
    from collections import Counter

    from tqdm import tqdm

    from .data.fdsn import fetch as fetching

    given = _given(options, "network station location channel starttime endtime event_provider".split())
    if options.events is not None:
        pairs = [word.partition("=") for word in options.events]
        if wrong := [name for name, sign, value in pairs if not (name and sign and value)]:
            raise UsageError(f"--events must be NAME=VALUE, got {wrong[0]}")
        given["events"] = {name: value for name, _, value in pairs}
    files = fetching(options.output, options.provider, stations=not options.no_stations, again=options.again, **given)
    counts: Counter[str] = Counter()
    n_bytes = 0
    with tqdm(files, desc="files", unit="file", disable=options.quiet) as shown:
        for file in shown:
            counts[file.status] += 1
            n_bytes += file.n_bytes if file.status == "saved" else 0
    told = ", ".join(f"{number} {status}" for status, number in counts.items())
    said = f"{sum(counts.values())} files: {told}; {n_bytes / 1e6:.1f} MB fetched into {options.output}"
    if counts["failed"]:
        raise RuntimeError(f"{said}. The same command tries those that failed again")
    return said


def read(options: argparse.Namespace) -> str:
    """Make spectrograms of records and write a store; returns what was read and skipped, in words."""
    names = "window_s step_s before_s fmin_hz fmax_hz components stack inventory arrivals phases workers".split()
    given = _given(options, names)
    if (options.settings is None) == ("window_s" not in given):
        raise UsageError("one of --settings and --window-s must be given")
    from .data.reading import read_spectrograms as made_of
    from .data.signal_settings import SignalSettings

    settings = None if options.settings is None else SignalSettings.from_toml(options.settings)
    source = options.source[0] if len(options.source) == 1 else options.source
    specs = made_of(source, settings, to=options.output, progress_bar=not options.quiet, **given)
    return f"{specs.report()}\nwrote {options.output}"


def cluster(options: argparse.Namespace) -> str:
    """Train on spectrograms and cluster them; returns what came out, in words."""
    folder = Path(options.output)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"RUN must not exist yet or be an empty folder, got {folder}")
    specs = read_spectrograms(options.spectrograms)
    if options.n_clusters > specs.n_samples:
        raise UsageError(f"--k must be at most the number of windows ({specs.n_samples}), got {options.n_clusters}")
    _check_device(options.device)
    from .data.files import to_json, write_text
    from .training.trainer import Trainer

    given = _given(options, "latent_dim random_state recipe kind amplitude background batch_size learning_rate".split())
    trainer = Trainer(specs, directory=folder, device=options.device, **given)
    asked = _given(options, "start tol patience update_interval reconstruction_weight alpha".split())
    asked |= {"n_clusters": options.n_clusters} | ({} if options.epochs is None else {"n_epochs": options.epochs})
    pretrain_epochs = options.pretrain_epochs or options.epochs
    pretrain = {} if pretrain_epochs is None else {"n_epochs": pretrain_epochs}
    write_text(folder / COMMAND, to_json({"pretrain": pretrain, "cluster": asked}, indent=1))
    return _see_through(trainer, not options.quiet)


def resume(options: argparse.Namespace) -> str:
    """Do what is left of `cluster` after it was interrupted; returns what came out, in words."""
    run = open_run(options.run)
    if not (run.directory / COMMAND).is_file():
        raise UsageError(
            f"RUN must have been made by zclust-explore cluster, but {run.directory} has no {COMMAND}; in Python: "
            "zx.Trainer.open(RUN).resume()"
        )
    _check_device(options.device)
    from .training.trainer import Trainer

    return _see_through(Trainer.open(run, options.device), not options.quiet)


def label(options: argparse.Namespace) -> str:
    """Label spectrograms by a run and write a file; returns what came out, in words."""
    _check_output(options.output)
    run, specs = open_run(options.run), read_spectrograms(options.spectrograms)
    _check_device(options.device)
    labels: Labels = run.label(specs, device=options.device, progress_bar=not options.quiet)
    labels.export(options.output)
    return f"wrote {options.output}\n{_told(labels)}"


def encode(options: argparse.Namespace) -> str:
    """Embed spectrograms by a run and write a file; returns what came out, in words."""
    _check_output(options.output)
    run, specs = open_run(options.run), read_spectrograms(options.spectrograms)
    _check_device(options.device)
    from .data.labels import Labels
    from .models.labelling import encode

    embedding = encode(run, specs, device=options.device, progress_bar=not options.quiet)
    labels = Labels(embedding, specs.metadata, attributes=run.described())
    labels.export(options.output)
    return f"wrote {options.output}\n{_told(labels)}"


def lessons(options: argparse.Namespace) -> str:
    """Write every shipped lesson as a page; returns which files there are, in words."""
    from .lessons.page import write_pages

    folder = Path(options.folder)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"FOLDER must be a folder, got the file {folder}")
    paths = write_pages(folder)
    return "\n".join([*(f"wrote {path}" for path in paths), f"{len(paths)} lessons: open one in a browser"])


def open_run(path: str) -> Run:
    """Open a run that was named on the command line."""
    from .data.run import Run

    try:
        return Run.open(path)
    except FileNotFoundError as error:
        raise UsageError(str(error)) from None


def read_spectrograms(path: str) -> Spectrograms:
    """Open a store lazily, or read an .npz file; windows of the latter that hold NaN or infinity are skipped."""
    from .data.spectrograms import Spectrograms

    place = Path(path)
    if place.suffix == ".npz" and place.is_file():
        return _read_npz(place)
    try:
        return Spectrograms.open(place)
    except (FileNotFoundError, NotADirectoryError):
        what = "nothing" if not place.exists() else "something else"
        raise UsageError(f"SPECTROGRAMS must be {ACCEPTED}; there is {what} at {path}") from None


def _read_npz(path: Path) -> Spectrograms:
    import logging
    import zipfile

    import numpy as np
    import pandas as pd

    from .data.spectrograms import Spectrograms

    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        values, axes = arrays.pop("values"), (arrays.pop("frequencies"), arrays.pop("times"))
        components = str(arrays.pop("components")) if values.ndim == 4 else ""
        rows = {name: column for name, column in arrays.items() if column.shape == values.shape[:1]}
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise UsageError(f"SPECTROGRAMS must be {ACCEPTED}; in {path}: {error}") from None
    table = pd.DataFrame(rows, index=range(len(values)))
    skipped = np.flatnonzero(~np.isfinite(values).reshape(len(values), -1).all(axis=1))
    if len(skipped):
        logging.getLogger(__name__).warning(
            "%d of %d windows of %s hold NaN or infinity and are skipped", len(skipped), len(values), path
        )
        kept = np.setdiff1d(np.arange(len(values)), skipped)
        values, table = values[kept], table.assign(sample=table.index).iloc[kept].reset_index(drop=True)
    reasons = pd.DataFrame({"record": skipped, "reason": "not finite: NaN or infinity"})
    values = np.asarray(values, dtype=np.float32)
    return Spectrograms(values, *axes, table, skipped=reasons, components=components)


def _given(options: argparse.Namespace, names: list[str]) -> dict[str, Any]:
    """Options that were given; for the others, the trainer has its own defaults."""
    return {name: value for name in names if (value := getattr(options, name)) is not None}


def _see_through(trainer: Trainer, progress_bar: bool) -> str:
    """Do what is left of pretraining and clustering, wherever the run stands."""
    asked: dict[str, Any] = json.loads((trainer.run.directory / COMMAND).read_text(encoding="utf-8"))
    if any(event["kind"] == "pretrain" for event in trainer.run.events):
        trainer.resume(progress_bar=progress_bar)  # returns at once where that came to its end
    else:
        trainer.pretrain(**asked["pretrain"], progress_bar=progress_bar)
    if trainer.run.n_clusters is None:
        trainer.cluster(**asked["cluster"], progress_bar=progress_bar)
    run = trainer.run
    warned = "".join(f"warning: {message}\n" for message in run.warnings)
    return f"run {run.directory}\nstop: {run.stop_reason}\n{warned}{_told(run.result())}"


def _told(labels: Labels) -> str:
    """How many windows there are, and how many in each cluster."""
    import numpy as np

    if labels.labels is None:
        unusable = int(np.isnan(labels.embedding[:, 0]).sum())
        return f"{len(labels)} windows, {labels.embedding.shape[1]} latent coordinates, {unusable} windows not finite"
    lines = ["cluster\twindows" + ("" if labels.unlike is None else "\tunlike anything seen")]
    for number in np.unique(labels.labels):
        members = labels.labels == number
        strange = "" if labels.unlike is None else f"\t{int(np.sum(labels.unlike & members))}"
        lines.append(f"{number}\t{int(members.sum())}{strange}")
    return "\n".join(lines)


def _check_output(path: str) -> None:
    from .data.labels import SUFFIXES

    if Path(path).suffix.lower() not in SUFFIXES:
        raise UsageError(f"OUTPUT must end with one of {', '.join(SUFFIXES)}, got {path}")


def _check_device(name: str | None) -> None:
    from .models.labelling import chosen_device

    try:
        chosen_device(name)
    except ValueError as error:
        raise UsageError(str(error)) from None
