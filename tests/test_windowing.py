"""Where windows begin: on the right samples, whatever the calendar says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from obspy import Trace, UTCDateTime

from zclust_explore.data.windowing import Windowing


def clock(n_points, rate, start):
    """A trace whose samples are their own numbers."""
    return Trace(np.arange(n_points, dtype=float), {"sampling_rate": rate, "starttime": start})


@given(
    rate=st.sampled_from([1.0, 20.0, 62.5, 100.0, 1000 / 3]),
    window=st.integers(8, 200),
    step=st.integers(1, 300),
    # midnight after a leap second, a new year, and any other time
    start=st.sampled_from([1483228790.0, 1467331190.123456, 1577836795.5, 0.25]),
    n_points=st.integers(8, 2000),
)
def test_sliding_windows_hold_the_samples_of_their_time(rate, window, step, start, n_points):
    """A window would be a sample early, or the last one that fits be missing."""
    trace = clock(n_points, rate, UTCDateTime(start))
    windowing = Windowing(window / rate, step / rate)
    begin_ns = trace.stats.starttime.ns
    starts = windowing.sliding_ns(begin_ns, begin_ns + round(n_points * 1e9 / rate))
    waveforms, numbers, times_ns = windowing.cut(trace, starts)
    first = np.arange(0, max(0, n_points - window + 1), step)
    # rounding to nanoseconds may cost the very last window, and nothing else
    assert len(first) - 1 <= len(waveforms) <= len(first)
    np.testing.assert_array_equal(waveforms, first[: len(waveforms), None] + np.arange(window))
    np.testing.assert_array_equal(numbers, np.arange(len(waveforms)))
    assert np.abs(times_ns - begin_ns - first[: len(waveforms)] * (1e9 / rate)).max(initial=0) <= 1


def test_windows_that_do_not_lie_inside_are_left_out():
    """A window would be filled with what lies beside it."""
    trace = clock(100, 10.0, UTCDateTime(0))
    waveforms, numbers, _ = Windowing(2.0).cut(trace, np.array([-100_000_000, 0, 8_000_000_000, 8_100_000_000]))
    assert numbers.tolist() == [1, 2]
    assert waveforms[:, 0].tolist() == [0, 80]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"window_s": -1}, "window_s must be positive, got -1"),
        ({"window_s": 5, "step_s": 0}, "step_s must be positive, got 0"),
        ({"window_s": 5, "before_s": 5}, r"before_s must be from 0 to less than window_s \(5\), got 5"),
        ({"window_s": 5, "sta_s": 30}, r"sta_s must be less than lta_s \(30.0\), got 30"),
        ({"window_s": 5, "trigger_on": 2, "trigger_off": 3}, r"trigger_off must be at most trigger_on \(2\), got 3"),
    ],
)
def test_impossible_settings_are_refused(settings, message):
    """A whole archive would be read for nothing."""
    with pytest.raises(ValueError, match=message):
        Windowing(**settings)
