"""Jobs that break: the file that does it is found and told, the others of its job are read."""

import os

import pytest
from obspy import Stream

from tests.test_reading import BEGIN, noise
from zclust_explore.data import execution
from zclust_explore.data.cutting import Cutter
from zclust_explore.data.execution import execute
from zclust_explore.data.jobs import plan
from zclust_explore.data.signal_settings import SignalSettings
from zclust_explore.data.sources import find_files, scan
from zclust_explore.data.windowing import Windowing
from zclust_explore.data.workers import Workers


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in the file system of Windows")
@pytest.mark.parametrize("stored", [False, True])
def test_a_file_that_hangs_its_process_is_left_aside(tmp_path, monkeypatch, stored):
    """One file that broke between its headers and its samples would take all others of its job with it."""
    for number, name in enumerate("abc"):
        record = Stream([noise(1200, seed=number, start=BEGIN + 60 * number)])
        record.write(str(tmp_path / f"{name}.mseed"), format="MSEED")
    settings = SignalSettings(Windowing(window_s=20, step_s=20), stft={"fmin_hz": 0.5, "fmax_hz": 8})
    with Workers(1) as workers:
        entries = [entry for found, _, _ in scan(find_files(tmp_path)[0], workers) for entry in found]
        planned = plan(entries, settings)
        assert len(planned.jobs) == 1  # or nothing is shown
        (tmp_path / "b.mseed").unlink()
        os.mkfifo(tmp_path / "b.mseed")  # whoever opens it waits
        monkeypatch.setattr(execution, "JOB_LIMIT_S", 15.0)
        monkeypatch.setattr(execution, "FILE_LIMIT_S", 10.0)
        parts = tmp_path / "parts" if stored else None
        if parts is not None:
            parts.mkdir()
        cutter = Cutter(settings, planned.sampling_rate, folder=parts)
        cuts = execute(cutter, planned.jobs, workers, None, False)
    if stored:
        assert cuts == []
        assert cutter.has(planned.jobs[0])
        return
    (cut,) = cuts
    assert cut.specs is not None
    starts = cut.specs.metadata.starttime.dt.strftime("%H:%M:%S").tolist()
    assert starts == ["23:00:00", "23:00:20", "23:00:40", "23:02:00", "23:02:20", "23:02:40"]
    reasons = dict(cut.skipped)
    assert reasons[str(tmp_path / "b.mseed")] == "unreadable: took longer than 10 s"
