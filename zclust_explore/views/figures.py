"""Plotly figures of a run, for notebooks, papers and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..data.run import Run
from .palette import colour
from .projection import Projection, project_pca
from .tiles import axis_words

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def plot_embedding(run: Run, step: int = -1, projection: Projection | None = None) -> Figure:
    """Scatter of all windows at a step, coloured by cluster.

    For an SVG without further programs: `figure.show(config={"toImageButtonOptions": {"format": "svg"}})`, then the
    camera above the figure; `figure.write_html` takes the same `config`.

    Parameters
    ----------
    run : Run
    step : int
        Negative steps count from the end.
    projection : Projection, optional
        Default: `project_pca(run)`; or `project_umap(run)`.

    Raises
    ------
    ValueError
        If the projection is of another run.
    """
    import plotly.graph_objects as go

    projection = projection or project_pca(run)
    if projection.xy.shape[:2] != (len(run), run.n_samples):
        raise ValueError(
            f"projection must have {len(run)} steps of {run.n_samples} windows, got {projection.xy.shape[:2]}."
        )
    snapshot = run.snapshot(step)
    xy = projection.xy[snapshot.step]
    labels = np.full(run.n_samples, -1) if snapshot.labels is None else snapshot.labels
    figure = go.Figure()
    for cluster in np.unique(labels):
        members = labels == cluster
        figure.add_scatter(
            x=xy[members, 0],
            y=xy[members, 1],
            mode="markers",
            marker={"size": 5, "color": colour(int(cluster))},
            name=f"cluster {cluster} ({members.sum()})" if cluster >= 0 else "not clustered yet",
        )
    figure.update_xaxes(title=projection.axes[0])
    figure.update_yaxes(title=projection.axes[1], scaleanchor="x")
    return _finish(figure, f"Step {snapshot.step}")


def plot_history(run: Run) -> Figure:
    """Losses and label change over the steps of a run, which must have one at least."""
    if not len(run):
        raise ValueError("run must have at least one snapshot to be drawn, got none.")
    from plotly.subplots import make_subplots

    table = run.history
    titles = {
        "reconstruction": "reconstruction loss<br>(mean squared error)",
        "clustering": "KL divergence<br>(nats)",
        "label_change": "label change<br>(%)",
    }
    shown = [name for name in titles if name in table and table[name].notna().any()]
    figure = make_subplots(rows=max(1, len(shown)), cols=1, shared_xaxes=True, vertical_spacing=0.06)
    for row, name in enumerate(shown, start=1):
        values = table[name].astype(float) * (100 if name == "label_change" else 1)
        line = {"color": "#4d4d4d", "width": 1.5}
        figure.add_scatter(x=table.step, y=values, mode="lines", line=line, showlegend=False, row=row, col=1)
        figure.update_yaxes(title=titles[name], row=row, col=1)
    clustering = table.index[table.phase == "cluster"]
    if len(clustering):
        figure.add_vline(x=float(table.step[clustering[0]]), line={"width": 1, "dash": "dot", "color": "#888"})
    figure.update_xaxes(title="step", row=max(1, len(shown)), col=1)
    return _finish(figure, "Training")


def plot_cluster(run: Run, cluster: int, n_exemplars: int = 3, step: int = -1) -> Figure:
    """Mean spectrogram of a cluster, and the members that belong to it most clearly; a row for each component.

    Raises
    ------
    ValueError
        If there is no such cluster, or it has no members.
    """
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    q = run.soft_assignments(step)
    if not 0 <= cluster < q.shape[1]:
        raise ValueError(f"cluster must be between 0 and {q.shape[1] - 1}, got {cluster}.")
    members = np.flatnonzero(q.argmax(axis=1) == cluster)
    if not len(members):
        raise ValueError(f"cluster must have members at this step, but {cluster} has none.")
    specs = run.spectrograms
    exemplars = members[np.argsort(-q[members, cluster])[:n_exemplars]]
    pictures = [_mean(specs, members), *specs.read(exemplars)]
    titles = [f"mean of {len(members)}", *(f"window {i}, q {q[i, cluster]:.2f}" for i in exemplars)]
    low, high = np.percentile(np.stack(pictures), [1, 99.5])
    rows, words = specs.n_channels, axis_words(specs)
    figure = make_subplots(
        rows=rows,
        cols=len(pictures),
        subplot_titles=titles,
        row_titles=list(specs.components) or None,
        shared_xaxes=True,
        shared_yaxes=True,
        vertical_spacing=0.03 if rows > 1 else None,
    )
    logarithmic = is_logarithmic(specs.frequencies)
    for column, picture in enumerate(pictures, start=1):
        for row, channel in enumerate(picture.reshape(rows, *specs.shape), start=1):
            heat = go.Heatmap(x=specs.times, y=specs.frequencies, z=channel, coloraxis="coloraxis")
            figure.add_trace(heat, row=row, col=column)
        figure.update_xaxes(title=words["time"], row=rows, col=column)
    if logarithmic:
        figure.update_yaxes(type="log", dtick=1)
    figure.update_yaxes(title=words["frequency"], row=(rows + 1) // 2, col=1)
    if rows > 1:
        figure.update_layout(height=180 + 160 * rows)
    bar = {"title": words["unit"], "thickness": 12}
    figure.update_layout(coloraxis={"colorscale": "Viridis", "cmin": low, "cmax": high, "colorbar": bar})
    return _finish(figure, f"Cluster {cluster}")


def is_logarithmic(frequencies: np.ndarray) -> bool:
    """Whether steps grow with the frequency, rather than staying equal."""
    if len(frequencies) < 3 or frequencies[0] <= 0:
        return False
    ratios, steps = np.diff(np.log(frequencies)), np.diff(frequencies)
    return bool(np.ptp(ratios) / ratios.mean() < np.ptp(steps) / steps.mean())


def _mean(specs: Any, members: np.ndarray) -> np.ndarray:
    total = np.zeros(specs.values.shape[1:])
    for start in range(0, len(members), 256):  # a cluster of a stored data set need not fit into memory
        total += specs.read(members[start : start + 256]).sum(axis=0, dtype=np.float64)
    return total / len(members)


def _finish(figure: Figure, title: str) -> Figure:
    return figure.update_layout(title=title, template="simple_white", margin={"t": 60, "r": 20, "b": 50, "l": 60})
