"""Plotly figure of windows: waveforms above their spectrograms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..data.spectrograms import Spectrograms
from .figures import is_logarithmic
from .tiles import amplitude_unit

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def plot_windows(specs: Spectrograms, samples: Sequence[int] = (0, 1, 2)) -> Figure:
    """Waveforms of some windows above their spectrograms, all in one range of colours; component below component.

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
    titles = [f"window {n}" if times is None else f"{times[n]:%Y-%m-%d<br>%H:%M:%S}" for n in numbers]
    n, rate = specs.n_channels, specs.sampling_rate
    each = [1.0] if waveforms is None or not rate else [0.3, 0.7]  # heights of the rows of a component
    figure = make_subplots(
        rows=n * len(each),
        cols=len(numbers),
        row_heights=each * n,
        subplot_titles=titles,
        row_titles=[name for name in specs.components for _ in each] or None,
        shared_xaxes=True,
        shared_yaxes="rows",
        vertical_spacing=0.04 / n,
        horizontal_spacing=0.03,
    )
    logarithmic = is_logarithmic(specs.frequencies)
    # ranges in full: axes that share some of them and not others get from plotly.js those of an empty plot
    band = _edges(np.log10(specs.frequencies) if logarithmic else specs.frequencies)
    for channel in range(n):
        row = (channel + 1) * len(each)
        for column, picture in enumerate(pictures, start=1):
            z = picture.reshape(n, *specs.shape)[channel]
            heat = {"x": specs.times, "y": specs.frequencies, "z": z, "coloraxis": "coloraxis"}
            figure.add_heatmap(**heat, row=row, col=column)
            if waveforms is not None and rate:
                y = waveforms[column - 1].reshape(n, -1)[channel]
                line = {"color": "#4d4d4d", "width": 1}
                x = np.arange(len(y)) / rate
                figure.add_scatter(x=x, y=y, mode="lines", line=line, showlegend=False, row=row - 1, col=column)
        figure.update_yaxes(range=band, type="log" if logarithmic else None, dtick=1 if logarithmic else None, row=row)
        figure.update_yaxes(title="frequency (Hz)", row=row, col=1)
        if waveforms is not None and rate:
            peak = 1.05 * float(np.nanmax(np.abs(waveforms))) or 1.0
            figure.update_yaxes(range=[-peak, peak], row=row - 1)
            figure.update_yaxes(title=amplitude_unit(specs) or "waveform", row=row - 1, col=1)
    figure.update_xaxes(range=[0, specs.duration_s])
    figure.update_xaxes(title="time (s)", row=n * len(each))
    low, high = np.percentile(pictures, [1, 99.5])
    bar = {"title": unit(specs), "thickness": 12}
    figure.update_layout(coloraxis={"colorscale": "Viridis", "cmin": low, "cmax": high, "colorbar": bar})
    return figure.update_layout(
        template="simple_white", height=140 + 280 * n, margin={"t": 60, "r": 20, "b": 50, "l": 60}
    )


def _edges(centres: np.ndarray) -> list[float]:
    """First and last edge of cells of equal width about these."""
    half = (centres[-1] - centres[0]) / max(len(centres) - 1, 1) / 2 or 0.5
    return [float(centres[0] - half), float(centres[-1] + half)]


def unit(specs: Spectrograms) -> str:
    """Unit of the values, short enough for a colour bar."""
    return str(specs.settings.get("unit", "dB")).partition(" ")[0]
