"""Call: the one line of Python that makes spectrograms with given settings again."""

from __future__ import annotations

import os
from dataclasses import fields
from typing import Any

import numpy as np

from .preprocessing import Preprocessing
from .signal_settings import SignalSettings
from .windowing import Windowing

BY_NAME = ("window_s", "step_s", "before_s")  # of Windowing, what `read_spectrograms` takes by itself


def call(settings: SignalSettings, source: Any, inventory: Any = None) -> str:
    """The line that reads a source with these settings; what is a default is left out.

    Parameters
    ----------
    settings : SignalSettings
    source, inventory
        Paths are written into the line. What is in memory is called `stream` and `inventory`.

    Examples
    --------
    >>> call(SignalSettings(Windowing(30.0), Preprocessing(detrend="linear"), {"fmin_hz": 1.0}), "day/*.mseed")
    "zx.read_spectrograms('day/*.mseed', window_s=30.0, preprocessing=zx.Preprocessing(detrend='linear'), fmin_hz=1.0)"
    >>> call(SignalSettings(Windowing(30.0), stack="ZNE"), "archive/")
    "zx.read_spectrograms('archive/', window_s=30.0, stack='ZNE')"
    """
    windowing, preprocessing, stft = _windowing(settings.windowing), _others(settings.preprocessing), settings.stft
    given = [_said(source, "stream")]
    if set(windowing) <= set(BY_NAME):
        given += [f"{name}={_literal(value)}" for name, value in windowing.items()]
        if preprocessing:
            given.append(f"preprocessing=zx.Preprocessing({_arguments(preprocessing)})")
        if settings.components != SignalSettings.components:
            given.append(f"components={settings.components!r}")
        if settings.stack:
            given.append(f"stack={settings.stack!r}")
        given += [f"{name}={_literal(value)}" for name, value in stft.items()]
    else:  # triggers
        parts = [f"zx.Windowing({_arguments(windowing)})"]
        if preprocessing:
            parts.append(f"preprocessing=zx.Preprocessing({_arguments(preprocessing)})")
        if stft:
            parts.append("stft={" + ", ".join(f"{name!r}: {_literal(value)}" for name, value in stft.items()) + "}")
        if settings.components != SignalSettings.components:
            parts.append(f"components={settings.components!r}")
        if settings.stack:
            parts.append(f"stack={settings.stack!r}")
        given.append(f"zx.SignalSettings({', '.join(parts)})")
    if inventory is not None:
        given.append(f"inventory={_said(inventory, 'inventory')}")
    return f"zx.read_spectrograms({', '.join(given)})"


def _windowing(windowing: Windowing) -> dict[str, Any]:
    chosen: dict[str, Any] = {"window_s": windowing.window_s}
    if windowing.step_s != windowing.window_s / 2:
        chosen["step_s"] = windowing.step_s
    return chosen | {name: value for name, value in _others(windowing).items() if name not in ("window_s", "step_s")}


def _others(settings: Windowing | Preprocessing) -> dict[str, Any]:
    """What is not as it would be by itself."""
    return {
        entry.name: getattr(settings, entry.name)
        for entry in fields(settings)
        if getattr(settings, entry.name) != entry.default
    }


def _arguments(values: dict[str, Any]) -> str:
    return ", ".join(f"{name}={_literal(value)}" for name, value in values.items())


def _literal(value: Any) -> str:
    """A value as Python reads it back, of NumPy's types, too."""
    if isinstance(value, tuple | list):
        return "(" + "".join(f"{_literal(entry)}, " for entry in value).rstrip() + ")"
    return repr(value.item() if isinstance(value, np.generic) else value)


def _said(given: Any, name: str) -> str:
    """A path, or several; else a name for what is in memory."""
    if isinstance(given, str | os.PathLike):
        return repr(os.fspath(given))
    if hasattr(given, "traces") or hasattr(given, "stats") or hasattr(given, "networks"):
        return name
    return "[" + ", ".join(repr(os.fspath(path)) for path in given) + "]"
