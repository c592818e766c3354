"""Answers to what the browser asks about single windows: tiles, the close-up, its past, reconstructions."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np

from ..data.run import Run
from ..views.frames import assignments_over_steps
from ..views.tiles import DecibelScale, describe, envelope, residual_limit, tiles
from ._base import Answer, RunWidget, column
from ._pages import fact_page

logger = logging.getLogger(__name__)

WAVE_WIDTH = 700  # stretches of a waveform in the close-up: about one a pixel


class WindowAnswers:
    """Reads windows of a run and prepares them for the browser; called on a widget's worker thread."""

    def __init__(self, run: Run, scale: DecibelScale) -> None:
        self.run = run
        self.scale = scale

    def install(self, widget: RunWidget) -> None:
        """Have a widget answer by these methods."""
        questions: dict[str, Callable[[dict[str, Any]], Answer]] = {
            "tiles": self.tiles,
            "open": self.open,
            "assignments": self.assignments,
            "reconstructions": self.reconstructions,
        }
        widget.questions.update(questions)

    def tiles(self, content: dict[str, Any]) -> Answer:
        """Page of the gallery: images (n, [n_channels,] n_freqs, n_times) uint8, envelopes of waveforms int8."""
        indices = self._indices(content["indices"])
        page = tiles(self.run.spectrograms, self.scale, indices, content["level"])
        return {}, [column(page.images, "u1"), b"" if page.waves is None else column(page.waves, "i1")]

    def open(self, content: dict[str, Any]) -> Answer:
        """One window in full: spectrogram, reconstruction, residual ([n_channels,] n_freqs, n_times), envelopes."""
        index = self._indices([content["index"]])
        answer, arrays = self._compared(index, int(content["step"]), content["level"])
        snapshot = self.run.snapshot(int(content["step"]))
        q = [] if snapshot.centroids is None else snapshot.soft_assignments()[index[0]].tolist()
        answer["facts"] = fact_page(describe(self.run.spectrograms, int(index[0])), q)
        waves = self.run.spectrograms.read_waveforms(index)
        if waves is not None:
            arrays.append(column(envelope(waves - waves.mean(axis=-1, keepdims=True), WAVE_WIDTH), "f4"))
        return answer, arrays

    def assignments(self, content: dict[str, Any]) -> Answer:
        """Soft assignments of one window at every step: (n_snapshots, n_clusters), NaN before clustering."""
        index = self._indices([content["index"]])
        return {}, [column(assignments_over_steps(self.run, int(index[0])), "f4")]

    def reconstructions(self, content: dict[str, Any]) -> Answer:
        """Some windows: spectrograms, reconstructions, residuals, each (n, [n_channels,] n_freqs, n_times)."""
        return self._compared(self._indices(content["indices"]), int(content["step"]), content["level"])

    def _compared(self, indices: np.ndarray, step: int, level: Any) -> Answer:
        values = self.run.spectrograms.read(indices)
        restored, missing = reconstruct(self.run, indices, step)
        answer = {
            "step": step,
            "level": level,
            "limits": self.scale.limits(level),
            "residual_limit": 1.0,
            "missing": missing,
        }
        arrays = [column(self.scale.levels(values, level), "f4"), b"", b""]
        if restored is not None:
            residual = values - restored
            answer["residual_limit"] = residual_limit(residual)
            arrays[1:] = [column(self.scale.levels(restored, level), "f4"), column(residual, "f4")]
        return answer, arrays

    def _indices(self, indices: Any) -> np.ndarray:
        asked = np.asarray(indices, dtype=np.int64)
        if asked.size and not (0 <= asked.min() and asked.max() < self.run.n_samples):
            raise IndexError(f"windows must be between 0 and {self.run.n_samples - 1}, got {asked.tolist()}.")
        return asked


def reconstruct(run: Run, indices: np.ndarray, step: int) -> tuple[np.ndarray | None, str]:
    """Decode windows at a step, in dB: (n, [n_channels,] n_freqs, n_times) and "", or None and why there are none."""
    return from_network(run, step, lambda decoding: decoding.reconstruct(run, indices, step))


def from_network(run: Run, step: int, make: Callable[[Any], np.ndarray]) -> tuple[np.ndarray | None, str]:
    """Spectrograms that `make` has the network of a step decode, and ""; or None and why there are none."""
    if "autoencoder" not in run.settings:  # before PyTorch is loaded, which takes seconds
        return None, "this run has no autoencoder"
    try:
        from ..models import decoding
    except ImportError:
        return None, "reconstruction needs PyTorch"
    try:
        return np.asarray(make(decoding), dtype=np.float32), ""
    except FileNotFoundError:
        return None, "the weights of this step were not kept"
    except Exception as error:  # the window itself can be shown all the same
        logger.exception("a reconstruction failed at step %d", step)
        return None, f"reconstruction failed: {error}"
