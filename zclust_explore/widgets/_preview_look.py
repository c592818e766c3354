"""What a look at a record sends to the browser: a stretch of it, its windows, and the spectrogram of one of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..data.fates import Samples, Window
from ..data.listing import Listing
from ..data.previewing import KEPT, Previewer
from ..data.signal_settings import SignalSettings
from ..data.spectrograms import Spectrograms
from ..views.stretch import stretch_envelope
from ..views.tiles import envelope
from ._base import axis_columns, column

WAVE_WIDTH = 700
N_COMPARED = 16  # windows of which the colours are: the same for all of a stretch, so that they can be compared
COMPARED_POINTS = 2**22
UNITS = {"displacement": "m", "velocity": "m/s", "acceleration": "m/s²"}


def records_of(listing: Listing, responses: bool) -> dict[str, Any]:
    """The list of records as columns, and whether responses can be removed."""
    entries, skipped = list(listing.entries), list(listing.skipped)
    folder = _folder([entry.file for entry in entries])
    trace, traces = _coded([entry.trace_id for entry in entries])
    file, files = _coded([entry.file[len(folder) :] for entry in entries])
    return {
        "n": len(entries),
        "trace": {"codes": column(trace, "u4"), "words": traces},
        "file": {"codes": column(file, "u4"), "words": files},
        "start_ms": column(np.array([entry.start_ns / 1e6 for entry in entries]), "f8"),
        "seconds": column(np.array([entry.seconds for entry in entries]), "f4"),
        "rate": column(np.array([entry.sampling_rate for entry in entries]), "f4"),
        "n_read": listing.n_read,
        "n_files": listing.n_files,
        "done": listing.done,
        "responses": responses,
        "n_skipped": len(skipped),
        "skipped": [[what[len(folder) :] if what.startswith(folder) else what, why] for what, why in skipped[:200]],
    }


def look(previewer: Previewer, settings: SignalSettings, place: Mapping[str, Any]) -> dict[str, Any]:
    """A stretch of a record around a window.

    Parameters
    ----------
    previewer : Previewer
    settings : SignalSettings
    place : mapping
        `record`; `at_s`, near which the window begins, from the start of the record; `from_s`, where the stretch began
        until now, which it still does if the window is in it; `shown`, how many windows a stretch has about.

    Raises
    ------
    ValueError
        If a setting is impossible.
    """
    previewer.check(settings)
    record = int(place.get("record") or 0)
    entry, course = previewer.listing.entries[record], previewer.course(record, settings)
    found = {"record": record, "reason": course.reason, "n": len(course.starts_ns), **_effective(previewer, settings)}
    windowing = settings.windowing
    length_s = (max(1, int(place.get("shown") or 40)) - 1) * (windowing.step_s or 0.0) + windowing.window_s
    if not len(course.starts_ns):
        return found | _without_windows(previewer, record, length_s)
    starts_s = (course.starts_ns - entry.start_ns) / 1e9
    chosen = int(np.abs(starts_s - float(place.get("at_s") or 0.0)).argmin())
    # windows at the end of a record reach into the next one: so does the stretch
    end_s = float(max(entry.seconds, starts_s[-1] + windowing.window_s))
    from_s, to_s = _framed(starts_s[chosen], windowing.window_s, length_s, end_s, place.get("from_s"))
    inside = np.flatnonzero((starts_s >= from_s - 1e-6) & (starts_s + windowing.window_s <= to_s + 1e-6))
    inside = inside[np.abs(course.spans[inside] - course.spans[chosen]) < KEPT - 1]
    numbers = slice(int(inside[0]), int(inside[-1]) + 1)
    windows = previewer.windows(record, settings, numbers)
    behind = previewer.behind(record, settings, numbers)
    at = chosen - numbers.start
    return (
        found
        | _waveforms(behind, entry.start_ns + round(from_s * 1e9), entry.start_ns + round(to_s * 1e9), settings)
        | _windows(windows, starts_s[numbers] - from_s)
        | _picture(previewer, record, settings, windows, at)
        | {
            "from_s": from_s,
            "at_s": float(starts_s[chosen]),
            "end_s": end_s,
            "first": numbers.start,
            "chosen": at,
            "previous_s": float(starts_s[chosen - 1]) if chosen else None,
            "next_s": float(starts_s[chosen + 1]) if chosen + 1 < len(starts_s) else None,
        }
    )


def _effective(previewer: Previewer, settings: SignalSettings) -> dict[str, Any]:
    """What the settings come to where nothing was chosen: hints in the empty fields."""
    rate = previewer.sampling_rate(settings)
    stft = settings.stft_for(rate)
    names = ("segment_s", "hop_s", "fmin_hz", "fmax_hz", "n_freqs")
    hints = {name: f"{getattr(stft, name):.4g}" for name in names if getattr(stft, name) is not None}
    hints["step_s"] = f"{settings.windowing.window_s / 2:.4g}"
    hints["n_freqs"] = str(stft.frequencies(rate).size)
    return {"hints": hints, "window_s": settings.windowing.window_s, "rate": rate}


def _without_windows(previewer: Previewer, record: int, length_s: float) -> dict[str, Any]:
    entry = previewer.listing.entries[record]
    seconds = min(entry.seconds, max(length_s, 60.0))
    recorded = previewer.recorded(record, seconds)
    start_ns, stop_ns = entry.start_ns, entry.start_ns + round(seconds * 1e9)
    drawn = stretch_envelope([(start_ns, stop_ns, recorded)], start_ns, stop_ns)
    return {
        "start_ms": start_ns / 1e6,
        "seconds": seconds,
        "recorded": column(_centred(drawn), "f4"),
        "recorded_unit": _counted(recorded),
        "prepared": b"",
        "unit": "",
        "from_s": 0.0,
        "at_s": 0.0,
        "end_s": entry.seconds,
        "chosen": -1,
        **_windows([], np.empty(0)),
    }


def _framed(at_s: float, window_s: float, length_s: float, end_s: float, before: Any) -> tuple[float, float]:
    """From when to when a stretch goes: as before if the window is in it, else with the window in the middle."""
    if length_s >= end_s:
        return 0.0, end_s
    from_s = float(before) if before is not None else -1.0
    if not (from_s <= at_s and at_s + window_s <= from_s + length_s and 0 <= from_s <= end_s - length_s):
        from_s = float(np.clip(at_s + window_s / 2 - length_s / 2, 0, end_s - length_s))
    return from_s, from_s + length_s


def _waveforms(
    behind: list[tuple[int, int, Samples]], start_ns: int, stop_ns: int, settings: SignalSettings
) -> dict[str, Any]:
    recorded = [(start, stop, samples.recorded) for start, stop, samples in behind]
    prepared = [(start, stop, samples.prepared) for start, stop, samples in behind]
    steps, unit = settings.preprocessing, _counted([trace for _, _, traces in recorded for trace in traces])
    told = [note for _, _, samples in behind for note in samples.noted]
    notes = dict.fromkeys(f"{words} (from {time.strftime('%Y-%m-%d %H:%M:%S')})" for _, time, words in told)
    return {
        "start_ms": start_ns / 1e6,
        "seconds": (stop_ns - start_ns) / 1e9,
        "recorded": column(_centred(stretch_envelope(recorded, start_ns, stop_ns)), "f4"),
        "prepared": column(_centred(stretch_envelope(prepared, start_ns, stop_ns)), "f4"),
        "recorded_unit": unit,
        "unit": "" if steps.normalise else UNITS.get(steps.output or "", unit),
        "noted": list(notes)[:20],
    }


def _centred(drawn: np.ndarray) -> np.ndarray:
    """Around its own middle: a constant offset would make a line of every signal."""
    finite = drawn[np.isfinite(drawn)]
    return drawn - np.float32(np.median(finite)) if finite.size else drawn


def _counted(traces: list[Any]) -> str:
    return "counts" if traces and all(trace.data.dtype.kind in "iu" for trace in traces) else ""


def _windows(windows: list[Window], starts_s: np.ndarray) -> dict[str, Any]:
    return {
        "starts_s": [float(start) for start in starts_s],
        "reasons": [window.reason for window in windows],
        "notes": [window.note for window in windows],
        "snr_db": [window.snr_db if np.isfinite(window.snr_db) else None for window in windows],
    }


def _picture(
    previewer: Previewer, record: int, settings: SignalSettings, windows: list[Window], at: int
) -> dict[str, Any]:
    """Spectrogram and waveform of a window, unless it is dropped."""
    specs = previewer.spectrograms(record, settings, windows[at : at + 1])
    if specs is None or specs.waveforms is None:
        return {"tile": {}, "values": b"", "wave": b"", "limits": [0.0, 1.0], "level": ""}
    values, wave = specs.values[0], specs.waveforms[0]
    low, high = _limits(previewer, record, settings, windows, specs)
    unit = UNITS.get(settings.preprocessing.output or "") if not settings.preprocessing.normalise else None
    return {
        "tile": axis_columns(specs),
        "values": column(values, "f4"),
        "wave": column(envelope((wave - wave.mean())[None], WAVE_WIDTH)[0], "f4"),
        "limits": [low, high if high > low else low + 1.0],
        "level": _level(specs, unit),
    }


def _limits(
    previewer: Previewer, record: int, settings: SignalSettings, windows: list[Window], shown: Spectrograms
) -> tuple[float, float]:
    """Values at the dark and at the bright end: nearly the same for all windows of a stretch, the loudest included."""
    kept = [window for window in windows if not window.reason]
    n = int(np.clip(COMPARED_POINTS // shown.values.size, 1, N_COMPARED))
    some = {int(k) for k in np.linspace(0, len(kept) - 1, n)}
    some |= set(np.argsort([-np.nan_to_num(window.snr_db, nan=-np.inf) for window in kept])[: n // 4].tolist())
    others = previewer.spectrograms(record, settings, [kept[k] for k in sorted(some)])
    values = shown.values if others is None else np.concatenate([shown.values, others.values])
    return float(np.percentile(values, 1.0)), float(np.percentile(values, 99.7, axis=(1, 2)).max())


def _level(specs: Spectrograms, unit: str | None) -> str:
    """Unit of the values, with that of the ground motion where it is known."""
    words = str(specs.settings["unit"])
    return words.replace("unit", f"({unit})" if "/" in unit else unit) if unit else words


def _folder(files: list[str]) -> str:
    """What all paths begin with, up to a separator."""
    common = os.path.commonprefix(files) if len(set(files)) > 1 else ""
    return common[: common.rfind(os.sep) + 1]


def _coded(words: list[str]) -> tuple[np.ndarray, list[str]]:
    places: dict[str, int] = {}
    codes = np.array([places.setdefault(word, len(places)) for word in words], dtype=np.uint32)
    return codes, list(places)
