"""Cluster count figure: every criterion over the number of clusters, with what each of them chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..evaluation.cluster_count import ClusterCount
from .palette import PALETTE

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

# criterion: column of the table, title of its axis
PANELS = {
    "gap": ("gap", "gap<br>(nats)"),
    "icl": ("icl", "ICL<br>(nats, low is good)"),
    "stability": ("stability", "stability<br>(adj. Rand index)"),
    "silhouette": ("silhouette", "silhouette"),
    "elbow": ("inertia", "inertia<br>(for the elbow)"),
}
LINE, CHOICE = "#808080", PALETTE[0]  # a grey and a blue that stand out on white and on black


def plot_cluster_count(report: ClusterCount) -> Figure:
    """Draw the criteria of `cluster_count` one above the other over the number of clusters, which they share.

    A large dot is what a criterion chooses (none, where it sees no clusters); the dashed line is the recommendation.

    Parameters
    ----------
    report : ClusterCount

    Examples
    --------
    >>> import numpy as np, zclust_explore as zx
    >>> z = np.random.default_rng(0).normal(size=(60, 2)) + np.repeat([[0], [9]], 30, axis=0)
    >>> zx.plot_cluster_count(zx.cluster_count(z, max_clusters=4)).layout.xaxis5.title.text
    'number of clusters'
    """
    from plotly.subplots import make_subplots

    table, counts = report.criteria, report.criteria.index.to_numpy()
    figure = make_subplots(rows=len(PANELS), cols=1, shared_xaxes=True, vertical_spacing=0.035)
    for row, (name, (column, title)) in enumerate(PANELS.items(), start=1):
        error = {"array": table.gap_error, "width": 2, "thickness": 1} if name == "gap" else None
        figure.add_scatter(
            x=counts,
            y=table[column],
            error_y=error,
            mode="lines+markers",
            line={"color": LINE, "width": 1.5},
            marker={"size": 4},
            hovertemplate="%{x} clusters: %{y:.3g}<extra></extra>",
            row=row,
            col=1,
        )
        choice = report.choices[name]
        figure.add_scatter(
            x=[choice],
            y=[table.loc[choice, column]],
            mode="markers",
            marker={"size": 11, "color": CHOICE},
            hovertemplate=f"{name} chooses %{{x}}<extra></extra>",
            row=row,
            col=1,
        )
        figure.update_yaxes(title={"text": title, "font": {"size": 11}}, nticks=4, row=row, col=1)
    figure.add_vline(x=report.n_clusters, line={"width": 2, "dash": "dash", "color": CHOICE}, opacity=1)
    figure.update_xaxes(dtick=1 if len(counts) <= 20 else None, range=[0.5, counts[-1] + 0.5])
    figure.update_xaxes(title="number of clusters", row=len(PANELS), col=1)
    words = {"text": _wrapped(report.recommendation), "font": {"size": 14}, "y": 1, "yanchor": "top", "pad": {"t": 18}}
    margin = {"t": 90, "r": 20, "b": 50, "l": 90}
    return figure.update_layout(title=words, template="simple_white", margin=margin, height=720, showlegend=False)


def _wrapped(words: str, width: int = 88) -> str:
    from textwrap import wrap

    return "<br>".join(wrap(words, width))
