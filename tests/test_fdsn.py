"""Downloads from FDSN services: all that is served arrives, once, whatever happens on the way."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import obspy
import pandas as pd
import pytest
from obspy.clients.filesystem.sds import Client as SDS
from obspy.core.inventory import Channel, Inventory, Network, Station
from tqdm import tqdm

from tests.harness.fdsn import DataCentre, Fault, shipped
from tests.harness.server import free_port
from zclust_explore.data.fdsn import Fetched, fetch, sds_path
from zclust_explore.data.fdsn_service import Pace
from zclust_explore.data.reading import read_spectrograms

# Two channels over a midnight, at 1 Hz; minutes at 40 Hz, the second from 00:00:00 sharp.
RECORDS = [
    shipped("io/mseed/tests/data/CH.BALST..LH_two_channels"),
    shipped("clients/filesystem/tests/data/tsindex_data/IU/2018/001/IU.ANMO.10.BHZ.2018.001_first_minute.mseed"),
    shipped("clients/filesystem/tests/data/tsindex_data/CU/2018/001/CU.TGUH.00.BHZ.2018.001_first_minute.mseed"),
]
BALST = {"network": "CH", "station": "BALST", "location": ""}
DAYS = {"starttime": "2025-11-09", "endtime": "2025-11-12"}  # of which the first has no data
EVENTS = {"starttime": "2012-04-04", "endtime": "2012-04-05"}  # ObsPy's example of a catalogue: three


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, []

    def __call__(self) -> float:
        """Seconds that have passed."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass, and remember it."""
        self.slept.append(seconds)
        self.now += seconds

    def pace(self, **settings: float) -> Pace:
        """A pace that goes by this clock."""
        return Pace(clock=self, sleep=self.sleep, **settings)


def inventory() -> Inventory:
    """Stations of the records; the first channel was open once before, too."""
    networks: dict[str, Network] = {}
    for trace in (trace for path in RECORDS for trace in obspy.read(path, headonly=True)):
        network, station, location, channel = trace.id.split(".")
        year = trace.stats.starttime.year
        place = {"latitude": 47.3, "longitude": 7.7, "elevation": 860.0}
        where = networks.setdefault(network, Network(network))
        if not where.stations:
            where.stations.append(Station(station, **place, creation_date=obspy.UTCDateTime(2000, 1, 1)))
        epochs = [(obspy.UTCDateTime(2001, 1, 1), obspy.UTCDateTime(2002, 1, 1)), (obspy.UTCDateTime(year, 1, 1), None)]
        for start, end in epochs:
            made = Channel(channel, location, depth=0.0, sample_rate=trace.stats.sampling_rate, **place)
            made.start_date, made.end_date = start, end
            where.stations[0].channels.append(made)
    return Inventory(list(networks.values()), source="test")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataCentre]:
    """The data centre, once."""
    with DataCentre(tmp_path_factory.mktemp("centre"), RECORDS, inventory(), obspy.read_events()) as centre:
        yield centre


@pytest.fixture
def centre(running: DataCentre) -> DataCentre:
    """The data centre, as if it had just been opened."""
    running.forget()
    return running


def balst(folder: Path, centre: DataCentre, **changed) -> list[Fetched]:
    """Fetch both channels, without StationXML."""
    settings = BALST | DAYS | {"channel": "LHE,LHZ", "stations": False, "pace": Clock().pace()} | changed
    return list(fetch(folder, centre.url, **settings))


def statuses(fetched: list[Fetched]) -> dict[str, int]:
    """How many files of each kind and status."""
    return dict(Counter(f"{file.kind} {file.status}" for file in fetched))


def assert_is_the_record(folder: Path) -> None:
    """Assert that ObsPy's own reader of archives finds in it what was served, to the sample."""
    served = obspy.read(RECORDS[0])
    for trace in served:
        archived = SDS(str(folder)).get_waveforms(*trace.id.split("."), trace.stats.starttime, trace.stats.endtime)
        assert len(archived) == 1
        assert archived[0].stats.starttime == trace.stats.starttime
        np.testing.assert_array_equal(archived[0].data, trace.data)


def test_what_was_fetched_is_what_was_served(centre, tmp_path):
    """Samples would be lost or doubled at midnight, or no other program would find the files."""
    fetched = balst(tmp_path, centre, channel="LH?", stations=True)
    assert statuses(fetched) == {"stations saved": 2, "waveforms saved": 4, "waveforms no data": 2}
    assert_is_the_record(tmp_path)
    assert sum(len(obspy.read(file.path)[0]) for file in fetched if file.day and file.status == "saved") == sum(
        len(trace) for trace in obspy.read(RECORDS[0])
    )
    assert all(file.path.stat().st_size == file.n_bytes for file in fetched if file.status == "saved")
    assert (tmp_path / "2025/CH/BALST/LHZ.D/CH.BALST..LHZ.D.2025.314").exists()
    read = obspy.read_inventory(str(tmp_path / "stations" / "*.xml"))
    assert sorted(set(read.get_contents()["channels"])) == ["CH.BALST..LHE", "CH.BALST..LHZ"]
    assert len(read.select(channel="LHZ")[0][0]) == 2  # the epoch of 2001, too, though nobody asked for its days
    assert {query["level"] for service, query in centre.asked if service == "station"} == {"channel", "response"}


def test_days_outside_an_epoch_are_not_asked_for(centre, tmp_path):
    """A station that ran for a month would cost requests for all the years that somebody names."""
    spans = {"starttime": "2001-12-30", "endtime": "2002-01-05"}
    fetched = balst(tmp_path, centre, channel="LHZ", location="*", **spans)
    assert [file.day for file in fetched] == ["2001-12-30", "2001-12-31"]


def test_a_second_call_asks_for_nothing_again(centre, tmp_path):
    """Everything would be downloaded anew, and a server asked every time for days that it does not have."""
    balst(tmp_path, centre, stations=True, events={}, event_provider=None)
    centre.forget()
    again = balst(tmp_path, centre, stations=True, events={})
    assert statuses(again) == {"events no data": 1, "stations kept": 2, "waveforms kept": 4, "waveforms no data": 2}
    assert centre.asked == []
    assert statuses(balst(tmp_path, centre, again=True)) == {"waveforms kept": 4, "waveforms no data": 2}
    assert centre.count() == 2
    other = balst(tmp_path, centre, stations=True, starttime="2025-11-01", endtime="2025-11-02")
    assert statuses(other) == {"stations kept": 2, "waveforms no data": 2}


def test_files_that_were_there_before_are_kept(centre, tmp_path):
    """Somebody's own archive would be overwritten."""
    path = tmp_path / sds_path("CH.BALST..LHZ", "2025-11-10")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"my own")
    assert statuses(balst(tmp_path, centre)) == {"waveforms kept": 1, "waveforms saved": 3, "waveforms no data": 2}
    assert path.read_bytes() == b"my own"


KILLED = """
import sys
from zclust_explore.data.fdsn import fetch
list(fetch(*sys.argv[1:3], network="CH", station="BALST", location="", channel="LH?",
           starttime="2025-11-09", endtime="2025-11-12"))
"""


def test_killed_in_the_middle_and_called_again(centre, tmp_path):
    """After a crash half a file would pass for a whole one, or everything be asked for again."""
    centre.stall_at(4)
    child = subprocess.Popen([sys.executable, "-W", "ignore", "-c", KILLED, str(tmp_path), centre.url])
    assert centre.stalled.wait(240)
    child.kill()
    child.wait(60)
    centre.release()
    there = {path: path.read_bytes() for path in tmp_path.glob("2025/**/*.D.*")}
    assert len(there) == 1  # of the three queries that were answered, two met the day without data
    centre.forget()
    fetched = balst(tmp_path, centre, channel="LH?", stations=True)
    kept = {"stations kept": 2, "waveforms no data": 2, "waveforms kept": 1, "waveforms saved": 3}
    assert statuses(fetched) == kept
    assert centre.count() == 3
    assert centre.count("station") == 1  # which channels there are
    assert {path: path.read_bytes() for path in there} == there
    assert_is_the_record(tmp_path)
    assert not list(tmp_path.rglob("*.partial"))


def test_killed_while_a_file_was_put_in_its_place(centre, tmp_path):
    """A day that grows would stay as it was, and be thought to have grown."""
    noon = {"channel": "LHZ", "starttime": "2025-11-10", "endtime": "2025-11-10T12:00"}
    balst(tmp_path, centre, **noon)
    balst(tmp_path, centre, channel="LHE")
    lines = (tmp_path / "fetched.jsonl").read_text().splitlines()
    writing = next(json.loads(line) for line in lines if '"writing"' in line and "LHZ" in line)
    writing["end"] = "2025-11-11T00:00:00+00:00"
    (tmp_path / "fetched.jsonl").write_text("\n".join([*lines, json.dumps(writing)]))
    assert statuses(balst(tmp_path, centre, **noon)) == {"waveforms saved": 1}
    balst(tmp_path, centre)
    assert_is_the_record(tmp_path)


def test_a_full_disk_leaves_no_half_file(centre, tmp_path, monkeypatch):
    """What fitted on the disk would pass for the day."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space left"):
        patched.setattr(os, "fsync", full)
        balst(tmp_path, centre)
    assert not list(tmp_path.glob("2025/**/CH.*"))
    assert statuses(balst(tmp_path, centre)) == {"waveforms saved": 4, "waveforms no data": 2}


def test_a_day_that_was_fetched_in_part_grows(centre, tmp_path):
    """The afternoon would be missing for ever, or the morning be overwritten by it."""
    for start, end in (("06:00", "12:00"), ("12:00", "18:00"), ("06:00", "18:00")):
        spans = {"starttime": f"2025-11-10T{start}", "endtime": f"2025-11-10T{end}"}
        fetched = balst(tmp_path, centre, channel="LHZ", **spans)
    assert [file.status for file in fetched] == ["kept"]
    assert centre.count() == 2
    stats = obspy.read(fetched[0].path)[0].stats
    assert (stats.npts, stats.starttime.hour, stats.endtime.hour) == (12 * 3600, 6, 17)


def test_pieces_of_a_day_make_one_file(centre, tmp_path):
    """A server that refuses large requests could not be used, or samples would be lost between the pieces."""
    fetched = balst(tmp_path, centre, chunk_s=5 * 3600)
    assert statuses(fetched) == {"waveforms saved": 4, "waveforms no data": 2}
    assert centre.count() == 6 * 5
    assert_is_the_record(tmp_path)


def test_no_sample_comes_twice(centre, tmp_path):
    """A sample at midnight would be in both days, and every sum over them wrong."""
    minute = {"starttime": "2018-01-01", "endtime": "2018-01-01T00:01"}
    codes = {"network": "CU", "station": "TGUH", "location": "00", "channel": "BHZ"}
    fetched = next(
        iter(fetch(tmp_path, centre.url, stations=False, chunk_s=15, pace=Clock().pace(), **codes, **minute))
    )
    assert sum(len(trace) for trace in obspy.read(fetched.path)) == 60 * 40


def test_an_overloaded_server_is_given_time(centre, tmp_path):
    """A 429 would lose a day, or be answered with the next request at once."""
    centre.faults = [Fault(429, times=2, match={"channel": "LHZ"}), Fault(503, match={"channel": "LHE"})]
    clock = Clock()
    fetched = balst(tmp_path, centre, pace=clock.pace(wait_s=1, backoff_s=4))
    assert statuses(fetched) == {"waveforms saved": 4, "waveforms no data": 2}
    # the first request after those at the start, one more try for LHE, two more for LHZ, then the other four
    assert clock.slept == [1, 4, 1, 4, 8, 1, 1, 1, 1]


def test_requests_are_not_sent_too_often(centre, tmp_path):
    """A data centre would lock its user out."""
    clock = Clock()
    balst(tmp_path, centre, stations=True, events={}, chunk_s=43200, pace=clock.pace(wait_s=2.5))
    assert len(centre.asked) == 1 + 2 + 12
    assert clock.slept == [2.5] * 15


def test_one_bad_day_does_not_stop_the_others(centre, tmp_path):
    """One broken file at a data centre would end the download of years."""
    bad = {"channel": "LHZ", "starttime": "2025-11-10T00:00:00.000000"}
    centre.faults = [Fault(500, times=3, match=bad)]
    fetched = balst(tmp_path, centre, pace=Clock().pace(n_tries=3))
    assert statuses(fetched) == {"waveforms saved": 3, "waveforms failed": 1, "waveforms no data": 2}
    failed = next(file for file in fetched if file.status == "failed")
    assert (failed.trace_id, failed.day) == ("CH.BALST..LHZ", "2025-11-10")
    assert failed.reason == "Service responds: Internal server error, HTTP Status code: 500 (3 tries)"
    assert not failed.path.exists()
    assert statuses(balst(tmp_path, centre)) == {"waveforms kept": 3, "waveforms saved": 1, "waveforms no data": 2}
    assert_is_the_record(tmp_path)


@pytest.mark.parametrize("status", [400, 403, 404, 413])
def test_a_request_at_fault_is_not_sent_again(centre, tmp_path, status):
    """Restricted data would be asked for five times a day and channel."""
    centre.faults = [Fault(status)]
    fetched = balst(tmp_path, centre)
    assert statuses(fetched) == {"waveforms failed": 1, "waveforms saved": 4, "waveforms no data": 1}
    assert centre.count() == 6
    assert str(status) in fetched[0].reason


@pytest.mark.parametrize(
    "fault",
    [
        Fault(200, cut=True, match={"starttime": "2025-11-10T00:00:00.000000"}),
        Fault(200, body=b"<html>Please come back later.</html>" * 30),
        Fault(200, body=bytes(range(256)) * 8),
        Fault(200, body=b"short"),
    ],
    ids=["cut", "page", "noise", "short"],
)
def test_damaged_answers_are_asked_for_again(centre, tmp_path, fault):
    """A line that breaks, or a page in place of data, would end up in the archive."""
    fault.times = 1
    centre.faults = [fault]
    assert statuses(balst(tmp_path, centre)) == {"waveforms saved": 4, "waveforms no data": 2}
    assert centre.count() == 7
    assert_is_the_record(tmp_path)


def test_half_a_station_is_asked_for_again(centre, tmp_path):
    """StationXML that nothing can read would lie there, and be kept."""
    centre.faults = [Fault(200, cut=True, service="station")]
    fetched = balst(tmp_path, centre, stations=True)
    assert statuses(fetched)["stations saved"] == 2
    assert len(obspy.read_inventory(fetched[0].path).get_contents()["channels"]) == 2  # both epochs


def test_an_empty_answer_is_no_data(centre, tmp_path):
    """A server that says 200 and nothing else would leave empty files, or be asked again and again."""
    centre.faults = [Fault(200, body=b"", times=6)]
    assert statuses(balst(tmp_path, centre)) == {"waveforms no data": 6}
    assert centre.count() == 6


def test_silence_is_not_waited_for_for_ever(centre, tmp_path):
    """One request that hangs would end the download without a word."""
    centre.stall_at(1)
    assert statuses(balst(tmp_path, centre, pace=Clock().pace(timeout_s=1)))["waveforms saved"] == 4
    assert centre.count() == 7
    centre.release()


def test_a_service_that_goes_down_ends_the_download(tmp_path):
    """A night would pass with tries that cannot succeed, or what was fetched be lost."""
    with DataCentre(tmp_path / "centre", RECORDS, inventory(), obspy.read_events()) as centre:
        settings = BALST | DAYS | {"channel": "LHE,LHZ", "stations": False, "pace": Clock().pace(n_tries=2)}
        fetching = iter(fetch(tmp_path / "archive", centre.url, **settings))
        seen = [next(fetching) for _ in range(3)]
    with pytest.raises(ConnectionError, match=f"{centre.url} answers no longer: .*refused.* \\(2 tries\\)"):
        for file in fetching:
            seen.append(file)
    assert statuses(seen) == {"waveforms no data": 2, "waveforms saved": 1, "waveforms failed": 3}
    assert seen[2].path.exists()


def test_catalogue(centre, tmp_path):
    """Events would be missing, or those of an earlier question pass for those of this one."""
    settings = BALST | EVENTS | {"channel": "LHZ", "stations": False}

    def catalogue(**events: float) -> str:
        return next(iter(fetch(tmp_path, centre.url, events=events, pace=Clock().pace(), **settings))).status

    assert catalogue(minmagnitude=4.3) == "saved"
    assert catalogue(minmagnitude=4.3) == "kept"
    assert centre.count("event") == 1
    assert catalogue(minmagnitude=4.35) == "saved"
    expected = [event for event in obspy.read_events() if event.magnitudes[0].mag >= 4.35]
    read = obspy.read_events(str(tmp_path / "events.xml"))
    assert [event.resource_id for event in read] == [event.resource_id for event in expected] != []
    assert catalogue(minmagnitude=9.0) == "no data"
    with pytest.raises(TypeError, match="'min_magnitude' is not supported"):
        catalogue(min_magnitude=5)


def test_events_of_another_provider(centre, tmp_path):
    """Most centres with waveforms have no catalogue."""
    settings = BALST | EVENTS | {"channel": "LHZ", "stations": False, "pace": Clock().pace()}
    fetched = fetch(tmp_path, centre.url, events={}, event_provider=centre.url, **settings)
    assert next(iter(fetched)).n_bytes == (tmp_path / "events.xml").stat().st_size > 0


def test_progress_knows_its_end(centre, tmp_path):
    """A progress bar would not know how much there is to come."""
    settings = DAYS | {"network": "CH,IU", "station": "BALST,ANMO", "channel": "LHZ", "location": ""}
    bar = tqdm(fetch(tmp_path, centre.url, pace=Clock().pace(), **settings), disable=True)
    assert bar.total == 4 + 3 * 4 == len(list(bar))  # every combination of codes


def test_what_cannot_be_fetched_is_told_before_anything_is_asked(centre, tmp_path):
    """A typing error would show after an hour, or as an error of ObsPy's."""

    def refused(error: type[Exception], match: str, provider: str = centre.url, **changed) -> None:
        with pytest.raises(error, match=match):
            fetch(tmp_path / "a", provider, **(BALST | DAYS | {"channel": "LHZ"} | changed))

    refused(ValueError, "provider must be a URL or one of AUSPASS, .* got 'GFZZ'", "GFZZ")
    refused(ValueError, "provider must be a URL or one of", "ftp://127.0.0.1")
    nobody = f"http://127.0.0.1:{free_port()}"
    refused(ConnectionError, f"provider must be reachable, got '{nobody}': No FDSN services could be", nobody)
    refused(ConnectionError, "provider must be reachable", centre.behind)  # which answers with a page
    refused(ValueError, "starttime must be a time \\(UTC\\), got 5.0", starttime=5.0)
    refused(ValueError, "endtime must be a time \\(UTC\\), got 'noon'", endtime="noon")
    refused(ValueError, "starttime must be before endtime", starttime="2025-11-12")
    refused(ValueError, "before now, got 3000-01-01", starttime="3000-01-01", endtime="3000-01-02")
    refused(ValueError, "chunk_s must be above 0", chunk_s=0)
    refused(ValueError, "trace_id must be NET.STA.LOC.CHA, got '../../x...LHZ'", network="../../x", station="")
    refused(ValueError, "channel 'X\\?\\?' must match a channel", channel="X??")
    assert not (tmp_path / "a").exists()
    with pytest.raises(ValueError, match="n_tries must be at least 1, got 0"):
        Pace(n_tries=0)


def test_a_service_that_is_missing_is_named(centre, tmp_path, monkeypatch):
    """Somebody would look for the error in the codes."""
    page = centre.page
    monkeypatch.setattr(centre, "page", lambda service, name: (404, b"") if service == "event" else page(service, name))
    elsewhere = centre.url.replace("127.0.0.1", "localhost")  # ObsPy remembers what it found at an address
    with pytest.raises(ValueError, match="provider must have an FDSN service 'event', got 'http://localhost"):
        fetch(tmp_path, elsewhere, channel="LHZ", events={}, **BALST, **DAYS)


def test_times_may_be_anything_that_says_when(centre, tmp_path):
    """ObsPy's own times, or those of a table, would have to be turned into text first."""
    for start in (obspy.UTCDateTime(2025, 11, 11), pd.Timestamp("2025-11-11 01:00+01:00"), date(2025, 11, 11)):
        fetched = balst(tmp_path, centre, channel="LHZ", starttime=start)
        assert [file.day for file in fetched] == ["2025-11-11"]
    assert centre.count() == 1


def test_the_command_downloads_and_goes_on(centre, tmp_path):
    """A batch job could not fetch, would hide what failed, or fetch twice."""
    words = ["fetch", centre.url, "-o", "archive", "--network", "CH", "--station", "BALST", "--location="]
    words += ["--channel", "LH?", "--start", DAYS["starttime"], "--end", DAYS["endtime"]]

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "zclust_explore.cli", *words, *more]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    done = run()
    assert done.returncode == 0, done.stderr
    assert "8 files: 6 saved, 2 no data" in done.stdout
    assert "8/8" in done.stderr  # the progress bar
    assert_is_the_record(tmp_path / "archive")
    assert "8 files: 6 kept, 2 no data; 0.0 MB" in run("-q").stdout
    wrong = run("--events", "minmagnitude")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)
    specs = read_spectrograms(
        tmp_path / "archive", window_s=600, fmin_hz=0.05, fmax_hz=0.4, n_freqs=8, progress_bar=False, workers=0
    )
    assert specs.metadata.trace_id.unique().tolist() == ["CH.BALST..LHZ"]
