"""Reading: records of any sort to spectrograms, in parallel, in memory or in a store that a second call completes."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from .arrivals import read_arrivals
from .assembling import PARTS, completed, joined, words
from .cutting import Cutter, table
from .execution import execute
from .files import to_json, write_text
from .jobs import Plan, plan
from .preprocessing import Preprocessing
from .responses import read_responses
from .seisbench_jobs import opened, seisbench_plan
from .signal_settings import SignalSettings
from .sources import Entry, Skipped, entries_of, find_files, scan
from .spectrograms import Spectrograms
from .stft import spectrograms_from_waveforms
from .windowing import Windowing
from .workers import Workers

if TYPE_CHECKING:
    from obspy import Catalog, Inventory, Stream

PLAN = "plan.json"
Source = Any  # Stream, a path or pattern, or several


def read_spectrograms(
    source: Source,
    settings: SignalSettings | None = None,
    *,
    window_s: float | None = None,
    step_s: float | None = None,
    before_s: float = 0.0,
    preprocessing: Preprocessing | None = None,
    components: str = "Z3",
    stack: str = "",
    inventory: Inventory | str | os.PathLike[str] | None = None,
    arrivals: pd.DataFrame | Catalog | str | os.PathLike[str] | None = None,
    phases: Iterable[str] | None = None,
    to: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    client: Any = None,
    progress_bar: bool = True,
    **stft: Any,
) -> Spectrograms:
    """Spectrograms of records, from whatever ObsPy reads.

    Every record that cannot be used is left out and listed with its reason: `print(specs.report())`.

    Parameters
    ----------
    source : obspy.Stream, path, several paths, or SeisBenchDataset
        A stream is not changed. A path is a file of any format that ObsPy reads, a pattern such as "day/*.mseed", a
        folder with all that is in it, as an SDS archive is, or a data set in SeisBench's format, each trace of which is
        a record by itself.
    settings : SignalSettings, optional
        All settings at once, instead of the following.
    window_s, step_s, before_s
        See `Windowing`.
    preprocessing : Preprocessing, optional
        By default records are only joined.
    components, stack : str
        Which components are taken, or stacked as channels; see `SignalSettings`.
    inventory : obspy.Inventory or path, optional
        Responses, if `preprocessing` removes them: StationXML, dataless SEED or RESP; a file, or a folder of them.
    arrivals : DataFrame, obspy.Catalog or path, optional
        One window around each (see `read_arrivals`), instead of sliding windows.
    phases : iterable of str, optional
        Which arrivals of a catalogue, such as ["P", "S"] or ["origin"]; of a SeisBench data set, one window around each
        `trace_…_arrival_sample` whose phase begins like this.
    to : path, optional
        Folder of a store, for what memory does not hold. What is there already of the same reading is kept, so that a
        second call finishes what was interrupted.
    workers : int, optional
        Processes; by default as many as there are cores, 0 for none (a stream is always cut in this process).
    client : dask.distributed.Client, optional
        Does the work where it does its work; wants `to` in a folder that all its workers see.
    progress_bar : bool
    **stft
        See `STFT`: fmin_hz, fmax_hz, n_freqs, segment_s, hop_s, …

    Raises
    ------
    ValueError
        If a setting is impossible, or nothing usable is found.
    FileNotFoundError
        If there is nothing at a path.
    FileExistsError
        If `to` holds something else.

    Examples
    --------
    >>> import obspy, zclust_explore as zx
    >>> zx.read_spectrograms(obspy.read(), window_s=5, fmin_hz=1, fmax_hz=40, progress_bar=False)
    Spectrograms(11 windows of 5 s, 1 trace(s), 64 frequencies 1.03–38.9 Hz, 46 times, 2 skipped)
    """
    settings = _settings(settings, window_s, step_s, before_s, preprocessing, components, stack, stft)
    inventory = read_responses(inventory)
    if settings.preprocessing.output and inventory is None:
        raise ValueError(f"inventory must be given to remove responses (output={settings.preprocessing.output!r}).")
    anchors = None if arrivals is None else read_arrivals(arrivals, phases)
    dataset = opened(source)
    if dataset is None and phases is not None and anchors is None:
        raise ValueError("phases must come with arrivals, got phases alone.")
    if dataset is not None and anchors is not None:
        raise ValueError("arrivals must be None for a SeisBench data set, whose metadata hold them: give phases.")
    if client is not None and to is None:
        raise ValueError("to must be a folder that the workers of the client see, got None.")
    noted: list[Skipped] = []
    with Workers((os.cpu_count() or 1) if workers is None else workers) as processes:
        stream: Stream | None = None
        skipped: list[Skipped] = []
        if dataset is not None:
            planned, noted = seisbench_plan(dataset, settings, phases)
        else:
            entries, skipped, stream = _entries(source, processes, progress_bar)
            planned = plan(entries, settings, anchors)
        skipped += planned.skipped
        if not planned.jobs:
            raise ValueError(f"source must hold a usable record, got none. {words(table(skipped))}")
        _try(settings, planned.sampling_rate)
        parts = None if to is None else _begin(Path(to), settings, planned)
        cutter = Cutter(settings, planned.sampling_rate, inventory, stream, parts)
        here = Workers(0) if stream is not None else processes  # a stream is here already, and not to be copied
        cuts = execute(cutter, planned.jobs, here, client, progress_bar)
    if parts is not None:
        return completed(parts.parent, settings, skipped, noted)
    return joined(cuts, settings, skipped, noted)


def _settings(
    settings: SignalSettings | None,
    window_s: float | None,
    step_s: float | None,
    before_s: float,
    preprocessing: Preprocessing | None,
    components: str,
    stack: str,
    stft: dict[str, Any],
) -> SignalSettings:
    if settings is not None:
        given = {"window_s": window_s, "step_s": step_s, "preprocessing": preprocessing, **stft}
        given |= {
            "before_s": before_s or None,
            "components": None if components == "Z3" else components,
            "stack": stack or None,
        }
        named = [name for name, value in given.items() if value is not None]
        if named:
            raise ValueError(f"settings must be given alone or not at all, got {named[0]} as well.")
        return settings
    if window_s is None:
        raise ValueError("window_s must be given: the length of a window in s.")
    windowing = Windowing(window_s, step_s, before_s)
    return SignalSettings(windowing, preprocessing or Preprocessing(), stft, components, stack)


def _try(settings: SignalSettings, sampling_rate: float) -> None:
    """Refuse what cannot be computed before anything is read."""
    n_points = round(settings.windowing.window_s * sampling_rate)
    window = np.random.default_rng(0).normal(size=(1, max(1, n_points)))
    spectrograms_from_waveforms(window, sampling_rate, **settings.stft)


def _entries(source: Source, workers: Workers, bar: bool) -> tuple[list[Entry], list[Skipped], Stream | None]:
    """Entries of all traces, what was skipped, and the stream if it is in memory."""
    if hasattr(source, "traces") or hasattr(source, "stats"):  # without importing ObsPy for those who have paths
        from obspy import Stream

        stream = source if hasattr(source, "traces") else Stream([source])
        entries, skipped = entries_of(stream)
        return entries, skipped, stream
    files, skipped = find_files(source)
    entries = []
    with tqdm(total=len(files), desc="headers", unit="file", disable=not bar) as shown:
        for found, told, n_files in scan(files, workers):
            entries += found
            skipped += told
            shown.update(n_files)
    return entries, skipped, None


def _begin(path: Path, settings: SignalSettings, planned: Plan) -> Path:
    """Folder for the parts of a store; refused if something else is there."""
    digest = hashlib.sha256(settings.to_toml().encode())
    for job in planned.jobs:
        for span in job.spans:
            digest.update(f"{job.number} {span.trace_id}".encode())
            digest.update(np.ascontiguousarray(span.starts_ns).tobytes())
            for entry in span.entries:
                digest.update(str(tuple(vars(entry).values())).encode())
    said = {"reading": digest.hexdigest(), "settings": settings.to_dict()}
    known = path / PLAN
    if not path.exists():
        path.mkdir(parents=True)
        write_text(known, to_json(said, indent=1))
    elif not known.is_file() or json.loads(known.read_text(encoding="utf-8")).get("reading") != said["reading"]:
        raise FileExistsError(f"to must not exist yet, or hold the same reading, got {path}.")
    (path / PARTS).mkdir(exist_ok=True)
    return path / PARTS
