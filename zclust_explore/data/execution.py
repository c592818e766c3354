"""Execution: jobs done by processes or by a Dask client; a file that breaks a process is found out and left aside."""

from __future__ import annotations

from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any

import pandas as pd
from tqdm.auto import tqdm

from .cutting import Cut, Cutter
from .jobs import Job
from .loading import read_entries
from .sources import Entry, Skipped
from .workers import Failure, Workers

JOB_LIMIT_S = 900.0
FILE_LIMIT_S = 120.0


def execute(cutter: Cutter, jobs: list[Job], processes: Workers, client: Any, bar: bool) -> list[Cut]:
    """Do all jobs that are not done yet; returns what came of them in order, or nothing if the cutter writes it.

    Parameters
    ----------
    cutter : Cutter
    jobs : list of Job
    processes : Workers
    client : dask.distributed.Client, optional
        Does the jobs instead of the processes.
    bar : bool
        Whether progress is shown.
    """
    left = [job for job in jobs if not cutter.has(job)]
    cuts: dict[int, Cut] = {}
    with tqdm(total=len(jobs), initial=len(jobs) - len(left), desc="windows", unit="job", disable=not bar) as shown:
        for job, result in _results(cutter, left, processes, client):
            if isinstance(result, Failure):
                result = _rescued(cutter, job, result, processes)
            if isinstance(result, Cut):
                cuts[job.number] = result
            shown.update()
    return [cuts[number] for number in sorted(cuts)]


def _results(
    cutter: Cutter, jobs: list[Job], processes: Workers, client: Any
) -> Iterator[tuple[Job, Cut | Failure | None]]:
    """Each job with what came of it, in whatever order."""
    if client is not None:
        yield from _by_client(cutter, jobs, client)
        return
    for (_, job), result in processes.map(_cut, ((cutter, job) for job in jobs), JOB_LIMIT_S):
        yield job, result


def _cut(task: tuple[Cutter, Job]) -> Cut | None:
    cutter, job = task
    return cutter(job)


def _by_client(cutter: Cutter, jobs: list[Job], client: Any) -> Iterator[tuple[Job, Failure | None]]:
    sent = client.scatter(cutter, broadcast=True)  # settings and inventory once, not with every job
    done: SimpleQueue[Any] = SimpleQueue()
    of_job = {}
    for job in jobs:
        future = client.submit(_apply, sent, job, pure=False)
        of_job[future.key] = (job, future)  # a future that nobody holds is cancelled
        future.add_done_callback(done.put)
    for _ in jobs:
        future = done.get()
        job, _held = of_job.pop(future.key)
        yield job, None if future.status == "finished" else Failure(str(future.exception()), alive=True)


def _apply(cutter: Cutter, job: Job) -> None:
    if not cutter.has(job):  # the worker that had it may have died after it was written
        cutter(job)


def _rescued(cutter: Cutter, job: Job, failure: Failure, processes: Workers) -> Cut | None:
    """A job that failed, once more, without the files that break a process by themselves."""
    entries = {entry.file: entry for span in job.spans for entry in span.entries if entry.file}
    broken: list[Skipped] = []
    for entry, result in processes.map(_touch, list(entries.values()), FILE_LIMIT_S):
        if isinstance(result, Failure):
            broken.append((entry.file, f"unreadable: {result.reason}"))
    again: Any = failure
    if broken:
        smaller = job.without(file for file, _ in broken)
        for _, result in processes.map(_cut, [(cutter.unwritten(), smaller)], JOB_LIMIT_S):
            again = result
    if isinstance(again, Failure):
        again = Cut(None, [(_name(job), f"unreadable: {again.reason}")])
    again.skipped.extend(broken)
    if cutter.folder is None:
        return again
    if not cutter.has(job):
        again.save(cutter.folder / cutter.part_name(job))
    return None


def _touch(entry: Entry) -> None:
    """Read a file as a job would."""
    read_entries([entry], entry.start_ns, entry.stop_ns)


def _name(job: Job) -> str:
    span, files = job.spans[0], job.files
    start = pd.Timestamp(int(span.starts_ns[0]), tz="UTC").isoformat()
    return f"{span.trace_id} from {start}" + (f" ({', '.join(files[:3])})" if files else "")
