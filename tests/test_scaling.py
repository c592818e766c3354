"""Scaling: what the network sees, and the way back to decibels."""

import numpy as np
import pytest

from zclust_explore.data.scaling import Scaling
from zclust_explore.data.synthetic import make_spectrograms


@pytest.fixture(scope="module")
def specs():
    return make_spectrograms(80, random_state=0)


@pytest.mark.parametrize("amplitude", ["discard", "keep"])
def test_invert_undoes_apply_within_the_range(specs, amplitude):
    """A perfect reconstruction would not look like the spectrogram."""
    scaling = Scaling.fit(specs, amplitude)
    back = scaling.invert(scaling.apply(specs.values), specs.values)
    background = np.array(scaling.background_db, dtype=np.float32)[None, :, None]
    level = np.median(specs.values - background, axis=(1, 2), keepdims=True)
    above = specs.values - background - level
    inside = (above > scaling.floor_db) & (above < scaling.ceiling_db)
    assert inside.mean() > 0.7
    np.testing.assert_allclose(back[inside], specs.values[inside], atol=1e-3)
    np.testing.assert_allclose((back - background - level)[~inside], np.clip(above, -5, 25)[~inside], atol=1e-3)


def test_network_input_has_unit_power(specs):
    """The learning rate would mean another thing for every data set (trap 24)."""
    for amplitude in ("discard", "keep"):
        scaled = Scaling.fit(specs, amplitude).apply(specs.values)
        assert scaled.dtype == np.float32
        assert np.square(scaled).mean() == pytest.approx(1, rel=0.01)


def test_gain_is_discarded_or_kept(specs):
    """Amplitude would count, or not, against the user's choice (trap 25)."""
    louder = specs.values + 20  # a gain
    for amplitude in ("discard", "keep"):
        scaling = Scaling.fit(specs, amplitude)
        np.testing.assert_allclose(scaling.apply(louder), scaling.apply(specs.values), atol=1e-3)
    spread = {a: Scaling.fit(specs, a).apply(specs.values).std(axis=(1, 2)).std() for a in ("discard", "keep")}
    assert spread["discard"] < 1e-3 < 0.2 < spread["keep"]


def test_settings_round_trip(specs):
    """A reopened run would scale differently."""
    scaling = Scaling.fit(specs)
    assert Scaling.from_dict(scaling.to_dict()) == scaling


def test_flat_windows_stay_finite(specs):
    """A window without contrast would be 0/0 and poison the run (trap 22)."""
    values = specs.values[:2].copy()
    values[0] = np.array(Scaling.fit(specs).background_db)[:, None]
    assert np.isfinite(Scaling.fit(specs).apply(values)).all()


def test_bad_choice_is_named(specs):
    """A misspelt choice would be taken for the other one."""
    with pytest.raises(ValueError, match="amplitude must be 'discard' or 'keep', got 'drop'"):
        Scaling.fit(specs, "drop")
