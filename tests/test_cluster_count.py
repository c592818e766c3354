"""Choosing the number of clusters: known numbers are recommended, none where there is none, and doubt is told."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.made_runs import make_run
from zclust_explore.evaluation.cluster_count import ClusterCount, cluster_count
from zclust_explore.evaluation.latent import pretrained
from zclust_explore.views.cluster_count_figure import PANELS, plot_cluster_count


def blobs(n_clusters: int, n: int = 60, stretch: float = 1.0) -> np.ndarray:
    """Clusters of n points in four dimensions, `stretch` times as long as wide, each along its own direction."""
    random = np.random.default_rng(n_clusters)
    centres = 10 * random.permutation(np.stack(np.meshgrid(*[[-1, 0, 1]] * 4), -1).reshape(-1, 4))[:n_clusters]
    points = []
    for centre in centres:
        direction = random.normal(size=4)
        direction /= np.linalg.norm(direction)
        along = (stretch - 1) * random.normal(size=(n, 1)) * direction
        points.append(centre + random.normal(size=(n, 4)) + along)
    return np.concatenate(points)


@pytest.mark.parametrize("n_clusters", [2, 3, 5])
def test_known_numbers(n_clusters):
    """Clusters that everybody sees would be miscounted."""
    report = cluster_count(blobs(n_clusters), max_clusters=8)
    assert report.n_clusters == n_clusters
    assert report.recommendation.startswith(f"{n_clusters}: gap, ICL")


def test_long_clusters_are_not_cut():
    """Long kinds of signals would be counted twice, as k-means does."""
    report = cluster_count(blobs(4, stretch=4.0), max_clusters=9)
    assert report.n_clusters == 4


@pytest.mark.parametrize("shape", ["normal", "uniform", "heavy tails"])
def test_no_clusters(shape):
    """Clusters would be seen where there is a single cloud."""
    random = np.random.default_rng(1)
    draw = {"normal": random.normal, "uniform": random.uniform, "heavy tails": lambda **k: random.standard_t(4, **k)}
    report = cluster_count(draw[shape](size=(300, 4)), max_clusters=6)
    assert report.n_clusters == 1
    assert str(report).startswith("1 (no evidence for clusters): ")
    assert "see no clusters" in str(report)


def test_a_run_is_asked_before_its_clustering(tmp_path):
    """The embedding that was pulled to k centroids would confirm k, whatever it was."""
    run = make_run(tmp_path / "run", n_samples=60, n_pretrain=3, n_cluster=4)
    np.testing.assert_array_equal(pretrained(run), run.snapshot(2).embedding)
    report = cluster_count(run, max_clusters=4)
    pd.testing.assert_frame_equal(report.criteria, cluster_count(run.snapshot(2).embedding, max_clusters=4).criteria)
    with pytest.raises(ValueError, match="must have a snapshot of pretraining"):
        cluster_count(make_run(tmp_path / "none", n_samples=12, n_pretrain=0, n_cluster=1))


def test_repeats_itself_and_changes_nothing():
    """The same data would get another number tomorrow, or come back changed."""
    x = blobs(3, n=15)
    before = x.copy()
    first, second = (cluster_count(x, max_clusters=4, random_state=3) for _ in range(2))
    pd.testing.assert_frame_equal(first.criteria, second.criteria)
    np.testing.assert_array_equal(x, before)


def test_few_and_equal_windows():
    """Ten windows, or copies of a few, would be an error, or be split into more clusters than they can fill."""
    assert list(cluster_count(np.random.default_rng(0).normal(size=(10, 10))).criteria.index) == [1, 2, 3]
    copies = np.repeat(np.random.default_rng(0).normal(size=(7, 3)), 20, axis=0)
    assert cluster_count(copies).criteria.index[-1] == 2
    with pytest.raises(ValueError, match="at least 6 different rows, got 5"):
        cluster_count(np.repeat(np.eye(5), 9, axis=0))


def test_refuses():
    """What cannot be counted would be counted."""
    with pytest.raises(ValueError, match="max_clusters must be at least 2, got 1"):
        cluster_count(blobs(2), max_clusters=1)
    with pytest.raises(ValueError, match=r"must have shape \(n_samples, n_dims\), got \(6,\)"):
        cluster_count(np.arange(6.0))
    with pytest.raises(ValueError, match="finite"):
        cluster_count(np.full((9, 2), np.nan))


def made_report(gap=8, icl=8, stability=8, silhouette=8, elbow=8, most=15) -> ClusterCount:
    """A report whose criteria chose what is asked for."""
    names = ("gap", "gap_error", "icl", "stability", "silhouette", "inertia")
    values = np.random.default_rng(0).random((most, len(names)))
    table = pd.DataFrame(values, columns=names, index=pd.Index(range(1, most + 1), name="n_clusters"))
    choices = {"gap": gap, "icl": icl, "stability": stability, "silhouette": silhouette, "elbow": elbow}
    return ClusterCount(table, choices, sorted([gap, icl, stability])[1])


def test_the_words():
    """Criteria that disagree would be told as if they agreed."""
    assert str(made_report()) == "8: gap, ICL, stability, silhouette and elbow say 8."
    assert str(made_report(gap=6, icl=7, silhouette=5, elbow=5)) == (
        "7: ICL says 7; silhouette and elbow say 5; gap says 6; stability says 8."
    )
    assert "disagree: look at 3 to 12" in str(made_report(gap=3, icl=12))
    assert str(made_report(*[1] * 4, elbow=4)) == (
        "1 (no evidence for clusters): gap, ICL, stability and silhouette see no clusters; elbow says 4."
    )
    assert str(made_report(*[15] * 5)).endswith(
        "say 15, the most that was tried. There may be more: raise max_clusters."
    )


@given(st.tuples(*[st.integers(1, 15)] * 5))
def test_the_words_name_every_criterion_once(choices):
    """A criterion that says something else would be left out."""
    words = str(made_report(*choices))
    for name in ("gap", "ICL", "stability", "silhouette", "elbow"):
        assert words.count(name) == 1


def test_figure():
    """A panel would show another criterion than its axis says, or mark another choice."""
    report = made_report(gap=6, icl=7, silhouette=5, elbow=4)
    figure = plot_cluster_count(report)
    assert len(figure.data) == 2 * len(PANELS)
    for (name, (column, _)), curve, dot in zip(PANELS.items(), figure.data[::2], figure.data[1::2], strict=True):
        np.testing.assert_array_equal(curve.y, report.criteria[column])
        assert dot.x[0] == report.choices[name] and dot.y[0] == report.criteria.loc[dot.x[0], column]
    assert all(line.x0 == report.n_clusters for line in figure.layout.shapes)
    assert figure.layout.xaxis5.title.text == "number of clusters"
    assert figure.layout.title.text.replace("<br>", " ") == str(report)
