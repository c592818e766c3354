"""The signal preview without a browser: what it shows is what a reading makes, and what is wrong it says."""

import gc
import time
import weakref

import numpy as np
import obspy
import pytest
from obspy import Stream, Trace, UTCDateTime
from scipy.signal import spectrogram

import zclust_explore as zx
from zclust_explore.data.call import call
from zclust_explore.data.listing import Listing
from zclust_explore.data.preprocessing import Preprocessing
from zclust_explore.data.previewing import Previewer
from zclust_explore.data.signal_settings import SignalSettings
from zclust_explore.data.windowing import Windowing
from zclust_explore.data.workers import Workers
from zclust_explore.widgets._preview_look import look
from zclust_explore.widgets._settings_form import NAMES, field_of, form_of, settings_of
from zclust_explore.widgets.signal_preview import SignalPreview

BEGIN = UTCDateTime(2020, 6, 30, 23, 0)
QUIET = {"progress_bar": False, "workers": 0}
ALL = slice(None)


def record(n_points=2400, seed=0, rate=20.0, trace_id="XX.AAA..BHZ", start=BEGIN, whole=True) -> Trace:
    """Noise, in counts if it is whole."""
    names = dict(zip(("network", "station", "location", "channel"), trace_id.split("."), strict=True))
    data = np.random.default_rng(seed).normal(size=n_points) * 100
    data = data.astype(np.int32) if whole else data
    return Trace(data, {"sampling_rate": rate, "starttime": start, **names})


def preview_of(*traces: Trace) -> Previewer:
    return Previewer(Listing(Stream(list(traces))))


def floats(content: bytes) -> np.ndarray:
    return np.frombuffer(content, dtype="<f4")


def until(true, seconds: float = 60.0) -> None:
    """Wait for something that another thread does."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


# -- the same as a reading ---------------------------------------------------------------------------------------------

STEPS = [
    Preprocessing(),
    Preprocessing(detrend="linear", taper_s=30, freqmin_hz=0.2, freqmax_hz=1.5, normalise="max"),
    Preprocessing(gaps="interpolate", max_gap_s=60, detrend="constant", sampling_rate=4.0),
]


@pytest.mark.parametrize("steps", STEPS, ids=["as recorded", "filtered", "resampled"])
def test_every_window_is_the_one_that_a_reading_makes(tmp_path, steps) -> None:
    """What somebody looked at while choosing settings would not be what the network is then trained on."""
    start = BEGIN
    for number in range(3):  # 4 h each, so that there are several jobs; a gap of half a minute before the last
        start = BEGIN + number * 4 * 3600 + (30 if number == 2 else 0)
        part = record(4 * 3600 * 5, seed=number, rate=5.0, start=start)
        Stream([part]).write(str(tmp_path / f"{number}.mseed"), format="MSEED")
    settings = SignalSettings(Windowing(600.0, 200.0), steps, {"fmax_hz": 1.8})
    read = zx.read_spectrograms(tmp_path, settings, **QUIET)
    preview = Previewer(Listing(tmp_path))
    got = []
    with preview.listing.workers:
        for number in range(3):
            got += [
                (window, preview.spectrograms(number, settings, [window]))
                for window in preview.windows(number, settings, ALL)
                if not window.reason
            ]
    assert len(got) == read.n_samples > 190
    starts = read.metadata.starttime.astype("datetime64[ns, UTC]").astype("int64").to_numpy()
    got.sort(key=lambda pair: pair[0].start_ns)
    for k, (window, specs) in enumerate(got):
        assert abs(window.start_ns - starts[k]) <= 1e9 / 4
        np.testing.assert_array_equal(specs.waveforms[0], read.waveforms[k])
        np.testing.assert_allclose(specs.values[0], read.values[k], atol=2e-3)  # float32, in dB


def test_the_numbers_are_those_of_scipy() -> None:
    """Who compares the picture with one of their own would find another."""
    preview = preview_of(record(2400, whole=False))
    chosen = {"frequency_axis": "bins", "segment_s": 3.2, "hop_s": 0.8, "fmin_hz": 0.0, "fmax_hz": 10.0}
    settings = SignalSettings(Windowing(30.0), stft={**chosen, "scale": "power", "n_fft": 64, "detrend": "constant"})
    seen = look(preview, settings, {"record": 0, "at_s": 45.0, "shown": 40})
    wave = record(2400, whole=False).data[900:1500].astype(np.float32).astype(float)
    f, t, expected = spectrogram(
        wave, 20.0, window="hann", nperseg=64, noverlap=48, nfft=64, detrend="constant", mode="psd"
    )
    values = floats(seen["values"]).reshape(seen["tile"]["n_freqs"], seen["tile"]["n_times"])
    assert (seen["at_s"], seen["first"] + seen["chosen"]) == (45.0, 3)
    np.testing.assert_allclose(seen["tile"]["frequencies"], f)
    np.testing.assert_allclose(seen["tile"]["times"], t)
    np.testing.assert_allclose(values, expected, rtol=1e-5, atol=1e-30)


def test_the_window_of_an_arrival_by_trigger() -> None:
    """Settings with triggers would show windows that slide."""
    trace = record(20 * 300)
    trace.data[20 * 200 : 20 * 210] *= 40
    settings = SignalSettings(Windowing(20.0, before_s=5.0, trigger_on=4.0, lta_s=30.0))
    preview = preview_of(trace)
    (window,) = preview.windows(0, settings, ALL)
    assert abs((window.start_ns - BEGIN.ns) / 1e9 - 195) < 1.5
    assert window.snr_db > 25
    read = zx.read_spectrograms(Stream([trace]), settings, **QUIET)
    np.testing.assert_array_equal(read.waveforms[0], window.waveform)
    assert preview_of(record(20 * 300)).course(0, settings).reason == "no trigger was found"


# -- what is dropped, and what is noted --------------------------------------------------------------------------------


def test_dropped_windows_have_the_reason() -> None:
    """Windows would be missing from the data set without anybody knowing why."""
    bad = record(1200, seed=1, start=BEGIN + 60, whole=False)
    bad.data[600] = np.nan
    gappy = record(3600, trace_id="XX.BBB..BHZ", whole=False)
    gappy.data[1000:1100] = np.nan
    gappy.data = np.ma.masked_invalid(gappy.data)
    dead = record(2400, trace_id="XX.CCC..BHZ")
    dead.data[600:1300] = 7
    short, other = record(100, trace_id="XX.DDD..BHZ"), record(2400, trace_id="XX.AAA..BHE")
    slow = record(600, rate=5.0, trace_id="XX.EEE..BHZ")
    traces = [record(1200, whole=False), bad, record(1200, start=BEGIN + 120, whole=False), gappy, dead, short, other]
    preview, settings = preview_of(*traces, slow), SignalSettings(Windowing(20.0, 20.0))
    reasons = [[window.reason for window in preview.windows(k, settings, ALL)] for k in range(5)]
    assert reasons[0] == reasons[2] == ["", "", ""]
    assert reasons[1] == ["", "gap: not all of it was recorded", ""]
    assert reasons[3] == ["", "", "gap: not all of it was recorded"] + [""] * 6
    assert reasons[4] == ["", "", "dead: one constant value", "", "", ""]
    why = [preview.course(k, settings).reason for k in range(5, 8)]
    assert why[0] == "too short: 5 s, where a window has 20 s"
    assert why[1].startswith("another component: Z was taken")
    assert why[2].startswith("sampling rate differs: 5 Hz, where most have 20 Hz")
    # a reading says the same
    report = zx.read_spectrograms(Stream([*traces, slow]), settings, **QUIET)
    assert report.n_samples == sum(reason == "" for found in reasons for reason in found)
    # its waveform can be seen all the same
    seen = look(preview, settings, {"record": 5, "shown": 40})
    assert seen["reason"] == why[0] and np.isfinite(floats(seen["recorded"])).all() and seen["n"] == 0


def test_only_clipped_windows_are_noted() -> None:
    """A clipped record would look as if all of it were clipped, or none."""
    trace = record(2400)
    trace.data[1000:1010] = 5000
    settings = SignalSettings(Windowing(20.0, 20.0))
    notes = [window.note for window in preview_of(trace).windows(0, settings, ALL)]
    assert notes == ["", "", "clipped: 1 time(s) at 5000, for up to 10 samples in a row", "", "", ""]


def test_filled_gaps_are_noted_where_they_are() -> None:
    """A straight line of our own making would pass for a record."""
    first, second = record(1200), record(1150, start=BEGIN + 62.5)
    settings = SignalSettings(Windowing(20.0, 20.0), Preprocessing(gaps="interpolate", max_gap_s=5))
    gap = "gap of 2.5 s filled (interpolate)"
    preview = preview_of(first, second)
    assert [window.note for window in preview.windows(0, settings, ALL)] == ["", "", "", gap]
    assert preview.windows(1, settings, ALL)[0].note == ""  # it begins after the gap
    longer = SignalSettings(Windowing(50.0, 50.0), settings.preprocessing)
    assert [window.note for window in preview.windows(0, longer, ALL)] == ["", gap]


def test_snr_of_a_known_truth() -> None:
    """A decibel would mean something else than in STEAD and SeisBench."""
    t = np.arange(2400) / 20
    trace = record(2400)
    trace.data = np.sin(2 * np.pi * t) * np.where(t < 60, 1.0, 10.0) + 500  # an offset is no signal
    snr = [window.snr_db for window in preview_of(trace).windows(0, SignalSettings(Windowing(20.0, 20.0)), ALL)]
    np.testing.assert_allclose(snr, [np.nan, 0, 0, 20, 0, 0], atol=0.05)


# -- settings and the line ---------------------------------------------------------------------------------------------

SETTINGS = [
    SignalSettings(Windowing(5)),
    SignalSettings(
        Windowing(6.4, 1.1), Preprocessing(detrend="linear", taper_s=0.5), {"fmin_hz": 1.0, "fmax_hz": 40.0}
    ),
    SignalSettings(Windowing(5.0, before_s=1.0), stft={"window": ("kaiser", 14.0), "detrend": "none"}, components=""),
    SignalSettings(Windowing(5.0), stft={"frequency_axis": "bins", "scale": "power", "n_fft": 128}),
    SignalSettings(Windowing(4.0, trigger_on=2.0, lta_s=4.0, sta_s=0.5), Preprocessing(gaps="zero"), {"whiten": True}),
    SignalSettings(
        Windowing(5.0), Preprocessing(output="velocity", pre_filter_hz=(0.1, 0.5, 30.0, 40.0), water_level_db=None)
    ),
]


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_line_recreates_the_settings_and_the_values(settings, tmp_path) -> None:
    """What was chosen by hand could not be made again, or only nearly."""
    path = tmp_path / "it's a record.mseed"
    obspy.read().write(str(path), format="MSEED")
    inventory = obspy.read_inventory() if settings.preprocessing.output else None
    line = call(settings, path, inventory)
    assert "\n" not in line
    line = line[:-1] + ", progress_bar=False, workers=0)"
    made = eval(line, {"zx": zx, "inventory": inventory})
    direct = zx.read_spectrograms(path, settings, inventory=inventory, **QUIET)
    assert made.settings == direct.settings
    np.testing.assert_array_equal(made.values, direct.values)


@pytest.mark.parametrize("settings", SETTINGS)
def test_fields_and_settings_say_the_same(settings) -> None:
    """Opening the panel would change settings that nobody has touched."""
    assert settings_of(form_of(settings), settings) == settings


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"window_s": ""}, "window_s must be given"),
        ({"window_s": "abc"}, "window_s must be a number, got 'abc'"),
        ({"window_s": "-3"}, "window_s must be positive, got -3"),
        ({"window_s": "inf"}, "window_s must be a finite number"),
        ({"window_s": "1e12"}, "window_s must be at most"),
        ({"window_s": "4"}, "window_s must be at least 4.8 s at 20 Hz"),
        ({"step_s": "0"}, "step_s must be positive"),
        ({"step_s": "1e-9"}, "step_s must be longer"),
        ({"segment_s": "70"}, "segment_s must be between 0.4 and 30 s at 20 Hz, got 70"),
        ({"segment_s": "0.1"}, "segment_s must be between"),
        ({"hop_s": "9"}, "hop_s must be positive and at most segment_s (2.5)"),
        ({"fmin_hz": "7", "fmax_hz": "3"}, "fmin_hz must be between 0 and fmax_hz (3.0), got 7.0"),
        ({"fmax_hz": "11"}, "fmax_hz must be at most half the sampling rate (10.0 Hz)"),
        ({"fmin_hz": "0"}, "fmin_hz must be above 0 on a log frequency axis"),
        ({"n_freqs": "2"}, "n_freqs must be at least 4"),
        ({"n_freqs": "8.5"}, "n_freqs must be a whole number"),
        ({"n_freqs": "1e9"}, "n_freqs must be at most"),
        ({"floor_db": "x"}, "floor_db must be a number"),
        ({"taper_s": "-1"}, "taper_s must be positive"),
        ({"sampling_rate": "0"}, "sampling_rate must be positive"),
        ({"freqmin_hz": "5", "freqmax_hz": "2"}, "freqmin_hz must be below freqmax_hz (2.0), got 5.0"),
        ({"sampling_rate": "8", "freqmax_hz": "6"}, "freqmax_hz must be below half of sampling_rate (4 Hz)"),
        ({"freqmin_hz": "1", "corners": "0"}, "corners must be a whole number of at least 1"),
    ],
)
def test_an_impossible_setting_is_told_at_its_field(changes, words) -> None:
    """Somebody would have to guess which of the numbers is wrong, or the kernel's memory be filled."""
    preview, base = preview_of(record(2400)), SignalSettings(Windowing(30.0))
    with pytest.raises(ValueError) as told:
        look(preview, settings_of({**form_of(base), **changes}, base), {"record": 0})
    assert words in str(told.value)
    assert field_of(str(told.value)) == words.split()[0] in NAMES


def test_a_hop_that_would_fill_the_memory() -> None:
    """A slip of the hand would end the kernel, and with it everything that is not saved."""
    settings = SignalSettings(Windowing(3600.0), stft={"segment_s": 300.0, "hop_s": 0.01})
    with pytest.raises(ValueError, match="hop_s must be longer"):
        preview_of(record(100 * 7200, rate=100.0)).check(settings)


def test_fields_that_are_shut_say_nothing() -> None:
    """Choosing FFT bins, or power, would be an error because of what stands in a field that is shut."""
    base = SignalSettings(Windowing(30.0), stft={"n_freqs": 32, "floor_db": -40.0})
    form = {**form_of(base), "frequency_axis": "bins", "scale": "power"}
    assert settings_of(form, base).stft == {"frequency_axis": "bins", "scale": "power"}


# -- the widget --------------------------------------------------------------------------------------------------------


def asked(widget: SignalPreview, number: str, changes=(), **place) -> dict:
    return widget._answer(number, {**form_of(widget.settings), **dict(changes)}, {"record": 0, "shown": 40, **place})


@pytest.fixture
def widget():
    """A preview of ObsPy's example, as it is first seen."""
    made = SignalPreview(obspy.read())
    until(lambda: made.look)
    yield made
    made.close()


def test_it_begins_with_what_fits_the_record(widget) -> None:
    """The first look at a short record would be an error message."""
    assert widget.code == "zx.read_spectrograms(stream, window_s=5.0)"
    assert (widget.look["n"], widget.records["n"], widget.problem) == (11, 3, {})
    assert widget.look["reasons"] == [""] * 11 and len(floats(widget.look["values"])) == 64 * 46


def test_an_error_keeps_the_last_picture_and_the_line(widget) -> None:
    """While a number is being typed the picture would come and go."""
    before, code = widget.look, widget.code
    assert asked(widget, "", {"fmax_hz": "80"}) == {}
    assert (
        widget.problem["field"] == "fmax_hz" and "half the sampling rate (50.0 Hz), got 80.0" in widget.problem["text"]
    )
    assert widget.look is before and widget.code == code
    asked(widget, "", {"fmax_hz": "40"})
    assert widget.problem == {} and widget.code.endswith("window_s=5.0, fmax_hz=40.0)")
    assert widget.look["number"] == before["number"] + 1
    assert widget.settings == SignalSettings(Windowing(5.0), stft={"fmax_hz": 40.0})


def test_only_the_newest_question_is_computed(widget) -> None:
    """A slow kernel would work through every number that was typed on the way."""
    widget._newest["view"] = "view-7"
    shown = widget.look["number"]
    assert asked(widget, "view-6") == {"stale": True} and widget.look["number"] == shown
    assert asked(widget, "view-7") == {} and widget.look["number"] == shown + 1


def test_settings_from_python_are_shown(widget) -> None:
    """A cell could not set what the panel shows, or set the impossible."""
    shown = widget.look["number"]
    widget.settings = SignalSettings(Windowing(10.0), Preprocessing(freqmin_hz=1.0), {"window": "boxcar"})
    until(lambda: widget.look["number"] > shown)
    assert widget.look["form"]["window_s"] == "10" and widget.look["form"]["freqmin_hz"] == "1"
    asked(widget, "", {"fmin_hz": "2"})
    assert widget.settings.stft == {"window": "boxcar", "fmin_hz": 2.0}  # what has no field stays
    with pytest.raises(ValueError, match="segment_s"):
        widget.settings = SignalSettings(Windowing(10.0), stft={"segment_s": 20.0})


def test_impossible_settings_are_refused_at_the_door() -> None:
    """The mistake would show somewhere else, and later."""
    with pytest.raises(ValueError, match="fmax_hz must be at most"):
        SignalPreview(obspy.read(), SignalSettings(Windowing(5.0), stft={"fmax_hz": 60.0}))
    with pytest.raises(FileNotFoundError, match="nowhere"):
        SignalPreview("nowhere/*.mseed")


def test_nothing_to_see_is_said() -> None:
    """An empty stream or broken files would end in a traceback or an empty frame."""
    empty = SignalPreview(Stream())
    assert empty.records["n"] == 0 and empty.records["done"] and empty.look == {}
    empty.close()


def test_files_are_listed_and_broken_ones_told(tmp_path) -> None:
    """One unreadable file would keep all the others from being looked at."""
    for number in range(3):
        Stream([record(1200, trace_id=f"XX.S{number}..BHZ")]).write(str(tmp_path / f"{number}.mseed"), format="MSEED")
    (tmp_path / "broken.mseed").write_bytes(b"no record at all")
    widget = SignalPreview(str(tmp_path))
    until(lambda: widget.look)
    assert widget.records["n"] == 3 and widget.records["trace"]["words"] == ["XX.S0..BHZ", "XX.S1..BHZ", "XX.S2..BHZ"]
    assert widget.records["file"]["words"] == ["0.mseed", "1.mseed", "2.mseed"]
    assert widget.records["skipped"] == [["broken.mseed", "unknown format: ObsPy knows no waveforms like these"]]
    assert widget.code == f"zx.read_spectrograms({str(tmp_path)!r}, window_s=10.0)"
    (tmp_path / "1.mseed").write_bytes(b"")  # since then
    asked(widget, "", record=1)
    assert set(widget.look["reasons"]) == {"empty file"} and not widget.look["tile"]
    widget.close()


def test_headers_of_many_files_come_in_the_background(tmp_path) -> None:
    """A folder of thousands would keep the notebook waiting before anything is seen."""
    one = tmp_path / "first.mseed"
    Stream([record(600)]).write(str(one), format="MSEED")
    for number in range(40):
        (tmp_path / f"{number:02d}.mseed").write_bytes(one.read_bytes())
    listing = Listing(tmp_path)
    assert not listing.done and 0 < len(listing.entries) < 41
    listing.workers.__exit__()
    widget = SignalPreview(tmp_path)
    until(lambda: widget.records["done"])
    assert widget.records["n"] == 41
    widget.close()


def test_a_closed_or_forgotten_preview_leaves_nothing_behind(tmp_path) -> None:
    """Processes and waveforms of cells that were run again would pile up."""
    Stream([record(600)]).write(str(tmp_path / "a.mseed"), format="MSEED")
    widget = SignalPreview(tmp_path)
    shown = weakref.ref(widget)
    until(lambda: shown().look)
    workers = widget._previewer.workers
    until(lambda: workers._idle)  # what it reads with waits for more
    processes = [worker.process for worker in workers._idle]
    previewer = weakref.ref(widget._previewer)
    widget.close()
    until(lambda: all(process.poll() is not None for process in processes))
    del widget
    gc.collect()
    assert shown() is None and previewer() is None


def test_thousands_of_records_are_planned_by_the_trace(monkeypatch) -> None:
    """With thousands of records every move of a setting would plan all of them."""
    traces = [record(60, trace_id=f"XX.S{number:04d}..BHZ", rate=1.0) for number in range(2000)]
    preview = Previewer(Listing(Stream(traces)), workers=Workers(0))
    planned = []
    original = preview._spans_of.__func__.__globals__["plan"]
    monkeypatch.setitem(
        preview._spans_of.__func__.__globals__,
        "plan",
        lambda entries, *rest: planned.append(len(entries)) or original(entries, *rest),
    )
    for window_s in (20.0, 30.0, 40.0):
        preview.windows(1999, SignalSettings(Windowing(window_s), stft={"segment_s": 10.0}), ALL)
    assert planned == [2000, 1, 1, 1]
