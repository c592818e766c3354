"""What notebooks cost: they run on one core, and the kernel says how much memory and processor time it took."""

import contextlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

# In the kernel: the memory of its process and all that it has started, summed five times a second, and their CPU time.
# In a module of its own, which outlives a reset of the names.
WATCH = '''
import sys as _sys, types as _types
_sys.modules["_cost"] = _types.ModuleType("_cost")
exec("""
import psutil, threading
peak, cpu, ended, me = 0, {}, threading.Event(), psutil.Process()
def look():
    global peak
    total = 0
    for process in [me, *me.children(recursive=True)]:
        try:
            times, memory = process.cpu_times(), process.memory_info().rss
        except psutil.Error:  # it has just ended
            continue
        total, cpu[process.pid] = total + memory, times.user + times.system
    peak = max(peak, total)
def watch():
    while not ended.wait(0.2):
        look()
threading.Thread(target=watch, daemon=True).start()
""", _sys.modules["_cost"].__dict__)
'''
RESET = "get_ipython().reset(aggressive=False)"
ASK = """
import _cost
_cost.look()
print(f"cost<{_cost.peak / 1e6} {sum(_cost.cpu.values())}>")
"""


@dataclass(frozen=True)
class Executed:
    """A notebook that ran: what it put out, as text; and what its kernel had cost until then."""

    text: str
    memory_mb: float
    cpu_s: float


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """Processes that are started inside have one core, where the system can say so (Linux)."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def execute(paths: Sequence[Path], folder: Path) -> list[Executed]:
    """Run notebooks from top to bottom, on one core; nbclient's error where a cell fails.

    They share a kernel, whose names are forgotten in between, so that what they import is loaded once.
    """
    new = nbformat.v4.new_code_cell
    books: list[Any] = [nbformat.read(path, as_version=4) for path in paths]
    parts = [[new(RESET), *book.cells, new(ASK)] for book in books]
    cells: list[Any] = [new(WATCH), *chain.from_iterable(parts)]
    for number, cell in enumerate(cells):  # both versions have the ids of their source
        cell.id = f"cell-{number}"
    whole: Any = nbformat.v4.new_notebook(cells=cells, metadata=books[0].metadata)
    with one_core():
        NotebookClient(whole, timeout=900, resources={"metadata": {"path": str(folder)}}).execute()
    executed, left = [], iter(whole.cells[1:])
    for part in parts:
        outs = [out for cell in islice(left, len(part)) for out in cell.get("outputs", [])]
        text = "\n".join(out.get("text", "") + out.get("data", {}).get("text/plain", "") for out in outs)
        # the streams alone and unbroken: a line may come in two pieces, and what a thread says may come after it
        printed = "".join(out.get("text", "") for out in outs)
        memory_mb, cpu_s = re.findall("cost<(.*) (.*)>", printed)[-1]
        executed.append(Executed(text, float(memory_mb), float(cpu_s)))
    return executed
