"""Samples: the metadata arrives in the browser as it is in the table."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st

from tests.made_runs import make_run
from zclust_explore.views.samples import UNKNOWN, samples
from zclust_explore.views.state import ExplorerState
from zclust_explore.widgets._base import samples_columns


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Two snapshots."""
    return make_run(tmp_path_factory.mktemp("run") / "run", n_samples=40, n_pretrain=1, n_cluster=1)


def of(run, table):
    """Columns of another table for the same run."""
    return samples(SimpleNamespace(spectrograms=dataclasses.replace(run.spectrograms, metadata=table)))


def texts(column):
    """Words of a text column, None where unknown."""
    return [None if code == UNKNOWN else column.words[code] for code in column.values]


def test_times_are_exact_to_the_millisecond(run) -> None:
    """float32 time stamps would be off by minutes."""
    table = run.spectrograms.metadata
    columns = samples(run)
    assert columns["starttime"].values.tolist() == [time.value // 10**6 for time in table.starttime]
    assert texts(columns["label"]) == table.label.tolist()
    assert [column.name for column in columns.columns] == list(table.columns)


def test_odd_metadata_is_sent_all_the_same(run) -> None:
    """One missing number, a list or a category in a column would keep the whole explorer from being drawn."""
    half = run.n_samples // 2
    table = pd.DataFrame(
        {
            "starttime": pd.to_datetime(["2020-01-01T00:00:00.25+01:00", None] * half, utc=True),
            "minute": pd.array([1, None] * half, dtype="Int64"),
            "label": pd.Categorical(["a", None] * half),
            "trace_id": [["XX", "TOY"]] * (2 * half),
            "day": pd.array(["monday", None] * half, dtype="string"),
            "picked": [True, False] * half,
            "maybe": pd.array([True, None] * half, dtype="boolean"),
            "nothing": [None] * (2 * half),
            7: [1j, 2j] * half,
        }
    )
    columns = of(run, table)
    assert columns["starttime"].values[0] == pd.Timestamp("2019-12-31T23:00:00.25").value / 1e6
    assert np.isnan(columns["starttime"].values[1])
    assert columns["minute"].values[0] == 1 and np.isnan(columns["minute"].values[1])
    assert texts(columns["label"])[:2] == ["a", None]
    assert texts(columns["day"])[:2] == ["monday", None]
    assert texts(columns["trace_id"])[0] == "['XX', 'TOY']"
    assert columns["picked"].kind == "flag" and columns["picked"].values[:2].tolist() == [1, 0]
    assert columns["maybe"].kind == "number" and np.isnan(columns["maybe"].values[1])
    assert texts(columns["nothing"])[0] is None
    assert columns["7"].kind == "text"


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=40, max_size=40))
def test_no_number_is_changed_on_the_way(run, numbers) -> None:
    """A question such as snr_db > 3.1 would be answered with a window too many or too few."""
    column = of(run, pd.DataFrame({"x": numbers}))["x"]
    np.testing.assert_array_equal(column.values.astype(np.float64), np.array(numbers))


def test_numbers_take_half_the_room_where_nothing_is_lost(run) -> None:
    """Counts and rounded numbers would cost twice the bytes."""
    columns = of(run, pd.DataFrame({"whole": range(40), "third": np.arange(40) / 3}))
    assert (columns["whole"].values.dtype, columns["third"].values.dtype) == (np.float32, np.float64)


def test_too_many_words_are_told_and_not_sent(run) -> None:
    """A file name a window would be cut off at the 65,536th, and name other windows' files."""
    table = pd.DataFrame({"file": [f"{i}.mseed" for i in range(UNKNOWN + 1)], "label": "a"})
    columns = samples(SimpleNamespace(spectrograms=SimpleNamespace(metadata=table)))
    assert columns.dropped == ("file",) and [column.name for column in columns.columns] == ["label"]
    fits = samples(SimpleNamespace(spectrograms=SimpleNamespace(metadata=table.iloc[:-1])))
    assert fits.dropped == () and fits["file"].values.max() == UNKNOWN - 1


def test_columns_travel_as_bytes(run) -> None:
    """The browser would read numbers as others than they are."""
    sent = samples_columns(samples(run))
    by_name = {entry["name"]: entry for entry in sent["columns"]}
    assert by_name["starttime"]["dtype"] == "f8" and len(by_name["starttime"]["values"]) == 8 * 40
    assert by_name["label"]["dtype"] == "u2" and "words" not in by_name["starttime"]
    assert sent["dropped"] == []


def test_state_keeps_query_and_words() -> None:
    """A reloaded page would have forgotten what was searched, coloured and hidden."""
    state = ExplorerState(n_samples=4, query="q < 0.5", colour_by="snr_db", words={"label": ["tremor"]})
    assert (state.query, state.colour_by, state.words) == ("q < 0.5", "snr_db", {"label": ["tremor"]})
    with pytest.raises(traitlets.TraitError):
        state.words = {"label": "tremor"}
