"""Sources: which traces lie where, from the headers of files of any format that ObsPy reads, or in a stream."""

from __future__ import annotations

import glob
import os
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .workers import Failure, Workers

if TYPE_CHECKING:
    from obspy import Stream

SCAN_LIMIT_S = 60.0  # for the headers of one file
SCAN_BATCH = 16  # files whose headers are read at a time: crossing to a process costs about as much as one of them
Skipped = tuple[str, str]  # what it was, and the reason


@dataclass(frozen=True)
class Entry:
    """One trace of a file.

    Parameters
    ----------
    file : str
        Its path; "" in a stream.
    form : str
        ObsPy's name of the format.
    number : int
        Place of the trace in the file.
    trace_id : str
    start_ns, stop_ns : int
        Time of the first sample, and of one after the last, in ns since 1970 UTC.
    sampling_rate : float, Hz
    part : str, optional
        Name of the trace in a file of SeisBench.
    row : int, optional
        Of the metadata of a SeisBench data set.
    """

    file: str
    form: str
    number: int
    trace_id: str
    start_ns: int
    stop_ns: int
    sampling_rate: float
    part: str = ""
    row: int = -1

    @property
    def seconds(self) -> float:
        """How long it is."""
        return (self.stop_ns - self.start_ns) / 1e9


def find_files(source: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> tuple[list[str], list[Skipped]]:
    """Files of a path, a pattern, a folder with all that is in it, or of several of these; and what cannot be entered.

    Raises
    ------
    FileNotFoundError
        If there is nothing at a path, or nothing fits a pattern.
    """
    if isinstance(source, str | os.PathLike):
        source = [source]
    files: dict[str, None] = {}  # a set that keeps its order
    skipped: list[Skipped] = []
    for given in source:
        path = os.fspath(given)
        if os.path.lexists(path):  # also if there are brackets in its name
            found = [path]
        else:
            found = sorted(glob.glob(path, recursive=True))
        if not found:
            raise FileNotFoundError(f"source must be an existing file or folder, or a pattern, got {path!r}.")
        for name in found:
            if os.path.isdir(name):
                for file in _within(Path(name), skipped):
                    files[file] = None
            else:
                files[name] = None
    return list(files), skipped


def _within(folder: Path, skipped: list[Skipped]) -> Iterator[str]:
    def told(error: OSError) -> None:
        skipped.append((str(error.filename), f"cannot be entered: {error.strerror}"))

    for place, folders, names in os.walk(folder, onerror=told):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (os.path.join(place, name) for name in sorted(names) if not name.startswith("."))


def scan(files: list[str], workers: Workers) -> Iterator[tuple[list[Entry], list[Skipped], int]]:
    """Entries of files from their headers, in processes that may crash; yields batch after batch, with its size.

    The order is that of the files, whichever comes first.
    """
    batches = [tuple(files[start : start + SCAN_BATCH]) for start in range(0, len(files), SCAN_BATCH)]
    found: dict[tuple[str, ...], tuple[list[Entry], list[Skipped]]] = {}
    following = 0
    for batch, result in workers.map(_headers, batches, SCAN_LIMIT_S * SCAN_BATCH):
        if isinstance(result, Failure):  # which of them was it?
            result = _singly(batch, workers)
        found[batch] = result
        while following < len(batches) and batches[following] in found:
            yield *found.pop(batches[following]), len(batches[following])
            following += 1


def _singly(files: tuple[str, ...], workers: Workers) -> tuple[list[Entry], list[Skipped]]:
    entries: list[Entry] = []
    skipped: list[Skipped] = []
    for (file,), result in workers.map(_headers, [(file,) for file in files], SCAN_LIMIT_S):
        if isinstance(result, Failure):
            skipped.append((file, f"unreadable: {result.reason}"))
        else:
            entries += result[0]
            skipped += result[1]
    return entries, skipped


def _headers(files: tuple[str, ...]) -> tuple[list[Entry], list[Skipped]]:
    entries: list[Entry] = []
    skipped: list[Skipped] = []
    for file in files:
        try:
            stream = open_file(file, headonly=True)
        except Exception as error:  # noqa: BLE001  # readers of broken files raise anything
            skipped.append((file, why_unreadable(file, error)))
            continue
        found, told = entries_of(stream, file, _most_samples(file))
        entries += found
        skipped += told
    return entries, skipped


def why_unreadable(file: str, error: Exception) -> str:
    """Words for what a reader raised."""
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be opened: {error.strerror}"
    if not os.path.exists(file):
        return "cannot be opened: No such file or directory"
    if os.path.isfile(file) and os.path.getsize(file) == 0:
        return "empty file"
    if isinstance(error, TypeError) and "Unknown format" in str(error):
        return "unknown format: ObsPy knows no waveforms like these"
    words = " ".join(str(error).split())
    if words.startswith("Cannot open file"):  # what ObsPy says of a file in which it found no trace
        return "unreadable: no trace in it could be read"
    return f"unreadable: {type(error).__name__}: {words[:200]}"


def open_file(file: str, **how: Any) -> Stream:
    """ObsPy's stream of a file, whose name is taken literally."""
    import obspy

    if os.path.isfile(file) and os.path.getsize(file) == 0:
        raise ValueError("empty file")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is wrong with the data is told after a look at them
        return obspy.read(glob.escape(file), **how)


def _most_samples(file: str) -> float:
    """More samples than a file of this size can hold: what a broken header says must not fill the memory."""
    packed = file.lower().endswith((".gz", ".bz2", ".zip", ".tar", ".tgz"))
    return float("inf") if packed else 16.0 * os.path.getsize(file)


def entries_of(stream: Stream, file: str = "", most_samples: float = float("inf")) -> tuple[list[Entry], list[Skipped]]:
    """Entries of a stream, and traces that hold nothing or more than they can.

    Traces that overlap others of the same name within one file are not records of one sensor but sensors without names,
    as in the formats of exploration: they are named by their number.
    """
    entries: list[Entry] = []
    skipped: list[Skipped] = []
    for number, trace in enumerate(stream):
        stats = trace.stats
        rate = float(stats.sampling_rate)
        if stats.npts < 1:
            skipped.append((f"{file} {trace.id}".strip(), "zero length: no samples"))
        elif stats.npts > most_samples:
            skipped.append((f"{file} {trace.id}".strip(), f"broken header: {stats.npts} samples in so small a file"))
        elif not 0 < rate < float("inf"):
            skipped.append((f"{file} {trace.id}".strip(), f"no sampling rate: {rate} Hz"))
        else:
            start_ns = stats.starttime.ns
            stop_ns = start_ns + round(stats.npts * 1e9 / rate)
            entries.append(Entry(file, stats.get("_format", ""), number, trace.id, start_ns, stop_ns, rate))
    return _told_apart(entries), skipped


def _told_apart(entries: list[Entry]) -> list[Entry]:
    by_name: dict[str, list[Entry]] = {}
    for entry in entries:
        by_name.setdefault(entry.trace_id, []).append(entry)
    nameless = set()
    for name, group in by_name.items():
        starts = {entry.start_ns for entry in group}
        if len(group) > 1 and len(starts) == 1:
            nameless.add(name)
    return [
        Entry(**{**vars(entry), "trace_id": f"{entry.trace_id}#{entry.number}"})
        if entry.trace_id in nameless
        else entry
        for entry in entries
    ]
