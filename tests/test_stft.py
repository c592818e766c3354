"""Waveforms to spectrograms: numbers that SciPy gives, axes that are right, bad windows that are reported."""

import numpy as np
import pandas as pd
import pytest
from scipy import signal

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
        ({"frequency_axis": "mel"}, "frequency_axis must be 'log' or 'linear', got 'mel'"),
        ({"fmin_hz": 0.0}, "fmin_hz must be above 0 on a log frequency axis"),
    ],
)
def test_bad_settings_are_named(settings, said):
    """A wrong setting would fail deep inside, without its name."""
    with pytest.raises(ValueError, match=said.replace("(", "\\(")):
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
