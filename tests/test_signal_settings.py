"""Settings that a file holds and that make the same again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zclust_explore.data.preprocessing import Preprocessing
from zclust_explore.data.signal_settings import SignalSettings
from zclust_explore.data.windowing import Windowing

positive = st.floats(1e-3, 1e3)


@given(
    windowing=st.builds(Windowing, positive, st.none() | positive, trigger_on=st.none() | st.floats(2, 9)),
    preprocessing=st.builds(
        Preprocessing,
        gaps=st.sampled_from(["split", "interpolate", "zero"]),
        detrend=st.sampled_from([None, "constant", "linear"]),
        taper_s=st.none() | positive,
        output=st.sampled_from([None, "velocity"]),
        pre_filter_hz=st.none() | st.just((0.1, 0.2, 8.0, 9.0)),
        water_level_db=st.sampled_from([None, 60.0, 10.0]),
        zerophase=st.booleans(),
    ),
    stft=st.fixed_dictionaries(
        {},
        optional={"window": st.sampled_from(["hann", ("kaiser", 14.0), ("tukey", 0.5)]), "n_freqs": st.integers(4, 99)},
    ),
    components=st.sampled_from(["", "Z3", "ZNE"]),
)
def test_toml_there_and_back(windowing, preprocessing, stft, components):
    """A setting would be lost, or come back as another."""
    settings = SignalSettings(windowing, preprocessing, stft, components)
    again = SignalSettings.from_toml(settings.to_toml())
    assert again == settings
    assert again.to_toml() == settings.to_toml()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[windowing]\nwindow = 3\n", "values must hold settings only, but .*'window'"),
        ("[windowing]\nwindow_s = 3\n[stft]\nfmin = 1\n", "stft must have arguments of STFT, got 'fmin'"),
        ("components = 'Z-'\n[windowing]\nwindow_s = 3\n", "components must be letters and digits"),
        ("[windowing]\nwindow_s = 3\n[other]\nx = 1\n", "values must hold settings only, but .*'other'"),
    ],
)
def test_unknown_settings_are_refused(text, message):
    """A mistyped setting would be ignored in silence."""
    with pytest.raises(ValueError, match=message):
        SignalSettings.from_toml(text)
