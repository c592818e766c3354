"""MiniSEED files to stored spectrograms: windows per second against a plain ObsPy loop, where the time goes, memory.

One station at 100 Hz, Steim2, a file a day as in an SDS archive. BENCH=full goes to 30 days (5 GB in TMPDIR, minutes).
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.study.results import in_process

SIDE = "tests.benchmarks.reading"
RATE, START = 100.0, "2026-01-01"
WINDOW_S, STEP_S, SEGMENT_S, HOP_S = 60.0, 30.0, 5.0, 1.25
FMIN_HZ, FMAX_HZ = 1.0, 20.0
N_PROCESSES = 2
ROUNDS = 3
HOURS = (1, 24, 120)  # the last is for the comparison, too
HOURS_FULL = (1, 24, 120, 720)
SIDES = {
    "plain": "plain loop, ObsPy + SciPy",
    "0": "ours, in one process",
    str(N_PROCESSES): f"ours, {N_PROCESSES} processes",
}


def table() -> str:
    """Three tables: speed side by side, shares of the time in one process, memory and time against hours."""
    full = os.environ.get("BENCH") == "full"
    hours = HOURS_FULL if full else HOURS
    with tempfile.TemporaryDirectory(prefix="reading_") as folder:
        place = Path(folder)
        for n in hours:
            _archive(place / str(n), n)
        shared = _shares(str(place / "24"), str(place / "1"))
        blocks = [_speed(place, hours[-1]), shared, _growth(place, hours)]
    load = f"load average at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    return "\n\n".join([*blocks, load])


def _archive(folder: Path, hours: int) -> None:
    """An SDS archive: a day of noise with bursts, every day begun at another hour of it."""
    from obspy import Trace, UTCDateTime
    from scipy.signal import lfilter

    random = np.random.default_rng(0)
    day = lfilter([200.0], [1, -0.95], random.standard_normal(round(86400 * RATE)))
    for at in random.integers(0, len(day) - 6000, 200):
        day[at : at + 6000] += 5000 * random.standard_normal(6000) * np.exp(-np.arange(6000) / 1000)
    counts = day.astype(np.int32)
    station = {"network": "XX", "station": "TOY", "location": "00", "channel": "HHZ", "sampling_rate": RATE}
    for number in range(-(-hours // 24)):
        start = UTCDateTime(START) + number * 86400
        data = np.roll(counts, number * 360_000)[: round(min(24, hours - 24 * number) * 3600 * RATE)]
        file = folder / str(start.year) / "XX/TOY/HHZ.D" / f"XX.TOY.00.HHZ.D.{start.year}.{start.julday:03d}"
        file.parent.mkdir(parents=True, exist_ok=True)
        trace = Trace(np.ascontiguousarray(data), {**station, "starttime": start})
        trace.write(str(file), format="MSEED", encoding="STEIM2", reclen=512)


def _speed(place: Path, hours: int) -> str:
    rates: dict[str, list[float]] = {side: [] for side in SIDES}
    cpu: dict[str, list[float]] = {side: [] for side in SIDES}
    for _ in range(ROUNDS):
        for side in SIDES:  # in turn, so that whatever else the machine does hits all
            found = in_process(SIDE, side, str(place / str(hours)), str(place / "1"))
            rates[side].append(found["windows"] / found["wall"])
            cpu[side].append(1e3 * found["cpu"] / found["windows"])
    lines = [f"{f'{hours // 24} days':30}{'windows/s':>16}{'CPU ms/window':>16}{'to the loop':>16}"]
    for side, title in SIDES.items():
        ratio = np.array(rates[side]) / np.array(rates["plain"])
        lines.append(f"{title:30}{_spread(rates[side], 0):>16}{_spread(cpu[side], 2):>16}{_spread(ratio, 2):>16}")
    most = N_PROCESSES * np.array(cpu["plain"]) / np.array(cpu[str(N_PROCESSES)])
    note = f"""by CPU time, with {N_PROCESSES} free cores and nothing to wait for: {_spread(most, 2)} times the loop
mean ± sd of {ROUNDS} rounds, by the clock, with the start of processes. Windows of {WINDOW_S:g} s every {STEP_S:g} s,
segments of {SEGMENT_S:g} s every {HOP_S:g} s, {FMIN_HZ:g}–{FMAX_HZ:g} Hz, detrended and filtered.
Ours: 64 bands of twice as many bins, and the waveforms; the loop: bins alone."""
    return "\n".join([*lines, note])


def _shares(archive: str, warm: str) -> str:
    found = in_process(SIDE, "shares", archive, warm)
    spent, windows = found["spent"], found["windows"]
    total = sum(wall for wall, _ in spent.values())
    lines = [f"{'one day, in one process':44}{'share':>8}{'ms/window':>12}{'CPU ms/window':>16}"]
    for kind, (wall, cpu) in spent.items():
        lines.append(f"{kind:44}{wall / total:8.1%}{1e3 * wall / windows:12.3f}{1e3 * cpu / windows:16.3f}")
    return "\n".join(lines)


def _growth(place: Path, hours: tuple[int, ...]) -> str:
    base = in_process(SIDE, "base")["rss"]
    lines = [f"{'hours':>6}{'windows':>9}{'wall s':>9}{'CPU s':>9}{'MiB added: here':>17}{'largest worker':>16}"]
    found = {}
    for n in hours:
        one = found[n] = in_process(SIDE, "memory", str(place / str(n)))
        row = f"{n:6}{one['windows']:9}{one['wall']:9.1f}{one['cpu']:9.1f}"
        lines.append(f"{row}{one['added']:17.0f}{one['worker'] - base:16.0f}")
    days = [n for n in hours if n >= 24]
    slopes = [np.polyfit(np.log(days), np.log([found[n][kind] for n in days]), 1)[0] for kind in ("wall", "cpu")]
    return "\n".join(
        [
            *lines,
            f"time grows with hours^{slopes[0]:.2f} by the clock, hours^{slopes[1]:.2f} by CPU, from one day on",
            f"MiB added: peak over what a process holds with everything imported ({base:.0f} in a worker; Linux only)",
        ]
    )


def _spread(values: Any, digits: int) -> str:
    return f"{np.mean(values):.{digits}f} ± {np.std(values, ddof=1):.{digits}f}"


def plain(archive: str, store: Path) -> int:
    """Do what somebody writes with ObsPy and SciPy alone, a file at a time; returns the number of windows."""
    import obspy
    from scipy.signal import spectrogram

    found, starts = [], []
    n_segment, n_hop = round(SEGMENT_S * RATE), round(HOP_S * RATE)
    for file in sorted(file for file in Path(archive).rglob("*") if file.is_file()):
        stream = obspy.read(file)
        stream.merge()
        stream.detrend("linear")
        stream.filter("bandpass", freqmin=FMIN_HZ, freqmax=FMAX_HZ, corners=4)
        for trace in stream:
            start = trace.stats.starttime
            while start + WINDOW_S <= trace.stats.endtime + trace.stats.delta:
                window = trace.slice(start, start + WINDOW_S)
                frequencies, _, power = spectrogram(window.data, RATE, nperseg=n_segment, noverlap=n_segment - n_hop)
                inside = (frequencies >= FMIN_HZ) & (frequencies <= FMAX_HZ)
                found.append((10 * np.log10(power[inside])).astype(np.float32))
                starts.append(start.timestamp)
                start += STEP_S
    np.save(store.with_suffix(".npy"), np.array(found))
    np.save(store.with_suffix(".starts.npy"), np.array(starts))
    return len(found)


def ours(archive: str, store: Path, workers: int) -> int:
    """Do the same with one call."""
    import zclust_explore as zx

    specs = zx.read_spectrograms(
        archive,
        window_s=WINDOW_S,
        step_s=STEP_S,
        preprocessing=zx.Preprocessing(detrend="linear", freqmin_hz=FMIN_HZ, freqmax_hz=FMAX_HZ, corners=4),
        segment_s=SEGMENT_S,
        hop_s=HOP_S,
        fmin_hz=FMIN_HZ,
        fmax_hz=FMAX_HZ,
        n_freqs=64,
        to=store,
        workers=workers,
        progress_bar=False,
    )
    return len(specs)


class Watch:
    """Where the time goes: of functions that call each other, each has only what it does not hand on."""

    def __init__(self) -> None:
        self.wall: Counter[str] = Counter()
        self.cpu: Counter[str] = Counter()
        self._running = ["the rest"]
        self.begin()

    def begin(self) -> None:
        """Forget what was, and begin."""
        self.wall.clear()
        self.cpu.clear()
        self._since = time.perf_counter(), time.process_time()

    def turn(self) -> None:
        """Put down the time since the last turn to what was running."""
        now = time.perf_counter(), time.process_time()
        self.wall[self._running[-1]] += now[0] - self._since[0]
        self.cpu[self._running[-1]] += now[1] - self._since[1]
        self._since = now

    def over(self, owner: Any, name: str, kind: str | Callable[..., str]) -> None:
        """Watch a function or method from now on."""
        function = getattr(owner, name)

        @functools.wraps(function)
        def watched(*given: Any, **named: Any) -> Any:
            self.turn()
            self._running.append(kind if isinstance(kind, str) else kind(**named))
            try:
                return function(*given, **named)
            finally:
                self.turn()
                self._running.pop()

        setattr(owner, name, watched)


def shares(archive: str, store: Path) -> dict[str, Any]:
    """Seconds of each step in one process."""
    import obspy

    from zclust_explore.data import cutting, preprocessing, reading, windowing

    watch = Watch()
    watch.over(obspy, "read", lambda headonly=False, **_: "headers" if headonly else "reading and unpacking (ObsPy)")
    watch.over(preprocessing.Preprocessing, "apply", "preparation: joining, detrending, filter")
    watch.over(windowing.Windowing, "cut", "cutting into windows")
    watch.over(cutting, "spectrograms_from_waveforms", "FFT, bands, decibels")
    watch.over(cutting.Cut, "save", "storing")
    watch.over(reading, "completed", "completing the store")
    watch.begin()
    windows = ours(archive, store, 0)
    watch.turn()
    return {"windows": windows, "spent": {kind: (wall, watch.cpu[kind]) for kind, wall in watch.wall.most_common()}}


def _status(process: int | str, name: str) -> float:
    """MiB that Linux tells of a process."""
    try:
        text = Path(f"/proc/{process}/status").read_text(encoding="ascii")
        return int(text.partition(f"{name}:")[2].split()[0]) / 1024
    except (OSError, IndexError):  # not Linux, or it has ended
        return float("nan")


def memory(archive: str, store: Path) -> dict[str, float]:
    """Peak of this process over its imports, and of the largest worker, while a second thread looks on."""
    import zclust_explore as zx

    assert zx.read_spectrograms is not None and zx.Preprocessing is not None  # imports what they need
    before, peaks, over = _status("self", "VmRSS"), {}, threading.Event()

    def look() -> None:
        while not over.wait(0.05):
            listed = Path(f"/proc/{os.getpid()}/task").glob("*/children")
            for child in " ".join(file.read_text() for file in listed).split():
                # a peak only grows: the last look at each counts; the first may still show who started it
                peaks[child] = np.nanmax([_status(child, "VmHWM"), 0.0]) or peaks.get(child, 0.0)

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    result: dict[str, float] = _timed(lambda: ours(archive, store, N_PROCESSES))
    over.set()
    looking.join()
    added = _status("self", "VmHWM") - before
    return {**result, "added": added, "worker": max(peaks.values(), default=float("nan"))}


def _timed(work: Callable[[], int]) -> dict[str, float]:
    wall, cpu = time.perf_counter(), sum(os.times()[:4])
    windows = work()
    return {"windows": windows, "wall": time.perf_counter() - wall, "cpu": sum(os.times()[:4]) - cpu}


def main(side: str, *folders: str) -> dict[str, Any]:
    """One measurement, in a process of its own; what it writes is deleted."""
    if side == "base":
        for module in ("obspy.io.mseed.core", "scipy.signal", "zclust_explore.data.cutting"):
            importlib.import_module(module)
        return {"rss": _status("self", "VmRSS")}
    if sys.dont_write_bytecode:  # workers would compile all that they import; where packages are installed none does
        os.environ["PYTHONDONTWRITEBYTECODE"] = ""
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(folders[0]).parent / "bytecode")
    with tempfile.TemporaryDirectory(prefix="reading_", dir=Path(folders[0]).parent) as place:
        if side == "memory":
            return memory(folders[0], Path(place) / "store")

        def work(archive: str, store: str) -> int:
            return (
                plain(archive, Path(place) / store)
                if side == "plain"
                else ours(archive, Path(place) / store, int(side))
            )

        if side == "shares":
            ours(folders[1], Path(place) / "warm", 0)
            return shares(folders[0], Path(place) / "store")
        work(folders[1], "warm")
        return _timed(lambda: work(folders[0], "store"))


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
