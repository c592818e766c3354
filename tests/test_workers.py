"""Processes that may crash or hang: told, replaced, and the other work done."""

import os
import shutil
import time

import pytest

from zclust_explore.data.workers import Failure, Workers


def work(what):
    """Crash, hang, fail, or return the number of the process."""
    if what == "crash":
        os.abort()
    if what == "hang":
        time.sleep(600)
    if what == "fail":
        raise KeyError("no such thing")
    return os.getpid()


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    """Processes find this module by its name."""
    monkeypatch.setattr(work, "__module__", "tests.test_workers")


def test_crashes_and_hangs_are_told_and_everything_else_is_done():
    """One broken file would end the reading of an archive."""
    with Workers(2) as workers:
        found = list(workers.map(work, ["ok 1", "crash", "fail", "hang", "ok 2", "ok 3"], limit_s=8.0))
    results = dict(found)
    assert all(isinstance(results[name], int) and results[name] != os.getpid() for name in ("ok 1", "ok 2", "ok 3"))
    assert results["crash"] == Failure("crashed its process (signal 6)", alive=False)
    assert results["fail"] == Failure("KeyError: 'no such thing'", alive=True)
    assert results["hang"] == Failure("took longer than 8 s", alive=False)


def test_a_process_is_used_again():
    """Every file would wait seconds for a new Python."""
    with Workers(1) as workers:
        first = {result for _, result in workers.map(work, ["a", "b"], limit_s=60.0)}
        assert {result for _, result in workers.map(work, ["c"], limit_s=60.0)} == first
        assert len(first) == 1


def test_none_does_the_work_here():
    """Somebody who asked for no processes would get one."""
    with Workers(0) as workers:
        assert dict(workers.map(work, ["a"], limit_s=60.0)) == {"a": os.getpid()}


def test_one_that_cannot_start_is_told(monkeypatch):
    """A broken installation would be waited for without end."""
    monkeypatch.setattr("sys.executable", shutil.which("false"))
    with Workers(1) as workers, pytest.raises(RuntimeError, match=r"could not be started: exit status 1"):
        list(workers.map(work, ["ok"], limit_s=60.0))
