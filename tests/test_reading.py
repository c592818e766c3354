"""From files of many formats to spectrograms: every good record arrives, every other one with its reason."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
import warnings
from pathlib import Path

import numpy as np
import obspy
import pandas as pd
import pytest
from obspy import Stream, Trace, UTCDateTime
from obspy.clients.filesystem.sds import Client as SDS

import zclust_explore as zx
from zclust_explore.data.fdsn import sds_path
from zclust_explore.data.reading import read_spectrograms
from zclust_explore.data.signal_settings import SignalSettings

IO = Path(importlib.util.find_spec("obspy").origin).parent / "io"
# file, length of a window in s that fits into it, number of traces
FORMATS = {
    "MSEED": ("mseed/tests/data/BW.BGLD.__.EHE.D.2008.001.first_10_records", 5.0, 1),
    "SAC": ("sac/tests/data/test.sac", 50.0, 1),
    "GSE2": ("gse2/tests/data/loc_RJOB20050831023349.z", 5.0, 1),
    "SEG2": ("seg2/tests/data/20180307_031245000.0.seg2", 0.1, 1),
    "SEGY": ("segy/tests/data/00001034.sgy_first_trace", 1.0, 1),
    "SEISAN": ("seisan/tests/data/2001-01-13-1742-24S.KONO__004", 60.0, 3),
    "WIN": ("win/tests/data/10030302.00", 10.0, 2),
    "AH": ("ah/tests/data/ah1.f", 60.0, 4),
    "REFTEK130": ("reftek/tests/data/225051000_00008656", 2.0, 3),
    "DMX": ("dmx/tests/data/131114_090600.dmx", 5.0, 2),
    "SLIST": ("ascii/tests/data/slist.ascii", 4.0, 1),
    "GCF": ("gcf/tests/data/20160603_1910n.gcf", 1.0, 1),
    "KNET": ("nied/tests/data/test.knet", 10.0, 1),
}
KEPT = ("network", "station", "location", "channel", "starttime", "sampling_rate")
QUIET = {"progress_bar": False, "workers": 0}
BEGIN = UTCDateTime(2020, 6, 30, 23, 0)


def noise(n_points, seed=0, rate=20.0, trace_id="XX.AAA..BHZ", start=BEGIN):
    names = dict(zip(("network", "station", "location", "channel"), trace_id.split("."), strict=True))
    data = np.random.default_rng(seed).normal(size=n_points).astype(np.float32)
    return Trace(data, {"sampling_rate": rate, "starttime": start, **names})


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """An SDS archive of two stations and two days, with a gap, and things that are no records."""
    root = tmp_path_factory.mktemp("archive with spaces and ümläuts")
    for station in ("AAA", "BBB"):
        for day in (0, 1):
            start = UTCDateTime(2020, 7, 1) + day * 86400
            trace = noise(2 * 3600 * 4, seed=day, rate=4.0, trace_id=f"XX.{station}..BHZ", start=start + 79200)
            if day:
                trace.stats.starttime = start
            stream = Stream([trace])
            if station == "BBB":
                stream.cutout(trace.stats.starttime + 600, trace.stats.starttime + 700)
            folder = root / "2020" / "XX" / station / "BHZ.D"
            folder.mkdir(parents=True, exist_ok=True)
            stream.write(str(folder / f"XX.{station}..BHZ.D.2020.{start.julday:03d}"), format="MSEED")
    (root / "notes.txt").write_text("no record at all\n" * 20)
    (root / "empty.mseed").write_bytes(b"")
    return root


def test_a_stream_is_what_the_transform_gives_of_its_windows():
    """Windows would begin somewhere else, or the stream be changed."""
    stream = Stream([noise(4000)])
    before = stream[0].data.tobytes(), dict(stream[0].stats)
    specs = read_spectrograms(stream, window_s=20, step_s=7.5, fmin_hz=0.5, fmax_hz=8, **QUIET)
    starts = np.arange(0, 4000 - 400 + 1, 150)
    by_hand = zx.spectrograms_from_waveforms(
        np.stack([stream[0].data[k : k + 400] for k in starts]), 20.0, fmin_hz=0.5, fmax_hz=8
    )
    np.testing.assert_array_equal(specs.values, by_hand.values)
    np.testing.assert_array_equal(specs.waveforms, by_hand.waveforms)
    moments = pd.to_datetime(BEGIN.ns + (starts * 5e7).astype(np.int64), utc=True)
    assert specs.metadata.starttime.tolist() == moments.tolist()
    assert (stream[0].data.tobytes(), dict(stream[0].stats)) == before


@pytest.mark.parametrize("form", FORMATS)
def test_formats(form):
    """A format that ObsPy reads would be refused, or its samples changed (by file, not by stream)."""
    file, window_s, n_traces = FORMATS[form]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the readers
        stream = obspy.read(str(IO / file))
    assert stream[0].stats._format == form
    how = {"window_s": window_s, "step_s": window_s, "segment_s": window_s / 4, "fmin_hz": 4 / window_s, "n_freqs": 8}
    specs = read_spectrograms(IO / file, components="", **how, progress_bar=False, workers=0)
    assert specs.metadata.trace_id.nunique() == n_traces
    row = specs.metadata.iloc[0]
    name, _, number = row.trace_id.partition("#")
    begin = UTCDateTime(row.starttime.isoformat())
    trace = next(
        part
        for k, part in enumerate(stream)
        if part.id == name and number in ("", str(k)) and part.stats.starttime <= begin < part.stats.endtime
    )
    first = round((begin - trace.stats.starttime) * trace.stats.sampling_rate)
    n_points = specs.waveforms.shape[1]
    np.testing.assert_array_equal(specs.waveforms[0], trace.data[first : first + n_points].astype(np.float32))


def test_a_folder_is_read_across_files_and_gaps(archive):
    """Windows at midnight would be lost, those over a gap invented, and other files stop everything."""
    specs = read_spectrograms(archive, window_s=60, step_s=60, fmin_hz=0.1, fmax_hz=1.5, **QUIET)
    counts = specs.metadata.trace_id.value_counts()
    # four hours without a break; with two gaps of 100 s: 10 windows, then 188 from 23:41:40, 10 to midnight's 2nd gap …
    assert counts["XX.AAA..BHZ"] == 240
    midnight = pd.Timestamp("2020-07-02", tz="UTC")
    for name, group in specs.metadata.groupby("trace_id"):
        ends = group.starttime + pd.Timedelta(seconds=60)
        if name == "XX.AAA..BHZ":
            assert ((group.starttime <= midnight) & (ends >= midnight)).any()
        else:
            for day in ("2020-07-01T22", "2020-07-02T00"):
                gap = pd.Timestamp(f"{day}:10", tz="UTC"), pd.Timestamp(f"{day}:11:40", tz="UTC")
                assert not ((group.starttime < gap[1]) & (ends > gap[0] + pd.Timedelta(seconds=1))).any()
    reasons = {Path(record).name: reason for record, reason in specs.skipped.itertuples(index=False)}
    assert reasons["empty.mseed"] == "empty file"
    assert reasons["notes.txt"].startswith("unknown format")


def test_an_sds_archive_of_shipped_records(tmp_path):
    """Records of other formats in an archive would be cut elsewhere than ObsPy's own client of archives has them."""
    ids = set()
    for form in ("MSEED", "GSE2", "SEISAN", "DMX", "AH"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the readers
            stream = obspy.read(str(IO / FORMATS[form][0]))
        for number, trace in enumerate(stream.traces[:2]):
            trace.stats.network, trace.stats.station = "XX", f"{form[:4]}{number}"
            trace.stats.location, trace.stats.channel = "", "BHZ"
            trace = Trace(trace.data.astype(np.float32), {k: trace.stats[k] for k in KEPT})
            path = tmp_path / sds_path(trace.id, trace.stats.starttime.date.isoformat())
            path.parent.mkdir(parents=True, exist_ok=True)
            trace.write(str(path), format="MSEED")
            ids.add(trace.id)
    how = {"preprocessing": zx.Preprocessing(sampling_rate=20.0), "fmin_hz": 1, "fmax_hz": 8, "n_freqs": 8}
    specs = read_spectrograms(tmp_path, window_s=10, step_s=10, segment_s=2, **how, **QUIET)
    assert set(specs.metadata.trace_id) == ids
    client = SDS(str(tmp_path))
    for name, rows in specs.metadata.groupby("trace_id"):
        begin = UTCDateTime(rows.starttime.iloc[0].isoformat())
        (trace,) = client.get_waveforms(*name.split("."), begin - 86400, begin + 86400).merge()
        assert abs(begin - trace.stats.starttime) < 1e-6
        seconds = trace.stats.endtime - trace.stats.starttime + 1 / 20  # nothing is extrapolated
        assert len(rows) == seconds // 10


def test_a_store_is_the_same_as_memory_whoever_makes_it(archive, tmp_path):
    """The number of processes, or an interruption, would change the result."""
    settings = {"window_s": 60, "fmin_hz": 0.1, "fmax_hz": 1.5, "progress_bar": False}
    memory = read_spectrograms(archive, **settings, workers=0)
    stored = read_spectrograms(archive, **settings, workers=2, to=tmp_path / "store")
    assert stored.content_hash == memory.content_hash
    pd.testing.assert_frame_equal(stored.metadata, memory.metadata)
    assert sorted(stored.skipped.record) == sorted(memory.skipped.record)
    some = np.array([5, 400, 3, 70])
    np.testing.assert_array_equal(stored.read(some), memory.values[some])
    np.testing.assert_array_equal(stored.read_waveforms(slice(100, 300)), memory.waveforms[100:300])
    assert zx.Spectrograms.open(tmp_path / "store").n_samples == memory.n_samples
    with pytest.raises(FileExistsError, match="to must not exist yet, or hold the same reading"):
        read_spectrograms(archive, **{**settings, "window_s": 30}, to=tmp_path / "store")


def test_killed_halfway_a_second_call_finishes(archive, tmp_path):
    """Hours of reading would be lost with the process, or a half-written part be taken for a whole."""
    settings = {"window_s": 60, "step_s": 10, "fmin_hz": 0.1, "fmax_hz": 1.5, "progress_bar": False}
    script = tmp_path / "build.py"
    script.write_text(
        textwrap.dedent(f"""
        from zclust_explore.data import jobs
        jobs.SPAN_S = 900.0
        from zclust_explore.data.reading import read_spectrograms
        read_spectrograms({str(archive)!r}, to={str(tmp_path / "store")!r}, workers=1, **{settings!r})
        """)
    )
    process = subprocess.Popen([sys.executable, str(script)], cwd=Path(__file__).parents[1])
    parts, deadline = tmp_path / "store" / "parts", time.monotonic() + 300
    while time.monotonic() < deadline and (not parts.is_dir() or len(list(parts.glob("[0-9]*"))) < 3):
        time.sleep(0.05)
        assert process.poll() is None
    process.send_signal(signal.SIGKILL if os.name != "nt" else signal.SIGTERM)
    process.wait()
    done = {part.name: part.stat().st_mtime_ns for part in parts.glob("[0-9]*")}
    assert not (tmp_path / "store" / "zarr.json").exists()
    subprocess.run([sys.executable, str(script)], check=True, cwd=Path(__file__).parents[1])
    assert all((parts / name).stat().st_mtime_ns == when for name, when in done.items())
    undisturbed = read_spectrograms(archive, workers=0, **settings)
    assert zx.Spectrograms.open(tmp_path / "store").content_hash == undisturbed.content_hash


def test_a_dask_client_does_it_although_a_worker_is_killed(archive, tmp_path):
    """On a cluster, one lost machine would cost the whole reading, or change it."""
    script = tmp_path / "cluster.py"
    script.write_text(
        textwrap.dedent(f"""
        import os, signal, sys, threading, time
        from pathlib import Path
        from distributed import Client, LocalCluster
        from zclust_explore.data import jobs
        from zclust_explore.data.reading import read_spectrograms

        def kill(number, parts):
            while not parts.is_dir() or len(list(parts.glob("[0-9]*"))) < 3:
                time.sleep(0.02)
            os.kill(number, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)

        if __name__ == "__main__":
            jobs.SPAN_S = 900.0
            store = Path({str(tmp_path / "store")!r})
            cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50)
            with cluster, Client(cluster) as client:
                numbers = client.run(os.getpid)
                killer = threading.Thread(target=kill, args=(min(numbers.values()), store / "parts"))
                killer.start()
                settings = dict(window_s=60, step_s=10, fmin_hz=0.1, fmax_hz=1.5, workers=0, progress_bar=False)
                read_spectrograms({str(archive)!r}, to=store, client=client, **settings)
                killer.join()
        """)
    )
    subprocess.run([sys.executable, str(script)], check=True, cwd=Path(__file__).parents[1], capture_output=True)
    alone = read_spectrograms(archive, window_s=60, step_s=10, fmin_hz=0.1, fmax_hz=1.5, **QUIET)
    assert zx.Spectrograms.open(tmp_path / "store").content_hash == alone.content_hash


def test_windows_around_arrivals():
    """A pick would not be where `before_s` says, or be lost without a word."""
    stream = Stream([noise(2400), noise(2400, seed=1, trace_id="XX.BBB..BHZ")])
    times = [BEGIN + 30, BEGIN + 60.025, BEGIN + 119]
    table = pd.DataFrame({"time": times, "trace_id": ["XX.AAA", "", "XX.BBB"], "magnitude": [1.0, 2.0, 3.0]})
    specs = read_spectrograms(stream, window_s=10, before_s=4, arrivals=table, **QUIET)
    assert specs.metadata.trace_id.tolist() == ["XX.AAA..BHZ", "XX.AAA..BHZ", "XX.BBB..BHZ"]
    assert specs.metadata.magnitude.tolist() == [1.0, 2.0, 2.0]
    offsets = (specs.metadata.arrival - specs.metadata.starttime).dt.total_seconds()
    assert np.abs(offsets - 4).max() < 0.0251  # half a sample
    assert specs.skipped.reason.tolist() == ["gap: not all of it was recorded"]  # the last ends after the record


def test_windows_at_triggers():
    """The onset would lie outside of its window."""
    trace = noise(12000)
    trace.data[6000:6100] *= 50
    specs = read_spectrograms(
        Stream([trace]), SignalSettings(zx.Windowing(20, before_s=5, trigger_on=8.0)), progress_bar=False
    )
    assert len(specs) == 1
    assert abs((specs.metadata.starttime[0] - pd.Timestamp(BEGIN.datetime, tz="UTC")).total_seconds() - 295) < 0.3


def test_one_component_by_a_stated_rule():
    """Three components of one sensor would count as three kinds of signals, or one be taken in silence."""
    ids = ["XX.AAA..BHZ", "XX.AAA..BHN", "XX.AAA..BHE", "XX.BBB..BH3", "XX.BBB..BH1", "XX.CCC..BHN", "XX.CCC..BHE"]
    stream = Stream([noise(800, trace_id=name) for name in ids])
    specs = read_spectrograms(stream, window_s=20, **QUIET)
    assert sorted(set(specs.metadata.trace_id)) == ["XX.AAA..BHZ", "XX.BBB..BH3", "XX.CCC..BHE"]
    assert len(specs.skipped) == 4
    assert read_spectrograms(stream, window_s=20, components="", **QUIET).metadata.trace_id.nunique() == 7


@pytest.mark.parametrize("to", [None, "store"])
def test_components_are_stacked(tmp_path, to):
    """Channels would be of different moments or in another order, or a sensor without one of them be stacked."""
    ids = ["XX.AAA..BHZ", "XX.AAA..BH1", "XX.AAA..BH2", "XX.AAA..BHR", "XX.BBB..BHZ"]
    stream = Stream([noise(4000, seed=k, trace_id=name) for k, name in enumerate(ids)])
    stream[1].data[1000:1010] = np.nan  # the second component has a gap
    stream[2].trim(BEGIN + 20)  # the third begins later
    how = {"window_s": 10, "step_s": 10, "stack": "ZNE", **QUIET}
    specs = read_spectrograms(stream, to=None if to is None else tmp_path / to, **how)
    assert specs.components == "ZNE"
    assert specs.values.shape[:2] == (17, 3) and specs.waveforms.shape == (17, 3, 200)
    assert set(specs.metadata.trace_id) == {"XX.AAA..BH?"}
    waveforms = specs.read_waveforms()
    for row, start in enumerate(specs.metadata.starttime):
        first = round((UTCDateTime(start.isoformat()) - BEGIN) * 20)
        for channel in range(3):
            data = noise(4000, seed=channel, trace_id=ids[channel]).data
            np.testing.assert_array_equal(waveforms[row, channel], data[first : first + 200])
    reasons = specs.skipped.reason.value_counts().to_dict()
    assert reasons["gap: not all of it was recorded (E)"] == 2
    assert reasons["gap: not all of it was recorded (N)"] == 1
    assert reasons["component N is missing (stack='ZNE')"] == 1
    assert reasons["another component (stack='ZNE')"] == 1


def test_stacked_around_arrivals_and_from_settings(tmp_path):
    """A pick on one component would not find its sensor, or a file of settings forget the stack."""
    ids = ["XX.AAA..BHZ", "XX.AAA..BHN", "XX.AAA..BHE"]
    stream = Stream([noise(2400, seed=k, trace_id=name) for k, name in enumerate(ids)])
    table = pd.DataFrame({"time": [BEGIN + 30, BEGIN + 60], "trace_id": ["XX.AAA..BHZ", "XX.AAA"]})
    settings = SignalSettings(zx.Windowing(10, before_s=4), stack="ZNE")
    settings = SignalSettings.from_toml(settings.to_toml())
    specs = read_spectrograms(stream, settings, arrivals=table, **QUIET)
    assert specs.waveforms.shape == (2, 3, 200)
    np.testing.assert_array_equal(specs.waveforms[1, 2], stream[2].data[1120:1320])


def test_other_sampling_rates_are_told_or_resampled():
    """Windows of another length would break the set, or be stretched in silence."""
    stream = Stream([noise(2000), noise(1000, trace_id="XX.BBB..BHZ", rate=10.0)])
    specs = read_spectrograms(stream, window_s=20, fmax_hz=4, **QUIET)
    assert specs.metadata.trace_id.unique().tolist() == ["XX.AAA..BHZ"]
    assert "sampling rate differs: 10 Hz, where most have 20 Hz" in specs.skipped.reason[0]
    alike = zx.Preprocessing(sampling_rate=10.0)
    both = read_spectrograms(stream, window_s=20, fmax_hz=4, preprocessing=alike, **QUIET)
    assert both.metadata.trace_id.nunique() == 2
    assert both.sampling_rate == 10.0


def test_settings_make_the_same_again(tmp_path):
    """Nobody could tell, or repeat, how a set was made."""
    stream = Stream([noise(4000)])
    steps = zx.Preprocessing(detrend="linear", freqmin_hz=1.0, taper_s=1.0)
    stft = {"window": ("kaiser", 14.0), "fmin_hz": 1.0, "fmax_hz": 8.0, "n_freqs": 20}
    first = read_spectrograms(stream, window_s=30, preprocessing=steps, **stft, **QUIET)
    again = SignalSettings.from_dict(json.loads(json.dumps(first.settings["signals"])))
    again.to_toml(tmp_path / "signals.toml")
    second = read_spectrograms(stream, SignalSettings.from_toml(tmp_path / "signals.toml"), progress_bar=False)
    assert first.content_hash == second.content_hash


def test_the_report_says_what_and_why(archive):
    """A user would have to guess where the records went."""
    said = read_spectrograms(archive, window_s=60, fmin_hz=0.1, fmax_hz=1.5, **QUIET).report()
    assert "2 trace(s): XX.AAA..BHZ" in said
    assert "Skipped: 1 × empty file" in said


@pytest.mark.parametrize(
    ("source", "arguments", "message"),
    [
        (Stream(), {"window_s": 10}, "source must hold a usable record, got none"),
        (Stream([noise(100)]), {"window_s": 10}, r"none\. Skipped: 1 × too short: 5 s, where a window has 10 s"),
        (Stream([noise(100)]), {}, "window_s must be given"),
        (Stream([noise(100)]), {"settings": SignalSettings(zx.Windowing(1)), "before_s": 1}, "got before_s as well"),
        (Stream([noise(100)]), {"window_s": 0}, "window_s must be positive, got 0"),
        (Stream([noise(100)]), {"window_s": 1, "fmax": 3}, "stft must have arguments of STFT, got 'fmax'"),
        (Stream([noise(900)]), {"window_s": 10, "fmax_hz": 11}, "fmax_hz must be at most half the sampling rate"),
        (
            Stream([noise(900)]),
            {"window_s": 10, "preprocessing": zx.Preprocessing(output="velocity")},
            "inventory must",
        ),
        (Stream([noise(900)]), {"window_s": 10, "arrivals": pd.DataFrame({"x": [1]})}, "must have a column 'time'"),
    ],
)
def test_bad_input_is_named(source, arguments, message):
    """An error would come from deep inside, without the name of the argument."""
    with pytest.raises(ValueError, match=message):
        read_spectrograms(source, **arguments, progress_bar=False)


def test_nothing_at_a_path(tmp_path):
    """A mistyped path would be an empty data set."""
    with pytest.raises(FileNotFoundError, match="source must be an existing file or folder, or a pattern"):
        read_spectrograms(tmp_path / "nothing*.mseed", window_s=10)


def test_the_example_is_its_record_cut_by_the_same_rules():
    """Notebooks would show one thing and read another."""
    how = {"window_s": 60, "step_s": 10, "segment_s": 15, "hop_s": 1, "fmin_hz": 0.05, "fmax_hz": 50}
    specs, example = read_spectrograms(zx.load_record("kw1"), **how, **QUIET), zx.load_example("kw1")
    np.testing.assert_array_equal(specs.values, example.values)
    assert (specs.metadata.starttime - example.metadata.starttime).abs().max() < pd.Timedelta("1ms")
