"""FDSN web services: waveforms into an SDS archive, StationXML and a catalogue beside it, and on from where it was."""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from .fdsn_service import Kind, Pace, Service, between, listed, spelled_out, utc
from .files import to_json
from .journal import Journal

if TYPE_CHECKING:
    from obspy import UTCDateTime

logger = logging.getLogger(__name__)

JOURNAL = "fetched.jsonl"
DAY = pd.Timedelta(days=1)
UNREACHED = 3  # so many files in a row without an answer, each asked for again and again, and the service is down


@dataclass(frozen=True)
class Fetched:
    """What became of one file: a day of a channel, its StationXML, or the catalogue.

    Parameters
    ----------
    kind : {"waveforms", "stations", "events"}
    trace_id : str
        NET.STA.LOC.CHA; "" for the catalogue.
    day : str
        Of waveforms, as 2011-03-31; else "".
    status : {"saved", "kept", "no data", "failed"}
        "kept" was there already, and is complete.
    path : Path
        Where it lies, or would.
    n_bytes : int
    reason : str
        Why it failed.

    Examples
    --------
    >>> Fetched("stations", "BW.KW1..EHZ", "", "failed", Path("stations/BW.KW1..EHZ.xml"), reason="Timed Out").status
    'failed'
    """

    kind: Kind
    trace_id: str
    day: str
    status: Literal["saved", "kept", "no data", "failed"]
    path: Path
    n_bytes: int = 0
    reason: str = ""


def sds_path(trace_id: str, day: str) -> Path:
    """Where a day of a channel lies in an archive with the SeisComP Data Structure.

    >>> sds_path("BW.KW1..EHZ", "2011-03-31").as_posix()
    '2011/BW/KW1/EHZ.D/BW.KW1..EHZ.D.2011.090'
    """
    network, station, _, channel = _codes(trace_id)
    year, number = pd.Timestamp(day).strftime("%Y %j").split()
    return Path(year, network, station, f"{channel}.D", f"{trace_id}.D.{year}.{number}")


def _codes(trace_id: str) -> list[str]:
    """Network, station, location and channel; what a server calls its channels must not lead out of the folder."""
    if not re.fullmatch(r"\w+\.[\w-]+\.[\w-]*\.\w+", trace_id, re.ASCII):
        raise ValueError(f"trace_id must be NET.STA.LOC.CHA, got {trace_id!r}.")
    return trace_id.split(".")


def fetch(
    folder: str | os.PathLike[str],
    provider: str,
    *,
    network: str,
    station: str,
    location: str = "*",
    channel: str,
    starttime: str | datetime | UTCDateTime,
    endtime: str | datetime | UTCDateTime,
    chunk_s: float = 86400.0,
    stations: bool = True,
    events: Mapping[str, Any] | None = None,
    event_provider: str | None = None,
    again: bool = False,
    pace: Pace | None = None,
) -> Fetching:
    """Prepare to download waveforms into an SDS archive, a file a day and channel; to iterate is to do it.

    Every file is complete or absent. The same call, made again, asks only for what is not there yet; `fetched.jsonl`
    in the folder remembers what had no data, and which part of a day a file covers. What fails is reported and the rest
    goes on. Servers may send whole records, so that files of two days overlap by one.

    Parameters
    ----------
    folder : path
        Of the archive: `YEAR/NET/STA/CHA.D/NET.STA.LOC.CHA.D.YEAR.DAY` in miniSEED, `stations/NET.STA.LOC.CHA.xml` in
        StationXML with responses, `events.xml` in QuakeML, of the latest call that asked for events.
    provider : str
        A name that ObsPy knows ("GEOFON", "EARTHSCOPE", …) or the URL of a server.
    network, station, location, channel : str
        Codes, several with commas; `*` and `?` are looked up at the station service. No location is "" or "--".
    starttime, endtime : time, UTC
        From the first up to, but without, the second; what lies in the future is left out.
    chunk_s : float
        Longest piece that is asked for at once, in s, at most a day.
    stations : bool
        Whether to save StationXML. Without it and without wildcards no station service is needed.
    events : mapping, optional
        What to ask the event service for between the two times, such as `{"minmagnitude": 5}`.
    event_provider : str, optional
        Another provider, for the events.
    again : bool
        Whether to ask again for what had no data.
    pace : Pace, optional
        How often to ask, and how long to insist.

    Raises
    ------
    ValueError
        If a provider is unknown, times or codes make no sense, or nothing matches the wildcards.
    RuntimeError
        If the station service answers the wildcards with an error.
    ConnectionError
        If a service cannot be reached; while iterating, if it no longer can.

    Examples
    --------
    A month of one channel, with a progress bar; then what failed, if anything::

        days = fetch("archive", "GEOFON", network="GE", station="APE", channel="BHZ",
                     starttime="2024-01-01", endtime="2024-02-01")
        [fetched.day for fetched in tqdm(days) if fetched.status == "failed"]
    """
    start, end = utc("starttime", starttime), min(utc("endtime", endtime), pd.Timestamp.now("UTC"))
    if not start < end:
        raise ValueError(f"starttime must be before endtime ({endtime}) and before now, got {starttime}.")
    if not 0 < chunk_s <= 86400:
        raise ValueError(f"chunk_s must be above 0 and at most 86400, got {chunk_s}.")
    folder, pace = Path(folder), pace or Pace()
    codes = {"network": network, "station": station, "location": location, "channel": channel}
    wild = any(set("*?") & set(code) for code in codes.values())
    kinds: list[Kind] = ["waveforms"]
    if stations or wild:
        kinds.append("stations")
    if events is not None and event_provider is None:
        kinds.append("events")
    service = Service(provider, kinds, pace)
    files = []
    if events is not None:
        asked = service if event_provider is None else Service(event_provider, ["events"], pace)
        files.append(_File("events", "", "", folder / "events.xml", start, end, asked, json.loads(to_json(events))))
    epochs = listed(service, codes, start, end) if wild else spelled_out(codes, start, end)
    if stations:
        for name in epochs:
            path = folder / "stations" / f"{'.'.join(_codes(name))}.xml"
            files.append(_File("stations", name, "", path, start, end, service, {"level": "response"}))
    for day in pd.date_range(start.floor("D"), end, freq="D", inclusive="left"):
        first, last, word = max(day, start), min(day + DAY, end), f"{day:%Y-%m-%d}"
        for name, spans in epochs.items():
            if any(opened < last and closed > first for opened, closed in spans):
                path = folder / sds_path(name, word)
                files.append(_File("waveforms", name, word, path, first, last, service))
    return Fetching(folder, files, pd.Timedelta(seconds=chunk_s), again)


@dataclass(frozen=True)
class _File:
    """A file to be had, and from whom."""

    kind: Kind
    trace_id: str
    day: str
    path: Path
    start: pd.Timestamp
    end: pd.Timestamp
    service: Service
    asked: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Its name in the journal."""
        return " ".join(word for word in (self.kind, self.trace_id, self.day) if word)

    def told(
        self, status: Literal["saved", "kept", "no data", "failed"], n_bytes: int = 0, reason: str = ""
    ) -> Fetched:
        """What became of it."""
        return Fetched(self.kind, self.trace_id, self.day, status, self.path, n_bytes, reason)


class Fetching:
    """Files to be fetched: `len` says how many, to iterate fetches one after the other and yields a `Fetched` each."""

    def __init__(self, folder: Path, files: list[_File], chunk: pd.Timedelta, again: bool) -> None:
        self._files, self._chunk, self._again = files, chunk, again
        self._journal = Journal(folder / JOURNAL)

    def __len__(self) -> int:
        """Return the number of files, those included that are there already."""
        return len(self._files)

    def __iter__(self) -> Iterator[Fetched]:
        """Fetch what is not there yet."""
        self._journal.path.parent.mkdir(parents=True, exist_ok=True)
        known = {event["file"]: event for event in self._journal.read()}
        unreached = 0
        for file in self._files:
            try:
                fetched, unreached = self._fetched(file, known.get(file.key)), 0
            except (RuntimeError, ConnectionError) as error:
                logger.warning("%s: %s", file.key, error)
                fetched = file.told("failed", reason=str(error))
                unreached = unreached + 1 if isinstance(error, ConnectionError) else 0
            yield fetched
            if unreached == UNREACHED:
                raise ConnectionError(f"{file.service.provider} answers no longer: {fetched.reason}")

    def _fetched(self, file: _File, last: dict[str, Any] | None) -> Fetched:
        """Keep a file or ask for it; `last` is what the journal says about it."""
        start, end = file.start, file.end
        status, covered = "saved", last is None  # what nobody wrote down came from elsewhere, and is whole
        if last and last["asked"] == file.asked:
            status, earlier, later = last["status"], pd.Timestamp(last["start"]), pd.Timestamp(last["end"])
            covered = file.kind == "stations" or (earlier <= start and end <= later)
            if file.kind == "waveforms":
                start, end = min(start, earlier), max(end, later)  # a day that grows keeps what it has
        if covered and status == "saved" and file.path.exists():
            return file.told("kept", file.path.stat().st_size)
        if covered and status == "no data" and not self._again:
            return file.told("no data")
        data = self._asked(file, start, end)
        event = {"file": file.key, "asked": file.asked, "start": start.isoformat(), "end": end.isoformat()}
        if not data:
            self._journal.append(event | {"status": "no data"})
            return file.told("no data")
        self._journal.append(event | {"status": "writing"})  # if nothing follows, the file may be an older one
        file.path.parent.mkdir(parents=True, exist_ok=True)
        partial = file.path.with_name(f".{file.path.name}.partial")
        with open(partial, "wb") as output:
            output.write(data)
            output.flush()
            os.fsync(output.fileno())
        os.replace(partial, file.path)
        self._journal.append(event | {"status": "saved"})
        return file.told("saved", len(data))

    def _asked(self, file: _File, start: pd.Timestamp, end: pd.Timestamp) -> bytes:
        if file.kind == "events":
            return file.service.ask("events", **between(start, end), **file.asked)
        codes = dict(zip(("network", "station", "location", "channel"), _codes(file.trace_id), strict=True))
        codes["location"] = codes["location"] or "--"
        if file.kind == "stations":  # all its epochs, so that the file serves other times, too
            return file.service.ask("stations", **codes, **file.asked)
        pieces = []
        while start < end:
            pieces.append(file.service.ask("waveforms", **codes, **between(start, min(start + self._chunk, end))))
            start += self._chunk
        return b"".join(pieces)
