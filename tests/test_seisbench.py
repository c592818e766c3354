"""SeisBench data sets: SeisBench itself reads what is written here, and what it writes is read here, to the number."""

import logging
import os
import warnings
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import obspy
import pandas as pd
import pytest
import zarr

from zclust_explore.data import seisbench_writer
from zclust_explore.data.files import TemporaryFolder
from zclust_explore.data.seisbench import read_seisbench
from zclust_explore.data.seisbench_writer import write_seisbench

os.environ["SEISBENCH_CACHE_ROOT"] = str((CACHE := TemporaryFolder()).path)  # made when SeisBench is imported
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what compiling it for the first time finds
    from seisbench.data import WaveformDataset, WaveformDataWriter

# SeisBench 0.12.6 uses arguments that pandas 3.1 wants to give up.
pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame:pandas.errors.Pandas4Warning")

FORMAT = {"dimension_order": "CW", "component_order": "ZNE", "sampling_rate": 100.0}
RANDOM = np.random.default_rng(0)


def traces(n: int = 9) -> tuple[list[dict[str, Any]], list[np.ndarray]]:
    """Metadata and waveforms with everything that is awkward: lengths, codes that look like numbers or like nothing."""
    rows = [
        {
            "trace_name": f"t{number}",
            "station_network_code": "NA",
            "station_code": "NAN" if number % 2 else "001",
            "station_location_code": "00" if number % 3 else "",
            "trace_channel": "HH",
            "trace_start_time": f"2024-01-0{number + 1}T00:00:00.123456Z",
            "source_magnitude": 1.5 * number,
            "split": "train" if number < n - 2 else "test",
        }
        for number in range(n)
    ]
    return rows, [RANDOM.normal(size=(3, 300 + 40 * number)).astype(np.float32) for number in range(n)]


def write(folder: Path, chunk: str = "", *, buckets: bool = True, n: int = 9, **data_format: Any) -> list[np.ndarray]:
    """Write traces with SeisBench's own writer; the waveforms, in the order of the metadata."""
    rows, waveforms = traces(n)
    with WaveformDataWriter(folder / f"metadata{chunk}.csv", folder / f"waveforms{chunk}.hdf5") as writer:
        writer.data_format = FORMAT | data_format
        if not buckets:
            writer.bucketer = None
        for row, waveform in zip(rows, waveforms, strict=True):
            if buckets:
                writer.add_trace(row, waveform)
            else:  # what SeisBench calls without a bucketer expects a list of pairs
                writer._metadata.append(row)
                writer._write_bucket([(row, waveform)])
    return waveforms


def same(read: list[np.ndarray], wrote: list[np.ndarray]) -> None:
    """Assert that arrays are equal, one by one."""
    assert len(read) == len(wrote) > 0
    for one, other in zip(read, wrote, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("buckets", [True, False])
def test_what_seisbench_wrote_is_read(tmp_path, buckets):
    """Published data sets would be read shifted, cut or padded, or under the names of other stations."""
    waveforms = write(tmp_path, buckets=buckets)
    dataset = read_seisbench(tmp_path)
    read = dataset.read()
    same(read.waveforms, waveforms)
    assert (dataset.chunks, len(dataset), len(read.skipped)) == (("",), 9, 0)
    assert read.component_orders == ["ZNE"] * 9
    assert read.sampling_rates.tolist() == [100.0] * 9
    assert dataset.metadata.trace_id[:3].tolist() == ["NA.001..HH", "NA.NAN.00.HH", "NA.001.00.HH"]
    assert dataset.metadata.starttime[8] == pd.Timestamp("2024-01-09T00:00:00.123456Z")
    np.testing.assert_array_equal(dataset.metadata.source_magnitude, 1.5 * np.arange(9))
    assert dataset.metadata.trace_name.str.contains("$", regex=False).any() == buckets
    assert repr(dataset) == "SeisBenchDataset(9 traces in 1 chunk, components ZNE, 100 Hz)"


@pytest.mark.parametrize("listed", [True, False])
def test_chunks(tmp_path, listed):
    """Large data sets come in parts, and a trace would be looked for in the wrong one."""
    first, second = (write(tmp_path, chunk) for chunk in ("2019", "2020"))
    if listed:
        (tmp_path / "chunks").write_text("2019\n2020\n")
    dataset = read_seisbench(tmp_path)
    assert dataset.chunks == ("2019", "2020")
    same(dataset.read([10, 2, -1]).waveforms, [second[1], first[2], second[8]])
    np.testing.assert_array_equal(dataset.metadata.trace_chunk, ["2019"] * 9 + ["2020"] * 9)
    assert dataset.metadata.index.tolist() == list(range(18))
    same(read_seisbench(tmp_path, chunks=["2020"]).read().waveforms, second)
    with pytest.raises(ValueError, match=r"chunks must be among \['2019', '2020'\], got \['2021'\]"):
        read_seisbench(tmp_path, chunks=["2021"])


def test_a_copy_of_the_metadata_is_no_chunk(tmp_path):
    """Everything would come twice, and half of it not be readable."""
    write(tmp_path, n=2)
    (tmp_path / "metadata_old.csv").write_bytes((tmp_path / "metadata.csv").read_bytes())
    assert read_seisbench(tmp_path).chunks == ("",)


def test_equal_to_seisbench_row_by_row(tmp_path):
    """The same row would be another trace here than in SeisBench."""
    write(tmp_path, "a")
    write(tmp_path, "b", n=5)
    theirs, ours = WaveformDataset(tmp_path, component_order="ZNE"), read_seisbench(tmp_path)
    assert theirs.metadata.trace_name.tolist() == ours.metadata.trace_name.tolist()
    same(ours.read().waveforms, [theirs.get_waveforms(row) for row in range(14)])


def test_components_are_put_in_order(tmp_path):
    """A horizontal component would pass for the vertical one."""
    waveforms = write(tmp_path, component_order="ENZ")
    same(read_seisbench(tmp_path, components="ZNE").read().waveforms, [waveform[::-1] for waveform in waveforms])
    vertical = read_seisbench(tmp_path, components="Z")
    same(vertical.read().waveforms, [waveform[2:] for waveform in waveforms])
    assert vertical.metadata.trace_id[1] == "NA.NAN.00.HHZ"
    missing = read_seisbench(tmp_path, components="Z1").read()
    assert missing.waveforms == []
    assert missing.skipped.reason.unique().tolist() == ["no component 1, only ENZ"]
    with pytest.raises(ValueError, match="components must be different letters, got 'ZZ'"):
        read_seisbench(tmp_path, components="ZZ")


def test_the_other_order_of_dimensions(tmp_path):
    """Three points of thousands of channels would be read."""
    rows, waveforms = traces(2)
    with WaveformDataWriter(tmp_path / "metadata.csv", tmp_path / "waveforms.hdf5") as writer:
        writer.data_format = FORMAT | {"dimension_order": "WC"}
        for row, waveform in zip(rows, waveforms, strict=True):
            writer.add_trace(row, waveform.T)
    same(read_seisbench(tmp_path).read().waveforms, waveforms)


def test_sampling_rates_and_components_of_each_trace(tmp_path):
    """Frequencies would be those of other traces in a data set of many instruments."""
    rows, waveforms = traces(4)
    told = [{"trace_sampling_rate_hz": 50.0}, {"trace_dt_s": 0.005}, {}, {"trace_component_order": "Z"}]
    with WaveformDataWriter(tmp_path / "metadata.csv", tmp_path / "waveforms.hdf5") as writer:
        writer.data_format = FORMAT
        for number, (row, waveform) in enumerate(zip(rows, waveforms, strict=True)):
            writer.add_trace(row | told[number], waveform if number < 3 else waveform[:1])
    read = read_seisbench(tmp_path).read()
    assert read.sampling_rates.tolist() == [50, 200, 100, 100]
    assert read.component_orders == ["ZNE", "ZNE", "ZNE", "Z"]
    assert read_seisbench(tmp_path).metadata.trace_id[3] == "NA.NAN..HHZ"


def test_what_cannot_be_read_is_skipped_with_its_reason(tmp_path, caplog):
    """One broken trace of a million would end the work of a night, or be left out without a word."""
    waveforms = write(tmp_path, "a", buckets=False, n=4)
    write(tmp_path, "b", n=2)
    table = pd.read_csv(tmp_path / "metadataa.csv")
    table["trace_name"] = ["t0", "gone", "t2$x", "t3$:5,:7"]
    table.to_csv(tmp_path / "metadataa.csv", index=False)
    (tmp_path / "waveformsb.hdf5").write_bytes(b"half a file")
    (tmp_path / "chunks").write_text("a\nb\nc\n")
    with caplog.at_level(logging.WARNING):
        read = read_seisbench(tmp_path).read()
    same(read.waveforms, [waveforms[0], waveforms[3][:, :7]])
    assert read.rows.tolist() == [0, 3]
    assert read.skipped.record.tolist() == [1, 2, 4, 5]
    assert read.skipped.reason[0] == "no waveform of this name"
    assert "invalid literal" in read.skipped.reason[1]
    assert "file signature not found" in read.skipped.reason[2]
    assert "1 of 3 chunks have no metadata: c" in caplog.text
    assert "4 of 6 traces skipped" in caplog.text


def test_batches_are_everything_in_order(tmp_path):
    """Traces would be lost or doubled where a batch ends, or everything be in memory at once."""
    waveforms = write(tmp_path)
    batches = list(read_seisbench(tmp_path).batches(4))
    assert [len(batch.waveforms) for batch in batches] == [4, 4, 1]
    same([waveform for batch in batches for waveform in batch.waveforms], waveforms)
    assert np.concatenate([batch.rows for batch in batches]).tolist() == list(range(9))
    with pytest.raises(ValueError, match="n_traces must be at least 1, got 0"):
        next(read_seisbench(tmp_path).batches(0))


def test_no_data_set(tmp_path):
    """A folder that was misspelt would give an error about a column."""
    with pytest.raises(FileNotFoundError, match="path must hold a SeisBench data set with metadata.csv, got"):
        read_seisbench(tmp_path / "gone")
    (tmp_path / "metadata.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="with a column trace_name"):
        read_seisbench(tmp_path)


@pytest.mark.parametrize("bucket", [1024, 7])
def test_seisbench_opens_what_was_written(tmp_path, monkeypatch, bucket):
    """A model from SeisBench's zoo would get other waveforms, or the metadata of other rows."""
    monkeypatch.setattr(seisbench_writer, "BUCKET", bucket)
    trace = obspy.read()[0]  # BW.RJOB..EHZ, 30 s at 100 Hz
    windows = trace.data.astype(np.float32).reshape(30, 100)
    starts = pd.Timestamp(trace.stats.starttime.isoformat(), tz="UTC") + pd.to_timedelta(np.arange(30), unit="s")
    table = pd.DataFrame(
        {"trace_id": trace.id, "starttime": starts, "label": ["quiet", None] * 15, "snr_db": np.arange(30) / 7}
    )
    written = write_seisbench(tmp_path / "rjob", windows, table, 100.0)
    dataset = WaveformDataset(written, component_order="Z")
    waveforms = dataset.get_waveforms(list(range(30)))
    np.testing.assert_array_equal(waveforms, windows[:, None])
    assert waveforms.dtype == np.float32
    assert set(dataset.metadata.trace_sampling_rate_hz) == {100.0}
    assert set(dataset.metadata.station_code) == {"RJOB"}
    assert set(dataset.metadata.trace_channel) == {"EH"}
    assert dataset.metadata.trace_start_time[1] == "2009-08-24T00:20:04.000000Z"
    np.testing.assert_array_equal(dataset.metadata.snr_db, table.snr_db)
    assert dataset.metadata.label[:2].tolist() == ["quiet", np.nan]
    back = read_seisbench(written)
    same(back.read().waveforms, list(windows[:, None]))
    assert back.metadata.trace_id.tolist() == table.trace_id.tolist()
    assert back.metadata.starttime.tolist() == table.starttime.tolist()


def test_three_components_and_other_names(tmp_path):
    """Components would be mixed up, or what somebody called a trace be lost."""
    waveforms = RANDOM.integers(-1000, 1000, size=(5, 3, 200), dtype=np.int32)
    table = pd.DataFrame({"trace_name": list("abcde"), "trace_id": "GR.FUR..HHZ", "trace_chunk": "old"})
    written = write_seisbench(tmp_path / "set", waveforms, table, 20.0, component_order="ZNE")
    dataset = WaveformDataset(written, component_order="ENZ")
    np.testing.assert_array_equal(dataset.get_waveforms([4, 0]), waveforms[[4, 0], ::-1])
    assert dataset.metadata.trace_name_original.tolist() == list("abcde")
    assert read_seisbench(written, components="N").metadata.trace_id[0] == "GR.FUR..HHN"
    assert table.columns.tolist() == ["trace_name", "trace_id", "trace_chunk"]


def test_what_was_read_can_be_written(tmp_path):
    """A selection of a published data set could not be passed on."""
    write(tmp_path / "a", n=2)
    dataset = read_seisbench(tmp_path / "a", components="Z")
    waveforms = np.stack([waveform[:, :300] for waveform in dataset.read().waveforms])
    written = write_seisbench(tmp_path / "b", waveforms, dataset.metadata, 100.0)
    again = read_seisbench(written)
    same(again.read().waveforms, list(waveforms))
    for name in ("trace_id", "starttime", "split", "source_magnitude"):
        assert again.metadata[name].tolist() == dataset.metadata[name].tolist()


def test_a_data_set_is_complete_or_absent(tmp_path, monkeypatch):
    """A crash would leave waveforms without metadata, and SeisBench open them."""
    with pytest.raises(RuntimeError), monkeypatch.context() as patched:
        patched.setattr(pd.DataFrame, "to_csv", lambda *_, **__: (_ for _ in ()).throw(RuntimeError))
        write_seisbench(tmp_path / "set", np.ones((2, 5)), pd.DataFrame({"a": [1, 2]}), 1.0)
    assert list(tmp_path.iterdir()) == []
    write_seisbench(tmp_path / "set", np.ones((2, 5)), pd.DataFrame({"a": [1, 2]}), 1.0)
    with pytest.raises(FileExistsError, match="path must not exist yet"):
        write_seisbench(tmp_path / "set", np.ones((2, 5)), pd.DataFrame({"a": [1, 2]}), 1.0)


def test_waveforms_in_a_store(tmp_path):
    """A data set larger than memory could not be written."""
    waveforms = RANDOM.normal(size=(20, 50)).astype(np.float32)
    stored = zarr.create_array(tmp_path / "waveforms.zarr", data=waveforms, chunks=(6, 50))
    written = write_seisbench(tmp_path / "set", stored, pd.DataFrame({"a": range(20)}), 10.0)
    same(read_seisbench(written).read([0, 19]).waveforms, list(waveforms[[0, 19], None]))


def test_what_does_not_fit_is_told(tmp_path):
    """SeisBench would fail much later, with an error about shapes."""

    def refused(match: str, *arguments: Any, **settings: Any) -> None:
        with pytest.raises(ValueError, match=match):
            write_seisbench(tmp_path / "set", *arguments, **settings)

    table = pd.DataFrame({"a": [1, 2]})
    refused(r"waveforms must be an array \(n, \[n_channels,\] n_points\), got shape \(2,\)", np.ones(2), table, 1.0)
    refused("component_order must name 3 channel", np.ones((2, 3, 4)), table, 1.0)
    refused("metadata must have one row a trace \\(3\\), got 2", np.ones((3, 4)), table, 1.0)
    refused("sampling_rate must be positive, got 0", np.ones((2, 4)), table, 0)
    refused("real numbers without masked gaps", np.ma.masked_equal(np.eye(2), 1), table, 1.0)
    refused("real numbers without masked gaps", np.ones((2, 4), dtype=complex), table, 1.0)
    assert list(tmp_path.iterdir()) == []


def test_files_hold_what_the_format_says(tmp_path):
    """Programs other than SeisBench that know its format could not read the files."""
    written = write_seisbench(tmp_path / "set", np.ones((2, 5)), pd.DataFrame({"a": [1, 2]}), 8.0)
    with h5py.File(written / "waveforms.hdf5") as file:
        described = {name: value[()] for name, value in file["data_format"].items()}
        assert described == {"dimension_order": b"CW", "component_order": b"Z", "sampling_rate": 8.0}
        assert {name: value.shape for name, value in file["data"].items()} == {"bucket0": (2, 1, 5)}
    assert pd.read_csv(written / "metadata.csv").trace_name.tolist() == ["bucket0$0,:1,:5", "bucket0$1,:1,:5"]
