"""Plotly figure of windows: waveforms above their spectrograms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..data.spectrograms import Spectrograms
from .figures import is_logarithmic

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def plot_windows(specs: Spectrograms, samples: Sequence[int] = (0, 1, 2)) -> Figure:
    """Waveforms of some windows above their spectrograms, all in one range of colours.

    Parameters
    ----------
    specs : Spectrograms
    samples : sequence of int
        Their numbers, from left to right.

    Raises
    ------
    IndexError
        If there is no such window.
    ValueError
        If none is asked for.
    """
    from plotly.subplots import make_subplots

    numbers = [int(np.arange(specs.n_samples)[number]) for number in samples]
    if not numbers:
        raise ValueError("samples must name a window, got none.")
    pictures, waveforms = specs.read(numbers), specs.read_waveforms(numbers)
    times = specs.metadata.starttime.iloc[numbers] if "starttime" in specs.metadata else None
    titles = [f"window {n}" if times is None else f"{times[n]:%Y-%m-%d %H:%M:%S}" for n in numbers]
    rows = 1 if waveforms is None else 2
    heights = [1.0] if waveforms is None else [0.3, 0.7]
    figure = make_subplots(
        rows=rows,
        cols=len(numbers),
        row_heights=heights,
        subplot_titles=titles,
        shared_xaxes=True,
        shared_yaxes="rows",
        vertical_spacing=0.04,
        horizontal_spacing=0.03,
    )
    for column, picture in enumerate(pictures, start=1):
        if waveforms is not None and specs.sampling_rate:
            seconds = np.arange(waveforms.shape[1]) / specs.sampling_rate
            line = {"color": "#4d4d4d", "width": 1}
            figure.add_scatter(
                x=seconds, y=waveforms[column - 1], mode="lines", line=line, showlegend=False, row=1, col=column
            )
        heat = {"x": specs.times, "y": specs.frequencies, "z": picture, "coloraxis": "coloraxis"}
        figure.add_heatmap(**heat, row=rows, col=column)
        figure.update_xaxes(title="time (s)", range=[0, specs.duration_s], row=rows, col=column)
    if is_logarithmic(specs.frequencies):
        figure.update_yaxes(type="log", dtick=1, row=rows)
    figure.update_yaxes(title="frequency (Hz)", row=rows, col=1)
    if waveforms is not None:
        figure.update_yaxes(title="waveform", row=1, col=1)
    low, high = np.percentile(pictures, [1, 99.5])
    bar = {"title": unit(specs), "thickness": 12}
    figure.update_layout(coloraxis={"colorscale": "Viridis", "cmin": low, "cmax": high, "colorbar": bar})
    return figure.update_layout(template="simple_white", height=420, margin={"t": 40, "r": 20, "b": 50, "l": 60})


def unit(specs: Spectrograms) -> str:
    """Unit of the values, short enough for a colour bar."""
    return str(specs.settings.get("unit", "dB")).partition(" ")[0]
