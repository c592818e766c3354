"""Alignment: known shifts come back, and what windows have in common stands out."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from tests.toys import polarised
from zclust_explore.data.stft import spectrograms_from_waveforms
from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.views.alignment import hop_s, moved, stack
from zclust_explore.views.tiles import DecibelScale

RATE, N = 40.0, 60


@pytest.fixture(scope="module")
def family():
    """One event in different noise, at a known time in each window."""
    random = np.random.default_rng(0)
    t = np.arange(1200) / RATE
    delays = np.round(random.uniform(5, 15, N) * RATE) / RATE
    after = np.clip(t - delays[:, None], 0, None)
    events = after * np.exp(-after / 0.8) * np.sin(2 * np.pi * 6 * after)
    waves = 6 * events / events.max() + random.normal(0, 0.2, (N, len(t)))
    table = pd.DataFrame({"trace_id": ["XX.TOY..HHZ"] * N})
    specs = spectrograms_from_waveforms(waves, RATE, table, segment_s=1.6, hop_s=0.4, n_freqs=24, fmin_hz=1.0)
    return specs, delays


@pytest.mark.parametrize(("align", "tolerance_s"), [("onset", 0.12), ("correlation", 1.01 / RATE)])
@pytest.mark.parametrize("n", [N, 17])
def test_known_shifts_come_back(family, align, tolerance_s, n) -> None:
    """Windows of one kind of event would be drawn beside each other instead of on top of each other."""
    specs, delays = family
    made = stack(specs, DecibelScale(specs), np.arange(n), align)
    lined_up = made.shifts_s + delays[:n]
    assert np.abs(lined_up - np.median(lined_up)).max() <= tolerance_s
    assert abs(np.median(made.shifts_s)) <= 2 * hop_s(specs)
    before = stack(specs, DecibelScale(specs), np.arange(n), "none")
    assert np.abs(before.wave).max() < 0.6 < np.abs(made.wave).max() <= 1
    assert np.nanmax(made.mean) > np.nanmax(before.mean) + 3


def test_without_shifts_mean_and_stack_are_plain_means(family) -> None:
    """The picture above a gallery would not be the mean of what is below it."""
    specs, _ = family
    chosen = np.array([3, 44, 7])
    made = stack(specs, DecibelScale(specs), chosen, "none")
    np.testing.assert_allclose(made.mean, specs.values[chosen].mean(axis=0), rtol=1e-5)
    waves = specs.waveforms[chosen] - specs.waveforms[chosen].mean(axis=1, keepdims=True)
    expected = (waves / np.abs(waves).max(axis=1, keepdims=True)).mean(axis=0)
    np.testing.assert_allclose(made.wave, expected, atol=1e-6)
    assert made.n == 3 and not made.shifts_s.any()


@pytest.mark.parametrize("align", ["onset", "correlation"])
def test_works_without_waveforms_and_with_components(family, align) -> None:
    """A set without waveforms, or of three components, could not be aligned."""
    specs, delays = family
    bare = dataclasses.replace(specs, waveforms=None)
    made = stack(bare, DecibelScale(bare), np.arange(N), align)
    assert made.wave is None
    lined_up = made.shifts_s + delays
    assert np.quantile(np.abs(lined_up - np.median(lined_up)), 0.8) <= 2 * hop_s(specs)
    three = polarised(24)
    made = stack(three, DecibelScale(three), np.arange(24), align)
    assert made.mean.shape == three.values.shape[1:] and made.wave.shape == three.waveforms.shape[1:]


def test_a_mean_of_many_says_of_how_many() -> None:
    """A cluster of a hundred thousand windows would keep the kernel busy for a minute, or be cut off in silence."""
    specs = make_spectrograms(16, random_state=0)
    made = stack(specs, DecibelScale(specs), np.arange(4800) % 16, "none")
    assert made.n == 2000 and len(made.shifts_s) == 4800


def test_what_left_the_window_is_not_counted() -> None:
    """Shifted windows would be darker at the edges of their mean."""
    assert moved(np.array([[1, 2, 3]]), np.array([1])).tolist() == [[0, 1, 2]]
    assert moved(np.array([[1, 2, 3]]), np.array([-2])).tolist() == [[3, 0, 0]]
    assert moved(np.array([[1, 2, 3]]), np.array([3])).tolist() == [[0, 0, 0]]


def test_wrong_requests_are_refused(family) -> None:
    """An empty selection would be divided by its zero windows, or a misspelt choice be ignored."""
    specs, _ = family
    with pytest.raises(ValueError, match="at least one window"):
        stack(specs, DecibelScale(specs), np.array([], dtype=int), "none")
    with pytest.raises(ValueError, match="align must be"):
        stack(specs, DecibelScale(specs), np.arange(3), "centre")
