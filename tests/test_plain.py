"""Tests of the plain scaling."""

import json

import numpy as np
import pandas as pd
import pytest

from zclust_explore.data.plain import PlainScaling
from zclust_explore.data.scaling import Scaling
from zclust_explore.data.spectrograms import Spectrograms


def specs_of(values: np.ndarray) -> Spectrograms:
    n, n_freqs, n_times = values.shape
    return Spectrograms(values, np.arange(n_freqs), np.arange(n_times), pd.DataFrame(index=range(n)))


def test_the_whole_set_gets_mean_zero_and_variance_one() -> None:
    """A learning rate would do for one data set and not for another, or windows would lose their level."""
    values = np.random.default_rng(0).normal(300.0, 20.0, size=(30, 5, 7))
    values[3] += 100
    scaled = Scaling.fit(specs_of(values), kind="plain").apply(values)
    assert scaled.dtype == np.float32
    assert scaled.mean() == pytest.approx(0, abs=1e-4) and scaled.std() == pytest.approx(1, abs=1e-4)
    assert scaled[3].mean() > 2


def test_it_is_undone_also_from_a_file() -> None:
    """Reconstructions would not be in the units of the values."""
    values = np.random.default_rng(0).normal(-5.0, 0.2, size=(10, 4, 1)).astype(np.float32)
    scaling = Scaling.from_dict(json.loads(json.dumps(PlainScaling.fit(specs_of(values)).to_dict())))
    np.testing.assert_allclose(scaling.invert(scaling.apply(values), values), values, rtol=1e-5)


def test_what_cannot_be_scaled_is_refused() -> None:
    """NaN from 0/0 would poison the training."""
    with pytest.raises(ValueError, match="values must differ, but every one is the same"):
        PlainScaling.fit(specs_of(np.ones((4, 3, 2))))
    with pytest.raises(ValueError, match="kind must be 'decibels' or 'plain', got 'colours'"):
        Scaling.fit(specs_of(np.ones((4, 3, 2))), kind="colours")
