"""What leaves a run in files: nothing is lost or changed on the way, and other programs find units and settings."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray

from tests.made_runs import make_run
from zclust_explore.data.export import replaced
from zclust_explore.data.labels import Labels
from zclust_explore.data.run import Run
from zclust_explore.data.synthetic import make_spectrograms


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run whose metadata have everything that is awkward: NaN, missing text and times, fractions of seconds."""
    specs = make_spectrograms(24, random_state=0)
    table = specs.metadata.assign(
        picked=np.arange(24) % 2 == 0,
        n_phases=pd.array([None, *range(23)], dtype="Int64"),
        note=[None, "Ätna, «north»\nflank", *["x"] * 22],
        cluster="taken",
        analysed=pd.to_datetime([None, *["2026-01-02T03:04:05.123456789"] * 23]),
    )
    table["starttime"] += pd.Timedelta("123us")
    directory = tmp_path_factory.mktemp("export") / "run"
    return make_run(directory, replace(specs, metadata=table), n_pretrain=2, n_cluster=3)


def same_table(read: pd.DataFrame, run: Run) -> None:
    """Assert that a table that was read back holds the metadata and the result of a run."""
    metadata = run.spectrograms.metadata
    np.testing.assert_array_equal(read["sample"], np.arange(24))
    np.testing.assert_array_equal(read["cluster"], run.labels)
    np.testing.assert_allclose(read[[f"embedding_{d}" for d in range(10)]], run.embedding, rtol=1e-6)
    np.testing.assert_allclose(read[[f"soft_assignment_{k}" for k in range(6)]], run.soft_assignments(), rtol=1e-12)
    for name in ("starttime", "analysed"):
        found, wrote = (pd.to_datetime(times, utc=True).astype("M8[ns, UTC]") for times in (read[name], metadata[name]))
        pd.testing.assert_series_equal(found, wrote, check_names=False)
    np.testing.assert_allclose(read["snr_db"], metadata["snr_db"])
    np.testing.assert_array_equal(read["n_phases"].isna(), metadata["n_phases"].isna())
    assert read["n_phases"][5] == 4
    assert read["picked"].tolist() == metadata["picked"].tolist()
    assert read["label"].tolist() == metadata["label"].tolist()
    assert pd.isna(read["note"][0])
    assert read["note"][1] == "Ätna, «north»\nflank"
    assert set(read["metadata_cluster"]) == {"taken"}


def test_parquet_gives_back_table_and_settings(run: Run, tmp_path: Path) -> None:
    """Somebody who goes on in pandas, R or DuckDB would work with other numbers than those of the run."""
    read = pd.read_parquet(run.to_parquet(tmp_path / "run.parquet"))
    same_table(read, run)
    assert str(read["starttime"].dtype.tz) == "UTC"
    assert read["embedding_0"].dtype == np.float32
    assert read.attrs["settings"] == run.settings
    assert (read.attrs["step"], read.attrs["phase"]) == (4, "cluster")
    np.testing.assert_allclose(read.attrs["centroids"], run.centroids)


def test_csv_gives_back_table_and_settings(run: Run, tmp_path: Path) -> None:
    """A spreadsheet would hold local times, or numbers that were rounded."""
    path = run.to_csv(tmp_path / "run.csv")
    same_table(pd.read_csv(path), run)
    assert ",2026-01-01T00:00:00.000123Z," in path.read_text(encoding="utf-8")
    beside = json.loads((tmp_path / "run.csv.json").read_text(encoding="utf-8"))
    assert beside["settings"] == run.settings
    np.testing.assert_allclose(beside["centroids"], run.centroids)


def test_netcdf_gives_back_arrays_units_and_settings(run: Run, tmp_path: Path) -> None:
    """A figure made elsewhere would lack its units, or show times shifted by a time zone."""
    wrote = run.to_xarray()
    with xarray.open_dataset(run.to_netcdf(tmp_path / "run.nc"), engine="h5netcdf") as opened:
        read = opened.load()
    xarray.testing.assert_identical(read, wrote)
    np.testing.assert_array_equal(read["embedding"], run.embedding)
    np.testing.assert_array_equal(read["labels"], run.labels)
    np.testing.assert_array_equal(read["soft_assignments"], run.soft_assignments())
    np.testing.assert_array_equal(read["centroids"], run.centroids)
    assert dict(read.sizes) == {"sample": 24, "latent": 10, "cluster": 6}
    metadata = run.spectrograms.metadata
    times = metadata["starttime"].dt.tz_convert(None).to_numpy()
    np.testing.assert_array_equal(read["starttime"], times.astype("M8[ns]"))
    np.testing.assert_array_equal(np.isnat(read["analysed"]), metadata["analysed"].isna())
    np.testing.assert_array_equal(read["snr_db"], metadata["snr_db"])
    assert (read["snr_db"].attrs["units"], read["onset_s"].attrs["units"]) == ("dB", "s")
    assert read["starttime"].attrs["time_zone"] == "UTC"
    assert read["note"].values[:2].tolist() == ["", "Ätna, «north»\nflank"]
    assert set(read["metadata_cluster"].values) == {"taken"}
    assert json.loads(read.attrs["settings"]) == run.settings
    assert read.attrs["trained_on"] == run.spectrograms.content_hash


def test_any_step_can_be_exported_also_before_clustering(run: Run, tmp_path: Path) -> None:
    """What a run was like halfway could not be compared elsewhere."""
    table = run.to_frame(step=1)
    assert "cluster" not in table
    np.testing.assert_array_equal(table["embedding_3"], run.snapshot(1).embedding[:, 3])
    early = run.to_xarray(step=2)
    assert early.attrs["step"] == 2
    np.testing.assert_array_equal(early["labels"], run.snapshot(2).labels)
    assert "labels" not in run.to_xarray(step=0)


def test_rows_that_screening_left_out_keep_the_numbering(run: Run) -> None:
    """After a dead window, every row of an export would belong to another window than its number says."""
    labels = run.result()
    shifted = replace(labels, metadata=labels.metadata.assign(sample=np.arange(24) + 7))
    assert shifted.to_frame()["sample"].tolist() == list(range(7, 31))
    assert shifted.to_xarray()["sample"].values.tolist() == list(range(7, 31))


def test_novelty_and_windows_without_label_are_exported(tmp_path: Path) -> None:
    """The flag for unknown signals would be lost where it is needed: in the list of a night's detections."""
    embedding = np.array([[0.0], [np.nan], [9.0]], dtype=np.float32)
    labels = Labels(
        embedding,
        pd.DataFrame({"trace_id": list("abc")}),
        np.array([0, -1, 1]),
        np.array([[1, 0], [np.nan, np.nan], [0, 1]], dtype=np.float32),
        np.array([[0.0], [4.0]]),
        np.array([0.1, np.nan, 3.0], dtype=np.float32),
    )
    assert repr(labels) == "Labels(3 windows, 2 clusters, 1 unlike anything seen, 1 with NaN or infinity)"
    for path in (tmp_path / "a.csv", tmp_path / "b.parquet"):
        read = (pd.read_csv if path.suffix == ".csv" else pd.read_parquet)(labels.export(path))
        assert read["cluster"].tolist() == [0, -1, 1]
        assert read["unlike"].tolist() == [False, False, True]
        assert read["novelty"].isna().tolist() == [False, True, False]
    with xarray.open_dataset(labels.export(tmp_path / "c.nc"), engine="h5netcdf") as read:
        assert read["labels"].values.tolist() == [0, -1, 1]
        assert read["unlike"].values.tolist() == [False, False, True]


def test_an_unknown_ending_and_wrong_lengths_are_refused(run: Run, tmp_path: Path) -> None:
    """Hours of work would be written in no format at all."""
    with pytest.raises(ValueError, match=r"path must end with one of .parquet, .csv, .nc, got .*x\.txt"):
        run.result().export(tmp_path / "x.txt")
    with pytest.raises(ValueError, match=r"labels must have one row a window \(24\), got 3"):
        replace(run.result(), labels=np.zeros(3, dtype=int))


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    """A full disk would replace yesterday's result by half of today's."""
    path = tmp_path / "result.csv"
    path.write_text("yesterday")
    with pytest.raises(OSError, match="no space"), replaced(path) as partial:
        partial.write_text("half")
        raise OSError("no space left")
    assert path.read_text() == "yesterday"
    assert [entry.name for entry in tmp_path.iterdir()] == ["result.csv"]


def test_results_are_read_without_torch(run: Run, tmp_path: Path) -> None:
    """A table could be had only where PyTorch is installed."""
    code = (
        "import sys, zclust_explore as zx\n"
        f"zx.Run.open({str(run.directory)!r}).to_parquet({str(tmp_path / 'x.parquet')!r})\n"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "False"), done.stderr
