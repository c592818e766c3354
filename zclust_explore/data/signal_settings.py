"""Signal settings: everything that decides how records become spectrograms, in one place that a file can hold."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .files import write_text
from .preprocessing import Preprocessing
from .stft_settings import STFT
from .windowing import Windowing


@dataclass(frozen=True)
class SignalSettings:
    """Settings of `read_spectrograms`; kept with what they made, and enough to make it again.

    Parameters
    ----------
    windowing : Windowing
    preprocessing : Preprocessing
    stft : mapping
        Arguments of `STFT`; what is missing follows from the window and the sampling rate (see `STFT.for_windows`).
    components : str, default "Z3"
        Of several components of one instrument (trace ids that differ in the last letter of the channel only), the
        first of these that was recorded is taken; an instrument that has none of them, as its first in the alphabet.
        "" takes all, each as a trace of its own.
    stack : str, optional
        Components to stack as channels of one sample instead, such as "ZNE"; 1 and 2 may stand for N and E. A window
        that lacks one of them is skipped.

    Raises
    ------
    ValueError, TypeError
        If a setting is impossible or unknown.

    Examples
    --------
    >>> settings = SignalSettings(Windowing(window_s=30), stft={"fmin_hz": 1.0, "window": ("kaiser", 14.0)})
    >>> print(settings.to_toml())
    components = "Z3"
    <BLANKLINE>
    [windowing]
    window_s = 30
    step_s = 15.0
    ...
    >>> SignalSettings.from_toml(settings.to_toml()) == settings
    True
    """

    windowing: Windowing
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    stft: Mapping[str, Any] = field(default_factory=dict)
    components: str = "Z3"
    stack: str = ""

    def __post_init__(self) -> None:
        """Refuse unknown arguments of the transform, and normalise sequences, which files know one sort of."""
        unknown = sorted(set(self.stft) - set(STFT.__dataclass_fields__))
        if unknown:
            raise ValueError(f"stft must have arguments of STFT, got {unknown[0]!r}.")
        plain = {name: tuple(v) if isinstance(v, list) else v for name, v in self.stft.items() if v is not None}
        object.__setattr__(self, "stft", plain)
        if not isinstance(self.components, str) or (self.components and not self.components.isalnum()):
            raise ValueError(f"components must be letters and digits such as 'Z3', got {self.components!r}.")
        if not isinstance(self.stack, str) or len(set(self.stack)) < len(self.stack) or len(self.stack) == 1:
            raise ValueError(f"stack must be two or more different components such as 'ZNE', got {self.stack!r}.")

    def stft_for(self, sampling_rate: float) -> STFT:
        """The complete settings of the transform for a sampling rate in Hz."""
        return STFT.for_windows(self.windowing.window_s, sampling_rate, **self.stft)

    def to_dict(self) -> dict[str, Any]:
        """Plain values; what is None is left out."""
        parts = {name: asdict(getattr(self, name)) for name in ("windowing", "preprocessing")}
        parts["stft"] = dict(self.stft)
        known = {part: {name: v for name, v in values.items() if v is not None} for part, values in parts.items()}
        return {"components": self.components, **({"stack": self.stack} if self.stack else {}), **known}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> SignalSettings:
        """Build settings from what `to_dict` gave."""
        windowing, preprocessing = dict(values.get("windowing", {})), dict(values.get("preprocessing", {}))
        rest = {name: value for name, value in values.items() if name not in ("windowing", "preprocessing")}
        try:
            return cls(Windowing(**windowing), Preprocessing(**preprocessing), **rest)
        except TypeError as error:
            raise ValueError(f"values must hold settings only, but {error}.") from None

    def to_toml(self, path: str | os.PathLike[str] | None = None) -> str:
        """TOML text, written to a file if a path is given."""
        lines = []
        for part, values in self.to_dict().items():  # single values first
            if isinstance(values, dict):
                lines += ["", f"[{part}]", *(f"{name} = {_toml(value)}" for name, value in values.items())]
            else:
                lines.append(f"{part} = {_toml(values)}")
        text = "\n".join(lines) + "\n"
        if path is not None:
            write_text(Path(path), text)
        return text

    @classmethod
    def from_toml(cls, source: str | os.PathLike[str]) -> SignalSettings:
        """Read settings from TOML: the path of a file, or text with more than one line.

        Raises
        ------
        ValueError
            If it is not TOML, or a setting is unknown or impossible.
        FileNotFoundError
            If there is no such file.
        """
        text = source if isinstance(source, str) and "\n" in source else Path(source).read_text(encoding="utf-8")
        return cls.from_dict(tomllib.loads(text))


def _toml(value: Any) -> str:
    """A value in TOML, whose strings, numbers and lists of them are a superset of JSON's."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return repr(float(value)) if isinstance(value, float) else str(int(value))
