"""Baselines find what is easy, on the input of the network; the comparison says which row is which."""

import numpy as np
import pandas as pd
import pytest

from zclust_explore.data.run import Run
from zclust_explore.data.scaling import Scaling
from zclust_explore.data.snapshot import Snapshot
from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.evaluation.baselines import kmeans, mixture, pca_kmeans, umap_hdbscan
from zclust_explore.evaluation.comparison import compare
from zclust_explore.evaluation.scores import score

EASY = ["harmonic_tremor", "machine", "noise"]
METHODS = ["PCA + k-means", "PCA + mixture", "UMAP + HDBSCAN", "autoencoder + k-means", "autoencoder + mixture"]
DEC = "deep embedded clustering"


def easy_spectrograms(n_samples=160):
    """Three kinds that nobody could mistake, without difficulty."""
    specs = make_spectrograms(n_samples, difficulty=0.0, random_state=0)
    return specs.select(specs.metadata.label.isin(EASY).to_numpy())


def run_of(folder, specs, clustering=True):
    """A run whose pretraining put kinds apart, and whose clustering then threw everything into a wrong order."""
    random = np.random.default_rng(0)
    kind = np.array([EASY.index(name) if name in EASY else 0 for name in specs.metadata.label])
    apart = 8 * np.eye(4)[kind] + random.normal(size=(len(kind), 4))
    run = Run.create(folder, specs, {"scaling": Scaling.fit(specs).to_dict()})
    run.append(Snapshot(0, "pretrain", 1, {"reconstruction": 1.0}, apart))
    if clustering:
        centroids = 8 * np.eye(4)[:3]
        run.append(Snapshot(1, "cluster", 0, {"reconstruction": 1.0}, apart, centroids))
        run.append(Snapshot(2, "cluster", 1, {"reconstruction": 1.0}, random.permutation(apart), centroids, 0.5))
    return run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The run above, of three easy kinds."""
    return run_of(tmp_path_factory.mktemp("run") / "run", easy_spectrograms())


@pytest.fixture(scope="module")
def table(run):
    """Its comparison, each window an event."""
    return compare(run, events=np.arange(run.n_samples))


def test_finds_what_is_easy():
    """The baseline would be a straw man."""
    easy = easy_spectrograms()
    assert score(easy.metadata.label, pca_kmeans(easy, 3, random_state=0))["ari"] > 0.95


def test_mixture_keeps_long_clusters_whole():
    """The mixture would be another k-means."""
    random = np.random.default_rng(0)
    points = np.concatenate([random.normal(size=(80, 2)) * [4, 0.5] + [0, y] for y in (0, 6, 12)])
    truth = np.repeat([0, 1, 2], 80)
    assert score(truth, kmeans(points, 3, 0))["ari"] < 0.6
    assert score(truth, mixture(points, 3, 0))["ari"] > 0.95


def test_every_method_has_a_row(table):
    """A method would be missing from the table, or its scores."""
    assert table.index.tolist() == [*METHODS, DEC]
    bounds = ["ari_low", "ari_high", "gain_low", "gain_high"]
    assert set(table) == {"n_clusters", "accuracy", "nmi", "ari", "purity", *bounds, "silhouette", "seconds"}
    assert (table.loc[METHODS, "seconds"] > 0).all() and np.isnan(table.seconds[DEC])
    assert (table.n_clusters.drop("UMAP + HDBSCAN") == 3).all()


def test_simple_methods_find_what_is_easy(table):
    """The rows that deep clustering is compared with would be made weak."""
    assert (table.loc[METHODS, "ari"] > 0.9).all()


def test_the_last_step_counts_as_it_is(run, table):
    """A step before the last would be chosen by its score (trap 44)."""
    expected = score(run.spectrograms.metadata.label, run.labels)
    assert table.ari[DEC] == pytest.approx(expected["ari"]) and table.ari[DEC] < 0.2
    assert table.accuracy[DEC] == pytest.approx(expected["accuracy"])


def test_one_space_for_all_silhouettes(table):
    """A clustering would be praised for the space that it made itself."""
    # in the space of its own last step, the run's clusters stand as far apart as those of the autoencoder's k-means
    assert table.silhouette["autoencoder + k-means"] > 0.5 > 0.1 > table.silhouette[DEC]


def test_a_loss_is_told(table):
    """Deep clustering that brings nothing, or harm, would look like a gain."""
    assert (table.loc[METHODS, "gain_high"] < 0).all() and np.isnan(table.gain_low[DEC])
    assert ((table.ari_low <= table.ari) & (table.ari <= table.ari_high + 1e-12)).all()


def test_ten_windows(tmp_path):
    """Settings that follow from the number of windows would break on few of them (trap 45)."""
    table = compare(run_of(tmp_path / "run", easy_spectrograms().select(slice(10))))
    assert table.index.tolist() == [*METHODS, DEC]
    assert umap_hdbscan(np.zeros((4, 3, 3))).tolist() == [-1] * 4


def test_kinds_that_are_not_known(tmp_path):
    """Windows that nobody has labelled would count as a kind of their own, or no table be made without labels."""
    run = run_of(tmp_path / "run", easy_spectrograms().select(slice(30)), clustering=False)
    labels = run.spectrograms.metadata.label.to_numpy(dtype=object, copy=True)
    labels[::3] = None
    partly = compare(run, labels, n_clusters=3)
    assert partly.index.tolist() == METHODS
    assert partly.ari["autoencoder + k-means"] == pytest.approx(1)
    none = compare(run, np.full(30, None), n_clusters=3)
    assert none.columns.tolist() == ["n_clusters", "silhouette", "seconds"]
    pd.testing.assert_series_equal(none.silhouette, partly.silhouette)


def test_refuses(run, tmp_path):
    """Columns of another data set would be compared."""
    with pytest.raises(
        ValueError, match=f"labels_true must have a value for each of the {run.n_samples} windows, got 2"
    ):
        compare(run, [0, 1])
    with pytest.raises(ValueError, match="n_clusters must be between 2 and n_samples"):
        compare(run, n_clusters=1)
    bare = run_of(tmp_path / "run", easy_spectrograms().select(slice(12)), clustering=False)
    with pytest.raises(ValueError, match="n_clusters must be given"):
        compare(bare)
