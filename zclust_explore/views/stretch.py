"""Stretch: waveforms as envelopes on a time axis of their own, with what was not recorded left open."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

Part = tuple[int, int, list]  # from when to when (ns) these traces are to be drawn


def stretch_envelope(parts: Iterable[Part], start_ns: int, stop_ns: int, most: int = 1400) -> np.ndarray:
    """Smallest and largest value in each of up to `most` columns between two times: (width, 2) float32, NaN in gaps.

    Parameters
    ----------
    parts : iterable of (start_ns, stop_ns, list of obspy.Trace)
        Traces, and between which times each of them counts.

    Examples
    --------
    >>> import numpy as np, obspy
    >>> trace = obspy.Trace(np.array([1.0, 5.0, -2.0, 0.0]))        # from 1970-01-01 on, 1 Hz
    >>> stretch_envelope([(0, 10**10, [trace])], 0, 8 * 10**9).tolist()
    [[1.0, 5.0], [-2.0, 0.0], [nan, nan], [nan, nan]]
    """
    clipped = []
    for begin_ns, end_ns, traces in parts:
        for trace in traces:
            rate, offset_ns = float(trace.stats.sampling_rate), trace.stats.starttime.ns
            low, high = max(begin_ns, start_ns), min(end_ns, stop_ns)
            first, last = (int(np.ceil((ns - offset_ns) * rate / 1e9 - 1e-6)) for ns in (low, high))
            data = trace.data[max(0, first) : max(0, last)]
            if len(data):
                clipped.append((data, (offset_ns - start_ns) / 1e9 + max(0, first) / rate, rate))
    seconds = (stop_ns - start_ns) / 1e9
    fastest = max((rate for _, _, rate in clipped), default=0.0)
    # at least two samples a column, so that only gaps leave one empty
    width = int(np.clip(seconds * fastest // 2, 1, most))
    envelope = np.full((width, 2), np.nan, dtype=np.float32)
    for data, at_s, rate in clipped:
        values = np.ma.filled(np.ma.asarray(data).astype(np.float64), np.nan)
        column = np.clip((at_s + np.arange(len(values)) / rate) * (width / seconds) + 1e-9, 0, width - 1).astype(int)
        begins = np.flatnonzero(np.diff(column, prepend=-1))
        here = column[begins]
        envelope[here, 0] = np.fmin(envelope[here, 0], np.fmin.reduceat(values, begins))
        envelope[here, 1] = np.fmax(envelope[here, 1], np.fmax.reduceat(values, begins))
    return envelope
