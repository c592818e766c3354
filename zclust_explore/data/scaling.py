"""Scaling: decibels to what a network sees, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import numpy as np

from .plain import PlainScaling
from .spectrograms import Spectrograms

Background = Literal["trace", "window"]
Amplitude = Literal["discard", "keep"]

SAMPLE_LIMIT = 2_000  # windows from which a background is taken; medians of more change nothing that can be seen
ENOUGH_WINDOWS = 20  # of one trace, for their median to be its background and not one of its signals
ANY_TRACE = ""  # the background of traces that have none of their own


@dataclass(frozen=True)
class Scaling:
    """How spectrograms are scaled for the network; fitted on a data set and stored with the run.

    1. Background: each frequency's median is subtracted. That of all windows of the *trace*, so that fixed lines and
       the station's own spectrum do not count, but a signal that fills its window does; then the window's own median
       over all frequencies, so that a noisier hour does not count. Or, where there are only a few windows of each
       trace, as of events at many stations, each frequency's median over the *window*.
    2. Range: decibels above that are clipped to [floor_db, ceiling_db].
    3. Contrast (`amplitude="discard"`): each window is divided by the root mean square of its own standard deviation
       and that of all windows, so that a weak and a strong event of one kind look much alike, but a window without an
       event is not blown up into one. With "keep", all windows are divided by the same number.

    Windows of several components have a background for each component and frequency, so that a noisier horizontal does
    not count, but one level and one contrast over all components together: how strong a signal is on one component,
    compared with the others, is kept, because that is what tells its polarisation.

    Parameters
    ----------
    background : {"trace", "window"}
    backgrounds_db : mapping of trace_id to tuple of float, length n_freqs
        For "trace"; "" is that of any other trace. Of several components, a tuple for each.
    deviation_db : float
        Standard deviation of all windows (root mean square over them): the common divisor of "keep".
    amplitude : {"discard", "keep"}
    floor_db, ceiling_db : float
    """

    background: Background
    backgrounds_db: Mapping[str, tuple[Any, ...]]
    deviation_db: float
    amplitude: Amplitude = "discard"
    floor_db: float = -5.0
    ceiling_db: float = 25.0

    @classmethod
    def fit(
        cls,
        specs: Spectrograms,
        amplitude: str = "discard",
        kind: str = "decibels",
        background: str | None = None,
    ) -> Scaling | PlainScaling:
        """Take the background from the data set; of values that are "plain" and no decibels, a `PlainScaling`.

        Without `background`, it is "trace" where most windows are of a trace with at least 20 of them.

        Raises
        ------
        ValueError
            If amplitude is neither "discard" nor "keep", kind neither "decibels" nor "plain", background neither
            "trace" nor "window", or all windows are the same constant.
        """
        for name, value, allowed in (
            ("kind", kind, ("decibels", "plain")),
            ("amplitude", amplitude, get_args(Amplitude)),
            ("background", background or "trace", get_args(Background)),
        ):
            if value not in allowed:
                raise ValueError(f"{name} must be {allowed[0]!r} or {allowed[1]!r}, got {value!r}.")
        if kind == "plain":
            return PlainScaling.fit(specs)
        rows = np.arange(0, specs.n_samples, max(1, -(-specs.n_samples // SAMPLE_LIMIT)))
        values, traces = specs.read(rows), specs.trace_ids(rows)
        if background is None:
            _, of_trace, counts = np.unique(specs.trace_ids(), return_inverse=True, return_counts=True)
            background = "trace" if np.median(counts[of_trace]) >= ENOUGH_WINDOWS else "window"
        backgrounds: dict[str, tuple[Any, ...]] = {}
        if background == "trace":
            backgrounds[ANY_TRACE] = _median(values)
            for trace in np.unique(traces):
                if 1 < (traces == trace).sum() < len(traces):  # of one trace only, it is the one of any
                    backgrounds[str(trace)] = _median(values[traces == trace])
        draft = cls(background, backgrounds, 1.0, "keep")  # type: ignore[arg-type]  # checked above
        deviation = float(np.sqrt(draft.apply(values, traces).var(axis=_of_window(values)).mean()))
        if deviation == 0:
            raise ValueError("spectrograms must differ from their background, but every value is the same.")
        return cls(draft.background, backgrounds, deviation, amplitude)  # type: ignore[arg-type]

    def apply(self, values: np.ndarray, trace_ids: np.ndarray | None = None) -> np.ndarray:
        """Decibels to network input: float32 of the same shape, (n, [n_channels,] n_freqs, n_times), of zero mean each.

        `trace_ids` (n,) say whose background is subtracted; without them, and of a trace that was not there when the
        scaling was fitted, it is the median over all traces.
        """
        scaled, offset, factor = self._terms(np.asarray(values, dtype=np.float32), trace_ids)
        scaled -= offset
        scaled /= factor
        return scaled

    def invert(self, scaled: np.ndarray, values: np.ndarray, trace_ids: np.ndarray | None = None) -> np.ndarray:
        """Network output to decibels, at the background and contrast of the windows `values` it belongs to."""
        values = np.asarray(values, dtype=np.float32)
        _, offset, factor = self._terms(values, trace_ids)
        above = np.asarray(scaled, dtype=np.float32) * factor + offset
        return above + self._background(values, trace_ids)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Scaling | PlainScaling:
        """Undo `to_dict`; also that of a `PlainScaling`."""
        if values.get("kind") == "plain":
            return PlainScaling.from_dict(values)
        backgrounds = {trace: _tuples(median) for trace, median in values["backgrounds_db"].items()}
        return cls(**{**values, "backgrounds_db": backgrounds})

    def _background(self, values: np.ndarray, trace_ids: np.ndarray | None) -> np.ndarray:
        """What is taken as silence: (n, [n_channels,] n_freqs, 1) dB."""
        if self.background == "window":
            median: np.ndarray = np.median(values, axis=-1, keepdims=True)
            return median
        of_any = self.backgrounds_db[ANY_TRACE]
        traces = [ANY_TRACE] * len(values) if trace_ids is None else trace_ids
        background = np.array([self.backgrounds_db.get(str(trace), of_any) for trace in traces], dtype=np.float32)
        level = np.median(values - background[..., None], axis=_of_window(values), keepdims=True)
        return background[..., None] + level

    def _terms(self, values: np.ndarray, trace_ids: np.ndarray | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Clipped decibels above background, their mean and divisor (n, [1,] 1, 1)."""
        axes = _of_window(values)
        above = values - self._background(values, trace_ids)
        np.clip(above, self.floor_db, self.ceiling_db, out=above)
        offset = above.mean(axis=axes, keepdims=True)
        factor = np.full_like(offset, self.deviation_db)
        if self.amplitude == "discard":
            factor = np.sqrt((factor**2 + above.var(axis=axes, keepdims=True)) / 2)
        return above, offset, factor


def _of_window(values: np.ndarray) -> tuple[int, ...]:
    """All axes but that of the samples."""
    return tuple(range(1, values.ndim))


def _median(values: np.ndarray) -> tuple[Any, ...]:
    return _tuples(np.median(values, axis=(0, -1)).tolist())  # (n, n_freqs, n_times) -> (n_freqs,)


def _tuples(values: Any) -> tuple[Any, ...]:
    """Lists, as they come from JSON, as tuples, at any depth."""
    return tuple(_tuples(entry) if isinstance(entry, list | tuple) else entry for entry in values)
