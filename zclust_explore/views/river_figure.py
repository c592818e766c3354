"""Plotly figure of the membership river: which windows stay in their cluster and which go, over the steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..data.run import Run
from .frames import UNCLUSTERED, membership
from .palette import colour

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def plot_river(run: Run, n_columns: int = 6) -> Figure:
    """Sankey diagram of cluster memberships; a stream is as broad as it has windows.

    Parameters
    ----------
    run : Run
    n_columns : int
        At most so many steps, evenly taken from those with clusters; the first and the last are among them.

    Raises
    ------
    ValueError
        If fewer than two steps have clusters, or n_columns is less than 2.
    """
    import plotly.graph_objects as go

    if n_columns < 2:
        raise ValueError(f"n_columns must be at least 2, got {n_columns}.")
    labels, k = membership(run).labels, run.most_clusters
    clustered = np.flatnonzero((labels != UNCLUSTERED).all(axis=1))
    if len(clustered) < 2:
        raise ValueError(f"run must have at least two steps with clusters, got {len(clustered)}.")
    steps = np.unique(clustered[np.linspace(0, len(clustered) - 1, n_columns).round().astype(int)])
    names = [f"cluster {cluster}" if column == 0 else "" for column in range(len(steps)) for cluster in range(k)]
    sources, targets, counts = [], [], []
    for column, (before, after) in enumerate(zip(steps, steps[1:], strict=False)):
        table = np.bincount(k * labels[before].astype(int) + labels[after], minlength=k * k).reshape(k, k)
        for source, target in np.argwhere(table):
            sources.append(column * k + int(source))
            targets.append((column + 1) * k + int(target))
            counts.append(int(table[source, target]))
    colours = [colour(node % k) for node in range(len(steps) * k)]
    place = np.repeat(np.linspace(0.001, 0.999, len(steps)), k)  # plotly takes 0 and 1 for not given
    figure = go.Figure(
        go.Sankey(
            arrangement="snap",
            node={"label": names, "color": colours, "x": place, "y": np.tile((np.arange(k) + 0.5) / k, len(steps))},
            link={"source": sources, "target": targets, "value": counts, "color": [f"{colours[s]}80" for s in sources]},
            valuesuffix=" windows",
        )
    )
    for column, step in enumerate(steps):
        at = column / (len(steps) - 1)
        figure.add_annotation(x=at, y=-0.08, xref="paper", yref="paper", showarrow=False, text=f"step {step + 1}")
    return figure.update_layout(title="Membership (windows)", template="simple_white", margin={"t": 60, "b": 50})
