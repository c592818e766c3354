"""Listing: the records of a source, from their headers, growing while these are read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .sources import Entry, Skipped, entries_of, find_files, scan
from .workers import Workers

if TYPE_CHECKING:
    from obspy import Stream

SCANNERS = 2  # processes: a person is waiting, and the kernel has other work


class Listing:
    """What a source holds; of many files, the first that can be read at once, the others as `advance` is called.

    Parameters
    ----------
    source : obspy.Stream, path, or several paths
        As `read_spectrograms` takes it.

    Attributes
    ----------
    entries : list of Entry
    skipped : list of (what, reason)
    stream : Stream or None
        Where the samples are, if not in files.
    n_files, n_read : int
    workers : Workers or None
        Processes that have read the headers, for whoever needs some next; until `done` they are in use.

    Raises
    ------
    FileNotFoundError
        If there is nothing at a path.

    Examples
    --------
    >>> import obspy
    >>> [(entry.trace_id, entry.seconds) for entry in Listing(obspy.read()).entries]
    [('BW.RJOB..EHZ', 30.0), ('BW.RJOB..EHN', 30.0), ('BW.RJOB..EHE', 30.0)]
    """

    def __init__(self, source: Any) -> None:
        self.entries: list[Entry] = []
        self.skipped: list[Skipped] = []
        self.stream: Stream | None = None
        self.workers: Workers | None = None
        self.n_files = self.n_read = 0
        self._batches: Iterator[tuple[list[Entry], list[Skipped], int]] = iter(())
        self.done = False
        if hasattr(source, "traces") or hasattr(source, "stats"):  # without importing ObsPy for those who have paths
            from obspy import Stream

            self.stream = source if hasattr(source, "traces") else Stream([source])
            self.entries, self.skipped = entries_of(self.stream)
        else:
            files, self.skipped = find_files(source)
            self.n_files = len(files)
            # always in a process: a broken file must not take the notebook's kernel with it
            self.workers = Workers(min(SCANNERS, os.cpu_count() or 1))
            self._batches = scan(files, self.workers)
        while not self.entries and self.advance():
            pass
        if self.n_read == self.n_files:
            self.done = True

    def advance(self) -> bool:
        """Read the headers of some more files; whether there were any."""
        for entries, skipped, n_files in self._batches:
            self.entries += entries
            self.skipped += skipped
            self.n_read += n_files
            return True
        self.done = True
        return False
