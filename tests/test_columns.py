"""Tables: what people have in their metadata is kept, or refused by name."""

import numpy as np
import pandas as pd
import pytest
import zarr
from obspy import UTCDateTime

from zclust_explore.data import columns


def kept(table, tmp_path):
    group = zarr.open_group(tmp_path / "table", mode="w")
    columns.write(group, table)
    return columns.read(group)


@pytest.mark.parametrize(
    ("given", "back"),
    [
        (pd.array([1, None], dtype="Int64"), [1.0, None]),
        (pd.array([1, 2], dtype="Int64"), [1, 2]),
        (pd.array([True, None], dtype="boolean"), [1.0, None]),
        (pd.array(["a", None], dtype="string"), ["a", None]),
        (pd.Categorical(["a", None]), ["a", None]),
        ([None, None], [None, None]),
        ([1.5, None], [1.5, None]),
        ([[1, 2], None], ["[1, 2]", None]),
        ([1, "a"], ["1", "a"]),
        (
            pd.to_datetime(["2020-01-01T01:00:00+01:00", None]).tz_convert("Europe/Berlin"),
            [pd.Timestamp("2020-01-01", tz="UTC"), None],
        ),
    ],
)
def test_odd_columns_are_kept(given, back, tmp_path):
    """One column of a kind that was not thought of would make the whole data set impossible to train on."""
    read = kept(pd.DataFrame({"x": given}), tmp_path)["x"]
    assert [None if pd.isna(value) else value for value in read] == back


@pytest.mark.parametrize(
    "given",
    [
        ["2011-03-31", "2011-03-31T00:00:10.18"],
        [UTCDateTime(2011, 3, 31), UTCDateTime("2011-03-31T00:00:10.18")],
        pd.to_datetime(["2011-03-31T02:00:00+02:00", "2011-03-31T02:00:10.18+02:00"], format="ISO8601"),
        [pd.Timestamp("2011-03-31"), pd.Timestamp("2011-03-31T00:00:10.18")],
    ],
)
def test_start_times_in_any_form(given):
    """A training of minutes would end in an explorer that cannot read its times."""
    times = pd.to_datetime(columns.checked(pd.DataFrame({"starttime": given}))["starttime"], utc=True)
    assert times.tolist() == [
        pd.Timestamp("2011-03-31", tz="UTC"),
        pd.Timestamp("2011-03-31T00:00:10.18", tz="UTC"),
    ]


def test_unknown_start_times_stay_unknown():
    """A missing time would become 1970, or an error."""
    assert columns.checked(pd.DataFrame({"starttime": [None, np.nan]}))["starttime"].isna().all()


def test_what_cannot_be_kept_is_named():
    """It would fail after the training, deep inside."""
    with pytest.raises(ValueError, match="two columns of one name, got 'a' twice"):
        columns.checked(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    with pytest.raises(TypeError, match="metadata must be a pandas.DataFrame, got NoneType"):
        columns.checked(None)
    with pytest.raises(ValueError, match="starttime must hold times .*, got 'noon' in row 1"):
        columns.checked(pd.DataFrame({"starttime": ["2020-01-01", "noon"]}))
    with pytest.raises(ValueError, match="starttime must hold times .*, got .*16110101"):  # not the year 1611
        columns.checked(pd.DataFrame({"starttime": [1611010112, 1611010113]}))


def test_the_callers_table_is_not_changed():
    """A column of the user's own table would change its type."""
    table = pd.DataFrame({"starttime": ["2020-01-01"]})
    columns.checked(table)
    assert table["starttime"].tolist() == ["2020-01-01"]


def test_a_table_without_columns_keeps_its_rows(tmp_path):
    """Spectrograms made from a bare array could be saved, but not opened again."""
    assert kept(pd.DataFrame(index=range(7)), tmp_path).shape == (7, 0)
