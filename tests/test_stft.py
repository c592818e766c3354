"""Waveforms to spectrograms: numbers that SciPy gives, axes that are right, bad windows that are reported."""

import json
import re
import tomllib
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest
from scipy import signal

from zclust_explore.data.spectrograms import Spectrograms
from zclust_explore.data.stft import STFT, spectrograms_from_waveforms


def noise(n=5, n_points=2000, seed=0):
    return np.random.default_rng(seed).standard_normal((n, n_points))


def test_agrees_with_scipy():
    """A user's own spectrogram of the same numbers would look different."""
    x = noise() + 100
    # linear bands of exactly one bin: 2 s segments padded to 4 s have bins of 0.25 Hz
    specs = spectrograms_from_waveforms(
        x, 50.0, segment_s=2.0, hop_s=0.5, fmin_hz=0.875, fmax_hz=20.875, n_freqs=80, frequency_axis="linear"
    )
    f, t, power = signal.spectrogram(
        x, 50.0, signal.get_window("hann", 100), noverlap=75, nfft=200, detrend="linear", scaling="density"
    )
    np.testing.assert_allclose(specs.frequencies, f[4:84])
    np.testing.assert_allclose(specs.times, t)
    np.testing.assert_allclose(specs.values, 10 * np.log10(power[:, 4:84]), atol=2e-3)


WINDOWS = ["hann", ("kaiser", 14.0), "boxcar"]


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("detrend", ["linear", "constant", None])
@pytest.mark.parametrize(("n_segment", "hop", "n_fft"), [(128, 32, 256), (101, 20, 101), (100, 100, 151), (77, 1, 512)])
@pytest.mark.parametrize("kind", ["f4", "f8", "i4"])
def test_bins_are_scipys(window, detrend, n_segment, hop, n_fft, kind):
    """Nobody could reproduce a spectrogram with what they have."""
    rate = 40.0
    x = (np.cumsum(noise(3, 600), axis=1) * 1000 + 5000).astype(kind)
    specs = spectrograms_from_waveforms(
        x,
        rate,
        segment_s=n_segment / rate,
        hop_s=hop / rate,
        fmin_hz=0.0,
        fmax_hz=rate / 2,
        frequency_axis="bins",
        window=window,
        n_fft=n_fft,
        detrend=detrend,
        scale="power",
    )
    assert specs.settings["unit"] == "unit²/Hz"
    # SciPy must not compute in float32, as it does for float32
    x = x.astype("f8")
    f, t, power = signal.spectrogram(
        x, rate, window, n_segment, n_segment - hop, n_fft, detrend or False, mode="psd", scaling="density"
    )
    np.testing.assert_allclose(specs.frequencies, f, rtol=1e-12)
    np.testing.assert_allclose(specs.times, t, rtol=1e-12)
    # value by value, but for what detrending and a window leave of 0 Hz: that is rounding, of each one's own kind
    rounding = 1e-14 * power.max()
    np.testing.assert_allclose(specs.values, power, rtol=1e-6, atol=rounding)
    transform = signal.ShortTimeFFT(
        signal.get_window(window, n_segment), hop, rate, fft_mode="onesided2X", mfft=n_fft, scale_to="psd"
    )
    power = transform.spectrogram(x, detr=detrend, p0=0, p1=len(t), k_offset=transform.m_num_mid)
    np.testing.assert_allclose(specs.values, power, rtol=1e-6, atol=rounding)


def test_an_offset_survives_without_detrending():
    """A large offset would drown the signal in float32's rounding where nobody asked to take it out."""
    x = noise(2) + 1e7
    # at the bins of an FFT of a segment's length Hann's window has no side lobes; linear bands of one bin each
    settings = {"segment_s": 4.0, "n_fft": 200, "fmin_hz": 0.875, "fmax_hz": 20.875, "detrend": None, "scale": "power"}
    settings |= {"n_freqs": 80, "frequency_axis": "linear"}
    specs = spectrograms_from_waveforms(x, 50.0, **settings)
    np.testing.assert_allclose(specs.values, spectrograms_from_waveforms(noise(2), 50.0, **settings).values, rtol=1e-4)


def test_edges_that_are_bins_are_included():
    """The band would end one bin early, by rounding."""
    specs = spectrograms_from_waveforms(
        noise(), 100.0, segment_s=10.0, n_fft=1000, fmin_hz=0.3 + 1e-12, fmax_hz=0.7, frequency_axis="bins"
    )
    np.testing.assert_allclose(specs.frequencies, [0.3, 0.4, 0.5, 0.6, 0.7])


def test_bands_are_means_of_bins():
    """A band average would not conserve power."""
    settings = {"segment_s": 5.12, "n_fft": 512, "window": ("kaiser", 14.0), "scale": "power"}
    df = 50 / 512
    bands = spectrograms_from_waveforms(
        noise(), 50.0, frequency_axis="linear", fmin_hz=9.5 * df, fmax_hz=209.5 * df, n_freqs=40, **settings
    )
    bins = spectrograms_from_waveforms(
        noise(), 50.0, frequency_axis="bins", fmin_hz=10 * df, fmax_hz=209 * df, **settings
    )
    assert bins.shape[0] == 200
    means = bins.values.reshape(5, 40, 5, -1).mean(axis=2)
    np.testing.assert_allclose(bands.values, means, rtol=1e-5)
    np.testing.assert_allclose(bands.frequencies, bins.frequencies.reshape(40, 5).mean(axis=1))


@pytest.mark.parametrize("frequency_axis", ["log", "linear", "bins"])
def test_scales_are_one_another(frequency_axis):
    """Decibels, power and amplitude of the same windows would disagree, or not say what they are."""
    made = {
        scale: spectrograms_from_waveforms(noise(), 50.0, frequency_axis=frequency_axis, scale=scale)
        for scale in ("db", "power", "amplitude")
    }
    np.testing.assert_allclose(made["db"].values, 10 * np.log10(made["power"].values), atol=1e-4)
    np.testing.assert_allclose(made["amplitude"].values ** 2, made["power"].values, rtol=1e-5)
    units = [specs.settings["unit"] for specs in made.values()]
    assert units == ["dB re 1 unit²/Hz", "unit²/Hz", "unit/√Hz"]


def test_floor():
    """Values below the floor would stay, or others move."""
    specs = spectrograms_from_waveforms(noise(), 50.0)
    floor = float(np.median(specs.values))
    floored = spectrograms_from_waveforms(noise(), 50.0, floor_db=floor)
    np.testing.assert_array_equal(floored.values, np.maximum(specs.values, np.float32(floor)))


@pytest.mark.parametrize("scale", ["db", "power", "amplitude"])
def test_whitening(scale):
    """A frequency's background would stay in, or the values' unit claim that it did."""
    x = noise()
    plain = spectrograms_from_waveforms(x, 50.0, scale=scale)
    white = spectrograms_from_waveforms(x, 50.0, scale=scale, whiten=True)
    background = np.median(plain.values, axis=2, keepdims=True)
    expected = plain.values - background if scale == "db" else plain.values / background
    np.testing.assert_allclose(white.values, expected, rtol=1e-5, atol=1e-5)
    assert white.settings["unit"] == f"{'dB' if scale == 'db' else scale} re each frequency's median"
    x[0, 100:] = 0  # a median of nothing
    assert np.isfinite(spectrograms_from_waveforms(x, 50.0, scale=scale, whiten=True).values).all()


@pytest.mark.parametrize("window", [("kaiser", 14.0), ["kaiser", 14], ("general_cosine", [0.5, 0.5]), "hann"])
def test_settings_can_be_written_down(window, tmp_path):
    """Settings read from a file would not be those that were written, or could not be compared."""
    settings = STFT(4.0, 1.0, 0.5, 20.0, frequency_axis="bins", window=window, n_fft=256, detrend=None, scale="power")
    hash(settings)
    assert STFT(**json.loads(json.dumps(asdict(settings)))) == settings
    text = "\n".join(f"{name} = {json.dumps(value)}" for name, value in asdict(settings).items() if value is not None)
    assert STFT(**tomllib.loads(text)) == settings  # TOML has no word for None: what is None is the default
    specs = spectrograms_from_waveforms(noise(), 50.0, **asdict(settings))
    stored = Spectrograms.open(specs.save(tmp_path / "specs")).settings
    assert STFT(**stored["stft"]) == settings
    assert stored["unit"] == "unit²/Hz"


def test_band_power_is_kept():
    """A line between two bins, or a narrow band, would lose or gain power."""
    t = np.arange(6000) / 100
    for frequency in (0.31, 3.14, 17.77):
        specs = spectrograms_from_waveforms(
            np.sin(2 * np.pi * frequency * t)[None], 100.0, segment_s=20.0, fmin_hz=0.1, fmax_hz=40.0
        )
        edges = np.geomspace(0.1, 40, 65)
        power = (10 ** (specs.values[0] / 10) * np.diff(edges)[:, None]).sum(axis=0)
        np.testing.assert_allclose(power, 0.5, rtol=0.02)  # mean square of a sine


def test_time_axis_is_at_segment_centres():
    """Onsets would be drawn half a segment early."""
    x = 1e-3 * noise(1, 3000)
    x[0, 1500:1510] += 100
    specs = spectrograms_from_waveforms(x, 50.0, segment_s=2.0, hop_s=0.1)
    assert specs.times[specs.values[0].mean(axis=0).argmax()] == pytest.approx(30.1, abs=0.15)


def test_bad_windows_are_skipped_and_reported():
    """One dead or broken record would poison a whole run."""
    x = noise(6)
    x[1] = 3.0
    x[4, 7] = np.nan
    specs = spectrograms_from_waveforms(x, 50.0, pd.DataFrame({"name": list("abcdef")}))
    assert specs.metadata.name.tolist() == list("acdf")
    assert specs.skipped.record.tolist() == [1, 4]
    assert specs.skipped.reason.str.split(":").str[0].tolist() == ["dead", "not finite"]
    gappy = np.ma.masked_array(noise(3).astype("i4"), mask=False)
    gappy[1, 100:200] = np.ma.masked
    assert spectrograms_from_waveforms(gappy, 50.0).skipped.record.tolist() == [1]  # what is under a mask is no data


def test_caller_keeps_the_data():
    """The user's array would be changed behind their back."""
    x = noise()
    before = x.copy()
    specs = spectrograms_from_waveforms(x, 50.0)
    np.testing.assert_array_equal(x, before)
    assert specs.n_samples == 5


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"fmax_hz": 30.0}, "fmax_hz must be at most half the sampling rate"),
        ({"fmin_hz": 9.0, "fmax_hz": 5.0}, "fmin_hz must be between 0 and fmax_hz"),
        ({"segment_s": 100.0}, "segment_s must span between"),
        ({"segment_s": -1.0}, "segment_s must be positive, got -1.0"),
        ({"segment_s": 2.0, "hop_s": 3.0}, "hop_s must be positive and at most segment_s"),
        ({"n_freqs": 2}, "n_freqs must be at least 4, got 2"),
        ({"frequency_axis": "mel"}, "frequency_axis must be 'log', 'linear' or 'bins', got 'mel'"),
        ({"fmin_hz": 0.0}, "fmin_hz must be above 0 on a log frequency axis"),
        ({"frequency_axis": "bins", "n_freqs": 64}, "n_freqs must not be given with frequency_axis='bins', got 64"),
        (
            {"frequency_axis": "bins", "fmin_hz": 1.0, "fmax_hz": 1.1},
            "fmin_hz to fmax_hz must hold at least 4 bins, which are 0.149701 Hz apart, got 1.",
        ),
        ({"segment_s": 2.0, "n_fft": 99}, "n_fft must be at least the points of a segment (100), got 99"),
        ({"n_fft": 256.0}, "n_fft must be a whole number of at least 8, got 256.0"),
        ({"detrend": "quadratic"}, "detrend must be 'linear', 'constant' or 'none', got 'quadratic'"),
        ({"scale": "log"}, "scale must be 'db', 'power' or 'amplitude', got 'log'"),
        ({"scale": "power", "floor_db": -90.0}, "floor_db must be finite and needs scale='db' ('power'), got -90.0"),
        ({"floor_db": np.nan}, "floor_db must be finite and needs scale='db' ('db'), got nan"),
        ({"window": "hamster"}, "window must be one of SciPy's, such as 'hann' or ('kaiser', 14.0), got 'hamster'"),
        ({"window": "kaiser"}, "window must be one of SciPy's, such as 'hann' or ('kaiser', 14.0), got 'kaiser'"),
        ({"window": ("kaiser", np.nan)}, "window must be one of SciPy's"),
        ({"window": 14.0}, "window must be one of SciPy's"),
    ],
)
def test_bad_settings_are_named(settings, said):
    """A wrong setting would fail deep inside, without its name."""
    with pytest.raises(ValueError, match=re.escape(said)):
        spectrograms_from_waveforms(noise(), 50.0, **settings)


def test_bad_arrays_are_named():
    """A wrong shape would fail deep inside."""
    with pytest.raises(ValueError, match="waveforms must be an array"):
        spectrograms_from_waveforms(np.zeros(10), 50.0)
    with pytest.raises(TypeError, match="waveforms must be real numbers, got complex128"):
        spectrograms_from_waveforms(noise() * 1j, 50.0)
    with pytest.raises(TypeError, match="metadata must be a pandas.DataFrame, got list"):
        spectrograms_from_waveforms(noise(), 50.0, list("abcde"))
    with pytest.raises(ValueError, match="metadata must have one row a window"):
        spectrograms_from_waveforms(noise(), 50.0, pd.DataFrame({"a": [1]}))
    with pytest.raises(ValueError, match="sampling_rate must be positive"):
        spectrograms_from_waveforms(noise(), 0)
    with pytest.raises(ValueError, match="waveforms must hold a usable window"):
        spectrograms_from_waveforms(np.zeros((3, 2000)), 50.0)


def test_defaults_fit_any_window():
    """A window of another length or rate would need its settings found by hand."""
    for n_points, rate in ((200, 20.0), (12000, 100.0), (1800, 40.0)):
        settings = STFT.for_windows(n_points / rate, rate)
        specs = spectrograms_from_waveforms(noise(2, n_points), rate)
        assert specs.shape[0] == 64
        assert specs.shape[1] >= 40
        assert specs.frequencies[-1] < settings.fmax_hz < rate / 2
