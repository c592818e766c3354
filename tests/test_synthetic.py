"""The toy world: repeatable, labelled, and with the physics that its docstring states."""

import numpy as np
import pytest

from zclust_explore.data.synthetic import KINDS, make_spectrograms, make_waveforms


def test_same_seed_same_world():
    """Nobody could repeat a result."""
    (a, table), (b, same), (c, _) = (make_waveforms(16, random_state=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(a, b)
    assert table.equals(same)
    assert not np.array_equal(a, c)


def test_kinds_are_equally_frequent_and_shuffled():
    """Scores would be those of another world than stated."""
    _, table = make_waveforms(80, random_state=0)
    assert table.label.value_counts().to_dict() == dict.fromkeys(KINDS, 10)
    assert (table.label.iloc[:8] != list(KINDS)).any()


@pytest.mark.parametrize(
    ("label", "low_hz", "high_hz"),
    [
        ("local_earthquake", 1.5, 15),
        ("teleseism", 0.2, 1.5),
        ("long_period", 0.5, 8),
        ("harmonic_tremor", 0.5, 12),
        ("rockfall", 2, 18),
        ("machine", 3.5, 20),
    ],
)
def test_signals_lie_in_their_band(label, low_hz, high_hz):
    """A kind would not look like what its docstring says."""
    for seed in range(3):
        specs = make_spectrograms(64, difficulty=0.0, random_state=seed)
        quiet = 10 ** (specs.values[(specs.metadata.label == "noise").to_numpy()] / 10)
        loud = 10 ** (specs.values[(specs.metadata.label == label).to_numpy()] / 10)
        widths = np.gradient(specs.frequencies)
        excess = np.clip(loud.mean(axis=(0, 2)) - quiet.mean(axis=(0, 2)), 0, None) * widths
        above = specs.frequencies > 0.4  # the microseism's own chance variations lie below
        if label == "teleseism":
            above[:] = True
        inside = (specs.frequencies >= low_hz) & (specs.frequencies <= high_hz)
        assert excess[inside & above].sum() > 0.8 * excess[above].sum()


def test_difficulty_lowers_the_signal_to_noise_ratio():
    """The knob would do nothing."""
    ratios = [make_waveforms(160, difficulty=d, random_state=0)[1].snr_db for d in (0.0, 0.5, 1.0)]
    for ratio, low in zip(ratios, (20, 10, 0), strict=True):
        assert low <= ratio.min() < low + 3
        assert low + 17 < ratio.max() <= low + 20
    assert ratios[0].isna().sum() == 20  # noise has none


def test_earthquakes_have_p_before_s():
    """The two phases would not be there to be seen."""
    waveforms, table = make_waveforms(400, difficulty=0.0, random_state=0)
    later = []
    for i in np.flatnonzero(table.label == "local_earthquake"):
        onset = int(table.onset_s[i] * 50)
        envelope = np.convolve(np.abs(waveforms[i]), np.ones(25) / 25, "same")
        later.append((envelope[onset : onset + 800].argmax()) / 50)
    assert 1 < np.median(later) < 8  # the largest amplitude is that of S, some seconds after P


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"n_samples": 7}, "n_samples must be at least 8, one of each kind, got 7"),
        ({"difficulty": 1.5}, "difficulty must be between 0 and 1, got 1.5"),
        ({"sampling_rate": 10.0}, "sampling_rate must be at least 40 Hz"),
        ({"duration_s": 5.0}, "duration_s must be at least 40 s"),
    ],
)
def test_bad_settings_are_named(settings, said):
    """A wrong setting would give a world that nobody asked for."""
    with pytest.raises(ValueError, match=said):
        make_waveforms(**settings)
