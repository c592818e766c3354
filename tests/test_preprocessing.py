"""Preprocessing: ObsPy's numbers, every sample at its time, bad records skipped in words, nothing changed."""

import json
import re
import tomllib
from dataclasses import asdict
from pathlib import Path

import numpy as np
import obspy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from obspy import Stream, Trace, UTCDateTime

from zclust_explore.data.pieces import JITTER
from zclust_explore.data.preprocessing import Preprocessing
from zclust_explore.data.records import GROUND_MOTION

OBSPY = Path(obspy.__file__).parent
BASE = UTCDateTime("2016-12-31T23:59:50")  # ten seconds, and a leap second, before a new day and year
FILES = [
    "mseed/tests/data/gaps.mseed",
    "mseed/tests/data/rt130_sr0_cropped.mseed",
    "mseed/tests/data/BW.BGLD.__.EHE.D.2008.001.first_10_records",
    "mseed/tests/data/two_channels.mseed",
    "mseed/tests/data/qualityflags.mseed",
    "sac/tests/data/test.sac",
    "gse2/tests/data/loc_RJOB20050831023349.z",
    "ascii/tests/data/slist_2_traces.ascii",
    "reftek/tests/data/2015282_225051_0ae4c_1_1.msd",
    "seisan/tests/data/9701-30-1048-54S.MVO_21_1",
]
EVERYTHING = {
    "gaps": "interpolate",
    "detrend": "linear",
    "taper_s": 1.0,
    "sampling_rate": 40.0,
    "freqmin_hz": 1.0,
    "freqmax_hz": 15.0,
    "normalise": "max",
}


def trace(data, start=0.0, rate=10.0, **header):
    """A trace of XX.A..HHZ that begins some seconds after BASE."""
    names = {"network": "XX", "station": "A", "channel": "HHZ"}
    header = {**names, "sampling_rate": rate, "starttime": UTCDateTime(ns=BASE.ns + round(start * 1e9)), **header}
    return Trace(np.asanyarray(data), header=header)


def noise(n=2000, seed=0):
    return np.random.default_rng(seed).standard_normal(n)


def samples(prepared, rate):
    """Time from BASE in samples, and value, of each sample."""
    times = [
        (piece.stats.starttime.ns - BASE.ns) * rate / 1e9 + np.arange(piece.stats.npts) for piece in prepared.traces
    ]
    values = [piece.data for piece in prepared.traces]
    return np.concatenate([[], *times]), np.concatenate([[], *values])


def state(stream):
    """Everything a stream holds, in bytes and words."""
    return [(each.data.tobytes(), np.ma.getmaskarray(each.data).tobytes(), repr(dict(each.stats))) for each in stream]


@settings(max_examples=80)
@given(
    rate=st.sampled_from([1.0, 20.0, 33.3, 100.0]),
    pieces=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 90), st.booleans()), min_size=1, max_size=12),
)
def test_every_sample_sits_at_its_time(rate, pieces):
    """Records in any order, with gaps and overlaps, would move in time, come twice, be lost, or be believed."""
    stream, truth = Stream(), {}
    for start, n, liar in pieces:
        data = np.arange(start, start + n) + liar * 1_000_000  # each sample says when it was measured
        stream += trace(data.astype("i4"), start / rate, rate)
        for value in data.tolist():
            truth.setdefault(value % 1_000_000, set()).add(value)
    prepared = Preprocessing().apply(stream)
    times, values = samples(prepared, rate)
    agreed = {time: said.pop() for time, said in truth.items() if len(said) == 1}
    assert np.round(times).astype(int).tolist() == sorted(agreed)  # ascending, each once
    np.testing.assert_allclose(times, np.round(times), atol=1e-6)
    assert values.tolist() == [agreed[time] for time in sorted(agreed)]
    for before, after in zip(prepared.traces[:-1], prepared.traces[1:], strict=True):  # as few pieces as can be
        assert (after.stats.starttime - before.stats.endtime) * rate > 1.5
    n_disputed = sum(int(re.findall(r"\d+", words)[0]) for _, _, words in prepared.noted if "overlap" in words)
    assert n_disputed == sum(len(said) > 1 for said in truth.values())


@settings(max_examples=80)
@given(
    rate=st.sampled_from([1.0, 20.0, 33.3, 100.0]),
    pieces=st.lists(
        st.tuples(st.integers(0, 300), st.integers(1, 90), st.sampled_from([0, 0.04, 0.3, 0.5, 0.7])), max_size=10
    ),
)
def test_clocks_between_samples(rate, pieces):
    """A record that begins between two samples would be moved onto them, or displace others."""
    stream = Stream()
    for start, n, shift in pieces:
        stream += trace(np.arange(n) + start + shift, (start + shift) / rate, rate)
    times, values = samples(Preprocessing().apply(stream), rate)
    assert np.all(np.abs(times - values) <= JITTER + 1e-5)
    assert np.all(np.diff(times) > 0)
    measured = np.concatenate([[], *(each.data for each in stream)])
    lonely = [value for value in measured if np.sum(np.abs(measured - value) < 1) == 1]
    assert set(lonely) <= set(values)


@pytest.mark.parametrize(("shift", "n"), [(-0.3, 2), (-0.05, 1), (0.05, 1), (0.3, 2), (0.7, 2)])
def test_clock_steps(shift, n):
    """Time stamps rounded to 0.1 ms would cut a record, or a clock that was set would go unnoticed."""
    stream = Stream([trace(np.arange(10)), trace(np.arange(10, 20), 1.0 + shift / 10)])
    prepared = Preprocessing().apply(stream)
    assert len(prepared.traces) == n
    assert [value for each in prepared.traces for value in each.data] == [*range(20)]
    assert prepared.traces[-1].stats.endtime - BASE == pytest.approx(1.9 + (n - 1) * shift / 10)


@pytest.mark.parametrize("start_s", [0.0, -2.0, 7.0])
def test_a_leap_second(start_s):
    """A recorder that counts on through 23:59:60 would put a second of signal where another was measured."""
    counter = noise(4000)
    # samples 1100 to 1199 are the leap second's, which UTC in ns since 1970 has no numbers for
    before, after = trace(counter[:1500], start_s, 100.0), trace(counter[1400:], start_s + 13.0, 100.0)
    first, second = Preprocessing().apply(Stream([before, after])).traces
    assert (first.stats.npts, first.stats.starttime) == (1300, before.stats.starttime)
    assert (second.stats.npts, second.stats.starttime) == (2400, before.stats.endtime + 0.01)
    np.testing.assert_array_equal(first.data, counter[:1300])
    np.testing.assert_array_equal(second.data, counter[1600:])
    (noted,) = Preprocessing().apply(Stream([before, after])).noted
    assert noted == ("XX.A..HHZ", after.stats.starttime, "overlap: 200 sample(s) differ and are left out")


def test_day_files_are_joined():
    """Every midnight would be a gap, or a second copy of what both files hold."""
    data = np.random.default_rng(0).integers(-9, 9, 2000)
    stream = Stream([trace(data[990:], 9.9, 100.0), trace(data[:1005], 0.0, 100.0)])
    (joined,) = Preprocessing().apply(stream).traces
    assert joined.stats.starttime == BASE
    np.testing.assert_array_equal(joined.data, data)
    assert joined.data.dtype == np.float64


def test_samples_that_are_no_numbers_are_a_gap():
    """One NaN would throw a day away, or be smeared over it by a filter."""
    data = noise(100).astype(float)
    data[[40, 41, 70]] = np.nan, -np.inf, np.nan
    prepared = Preprocessing(freqmin_hz=1.0).apply(Stream([trace(data)]))
    assert [each.stats.npts for each in prepared.traces] == [40, 28, 29]
    assert [each.stats.starttime - BASE for each in prepared.traces] == [0.0, 4.2, 7.1]
    assert all(np.isfinite(each.data).all() for each in prepared.traces)
    assert prepared.noted == [("XX.A..HHZ", BASE, "not finite: NaN or infinity in 3 of 100 samples, taken as a gap")]


def test_masked_samples_are_a_gap():
    """What lies under ObsPy's mask would be taken for data."""
    data = np.ma.masked_array(np.arange(100, dtype="i4"), mask=False)
    data[40:60] = np.ma.masked
    stream = Stream([trace(data)])
    data.data[45] = 10**9
    times, values = samples(Preprocessing().apply(stream), 10.0)
    assert values.tolist() == times.tolist() == [*range(40), *range(60, 100)]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("steps", [{}, EVERYTHING, {"gaps": "zero", "max_gap_s": 5.0, "normalise": "std"}])
def test_real_files(name, steps):
    """A file as it comes from a data centre would stop the work, be changed, or lose its times."""
    stream = obspy.read(OBSPY / "io" / name)
    before = state(stream)
    prepared = Preprocessing(**steps).apply(stream)
    assert state(stream) == before
    assert len(prepared.traces) + len(prepared.skipped) > 0
    starts = [(each.id, each.stats.starttime) for each in prepared.traces]
    assert starts == sorted(starts)
    assert all(each.data.dtype == np.float64 and len(each) == each.stats.npts > 0 for each in prepared.traces)
    if steps == {} and name.endswith(("gaps.mseed", "two_channels.mseed", "test.sac", "first_10_records")):
        for each, own in zip(prepared.traces, stream.copy().sort(), strict=True):
            assert (each.id, each.stats.starttime) == (own.id, own.stats.starttime)
            np.testing.assert_array_equal(each.data, own.data)


def test_the_caller_keeps_the_stream():
    """The user's own records would be filtered, cut or scaled behind their back."""
    rough = Stream([trace(noise() * 1e4 + 7, 0.0, 100.0), trace(noise(), 20.1, 100.0), trace(np.arange(9, dtype="i4"))])
    inventory = obspy.read_inventory()
    for stream in (rough, obspy.read()):
        before = state(stream)
        for gaps in ("split", "interpolate", "zero"):
            steps = Preprocessing(**{**EVERYTHING, "gaps": gaps, "output": "velocity"})
            steps.apply(stream, inventory)
            Preprocessing(gaps=gaps, normalise="std").apply(stream)
            assert state(stream) == before


COCO = ("xseed/tests/data/II_COCO_three_channel_borehole.mseed", "xseed/tests/data/dataless.seed.II_COCO")
FUR = ("xseed/tests/data/arclink_full.seed", "xseed/tests/data/arclink_full.seed")


@pytest.mark.parametrize("files", [None, COCO, FUR])
@pytest.mark.parametrize(("output", "code"), [("displacement", "DISP"), ("velocity", "VEL"), ("acceleration", "ACC")])
@pytest.mark.parametrize(("corners_hz", "level_db"), [([0.2, 0.5, 7.0, 9.0], 60.0), (None, 20.0), (None, None)])
def test_response_removal_is_obspys(files, output, code, corners_hz, level_db):
    """Ground motion would differ from what everybody else gets for the same record."""
    stream, inventory = obspy.read(), obspy.read_inventory()
    if files:
        stream, inventory = obspy.read(OBSPY / "io" / files[0]), obspy.read_inventory(OBSPY / "io" / files[1])
    steps = Preprocessing(
        detrend="linear",
        taper_s=1.0,
        output=output,
        pre_filter_hz=corners_hz,
        water_level_db=level_db,
        freqmin_hz=0.5,
        freqmax_hz=8.0,
    )
    prepared = steps.apply(stream, inventory)
    assert prepared.skipped == []
    for each in (expected := stream.copy().sort()):
        each.data = each.data.astype(float)
        each.detrend("linear")
        each.taper(None, max_length=1.0)
        each.remove_response(
            inventory, output=code, pre_filt=corners_hz, water_level=level_db, zero_mean=False, taper=False
        )
        each.filter("bandpass", freqmin=0.5, freqmax=8.0, corners=4)
    for each, own in zip(prepared.traces, expected, strict=True):
        assert each.id == own.id
        np.testing.assert_allclose(each.data, own.data, rtol=0, atol=1e-10 * np.abs(own.data).max())


def test_an_attached_response_is_used():
    """Records that carry their response would be skipped for want of an inventory."""
    stream = obspy.read()
    with_inventory = Preprocessing(output="velocity").apply(stream, obspy.read_inventory())
    attached = Preprocessing(output="velocity").apply(stream)
    for each, other in zip(attached.traces, with_inventory.traces, strict=True):
        np.testing.assert_allclose(each.data, other.data, rtol=0, atol=1e-10 * np.abs(other.data).max())


def test_a_response_that_ends_within_a_piece_is_noted():
    """The second half would be in another unit than it says."""
    piece = trace(noise(), 0.0, 100.0, network="BW", station="RJOB", channel="EHZ")
    piece.stats.starttime = UTCDateTime("2007-12-16T23:59:50")
    prepared = Preprocessing(output="velocity").apply(Stream([piece]), obspy.read_inventory())
    (noted,) = prepared.noted
    assert noted[2] == "response ends at 2007-12-17T00:00:00.000000Z, before the piece does"


def rjob(start, channel="EHZ"):
    piece = trace(noise(), 0.0, 100.0, network="BW", station="RJOB", channel=channel)
    piece.stats.starttime = UTCDateTime(start)
    return piece


def without(part):
    """ObsPy's inventory, its EHZ without a part of the response."""
    inventory = obspy.read_inventory()
    for channel in (each for network in inventory for station in network for each in station if each.code == "EHZ"):
        if part == "response":
            channel.response = None
        elif part == "stages":
            channel.response.response_stages = []
        elif part == "motion":
            channel.response.response_stages[0].input_units = "PA"
        else:
            channel.response.response_stages[-1].stage_sequence_number = 9
    return inventory


@pytest.mark.parametrize(
    ("bad", "steps", "said"),
    [
        (trace([]), {}, "zero length: no samples"),
        (trace(np.ma.masked_all(5)), {}, "zero length: no samples"),
        (trace([np.nan, np.nan, np.inf]), {}, "not finite: NaN or infinity in all 3 samples"),
        (trace(np.array([b"a", b"b"])), {}, "unusable type of samples: |S1"),
        (trace([1j, 2j]), {}, "unusable type of samples: complex128"),
        (trace(np.array([0, 2**53 + 1])), {}, "integer overflow: samples beyond 2^53, which float64 cannot hold"),
        (trace(np.array([0, -(2**63)])), {}, "integer overflow: samples beyond 2^53, which float64 cannot hold"),
        (trace([1, 2], rate=0.0), {}, "no sampling rate: 0.0 Hz"),
        (trace(noise()), {"freqmax_hz": 5.0}, "sampling rate too low for the filter: 10 Hz, which must be above 10 Hz"),
        (trace(noise()), {"freqmin_hz": 6.0}, "sampling rate too low for the filter: 10 Hz, which must be above 12 Hz"),
        (
            trace(noise()),
            {"sampling_rate": 100.0, "freqmax_hz": 8.0},
            "sampling rate too low for the filter: 10 Hz, which must be above 16 Hz",
        ),
        (trace(noise(99)), {"freqmin_hz": 0.1}, "too short to filter: 9.9 s, which must be at least 10 s"),
        (trace(noise(99)), {"sampling_rate": 4.0}, "too short to resample: 9.9 s, which must be at least 16 s"),
        (trace(noise()), {"output": "velocity"}, "missing response: this channel is not in the inventory"),
        (
            rjob("2000-01-01"),
            {"output": "velocity"},
            "response for another time: 2001-05-15T00:00:00.000000Z to 2006-12-12T00:00:00.000000Z, "
            "2006-12-13T00:00:00.000000Z to 2007-12-17T00:00:00.000000Z, 2007-12-17T00:00:00.000000Z to …",
        ),
        (trace([1e300, -1e300] * 500), {"freqmin_hz": 1.0, "normalise": "std"}, "not finite: the steps gave"),
    ],
)
def test_bad_records_are_skipped(bad, steps, said):
    """One bad record would stop a month's work, or get into it."""
    good = rjob("2010-01-01")
    prepared = Preprocessing(**steps).apply(Stream([bad, good]), obspy.read_inventory())
    (skipped,) = prepared.skipped
    assert skipped[:2] == (bad.id, bad.stats.starttime)
    assert skipped[2].startswith(said)
    assert [each.id for each in prepared.traces] == [good.id]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("response", "missing response: this channel is in the inventory without the stages of one"),
        ("stages", "missing response: this channel is in the inventory without the stages of one"),
        ("motion", "response is not to ground motion: its input is in PA"),
        ("order", "response cannot be removed: Can only determine sampling rates if response stages are in order."),
        ("inventory", "missing response: there is no inventory"),
    ],
)
def test_responses_that_lack_something_are_skipped(part, said):
    """A poor station sheet would stop the work."""
    bad, good = rjob("2010-01-01"), rjob("2010-01-01", "EHE")
    if part == "inventory":
        good = obspy.read().select(channel="EHE")[0]  # which carries its response
    inventory = None if part == "inventory" else without(part)
    prepared = Preprocessing(output="velocity").apply(Stream([bad, good]), inventory)
    assert [each.id for each in prepared.traces] == [good.id]
    assert prepared.skipped[0][2].startswith(said)


def test_mixed_sampling_rates():
    """Records of another rate would be merged as if they had the same."""
    stream = Stream([trace(noise(500), 0, 50.0), trace(noise(500), 20, 50.0), trace(noise(2000), 100, 20.0)])
    prepared = Preprocessing().apply(stream)
    assert [each.stats.sampling_rate for each in prepared.traces] == [20.0]  # of which there is most, not most often
    said = "sampling rate differs: 50 Hz, where most of this trace id has 20 Hz"
    assert prepared.skipped == [("XX.A..HHZ", BASE, said), ("XX.A..HHZ", BASE + 20, said)]
    sac = trace(noise(2000), 100.0, 20.0000003)  # as SAC rounds
    (joined,) = Preprocessing().apply(Stream([trace(noise(2000), 0.0, 20.0), sac])).traces
    assert joined.stats.npts == 4000


def gap(policy, offset=0.0, **steps):
    """What becomes of a gap of 3 samples after 100 of 1000 Hz, in 200 of a sine about 5, and of one of 100."""
    t = np.arange(400)
    data = 5 + np.sin(t / 20)
    stream = Stream([trace(data[:100]), trace(data[103:200], 10.3 + offset), trace(data[300:], 30.0)])
    return data, Preprocessing(gaps=policy, **steps).apply(stream)


def test_gaps_stay():
    """A window would span a gap."""
    data, prepared = gap("split", offset=0.03)
    assert [each.stats.starttime - BASE for each in prepared.traces] == [0.0, 10.33, 30.0]
    measured = [data[:100], data[103:200], data[300:]]
    np.testing.assert_array_equal(np.concatenate(prepared.traces), np.concatenate(measured))


def test_gaps_are_interpolated():
    """Short gaps would stay, long ones be made up, or what follows be moved."""
    data, prepared = gap("interpolate", offset=0.03)
    assert [each.stats.npts for each in prepared.traces] == [200, 100]
    line = np.interp(np.arange(200), np.r_[:100, 103:200], np.r_[data[:100], data[103:200]])
    np.testing.assert_allclose(prepared.traces[0].data, line)
    assert prepared.noted == [("XX.A..HHZ", BASE + 10.0, "gap of 0.3 s filled (interpolate)")]
    assert len(gap("interpolate", max_gap_s=0.29)[1].traces) == 3
    assert len(gap("interpolate", max_gap_s=10.0)[1].traces) == 1


@pytest.mark.parametrize(("taper_s", "n"), [(None, 3), (1.0, 10)])
def test_gaps_are_filled_with_zeros(taper_s, n):
    """The edges of a gap would be steps, which are in every frequency."""
    data, prepared = gap("zero", taper_s=taper_s)
    first = prepared.traces[0].data
    assert first[100:103].tolist() == [0.0] * 3
    ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(n) / n)
    left = (data[:100] - data[:100].mean())[::-1]
    np.testing.assert_allclose(first[100 - n : 100][::-1], left[:n] * ramp, atol=1e-12)
    np.testing.assert_allclose(first[103 : 103 + n], (data[103:200] - data[103:200].mean())[:n] * ramp, atol=1e-12)
    np.testing.assert_allclose(first[20:80], data[20:80] - data[:100].mean(), atol=1e-12)
    assert prepared.noted[0][2] == "gap of 0.3 s filled (zero)"
    _, prepared = gap("zero", detrend="linear")
    fitted = np.polynomial.Polynomial.fit(np.arange(100), data[:100], 1)(np.arange(100))
    np.testing.assert_allclose(prepared.traces[0].data[:97], (data[:100] - fitted)[:97], atol=1e-12)


@pytest.mark.parametrize(("rate", "target"), [(100.0, 40.0), (200.0, 33.3), (40.0, 100.0), (33.333333, 20.0)])
def test_resampling_keeps_amplitude_and_time(rate, target):
    """A sine would become smaller or later."""
    n = round(60 * rate)
    frequency = 0.8 * min(rate, target) / 2
    piece = trace(7 + np.sin(2 * np.pi * frequency * np.arange(n) / rate), 3.21, rate)
    (made,) = Preprocessing(sampling_rate=target).apply(Stream([piece])).traces
    assert made.stats.sampling_rate == target
    assert made.stats.starttime == piece.stats.starttime
    assert piece.stats.endtime - 1 / target < made.stats.endtime <= piece.stats.endtime
    edge = round(64 * target / min(rate, target))
    expected = 7 + np.sin(2 * np.pi * frequency * made.times())
    np.testing.assert_allclose(made.data[edge:-edge], expected[edge:-edge], atol=2e-4)


@pytest.mark.parametrize("part", [1.0, 1.1, 1.9])
def test_resampling_does_not_alias(part):
    """What is above the new Nyquist frequency would appear below it."""
    piece = trace(np.sin(2 * np.pi * part * 20.0 * np.arange(6000) / 100 + 1), 0.0, 100.0)
    (made,) = Preprocessing(sampling_rate=40.0).apply(Stream([piece])).traces
    assert np.abs(made.data[64:-64]).max() < 1e-4


def test_resampling_by_an_odd_ratio():
    """A clock that says 99.9999 Hz would run away from its record by seconds, or its station be lost."""
    n, rate = 300_000, 99.9985
    piece = trace(np.sin(2 * np.pi * 3.0 * np.arange(n) / rate), 0.0, rate)
    (made,) = Preprocessing(sampling_rate=40.0).apply(Stream([piece])).traces
    assert made.stats.sampling_rate == 40.0
    np.testing.assert_allclose(made.data[64:-64], np.sin(2 * np.pi * 3.0 * made.times())[64:-64], atol=1e-3)
    assert made.stats.endtime <= piece.stats.endtime


def test_resampling_does_not_ring_at_the_ends():
    """An offset or a trend would begin and end with a jolt."""
    (made,) = Preprocessing(sampling_rate=40.0).apply(Stream([trace(7 + np.arange(1000) / 100, 0.0, 100.0)])).traces
    np.testing.assert_allclose(made.data, 7 + made.times(), rtol=1e-4)


def test_upsampling_is_noted():
    """An empty band would be taken for silence."""
    prepared = Preprocessing(sampling_rate=50.0).apply(Stream([trace(noise(), 0.0, 20.0)]))
    assert prepared.noted == [("XX.A..HHZ", BASE, "upsampled from 20 Hz: nothing is above 10 Hz")]


@pytest.mark.parametrize("zerophase", [False, True])
@pytest.mark.parametrize(
    ("corners_hz", "kind", "chosen"),
    [
        ({"freqmin_hz": 1.0, "freqmax_hz": 8.0}, "bandpass", {"freqmin": 1.0, "freqmax": 8.0}),
        ({"freqmin_hz": 1.0}, "highpass", {"freq": 1.0}),
        ({"freqmax_hz": 8.0}, "lowpass", {"freq": 8.0}),
    ],
)
def test_filters_are_obspys(zerophase, corners_hz, kind, chosen):
    """The band would not be the one that was asked for."""
    steps = Preprocessing(**corners_hz, corners=3, zerophase=zerophase)
    (made,) = steps.apply(Stream([trace(noise(), 0, 50.0)])).traces
    expected = trace(noise(), 0, 50.0).filter(kind, corners=3, zerophase=zerophase, **chosen)
    np.testing.assert_array_equal(made.data, expected.data)


def test_detrend_taper_and_normalise():
    """A step would do something else than it says."""
    stream = Stream([trace(noise() + np.arange(2000) / 100), trace(noise(500) * 1e-9, 1000.0)])
    for each in Preprocessing(detrend="linear").apply(stream).traces:
        assert abs(np.polynomial.Polynomial.fit(each.times(), each.data, 1).convert().coef).max() < 1e-12
    assert abs(Preprocessing(detrend="constant").apply(stream).traces[0].data.mean()) < 1e-12
    tapered, whole = Preprocessing(taper_s=5.0).apply(stream).traces[0], stream[0]
    assert tapered.data[[0, -1]].tolist() == [0.0, 0.0]
    np.testing.assert_array_equal(tapered.data[51:-51], whole.data[51:-51])
    short = Preprocessing(taper_s=1e3).apply(Stream([trace(np.ones(11))])).traces[0]  # no longer than there is
    np.testing.assert_allclose(short.data, short.data[::-1])
    assert [abs(each.data).max() for each in Preprocessing(normalise="max").apply(stream).traces] == [1.0, 1.0]
    spread = [each.data.std() for each in Preprocessing(normalise="std").apply(stream).traces]
    np.testing.assert_allclose(spread, 1.0)


def test_dead_channels_are_noted_and_stay_dead():
    """Rounding errors would be blown up into a signal."""
    stream = Stream([trace(np.full(3000, 0.1), 0.0, 100.0)])
    prepared = Preprocessing(**EVERYTHING).apply(stream)
    assert abs(prepared.traces[0].data).max() < 1e-12
    assert prepared.noted == [("XX.A..HHZ", BASE, "dead: one constant value, 0.1, in all 3000 samples")]


def test_clipping_is_noted():
    """Records that hit the digitiser's limit would be taken for what the ground did."""
    swing = 2.0**24 * np.sin(np.arange(2000) / 10)
    limit = 2**23 - 1
    clipped = np.clip(swing, -limit - 1, limit).astype("i4")
    said = Preprocessing().apply(Stream([trace(clipped)])).noted[0][2]
    assert re.fullmatch(r"clipped: 32 time\(s\) at -8388608, for up to 21 samples in a row", said)
    assert Preprocessing(clip_points=30).apply(Stream([trace(clipped)])).noted == []
    assert Preprocessing().apply(Stream([trace(swing.astype("i4"))])).noted == []
    smooth = np.round(50 * np.sin(np.arange(2000) / 100)).astype("i4")  # flat on top from rounding
    quiet = np.random.default_rng(0).integers(-1, 2, 100_000)
    assert Preprocessing().apply(Stream([trace(smooth), trace(quiet, 1000.0)])).noted == []


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ({"gaps": "fill"}, "gaps must be 'split', 'interpolate' or 'zero', got 'fill'."),
        ({"gaps": None}, "gaps must be 'split', 'interpolate' or 'zero', got None."),
        ({"detrend": "demean"}, "detrend must be 'constant' or 'linear', got 'demean'."),
        ({"output": "VEL"}, "output must be 'displacement', 'velocity' or 'acceleration', got 'VEL'."),
        ({"normalise": "sum"}, "normalise must be 'max' or 'std', got 'sum'."),
        ({"max_gap_s": -1.0}, "max_gap_s must be positive, got -1.0."),
        ({"max_gap_s": None}, "max_gap_s must be positive, got None."),
        ({"freqmin_hz": "1 Hz"}, "freqmin_hz must be positive, got '1 Hz'."),
        ({"taper_s": 0.0}, "taper_s must be positive, got 0.0."),
        ({"sampling_rate": np.nan}, "sampling_rate must be positive, got nan."),
        ({"freqmin_hz": 9.0, "freqmax_hz": 5.0}, "freqmin_hz must be below freqmax_hz (5.0), got 9.0."),
        ({"freqmax_hz": 9.0, "sampling_rate": 18}, "freqmax_hz must be below half of sampling_rate (9 Hz), got 9.0."),
        ({"freqmin_hz": 9.5, "sampling_rate": 18}, "freqmin_hz must be below half of sampling_rate (9 Hz), got 9.5."),
        ({"pre_filter_hz": (1, 2, 4, 3)}, "pre_filter_hz must be four ascending frequencies, got (1, 2, 4, 3)."),
        ({"pre_filter_hz": (1, 2, 3)}, "pre_filter_hz must be four ascending frequencies, got (1, 2, 3)."),
        ({"water_level_db": 0.0}, "water_level_db must be positive, got 0.0."),
        ({"corners": 0}, "corners must be a whole number of at least 1, got 0."),
        ({"corners": 4.0}, "corners must be a whole number of at least 1, got 4.0."),
        ({"clip_points": 1}, "clip_points must be a whole number of at least 2, got 1."),
    ],
)
def test_bad_settings_are_named(steps, said):
    """A wrong setting would skip every record, or fail deep inside."""
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        Preprocessing(**steps)


def test_settings_can_be_written_down():
    """Settings read from a file would not be those that were written."""
    for steps in (
        Preprocessing(),
        Preprocessing(output="velocity", pre_filter_hz=[0.1, 0.2, 8.0, 9.0], water_level_db=None),
        Preprocessing(**EVERYTHING),
    ):
        hash(steps)
        assert Preprocessing(**json.loads(json.dumps(asdict(steps)))) == steps
        given_ = {name: value for name, value in asdict(steps).items() if value is not None}
        text = "\n".join(f"{name} = {json.dumps(value)}" for name, value in given_.items())
        assert Preprocessing(**tomllib.loads(text)) == steps
    assert Preprocessing(detrend="none", taper_s="none") == Preprocessing()


@pytest.mark.parametrize("unit", ["M", "nm", "M/S", "cm/s", "M/SEC", "M/S**2", "m/s/s", "MM/(SEC**2)"])
def test_units_of_ground_motion_are_known(unit):
    """A seismometer would be taken for a barometer, for how its unit is spelled."""
    assert GROUND_MOTION.fullmatch(unit)
    for other in ("PA", "M/M", "V", "T", "C", "None", "M**3/M**3", "RAD/S"):
        assert not GROUND_MOTION.fullmatch(other)
