"""The form of the signal settings: what its fields say, and the settings that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from math import isfinite
from typing import Any

from ..data.preprocessing import Preprocessing
from ..data.signal_settings import SignalSettings
from ..data.stft_settings import STFT

# Of each part of the settings, the fields that a person can move; the others stay as they were given.
WINDOWING = ("window_s", "step_s")
STFTS = ("segment_s", "hop_s", "fmin_hz", "fmax_hz", "frequency_axis", "n_freqs", "scale", "floor_db")
STEPS = ("detrend", "taper_s", "output", "sampling_rate", "freqmin_hz", "freqmax_hz", "corners")
WORDS = ("frequency_axis", "scale", "detrend", "output")
WHOLE = ("n_freqs", "corners")
NAMES = (*WINDOWING, *STFTS, *STEPS)


def form_of(settings: SignalSettings) -> dict[str, str]:
    """What the fields say; "" where something follows from other settings or is not done."""
    windowing, stft = settings.windowing, settings.stft
    # half a window is what it would be by itself, and it stays half of another window
    step_s = None if windowing.step_s == windowing.window_s / 2 else windowing.step_s
    values: dict[str, Any] = {"window_s": windowing.window_s, "step_s": step_s}
    values |= {name: stft.get(name) for name in STFTS}
    values |= {name: values[name] or _default(STFT, name) for name in ("frequency_axis", "scale")}
    values |= {name: getattr(settings.preprocessing, name) for name in STEPS}
    return {name: _said(value) for name, value in values.items()}


def settings_of(form: Mapping[str, str], base: SignalSettings) -> SignalSettings:
    """The settings that the fields say, everything else as in `base`.

    Raises
    ------
    ValueError
        If a field is impossible; its name is the first word.

    Examples
    --------
    >>> from zclust_explore.data.windowing import Windowing
    >>> base = SignalSettings(Windowing(30.0), stft={"window": "boxcar"})
    >>> settings_of({**form_of(base), "fmin_hz": "0.5"}, base).stft
    {'window': 'boxcar', 'fmin_hz': 0.5}
    """
    values = {name: _value(name, form.get(name, "")) for name in NAMES}
    if values["window_s"] is None:
        raise ValueError("window_s must be given: the length of a window in s.")
    if values["corners"] is None:
        values["corners"] = _default(Preprocessing, "corners")
    # fields that are shut because of others say nothing
    if values["frequency_axis"] == "bins":
        values["n_freqs"] = None
    if values["scale"] != "db":
        values["floor_db"] = None
    windowing = replace(base.windowing, **{name: values[name] for name in WINDOWING})
    preprocessing = replace(base.preprocessing, **{name: values[name] for name in STEPS})
    stft = {name: value for name, value in base.stft.items() if name not in STFTS}
    chosen = {name: values[name] for name in STFTS if values[name] is not None}
    for name in ("frequency_axis", "scale"):
        if chosen.get(name) == _default(STFT, name) and name not in base.stft:
            del chosen[name]
    return replace(base, windowing=windowing, preprocessing=preprocessing, stft=stft | chosen)


def field_of(message: str) -> str:
    """The field that a message is about: its first word; "" if there is no such field."""
    name = message.split(" ", 1)[0]
    return name if name in NAMES else ""


def _default(kind: type, name: str) -> Any:
    return next(entry.default for entry in fields(kind) if entry.name == name)


def _said(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def _value(name: str, text: str) -> Any:
    text = str(text).strip()
    if not text:
        return None
    if name in WORDS:
        return text
    try:
        number = float(text.replace("−", "-"))
    except ValueError:
        raise ValueError(f"{name} must be a number, got {text!r}.") from None
    if not isfinite(number):
        raise ValueError(f"{name} must be a finite number, got {text}.")
    if name in WHOLE:
        if not number.is_integer():
            raise ValueError(f"{name} must be a whole number, got {text}.")
        return int(number)
    return number
