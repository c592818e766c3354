"""Hundreds of broken files among good ones: nothing crashes or hangs, each is told, every good record is read."""

import os
import tempfile
import warnings
from pathlib import Path

import numpy as np
import obspy
import pandas as pd
import pytest
from obspy import Stream

from tests.test_reading import BEGIN, FORMATS, IO, noise
from zclust_explore.data.reading import read_spectrograms

TRUNCATED = (0, 1, 7, 40, 100, 511, 600, 3000)  # bytes that are left
FLIPPED = 9  # files a format with some bits turned over
WINDOW = {"window_s": 20, "step_s": 20, "fmin_hz": 0.5, "fmax_hz": 8}


def broken_copies(folder: Path) -> list[Path]:
    """Truncated and bit-flipped copies of a file of every format."""
    written = []
    for form, (file, _, _) in FORMATS.items():
        whole = (IO / file).read_bytes()
        for size in TRUNCATED:
            if size < len(whole):
                written.append(folder / f"{form} cut at {size}")
                written[-1].write_bytes(whole[:size])
        for number in range(FLIPPED):
            random = np.random.default_rng([number, len(whole)])
            data = np.frombuffer(whole, dtype=np.uint8).copy()
            # headers lie in front: half of the flips hit there
            head = random.integers(0, min(512, len(data)), 4)
            places = np.concatenate([head, random.integers(0, len(data), 4)])
            data[places] ^= (1 << random.integers(0, 8, 8)).astype(np.uint8)
            written.append(folder / f"{form} flipped {number}")
            written[-1].write_bytes(data.tobytes())
    return written


def bad_records(folder: Path) -> dict[str, str]:
    """Files that can be read and not used, with a word of the reason."""
    expected = {}

    def write(name, trace, reason):
        trace.stats.station = name.partition(" ")[0].upper()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            Stream([trace]).write(str(folder / name), format="MSEED")
        expected[trace.id] = reason

    nan = noise(1200)
    nan.data[600] = np.nan
    write("nan é", nan, "not finite")
    infinite = noise(1200)
    infinite.data[600] = np.inf
    write("inf", infinite, "not finite")
    constant = noise(1200)
    constant.data[:] = 3.0
    write("const", constant, "dead")
    write("short", noise(100), "too short")
    huge = noise(1200)
    huge.data *= np.float32(1e30)
    write("huge", huge, "too large")
    write("rate", noise(1200, rate=25.0), "sampling rate differs")
    return expected


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """All of them, among two good files, read at once."""
    folder = tmp_path_factory.mktemp("broken, with ünusual names")
    broken = broken_copies(folder)
    expected = bad_records(folder)
    good = {}
    for name in ("AAAAA", "zzzzz ö"):  # before and after all others
        trace = noise(72_000, trace_id=f"XX.{name[:5].upper()}..BHZ")
        Stream([trace]).write(str(folder / name), format="MSEED")
        good[trace.id] = trace
    # most samples are at the rate of the good ones, or they would be told to differ
    specs = read_spectrograms(folder, components="", workers=2, progress_bar=False, **WINDOW)
    return specs, broken, expected, good


def test_every_good_record_is_read(result):
    """A broken file would take others with it."""
    specs, _, _, good = result
    assert specs.sampling_rate == 20.0
    for name, trace in good.items():
        rows = np.flatnonzero(specs.metadata.trace_id == name)
        assert len(rows) == 180
        np.testing.assert_array_equal(specs.waveforms[rows].ravel(), trace.data)
        assert specs.metadata.starttime[rows[0]].isoformat() == BEGIN.datetime.isoformat() + "+00:00"


def test_every_broken_file_is_told_or_was_readable(result):
    """A file would vanish without a word."""
    specs, broken, _, _ = result
    assert len(broken) >= 200
    told = " ".join(specs.skipped.record.astype(str))
    silent = [file for file in broken if str(file) not in told]
    for file in silent:  # what flipping left readable is listed by its traces, or is among the windows
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            names = {trace.id for trace in obspy.read(str(file), headonly=True)}
        known = set(specs.metadata.trace_id.str.partition("#")[0])
        assert all(name in told or name in known for name in names), file
    assert (specs.skipped.reason.str.len() > 0).all()


def test_every_bad_record_has_its_reason(result):
    """A dead channel would be told as a broken file, or trained on."""
    specs, _, expected, _ = result
    for name, word in expected.items():
        told = pd.concat([specs.skipped, specs.noted])
        reasons = told.reason[told.record.astype(str).str.contains(name, regex=False)]
        assert reasons.str.contains(word).any(), (name, reasons.tolist())
        if word in ("not finite", "dead", "too short", "sampling rate differs"):
            assert name not in set(specs.metadata.trace_id) or word == "not finite"


@pytest.fixture
def open_folder():
    """A folder that others may enter, unlike pytest's."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_folders_and_files_without_permission(open_folder):
    """One closed folder of an archive would end the reading, or vanish without a word."""
    good = noise(72_000)
    for name in ("good.mseed", "closed.mseed", "closed folder/inside.mseed"):
        (open_folder / name).parent.mkdir(exist_ok=True)
        Stream([good]).write(str(open_folder / name), format="MSEED")
    (open_folder / "broken link").symlink_to(open_folder / "nowhere")
    read_spectrograms(open_folder / "good.mseed", workers=0, progress_bar=False, **WINDOW)  # imports what it needs
    for name in ("closed.mseed", "closed folder"):
        (open_folder / name).chmod(0)
    root = os.geteuid() == 0
    try:
        if root:  # who may read everything
            os.seteuid(65534)
        specs = read_spectrograms(open_folder, workers=0, progress_bar=False, **WINDOW)
    finally:
        if root:
            os.seteuid(0)
        (open_folder / "closed folder").chmod(0o755)
    assert len(specs) == 180
    told = {Path(record).name: reason for record, reason in specs.skipped.itertuples(index=False)}
    assert told == {
        "closed.mseed": "cannot be opened: Permission denied",
        "closed folder": "cannot be entered: Permission denied",
        "broken link": "cannot be opened: No such file or directory",
    }
