"""Scaling: what the network sees, and the way back to decibels."""

import json
from dataclasses import replace

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
    background = np.array(scaling.backgrounds_db[""], dtype=np.float32)[None, :, None]
    level = np.median(specs.values - background, axis=(1, 2), keepdims=True)
    above = specs.values - background - level
    inside = (above > scaling.floor_db) & (above < scaling.ceiling_db)
    assert inside.mean() > 0.7
    np.testing.assert_allclose(back[inside], specs.values[inside], atol=1e-3)
    np.testing.assert_allclose((back - background - level)[~inside], np.clip(above, -5, 25)[~inside], atol=1e-3)


def test_network_input_has_unit_power(specs):
    """The learning rate would mean another thing for every data set (trap 24)."""
    for amplitude, tolerance in (("discard", 0.3), ("keep", 0.01)):
        scaled = Scaling.fit(specs, amplitude).apply(specs.values)
        assert scaled.dtype == np.float32
        assert np.square(scaled).mean() == pytest.approx(1, rel=tolerance)


def test_gain_is_discarded_or_kept(specs):
    """Amplitude would count, or not, against the user's choice (trap 25)."""
    louder = specs.values + 20  # a gain
    for amplitude in ("discard", "keep"):
        scaling = Scaling.fit(specs, amplitude)
        np.testing.assert_allclose(scaling.apply(louder), scaling.apply(specs.values), atol=1e-3)
    flat, weak, strong = (np.zeros(specs.shape), np.zeros(specs.shape), np.zeros(specs.shape))
    weak[10:40, 5:35], strong[10:40, 5:35] = 12, 24
    for amplitude, least, most in (("discard", 1, 1.5), ("keep", 1.9, 2.1)):
        scaling = Scaling.fit(specs, amplitude)
        values = np.stack([flat, weak, strong]) + np.array(scaling.backgrounds_db[""])[:, None]
        contrast = scaling.apply(values).std(axis=(1, 2))
        assert contrast[0] < 1e-3  # nothing is not made into something
        assert least < contrast[2] / contrast[1] < most


def test_settings_round_trip(specs):
    """A reopened run would scale differently."""
    scaling = Scaling.fit(specs)
    assert Scaling.from_dict(scaling.to_dict()) == scaling


def test_flat_windows_stay_finite(specs):
    """A window without contrast would be 0/0 and poison the run (trap 22)."""
    values = specs.values[:2].copy()
    values[0] = np.array(Scaling.fit(specs).backgrounds_db[""])[:, None]
    for background in ("trace", "window"):
        assert np.isfinite(Scaling.fit(specs, background=background).apply(values)).all()


def of_traces(specs, trace_ids):
    """The same spectrograms, recorded elsewhere."""
    return replace(specs, metadata=specs.metadata.assign(trace_id=trace_ids))


def test_each_trace_has_its_own_background(specs):
    """The colour of a station's noise would be its clusters."""
    colour = np.linspace(0, 20, specs.shape[0])[:, None]
    values = specs.values.copy()
    values[1::2] += colour
    two = of_traces(replace(specs, values=values), ["XX.A", "XX.B"] * 40)
    scaling = Scaling.fit(two)
    assert scaling.background == "trace"
    scaled = scaling.apply(two.values, two.trace_ids())
    alone = [Scaling.fit(specs.select(slice(k, None, 2))).apply(specs.values[k::2]) for k in (0, 1)]
    for part, expected in zip((scaled[::2], scaled[1::2]), alone, strict=True):
        assert np.corrcoef(part.ravel(), expected.ravel())[0, 1] > 0.999
    back = scaling.invert(scaled, two.values, two.trace_ids())
    assert np.abs(back - two.values).mean() < 1
    reread = Scaling.from_dict(json.loads(json.dumps(scaling.to_dict())))
    np.testing.assert_array_equal(reread.apply(two.values, two.trace_ids()), scaled)
    assert np.isfinite(scaling.apply(two.values, np.full(80, "XX.NEW"))).all()  # the background of any


def test_events_at_many_stations_are_measured_against_their_own_window(specs):
    """The median of a few windows would be taken for background, and the signals in them for nothing."""
    many = of_traces(specs, [f"XX.S{number // 2}" for number in range(80)])
    scaling = Scaling.fit(many)
    assert scaling.background == "window"
    tilted = many.values + np.linspace(-10, 10, many.shape[0])[:, None]
    np.testing.assert_allclose(scaling.apply(tilted), scaling.apply(many.values), atol=1e-3)
    assert Scaling.fit(many, background="trace").background == "trace"


def test_bad_choice_is_named(specs):
    """A misspelt choice would be taken for the other one."""
    with pytest.raises(ValueError, match="amplitude must be 'discard' or 'keep', got 'drop'"):
        Scaling.fit(specs, "drop")
