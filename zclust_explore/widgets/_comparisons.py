"""Answers to what the browser asks about many windows at once: measures to sort by, stacks, cards, neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..data.run import Run
from ..views.alignment import Align, Stack, stack
from ..views.cards import Card, cards
from ..views.measures import Measures, measure
from ..views.neighbours import neighbours
from ..views.tiles import DecibelScale, envelope
from ._answers import from_network, reconstruct
from ._base import Answer, RunWidget, column
from ._pages import card_page, neighbour_page

KEPT_STEPS = 8  # whose cards or reconstruction errors are kept
BLOCK = 512  # windows that are reconstructed at once


class ComparingAnswers:
    """Compares windows of a run and prepares the results for the browser; called on a widget's worker thread."""

    def __init__(self, run: Run, scale: DecibelScale) -> None:
        self.run = run
        self.scale = scale
        self._measures: Measures | None = None  # of all windows, once somebody has asked for what they are needed for
        self._cards: dict[int, list[Card]] = {}
        self._errors: dict[int, np.ndarray] = {}

    def install(self, widget: RunWidget) -> None:
        """Have a widget answer by these methods."""
        answers = {"measure": self.measure, "stack": self.stack, "cards": self.cards}
        widget.questions.update({**answers, "decoded": self.decoded, "neighbours": self.neighbours})

    def measure(self, content: dict[str, Any]) -> Answer:
        """One number a window to sort by: (n_samples,) float32; "loud": dB; "error": dB at the step."""
        if content["by"] == "loud":
            self._measures = self._measures or measure(self.run.spectrograms, self.scale)
            return {}, [column(self._measures.peak, "f4")]
        step, missing = int(content["step"]), ""
        if step not in self._errors:
            errors, missing = self._reconstruction_errors(step)
            if errors is not None:
                _keep(self._errors, step, errors)
        return {"missing": missing}, [] if missing else [column(self._errors[step], "f4")]

    def _reconstruction_errors(self, step: int) -> tuple[np.ndarray | None, str]:
        """Root mean square of each window's residual, in dB."""
        specs, errors = self.run.spectrograms, np.empty(self.run.n_samples)
        for start in range(0, specs.n_samples, BLOCK):
            rows = np.arange(start, min(start + BLOCK, specs.n_samples))
            restored, missing = reconstruct(self.run, rows, step)
            if restored is None:
                return None, missing
            residual = (specs.read(rows) - restored).reshape(len(rows), -1)
            errors[rows] = np.sqrt((residual**2).mean(axis=1, dtype=np.float64))
        return errors, ""

    def stack(self, content: dict[str, Any]) -> Answer:
        """Mean spectrogram uint8, stacked waveform int8 (127 for 1), and how much each window is shifted, float32 s."""
        specs, indices = self.run.spectrograms, np.asarray(content["indices"], dtype=np.int64)
        made = stack(specs, self.scale, indices, content["align"])
        # where no window reaches, nothing was there: as dark as can be
        mean = self.scale.to_bytes(np.nan_to_num(made.mean, nan=-1e9)[None], content["level"])
        wave = b"" if made.wave is None else column(np.rint(envelope(made.wave, 120) * 127), "i1")
        return {"words": _said(made, content["align"])}, [column(mean, "u1"), wave, column(made.shifts_s, "f4")]

    def cards(self, content: dict[str, Any]) -> Answer:
        """All clusters at a step in numbers, and their mean spectrograms (n_clusters, …) uint8."""
        made = self._made(int(content["step"]))
        means = np.nan_to_num(np.stack([card.mean for card in made]))
        page = card_page(self.run, made, self.scale, content["level"])
        return {"page": page}, [column(self.scale.to_bytes(means, content["level"]), "u1")]

    def decoded(self, content: dict[str, Any]) -> Answer:
        """Centroids at a step as the network decodes them (n_clusters, …) uint8, or why there are none."""
        step = int(content["step"])
        medoids = np.maximum([card.medoid for card in self._made(step)], 0)  # an empty cluster: like any window
        made, missing = from_network(
            self.run, step, lambda decoding: decoding.decode_centroids(self.run, step, medoids)
        )
        pictures = [] if made is None else [column(self.scale.to_bytes(made, content["level"]), "u1")]
        return {"missing": missing}, pictures

    def neighbours(self, content: dict[str, Any]) -> Answer:
        """Nearest windows in latent space, at a step and before, beside those that the browser finds on the map."""
        index, step, drawn = int(content["index"]), int(content["step"]), content["drawn"]
        found = neighbours(self.run, index, step)
        page = neighbour_page(self.run, index, step, found, drawn, content["method"])
        return {"page": page, "now": found.now.tolist()}, []

    def _made(self, step: int) -> list[Card]:
        if step not in self._cards:
            made, self._measures = cards(self.run, step, self.scale, self._measures)
            _keep(self._cards, step, made)
        return self._cards[step]


def _keep(kept: dict[int, Any], step: int, value: Any) -> None:
    """Keep the latest few."""
    while len(kept) >= KEPT_STEPS:
        kept.pop(next(iter(kept)))
    kept[step] = value


def _said(made: Stack, align: Align) -> str:
    """Say what a stack is of, and how windows were shifted for it."""
    of = f"{made.n:,} windows" if made.n == len(made.shifts_s) else f"{made.n:,} of {len(made.shifts_s):,} windows"
    how = {"none": "not shifted", "onset": "shifted to one onset (Akaike's criterion)"}
    words = f"Mean of {of}, {how.get(align, 'shifted to fit their mean (cross-correlation)')}"
    if align != "none":
        words += f": by {made.shifts_s.min():+.1f} s to {made.shifts_s.max():+.1f} s"
    if made.wave is not None:
        words += f". The stack of the waveforms reaches {np.abs(made.wave).max():.2f}; 1 if all were alike"
    return f"{words}.".replace("-", "−").replace("cross−", "cross-")
