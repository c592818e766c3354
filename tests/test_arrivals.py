"""Times to cut windows around, from tables and catalogues."""

import obspy
import pandas as pd
import pytest
from obspy import UTCDateTime
from obspy.core.event import Arrival, Catalog, Event, Origin, Pick, ResourceIdentifier, WaveformStreamID

from zclust_explore.data.arrivals import read_arrivals

BEGIN = UTCDateTime(2020, 6, 30)


def catalogue():
    """One event with three picks, one of which is named by its arrival only."""
    picks = [
        Pick(time=BEGIN + k, phase_hint=phase, waveform_id=WaveformStreamID("XX", station, channel_code="BHZ"))
        for k, (phase, station) in enumerate([("Pg", "AAA"), ("S", "AAA"), (None, "BBB")])
    ]
    origin = Origin(time=BEGIN - 5, arrivals=[Arrival(pick_id=picks[2].resource_id, phase="Pn")])
    return Catalog([Event(resource_id=ResourceIdentifier("smi:local/1"), picks=picks, origins=[origin])])


def test_picks_and_origins_of_a_catalogue(tmp_path):
    """Windows would lie around other phases than those that were asked for."""
    picks = read_arrivals(catalogue())
    assert picks.phase.tolist() == ["Pg", "S", "Pn"]
    assert picks.trace_id.tolist() == ["XX.AAA", "XX.AAA", "XX.BBB"]
    assert read_arrivals(catalogue(), ["P"]).phase.tolist() == ["Pg", "Pn"]
    origins = read_arrivals(catalogue(), "origin")
    assert (origins.trace_id.tolist(), origins.time[0]) == ([""], pd.Timestamp((BEGIN - 5).datetime, tz="UTC"))
    catalogue().write(str(tmp_path / "events.xml"), format="QUAKEML")
    pd.testing.assert_frame_equal(read_arrivals(tmp_path / "events.xml"), picks)


def test_a_table_keeps_its_columns(tmp_path):
    """What is known about an event would be lost on the way to its window."""
    table = pd.DataFrame({"time": ["2020-06-30T00:00:01Z", "2020-06-30T00:00:02.5Z"], "magnitude": [1.5, 2.0]})
    table.to_csv(tmp_path / "picks.csv", index=False)
    found = read_arrivals(tmp_path / "picks.csv")
    assert found.magnitude.tolist() == [1.5, 2.0]
    assert found.time[1] == pd.Timestamp("2020-06-30T00:00:02.5Z")
    assert found.trace_id.tolist() == ["", ""]


@pytest.mark.parametrize(
    ("source", "phases", "message"),
    [
        (pd.DataFrame({"when": [1]}), None, "arrivals must have a column 'time'"),
        (pd.DataFrame({"time": ["yesterday"]}), None, "must hold times"),
        (obspy.Catalog(), None, "must hold picks or origins, got a catalogue of 0 events"),
        (catalogue(), ["PKP"], r"must hold phases \['PKP'\], got Pg, Pn, S, origin"),
    ],
)
def test_what_has_no_times_is_refused(source, phases, message):
    """No window would be cut, without a word why."""
    with pytest.raises(ValueError, match=message):
        read_arrivals(source, phases)
