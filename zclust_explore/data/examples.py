"""Real records that come with ObsPy, by name."""

from __future__ import annotations

import gzip
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .spectrograms import Spectrograms
from .stft import spectrograms_from_waveforms

if TYPE_CHECKING:
    from obspy import Stream

KW1_FILE = "signal/tests/data/BW.KW1._.EHZ.D.2011.090_downsampled.asc.gz"


def load_example(name: str = "kw1") -> Spectrograms:
    """Spectrograms of a real record that is part of ObsPy's installation: nothing is downloaded.

    Parameters
    ----------
    name : {"kw1"}
        "kw1": station BW.KW1, vertical component, 100 Hz, 2.6 h from 2011-03-31T00:00:00.18 UTC, in counts. It holds a
        teleseism (P near minute 32, surface waves in minutes 80–115, strongest below 0.1 Hz), short local bursts
        (minutes 65–66 and 145, 5–50 Hz), a machine line that wanders near 30 Hz, fixed lines and quiet background.

    Returns
    -------
    Spectrograms
        931 windows of 60 s, one every 10 s; 64 bands of equal width in octaves from 0.05 to 50 Hz; STFT segments
        of 15 s, one every second. 15 s resolve the surface waves from the microseism and still show a burst of some
        seconds as a streak, and only a logarithmic axis shows both. `minute` counts from the start of the record to
        the middle of the window.

    Raises
    ------
    ValueError
        If there is no example of that name.
    FileNotFoundError
        If this ObsPy was packaged without its test data.

    Examples
    --------
    >>> import zclust_explore as zx
    >>> zx.load_example("kw1")
    Spectrograms(931 windows of 60 s, 1 trace(s), 64 frequencies 0.0528–47.4 Hz, 46 times, 0 skipped)
    """
    record = _read(name)
    sampling_rate, window_s, hop_s = 100.0, 60.0, 10.0
    n_points, hop = round(window_s * sampling_rate), round(hop_s * sampling_rate)
    windows = np.lib.stride_tricks.sliding_window_view(record, n_points)[::hop]  # a view: overlaps are not copied
    start_s = np.arange(len(windows)) * hop_s
    metadata = pd.DataFrame(
        {
            "trace_id": "BW.KW1..EHZ",
            "starttime": pd.Timestamp("2011-03-31T00:00:00.18", tz="UTC") + pd.to_timedelta(start_s, unit="s"),
            "minute": (start_s + window_s / 2) / 60,
        }
    )
    return spectrograms_from_waveforms(
        windows, sampling_rate, metadata, segment_s=15.0, hop_s=1.0, fmin_hz=0.05, fmax_hz=50.0, n_freqs=64
    )


def load_record(name: str = "kw1") -> Stream:
    """Return the record that an example is cut from, as ObsPy would have read it: 100 Hz, in counts.

    Raises
    ------
    ValueError
        If there is no example of that name.
    FileNotFoundError
        If this ObsPy was packaged without its test data.

    Examples
    --------
    >>> print(load_record()[0])
    BW.KW1..EHZ | 2011-03-31T00:00:00.180000Z - 2011-03-31T02:36:00.180000Z | 100.0 Hz, 936001 samples
    """
    from obspy import Stream, Trace, UTCDateTime

    codes = dict(zip(("network", "station", "location", "channel"), "BW.KW1..EHZ".split("."), strict=True))
    start = UTCDateTime("2011-03-31T00:00:00.18")
    return Stream([Trace(_read(name), {**codes, "sampling_rate": 100.0, "starttime": start})])


def _read(name: str) -> np.ndarray:
    if name != "kw1":
        raise ValueError(f"name must be 'kw1', got {name!r}.")
    # the folder is found without importing ObsPy, whose import takes a second
    spec = importlib.util.find_spec("obspy")
    path = Path(spec.origin).parent / KW1_FILE if spec and spec.origin else Path(KW1_FILE)
    if not path.exists():
        raise FileNotFoundError(
            f"The record 'kw1' must be in ObsPy's folder, but {path} does not exist: some distributions leave out "
            "ObsPy's test data. Install ObsPy with pip, or use the toy world: zx.make_spectrograms()."
        )
    with gzip.open(path) as file:
        return np.array(file.read().split(), dtype=np.float32)
