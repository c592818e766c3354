"""Arrivals: times that windows lie around, from a table, a catalogue of events, or a file of either."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from . import columns

if TYPE_CHECKING:
    from obspy import Catalog
    from obspy.core.event import Event, Pick

COLUMNS = ("time", "trace_id", "phase", "event")


def read_arrivals(
    source: pd.DataFrame | Catalog | str | os.PathLike[str], phases: Iterable[str] | None = None
) -> pd.DataFrame:
    """Times to cut windows around, one row each.

    Parameters
    ----------
    source : DataFrame, obspy.Catalog or path
        A table or CSV file with a column `time` (UTC) and, if windows are not to be cut from every trace, `trace_id`:
        the beginning of one up to a dot, such as "CH.GRIMS"; other columns come along. A catalogue, or a file of any
        format in which ObsPy reads one (QuakeML, NonLinLoc, …), gives its picks and, for every trace, its origins.
    phases : iterable of str, optional
        Those that are wanted, by the first letter: ["P"] takes Pg and Pn, too; "origin" takes origins. By default all
        picks, or origins where there are no picks.

    Returns
    -------
    DataFrame
        Columns `time`, `trace_id` ("" is every trace), `phase`, `event`, and others that a table had.

    Raises
    ------
    ValueError
        If there are no times, or none of those phases.
    """
    if isinstance(source, str | os.PathLike):
        source = _read(Path(source))
    table = source if isinstance(source, pd.DataFrame) else _from_catalogue(source)
    if "time" not in table:
        raise ValueError(f"arrivals must have a column 'time', got {list(table.columns)}.")
    table = columns.checked(table.rename(columns={"time": "starttime"})).rename(columns={"starttime": "time"})
    if table["time"].isna().any():
        raise ValueError(
            f"arrivals.time must hold a time in every row, got none in {table.index[table.time.isna()][0]}."
        )
    for name in COLUMNS:
        if name not in table:
            table = table.assign(**{name: ""})
    table = table.assign(trace_id=table["trace_id"].fillna("").astype(str), phase=table["phase"].fillna("").astype(str))
    if table["time"].dt.tz is None:
        table = table.assign(time=table["time"].dt.tz_localize("UTC"))
    wanted = None if phases is None else [phases] if isinstance(phases, str) else list(phases)
    if wanted is not None:
        fits = [any(_fits(phase, given) for given in wanted) for phase in table["phase"]]
    elif not isinstance(source, pd.DataFrame) and (table["phase"] != "origin").any():
        fits = (table["phase"] != "origin").tolist()
    else:
        fits = [True] * len(table)
    chosen = table[fits].reset_index(drop=True)
    if chosen.empty:
        known = ", ".join(sorted(set(table["phase"]))) or "none at all"
        raise ValueError(f"arrivals must hold phases {wanted}, got {known}.")
    return chosen


def _fits(phase: str, given: str) -> bool:
    if given == "origin" or phase == "origin":
        return phase == given
    return phase[:1].upper() == given.upper() if len(given) == 1 else phase == given


def _read(path: Path) -> pd.DataFrame | Catalog:
    if path.suffix.lower() in (".csv", ".txt"):
        return pd.read_csv(path)
    import obspy

    return obspy.read_events(str(path))


def _from_catalogue(catalogue: Catalog) -> pd.DataFrame:
    rows = []
    for event in catalogue:
        name = str(event.resource_id.id) if event.resource_id else ""
        rows += [_row(pick, name, event) for pick in event.picks if pick.time is not None]
        origin = event.preferred_origin() or (event.origins[0] if event.origins else None)
        if origin is not None and origin.time is not None:
            rows.append({"time": origin.time.datetime, "trace_id": "", "phase": "origin", "event": name})
    if not rows:
        raise ValueError(f"arrivals must hold picks or origins, got a catalogue of {len(catalogue)} events with none.")
    return pd.DataFrame(rows)


def _row(pick: Pick, name: str, event: Event) -> dict[str, object]:
    station = pick.waveform_id
    # the channel that was picked is not always the one that is cut
    trace_id = "" if station is None else f"{station.network_code or ''}.{station.station_code or ''}"
    phase = pick.phase_hint or ""
    if not phase:  # some formats name it with the arrival only
        named = [a.phase for origin in event.origins for a in origin.arrivals if a.pick_id == pick.resource_id]
        phase = str(named[0]) if named and named[0] else ""
    return {"time": pick.time.datetime, "trace_id": trace_id, "phase": phase, "event": name}
