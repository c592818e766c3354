"""Loading: samples of entries, from their files or from a stream."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .seisbench import FORM as SEISBENCH
from .seisbench import read_traces
from .sources import Entry, Skipped, open_file, why_unreadable

if TYPE_CHECKING:
    from obspy import Stream, Trace


def read_entries(entries: Iterable[Entry], start_ns: int, stop_ns: int) -> tuple[list[Trace], list[Skipped]]:
    """Traces of entries between two times; files that cannot be read after all, and why."""
    from obspy import UTCDateTime

    by_file: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        by_file.setdefault((entry.file, entry.form), []).append(entry)
    traces: list[Trace] = []
    skipped: list[Skipped] = []
    start, stop = UTCDateTime(ns=start_ns), UTCDateTime(ns=stop_ns)
    for (file, form), wanted in by_file.items():
        nameless = any("#" in entry.trace_id for entry in wanted)
        try:
            if form == SEISBENCH:
                traces += read_traces(file, wanted, start_ns, stop_ns)
                continue
            # the whole file where traces go by their number
            how = {} if nameless else {"starttime": start, "endtime": stop}
            stream = open_file(file, **({"format": form} if form else {}), **how)
        except Exception as error:  # noqa: BLE001  # readers of broken files raise anything
            skipped.append((file, why_unreadable(file, error)))
            continue
        traces += chosen(stream, wanted, start_ns, stop_ns)
    return traces, skipped


def chosen(stream: Stream, wanted: list[Entry], start_ns: int, stop_ns: int) -> list[Trace]:
    """Parts of a stream's traces that are wanted, between two times; data are shared with the stream's."""
    from obspy import UTCDateTime

    names = {entry.trace_id for entry in wanted}
    traces = []
    for number, trace in enumerate(stream):
        if trace.id not in names and f"{trace.id}#{number}" not in names:
            continue
        part = trace.slice(UTCDateTime(ns=start_ns), UTCDateTime(ns=stop_ns), nearest_sample=False)
        if len(part):
            traces.append(part)
    return traces
