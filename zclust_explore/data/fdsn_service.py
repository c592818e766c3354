"""An FDSN data centre, asked politely: not too often, and again when it is busy."""

from __future__ import annotations

import io
import itertools
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal
from xml.etree import ElementTree

import pandas as pd

if TYPE_CHECKING:
    from obspy import UTCDateTime

Kind = Literal["waveforms", "stations", "events"]

SERVICES = {"waveforms": "dataselect", "stations": "station", "events": "event"}
RESOLUTION = pd.Timedelta("1us")  # of the services' times


@dataclass(frozen=True)
class Pace:
    """How often a service may be asked, and how long to insist.

    Parameters
    ----------
    wait_s : float
        From one request to the next at least, in s.
    n_tries : int
        How often a request is sent that meets no connection, a time-out, "too many requests" or an error of the server.
    backoff_s : float
        Pause before the second try, in s; it doubles before every further one.
    timeout_s : float
        How long to wait for an answer, in s.
    clock, sleep : callable
        Seconds that only grow, and what waits for some.

    Raises
    ------
    ValueError
        If there is no try, or a time is negative.

    Examples
    --------
    >>> Pace(wait_s=2).n_tries
    5
    """

    wait_s: float = 0.5
    n_tries: int = 5
    backoff_s: float = 2.0
    timeout_s: float = 120.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        """Refuse what cannot be kept."""
        if self.n_tries < 1:
            raise ValueError(f"n_tries must be at least 1, got {self.n_tries}.")
        for name in ("wait_s", "backoff_s", "timeout_s"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)}.")


class Service:
    """The services of one data centre, one request at a time.

    Parameters
    ----------
    provider : str
        A name that ObsPy knows, or the URL of a server.
    kinds : sequence of {"waveforms", "stations", "events"}
        What will be asked for; other services need not exist.
    pace : Pace

    Raises
    ------
    ValueError
        If the provider is unknown, or has no such service.
    ConnectionError
        If nobody answers.
    """

    def __init__(self, provider: str, kinds: Sequence[Kind], pace: Pace) -> None:
        from obspy.clients.fdsn import Client
        from obspy.clients.fdsn.header import URL_MAPPINGS, FDSNException

        self.provider, self.pace = provider, pace
        unused = {SERVICES[kind]: None for kind in SERVICES if kind not in kinds}
        try:
            self._client = Client(provider, service_mappings=unused, timeout=pace.timeout_s)
        except ValueError as error:
            names = ", ".join(sorted(URL_MAPPINGS))
            raise ValueError(f"provider must be a URL or one of {names}, got {provider!r}.") from error
        except (FDSNException, HTTPException, OSError, SyntaxError) as error:  # SyntaxError: XML that is none
            raise ConnectionError(f"provider must be reachable, got {provider!r}: {_first_lines(error)}") from error
        for kind in kinds:
            if SERVICES[kind] not in self._client.services:
                raise ValueError(f"provider must have an FDSN service {SERVICES[kind]!r}, got {provider!r}.")
        self._due = pace.clock() + pace.wait_s

    def ask(self, kind: Kind, **parameters: Any) -> bytes:
        """Return the answer to one request; empty where there is no data.

        Raises
        ------
        RuntimeError
            If the answer is an error, or damaged, to the last try.
        ConnectionError
            If there is no answer, to the last try.
        TypeError
            If the service does not know a parameter.
        """
        from obspy.clients.fdsn.header import FDSNException, FDSNNoDataException

        pace, failure = self.pace, ""
        for number in range(pace.n_tries):
            if number:
                self._due = max(self._due, pace.clock() + pace.backoff_s * 2 ** (number - 1))
            if (pause := self._due - pace.clock()) > 0:
                pace.sleep(pause)
            self._due = pace.clock() + pace.wait_s
            answer = io.BytesIO()
            try:
                getattr(self._client, f"get_{kind}")(filename=answer, **parameters)
            except FDSNNoDataException:
                return b""
            except (FDSNException, HTTPException, OSError) as error:
                failure, answered = _first_lines(error), _is_answer(error)
                if _is_final(error):
                    raise RuntimeError(failure) from error
            else:
                data = answer.getvalue()
                failure, answered = _damage(kind, data) if data else "", True
                if not failure:
                    return data
        raise (RuntimeError if answered else ConnectionError)(f"{failure} ({pace.n_tries} tries)")


Epochs = dict[str, list[tuple[pd.Timestamp, pd.Timestamp]]]


def utc(name: str, value: Any) -> pd.Timestamp:
    """Return a time in UTC, to the microsecond; a bare number could be seconds or nanoseconds, and is refused.

    >>> utc("starttime", "2011-03-31")
    Timestamp('2011-03-31 00:00:00+0000', tz='UTC')
    """
    try:
        moment = pd.NaT if isinstance(value, Real) else pd.Timestamp(str(value))  # ObsPy's times say ISO 8601
    except ValueError:
        moment = pd.NaT
    if isinstance(moment, pd.Timestamp):
        return (moment.tz_localize("UTC") if moment.tzinfo is None else moment.tz_convert("UTC")).floor("us")
    raise ValueError(f"{name} must be a time (UTC), got {value!r}.")


def between(start: pd.Timestamp, end: pd.Timestamp) -> dict[str, UTCDateTime]:
    """Parameters of a request; the services count the end in, which would double a sample at every midnight."""
    from obspy import UTCDateTime

    return {"starttime": UTCDateTime(start.isoformat()), "endtime": UTCDateTime((end - RESOLUTION).isoformat())}


def spelled_out(codes: Mapping[str, str], start: pd.Timestamp, end: pd.Timestamp) -> Epochs:
    """Every combination of network, station, location and channel codes, thought to be open all the time.

    >>> codes = {"network": "GR", "station": "FUR,WET", "location": "", "channel": "BHZ"}
    >>> list(spelled_out(codes, pd.Timestamp(0), pd.Timestamp(1)))
    ['GR.FUR..BHZ', 'GR.WET..BHZ']
    """
    words = [code.replace(" ", "").replace("--", "").split(",") for code in codes.values()]
    return {".".join(code): [(start, end)] for code in itertools.product(*words)}


def listed(service: Service, codes: Mapping[str, str], start: pd.Timestamp, end: pd.Timestamp) -> Epochs:
    """Channels that the station service has for codes with wildcards, and the times when each was open."""
    from obspy import read_inventory

    answer = service.ask("stations", level="channel", **codes, **between(start, end))
    epochs: Epochs = {}
    for network in read_inventory(io.BytesIO(answer), format="STATIONXML") if answer else []:
        for station in network:
            for channel in station:
                name = ".".join((network.code, station.code, channel.location_code, channel.code))
                opened = utc("start_date", channel.start_date) if channel.start_date else start
                closed = utc("end_date", channel.end_date) if channel.end_date else end
                epochs.setdefault(name, []).append((opened, closed))
    if not epochs:
        words = ", ".join(f"{name} {code!r}" for name, code in codes.items())
        raise ValueError(f"{words} must match a channel of {service.provider} between {start} and {end}; none does.")
    return epochs


def _first_lines(error: Exception) -> str:
    """What an exception says; ObsPy adds the server's whole page."""
    return ", ".join(str(error).split("\n")[:2]) or type(error).__name__


def _is_answer(error: Exception) -> bool:
    """Whether the server said anything at all."""
    return getattr(error, "status_code", None) is not None or "HTTP code" in str(error)


def _is_final(error: Exception) -> bool:
    """Whether it is of no use to ask again: the request is at fault, and not the server or the line."""
    status = getattr(error, "status_code", None)
    return (status is not None and status < 500 and status != 429) or status == 501 or "HTTP code: 4" in str(error)


def _damage(kind: Kind, data: bytes) -> str:
    """What is wrong with an answer, or an empty string: not every server says how long its answer is."""
    if kind != "waveforms":
        try:
            ElementTree.fromstring(data)
        except ElementTree.ParseError as error:
            return f"not complete, or no XML: {error}"
        return ""
    from obspy import read
    from obspy.core.util.obspy_types import ObsPyException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of records in between that hold no data
            stream = read(io.BytesIO(data), format="MSEED", headonly=True)
    except (ObsPyException, TypeError, ValueError) as error:
        return f"no miniSEED: {error}"
    record_bytes = min(trace.stats.mseed.record_length for trace in stream)
    return f"not complete: the last record of {record_bytes} bytes is torn" if len(data) % record_bytes else ""
