"""Measures of windows: equal to plain NumPy, window by window."""

import dataclasses

import numpy as np
import pytest

from tests.toys import polarised
from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.views.measures import durations, measure
from zclust_explore.views.tiles import DecibelScale, amplitude_unit


def plain(specs, scale, index):
    """Peak, SNR and duration of one window, as they are defined."""
    values = specs.values[index].astype(float)
    power = 10 ** ((values - scale.background[..., None]) / 10)
    snr = 10 * np.log10(power.mean(axis=tuple(range(power.ndim - 1))).max())
    energy = np.maximum(power - 1, 0).sum(axis=tuple(range(power.ndim - 1)))
    edges = np.concatenate([[0], np.cumsum(energy)]) / energy.sum()
    ends = np.interp([0.05, 0.95], edges, np.arange(len(edges)))
    return values.max(), snr, (ends[1] - ends[0]) * (specs.times[1] - specs.times[0])


@pytest.mark.parametrize("specs", [make_spectrograms(72, random_state=0), polarised(30)], ids=["one", "three"])
def test_measures_are_those_of_plain_numpy(specs) -> None:
    """A card or an order of the gallery would say other decibels or seconds than its own definition."""
    scale = DecibelScale(specs)
    found = measure(specs, scale)
    expected = np.array([plain(specs, scale, index) for index in range(specs.n_samples)]).T
    for got, wanted in zip((found.peak, found.snr_db, found.duration_s), expected, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-6)


def test_known_lengths_come_back() -> None:
    """The length of a signal would depend on where in its window it lies, or on how strong it is."""
    times = np.arange(60) + 0.5
    energy = np.zeros((3, 60))
    energy[0, 10:30], energy[1, 35:55], energy[2, 7] = 1, 40, 5
    np.testing.assert_allclose(durations(energy, times), [18, 18, 0.9])
    assert np.isnan(durations(np.zeros((1, 60)), times)[0])


def test_what_is_no_decibels_has_no_signal_to_noise_ratio() -> None:
    """A card of images would tell decibels that do not exist."""
    specs = make_spectrograms(16, random_state=0)
    specs = dataclasses.replace(specs, values=np.abs(specs.values), settings={"unit": "unit²/Hz"})
    found = measure(specs, DecibelScale(specs))
    assert np.isnan(found.snr_db).all() and np.isfinite(found.duration_s).all()


@pytest.mark.parametrize(
    ("steps", "unit"),
    [({}, "counts"), ({"output": "velocity"}, "m/s"), ({"output": "velocity", "normalise": "max"}, "")],
)
def test_amplitudes_have_the_unit_of_what_was_done(steps, unit) -> None:
    """A waveform in counts would be read as ground motion, or one without a unit be given one."""
    specs = make_spectrograms(16, random_state=0)
    settings = {**specs.settings, "signals": {"preprocessing": steps}}
    assert amplitude_unit(dataclasses.replace(specs, settings=settings)) == unit


def test_the_scale_of_a_large_set_is_that_of_all_of_it() -> None:
    """The colours of a long record would be those of its first day."""
    specs = make_spectrograms(72, random_state=0)
    rows = np.arange(2_000) % 72
    many = dataclasses.replace(
        specs,
        values=specs.values[rows] + np.linspace(0, 40, 2_000, dtype=np.float32)[:, None, None],
        metadata=specs.metadata.iloc[rows].reset_index(drop=True),
        waveforms=None,
    )
    np.testing.assert_allclose(DecibelScale(many).limits("absolute"), np.percentile(many.values, [1, 99.7]), atol=1.5)
