"""Reading: records of any sort to spectrograms, in parallel, in memory or in a store that a second call completes."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from .arrivals import read_arrivals
from .assembling import PARTS, completed, joined, words
from .cutting import Cut, Cutter, part_name, table
from .files import to_json, write_text
from .jobs import Job, Plan, plan
from .preprocessing import Preprocessing
from .signal_settings import SignalSettings
from .sources import Entry, Skipped, entries_of, find_files, scan
from .spectrograms import Spectrograms
from .stft import spectrograms_from_waveforms
from .windowing import Windowing
from .workers import Failure, Workers

if TYPE_CHECKING:
    from obspy import Catalog, Inventory, Stream

PLAN = "plan.json"
JOB_LIMIT_S = 900.0
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
    source : obspy.Stream, path, or several paths
        A stream is not changed. A path is a file of any format that ObsPy reads, a pattern such as "day/*.mseed", or a
        folder with all that is in it, as an SDS archive is.
    settings : SignalSettings, optional
        All settings at once, instead of the following.
    window_s, step_s, before_s
        See `Windowing`.
    preprocessing : Preprocessing, optional
        By default records are only joined.
    components : str
        See `SignalSettings`.
    inventory : obspy.Inventory or path, optional
        Responses, if `preprocessing` removes them: StationXML, dataless SEED or RESP.
    arrivals : DataFrame, obspy.Catalog or path, optional
        One window around each (see `read_arrivals`), instead of sliding windows.
    phases : iterable of str, optional
        Which arrivals of a catalogue, such as ["P", "S"] or ["origin"].
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
    settings = _settings(settings, window_s, step_s, before_s, preprocessing, components, stft)
    inventory = _inventory(inventory)
    if settings.preprocessing.output and inventory is None:
        raise ValueError(f"inventory must be given to remove responses (output={settings.preprocessing.output!r}).")
    anchors = None if arrivals is None else read_arrivals(arrivals, phases)
    if client is not None and to is None:
        raise ValueError("to must be a folder that the workers of the client see, got None.")
    with Workers((os.cpu_count() or 1) if workers is None else workers) as processes:
        entries, skipped, stream = _entries(source, processes, progress_bar)
        planned = plan(entries, settings, anchors)
        skipped += planned.skipped
        if not planned.jobs:
            raise ValueError(f"source must hold a usable record, got none. {words(table(skipped))}")
        _try(settings, planned.sampling_rate)
        parts = None if to is None else _begin(Path(to), settings, planned)
        cutter = Cutter(settings, planned.sampling_rate, inventory, stream, parts)
        here = Workers(0) if stream is not None else processes  # a stream is here already, and not to be copied
        cuts = _cuts(cutter, planned.jobs, client or here, progress_bar)
    if parts is not None:
        return completed(parts.parent, settings, skipped)
    return joined(cuts, settings, skipped)


def _settings(
    settings: SignalSettings | None,
    window_s: float | None,
    step_s: float | None,
    before_s: float,
    preprocessing: Preprocessing | None,
    components: str,
    stft: dict[str, Any],
) -> SignalSettings:
    if settings is not None:
        given = {"window_s": window_s, "step_s": step_s, "preprocessing": preprocessing, **stft}
        given |= {"before_s": before_s or None, "components": None if components == "Z3" else components}
        named = [name for name, value in given.items() if value is not None]
        if named:
            raise ValueError(f"settings must be given alone or not at all, got {named[0]} as well.")
        return settings
    if window_s is None:
        raise ValueError("window_s must be given: the length of a window in s.")
    windowing = Windowing(window_s, step_s, before_s)
    return SignalSettings(windowing, preprocessing or Preprocessing(), stft, components)


def _try(settings: SignalSettings, sampling_rate: float) -> None:
    """Refuse what cannot be computed before anything is read."""
    n_points = round(settings.windowing.window_s * sampling_rate)
    window = np.random.default_rng(0).normal(size=(1, max(1, n_points)))
    spectrograms_from_waveforms(window, sampling_rate, **settings.stft)


def _inventory(given: Any) -> Any:
    if not isinstance(given, str | os.PathLike):
        return given
    import obspy

    return obspy.read_inventory(os.fspath(given))


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


def _cuts(cutter: Cutter, jobs: list[Job], where: Any, bar: bool) -> list[Cut]:
    """Do all jobs that are not done yet; returns what came of them in order, or nothing if it is written."""
    left = [job for job in jobs if not cutter.has(job)]
    cuts: dict[int, Cut] = {}
    with tqdm(total=len(jobs), initial=len(jobs) - len(left), desc="windows", unit="job", disable=not bar) as shown:
        for job, result in _results(cutter, left, where):
            if isinstance(result, Failure):
                result = Cut(None, [(_name(job), f"unreadable: {result.reason}")])
                if cutter.folder is not None and not cutter.has(job):
                    result.save(cutter.folder / part_name(job.number))
            if isinstance(result, Cut):
                cuts[job.number] = result
            shown.update()
    return [cuts[number] for number in sorted(cuts)]


def _results(cutter: Cutter, jobs: list[Job], where: Any) -> Iterator[tuple[Job, Cut | Failure | None]]:
    """Each job with what came of it, in whatever order; `where` is `Workers` or a Dask client."""
    if isinstance(where, Workers):
        for (_, job), result in where.map(_cut, ((cutter, job) for job in jobs), JOB_LIMIT_S):
            yield job, result
    else:
        yield from _by_client(cutter, jobs, where)


def _cut(task: tuple[Cutter, Job]) -> Cut | None:
    cutter, job = task
    return cutter(job)


def _by_client(cutter: Cutter, jobs: list[Job], client: Any) -> Iterator[tuple[Job, Cut | Failure | None]]:
    sent = client.scatter(cutter, broadcast=True)  # settings and inventory once, not with every job
    done: SimpleQueue[Any] = SimpleQueue()
    of_job = {}
    for job in jobs:
        future = client.submit(_apply, sent, job, pure=False)
        of_job[future.key] = (job, future)  # a future that nobody holds is cancelled
        future.add_done_callback(done.put)
    for _ in jobs:
        future = done.get()
        job, _held = of_job.pop(future.key)
        yield job, None if future.status == "finished" else Failure(str(future.exception()), alive=True)


def _apply(cutter: Cutter, job: Job) -> None:
    if not cutter.has(job):  # the worker that had it may have died after it was written
        cutter(job)


def _name(job: Job) -> str:
    files = sorted({entry.file for entry in job.entries} - {""})
    start = pd.Timestamp(int(job.starts_ns[0]), tz="UTC").isoformat()
    return f"{job.trace_id} from {start}" + (f" ({', '.join(files[:3])})" if files else "")


def _begin(path: Path, settings: SignalSettings, planned: Plan) -> Path:
    """Folder for the parts of a store; refused if something else is there."""
    digest = hashlib.sha256(settings.to_toml().encode())
    for job in planned.jobs:
        digest.update(f"{job.number} {job.trace_id}".encode())
        digest.update(np.ascontiguousarray(job.starts_ns).tobytes())
        for entry in job.entries:
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
