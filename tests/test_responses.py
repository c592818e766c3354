"""Responses from files of any sort: removed as ObsPy does it, and told where they are wrong."""

import copy
import warnings
from pathlib import Path

import numpy as np
import obspy
import pytest
from obspy import Stream, UTCDateTime

from tests.test_reading import IO, QUIET, noise
from zclust_explore.data.preprocessing import Preprocessing
from zclust_explore.data.reading import read_spectrograms

FURT = UTCDateTime(2008, 1, 1)
HOW = {"window_s": 20, "step_s": 20, "fmin_hz": 1, "fmax_hz": 8, **QUIET}
VELOCITY = Preprocessing(output="velocity", pre_filter_hz=(0.2, 0.5, 8, 9.5))
SOURCES = {
    "dataless SEED": "xseed/tests/data/dataless.seed.BW_FURT",
    "RESP": "xseed/tests/data/RESP.BW.FURT..EHZ",
    "a folder": "",
}


def record(trace_id: str = "BW.FURT..EHZ", n_points: int = 2400) -> Stream:
    """Two minutes of a station whose responses ObsPy brings along."""
    return Stream([noise(n_points, trace_id=trace_id, start=FURT)])


@pytest.fixture(scope="module")
def inventory() -> obspy.Inventory:
    """Its responses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the reader
        return obspy.read_inventory(str(IO / SOURCES["dataless SEED"]))


@pytest.mark.filterwarnings("ignore::UserWarning:obspy")
@pytest.mark.parametrize("sort", SOURCES)
def test_a_response_is_removed_as_obspy_does(sort, tmp_path):
    """A station whose response is no StationXML could not be used, or its ground motion be wrong."""
    path = IO / SOURCES[sort]
    if sort == "a folder":
        for name in ("dataless.seed.BW_FURT", "dataless.seed.BW_RJOB"):
            (tmp_path / name).write_bytes((IO / "xseed/tests/data" / name).read_bytes())
        (tmp_path / "notes.txt").write_text("no response")
        path = tmp_path
    specs = read_spectrograms(record(), preprocessing=VELOCITY, inventory=path, **HOW)
    read = obspy.read_inventory(str(IO / SOURCES["dataless SEED" if sort == "a folder" else sort]))
    trace = record()[0]
    trace.data = trace.data.astype(float)
    trace.remove_response(read, output="VEL", pre_filt=VELOCITY.pre_filter_hz, zero_mean=False, taper=False)
    by_obspy = trace.data.reshape(6, 400)
    np.testing.assert_allclose(specs.waveforms, by_obspy, rtol=1e-5, atol=1e-6 * np.abs(by_obspy).max())


def changed(inventory: obspy.Inventory, how: str) -> obspy.Inventory:
    """An inventory with something wrong."""
    inventory = copy.deepcopy(inventory)
    for channel in (channel for network in inventory for station in network for channel in station):
        stages = channel.response.response_stages
        if how == "other time":
            channel.start_date, channel.end_date = UTCDateTime(1990, 1, 1), UTCDateTime(1991, 1, 1)
        elif how == "no stages":
            channel.response.response_stages = []
        elif how == "no response":
            channel.response = None
        elif how == "zero gain":
            stages[0].stage_gain = 0.0
            channel.response.instrument_sensitivity.value = 0.0
        elif how == "NaN pole":
            stages[0].poles = [complex("nan")]
        elif how == "other units":
            stages[0].input_units = "furlong"
            channel.response.instrument_sensitivity.input_units = "furlong"
    return inventory


WRONG = ("other time", "no stages", "no response", "zero gain", "NaN pole", "other units", "other station")


@pytest.mark.filterwarnings("ignore::UserWarning:obspy")
@pytest.mark.parametrize("how", WRONG)
def test_wrong_responses_are_told(how, inventory):
    """A wrong response would crash the reading, or give numbers that are no ground motion."""
    good = changed(inventory, "")
    for network in good:  # another station, whose response is right
        for station in network:
            station.code = "GOOD"
    both = Stream([*record(trace_id="BW.GOOD..EHZ", n_points=7200), *record()])
    responses = good if how == "other station" else good + changed(inventory, how)
    specs = read_spectrograms(both, preprocessing=VELOCITY, inventory=responses, **HOW)
    assert set(specs.metadata.trace_id) == {"BW.GOOD..EHZ"}
    assert len(specs) == 18
    reasons = specs.skipped.reason[specs.skipped.record.str.contains("FURT")]
    assert reasons.str.contains("response|not finite|dead|too large").any(), reasons.tolist()


def test_an_inventory_that_is_none_is_named(tmp_path):
    """A broken file of responses would be an error of a parser, deep inside."""
    broken = tmp_path / "broken.xml"
    broken.write_bytes(b"<?xml version='1.0'?><FDSNStationXML")
    for given, error, words in (
        (broken, ValueError, r"inventory must be a file that ObsPy reads, got .*broken\.xml"),
        (tmp_path, ValueError, "inventory must hold StationXML, dataless SEED or RESP"),
        (Path("nowhere.xml"), FileNotFoundError, "inventory must be an existing file or folder"),
    ):
        with pytest.raises(error, match=words):
            read_spectrograms(record(), preprocessing=VELOCITY, inventory=given, **HOW)
