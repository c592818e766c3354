"""SeisBench data sets as a source: what SeisBench wrote becomes windows with their rows of metadata."""

import numpy as np
import pandas as pd
import pytest

from tests import test_seisbench
from zclust_explore.data.reading import read_spectrograms
from zclust_explore.data.seisbench import read_seisbench

pytestmark = test_seisbench.pytestmark  # SeisBench's own warnings
HOW = {"window_s": 1.0, "step_s": 0.5, "fmin_hz": 8, "fmax_hz": 40, "n_freqs": 8, "progress_bar": False, "workers": 0}


@pytest.fixture
def folder(tmp_path):
    """Nine traces of 3 s and longer, whose first arrivals are known for all but one."""
    test_seisbench.write(tmp_path)
    file = tmp_path / "metadata.csv"
    table = pd.read_csv(file, dtype=str, keep_default_na=False)
    p = [str(100 + row) for row in range(len(table))]
    p[4] = ""
    table.assign(trace_Pg_arrival_sample=p, trace_S_arrival_sample="150").to_csv(file, index=False)
    return tmp_path


@pytest.mark.parametrize("workers", [0, 1])
def test_windows_slide_along_each_trace(folder, tmp_path, workers):
    """Windows would cross from one trace to the next, take another component, or lose their row of metadata."""
    dataset = read_seisbench(folder)
    specs = read_spectrograms(folder, **{**HOW, "workers": workers})
    whole = dataset.read().waveforms
    at = 0
    for row, waveform in enumerate(whole):
        z = waveform[dataset.metadata.trace_component_order[row].index("Z")]
        for start in range(0, len(z) - 99, 50):
            np.testing.assert_array_equal(specs.waveforms[at], z[start : start + 100])
            metadata = specs.metadata.iloc[at]
            assert metadata.trace_name == dataset.metadata.trace_name[row]
            assert metadata.starttime == dataset.metadata.starttime[row] + pd.Timedelta(seconds=start / 100)
            assert metadata.trace_id == dataset.metadata.trace_id[row] + "Z"
            assert metadata.source_magnitude == dataset.metadata.source_magnitude[row]
            at += 1
    assert at == specs.n_samples


def test_windows_around_arrivals(folder):
    """The wrong phase would be cut, or a window begin at the arrival and not before it."""
    dataset = read_seisbench(folder)
    specs = read_spectrograms(dataset, phases=["P"], before_s=0.3, **{k: v for k, v in HOW.items() if k != "step_s"})
    assert specs.n_samples == 8
    assert set(specs.metadata.phase) == {"Pg"}
    rows = [row for row in range(9) if row != 4]
    for at, row in enumerate(rows):
        z = dataset.read([row]).waveforms[0][dataset.metadata.trace_component_order[row].index("Z")]
        first = 100 + row - 30
        np.testing.assert_array_equal(specs.waveforms[at], z[first : first + 100])
        passed = specs.metadata.arrival[at] - specs.metadata.starttime[at]
        assert abs(passed.total_seconds() - 0.3) < 1e-6
    assert specs.skipped.reason.tolist() == ["no arrival of Pg"]
    with pytest.raises(ValueError, match=r"phases must be among \['Pg', 'S'\], got \['X'\]"):
        read_spectrograms(dataset, phases=["X"], **HOW)
    with pytest.raises(ValueError, match="arrivals must be None for a SeisBench data set"):
        read_spectrograms(dataset, arrivals=pd.DataFrame({"time": ["2024-01-01"]}), **HOW)


def test_a_store_of_it_is_completed(folder, tmp_path):
    """A data set larger than memory could not be read, or a second call begin anew."""
    memory = read_spectrograms(folder, **HOW)
    stored = read_spectrograms(folder, to=tmp_path / "store", **HOW)
    again = read_spectrograms(folder, to=tmp_path / "store", **HOW)
    assert stored.content_hash == memory.content_hash == again.content_hash
    pd.testing.assert_series_equal(stored.metadata.starttime, memory.metadata.starttime)


def test_what_is_missing_is_told(folder):
    """Traces without a waveform, a time or a rate would stop everything, or vanish."""
    file = folder / "metadata.csv"
    table = pd.read_csv(file, dtype=str, keep_default_na=False)
    table.loc[0, "trace_name"] = "nowhere$1,:3,:300"
    table.loc[1, "trace_start_time"] = ""
    table["trace_sampling_rate_hz"] = "100"
    table.loc[2, "trace_sampling_rate_hz"] = "0"
    table.loc[3, "trace_npts"] = "40"
    table["trace_npts"] = table["trace_npts"].fillna("")
    table.to_csv(file, index=False)
    specs = read_spectrograms(folder, **HOW)
    told = dict(specs.skipped.itertuples(index=False))
    assert told.pop("nowhere$1,:3,:300") == "no waveform of this name"
    assert sorted(told.values()) == ["no sampling rate: 0.0 Hz", "too short: 0.4 s, where a window has 1 s"]
    assert specs.noted.reason.str.contains("no trace_start_time").sum() == 1
    assert specs.metadata.trace_name.nunique() == 6
