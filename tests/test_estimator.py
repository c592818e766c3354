"""Tests of the estimator: scikit-learn's own checks, the truth in known data, and what a user may do wrong."""

import dataclasses
import gc
import pickle
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import load_digits, make_blobs
from sklearn.metrics import adjusted_rand_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import zclust_explore as zx
from zclust_explore import DeepEmbeddedClustering

SPECS = zx.make_spectrograms(48, random_state=0)
# What the installed scikit-learn checks only where other packages or its own switches are there.
ELSEWHERE = {"check_array_api_input", "check_set_output_transform_polars", "check_global_set_output_transform_polars"}


@pytest.fixture(autouse=True, scope="module")
def _temporary_folders_in_memory() -> Iterator[None]:
    """The checks fit a hundred times, and every snapshot waits until the disk has it."""
    before = tempfile.tempdir
    if Path("/dev/shm").is_dir():
        tempfile.tempdir = "/dev/shm"
    yield
    tempfile.tempdir = before


def quick(n_clusters: int = 3, **parameters: Any) -> DeepEmbeddedClustering:
    """One that is fitted in a fraction of a second."""
    given = {"widths": None, "pretrain_epochs": 2, "n_epochs": 2, "start": "kmeans", "random_state": 0, **parameters}
    return DeepEmbeddedClustering(n_clusters, **given)


def table(n_samples: int = 60, n_features: int = 4) -> np.ndarray:
    """A table with three clusters."""
    return make_blobs(n_samples, n_features, centers=3, random_state=0)[0]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_scikit_learn_finds_nothing_wrong() -> None:
    """In pipelines, searches or copies it would behave unlike any other estimator."""
    results = check_estimator(quick(widths=(16,), latent_dim=4), on_fail=None, on_skip=None)
    failed = {result["check_name"]: result["exception"] for result in results if result["status"] == "failed"}
    assert not failed
    assert {result["check_name"] for result in results if result["status"] == "skipped"} <= ELSEWHERE
    assert sum(result["status"] == "passed" for result in results) > 40


def test_it_finds_the_digits() -> None:
    """It would run through without finding what is there."""
    images, digits = load_digits(return_X_y=True)
    model = DeepEmbeddedClustering(10, standardize=False, pretrain_epochs=15, n_epochs=8, random_state=0)
    assert adjusted_rand_score(digits[:900], model.fit_predict(images[:900])) > 0.6


def test_units_of_features_do_not_count() -> None:
    """A feature in small units would be lost beside one in large units that says nothing."""
    random = np.random.default_rng(0)
    kind = np.repeat([0, 1], 60)
    told = 1e-6 * (4 * kind + random.normal(size=120))
    told_again = 1.7e9 + 4e-3 * (4 * kind + random.normal(size=120))  # differs only where single precision ends
    features = np.column_stack([told, told_again, 1e6 * random.normal(size=120)])
    model = DeepEmbeddedClustering(2, pretrain_epochs=10, n_epochs=5, random_state=0)
    assert adjusted_rand_score(kind, model.fit_predict(features)) > 0.9


@pytest.mark.parametrize("known", [SPECS.values, table()], ids=["spectrograms", "table"])
def test_labels_belong_to_the_last_weights(known: np.ndarray) -> None:
    """labels_ would be those of an earlier network, and predict would contradict them."""
    model = quick().fit(known)
    assert np.array_equal(model.labels_, model.predict(known))
    assert np.array_equal(model.labels_, model.run_.labels)
    np.testing.assert_allclose(model.transform(known), model.run_.embedding, atol=1e-5)
    np.testing.assert_array_equal(model.cluster_centers_, model.run_.centroids)


def test_it_does_what_a_trainer_does(tmp_path: Path) -> None:
    """The interface would change the result."""
    trainer = zx.Trainer(SPECS, random_state=3, directory=tmp_path / "run")
    trainer.pretrain(2, progress_bar=False)
    run = trainer.cluster(3, start="kmeans", n_epochs=2, progress_bar=False)
    model = quick(random_state=3).fit(SPECS)
    np.testing.assert_array_equal(model.run_.embedding, run.embedding)
    pd.testing.assert_frame_equal(model.history_, run.history)
    assert model.stop_reason_ == run.stop_reason
    assert model.n_iter_ == run.snapshot().epoch
    assert model.n_features_in_ == SPECS.shape[0] * SPECS.shape[1]


@pytest.mark.parametrize("known", [SPECS.values, table()], ids=["spectrograms", "table"])
def test_the_same_seed_gives_the_same_labels(known: np.ndarray) -> None:
    """A result could not be repeated, or the random numbers of the caller would decide it or be disturbed."""
    torch.manual_seed(1)
    np.random.seed(1)  # noqa: NPY002  # the caller's
    first = quick().fit(known)
    drawn = torch.rand(1), np.random.rand()  # noqa: NPY002
    torch.manual_seed(1)
    np.random.seed(1)  # noqa: NPY002
    assert (torch.rand(1), np.random.rand()) == drawn  # noqa: NPY002
    second = quick().fit(known)
    np.testing.assert_array_equal(first.transform(known), second.transform(known))
    other = quick(random_state=1).fit(known)
    assert not np.array_equal(first.transform(known), other.transform(known))
    by_state = [quick(random_state=np.random.RandomState(5)).fit(known).transform(known) for _ in range(2)]
    np.testing.assert_array_equal(*by_state)


def test_any_array_will_do() -> None:
    """The same numbers in another type would give other labels."""
    values = SPECS.values
    expected = quick().fit(values).transform(values)
    without_traces = dataclasses.replace(SPECS, metadata=pd.DataFrame(index=range(48)))
    for same in (values.astype(np.float64), values.tolist(), without_traces):
        np.testing.assert_array_equal(quick().fit(same).transform(same), expected)
    features = table().astype(np.float32)
    labels = quick().fit_predict(features)
    for same in (features.astype(np.float64), features.tolist(), pd.DataFrame(features, columns=list("abcd"))):
        np.testing.assert_array_equal(quick().fit_predict(same), labels)


@pytest.mark.parametrize("known", [SPECS.values, table()], ids=["spectrograms", "table"])
def test_a_fitted_estimator_can_be_pickled(known: np.ndarray) -> None:
    """A trained model could not be kept or sent to other processes."""
    model = quick().fit(known)
    expected = model.transform(known)
    copy = pickle.loads(pickle.dumps(model))  # noqa: S301
    assert np.array_equal(copy.labels_, model.labels_) and copy.stop_reason_ == model.stop_reason_
    folder = model.run_.directory
    del model
    gc.collect()
    assert not folder.exists()
    np.testing.assert_array_equal(copy.transform(known), expected)
    with pytest.raises(AttributeError, match="run_ is there after fit, and does not travel"):
        copy.run_  # noqa: B018


def test_the_run_lives_as_long_as_somebody_has_it() -> None:
    """The files would go from under a widget, or stay for ever."""
    run = quick().fit(table()).run_.first(2)  # as a widget takes it; the estimator is gone already
    gc.collect()
    assert len(list(run.snapshots)) == 2
    folder = run.directory
    del run
    gc.collect()
    assert not folder.exists()


def test_a_directory_is_kept(tmp_path: Path) -> None:
    """A second fit would overwrite the first, or refuse."""
    model = quick(directory=tmp_path / "run")
    first, second = clone(model).fit(table()), model.fit(table())
    assert first.run_.directory == tmp_path / "run" and second.run_.directory == tmp_path / "run-2"
    del first, second, model
    gc.collect()
    assert np.array_equal(zx.Run.open(tmp_path / "run").labels, zx.Run.open(tmp_path / "run-2").labels)


def test_it_fits_into_a_pipeline() -> None:
    """Scaling before and naming after would not work together with it."""
    features = pd.DataFrame(table(), columns=["f0_hz", "duration_s", "energy_db", "skewness"])
    pipeline = make_pipeline(StandardScaler(), quick(latent_dim=2)).set_output(transform="pandas")
    embedding = pipeline.fit_transform(features)
    assert list(embedding.columns) == ["deepembeddedclustering0", "deepembeddedclustering1"]
    assert np.array_equal(pipeline.predict(features), pipeline[-1].labels_)
    assert list(pipeline[-1].feature_names_in_) == list(features.columns)
    assert quick().set_params(n_clusters=5).get_params()["n_clusters"] == 5


def test_it_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    """Progress bars would fill the log of a script."""
    quick().fit(table())
    assert capfd.readouterr() == ("", "")


def test_one_cluster_is_everything() -> None:
    """A search over n_clusters that begins with 1 would end there."""
    model = quick(1).fit(table())
    assert set(model.labels_) == {0} and model.n_iter_ == 0
    np.testing.assert_allclose(model.cluster_centers_[0], model.transform(table()).mean(axis=0), atol=1e-5)


def test_dead_windows_get_a_label_though_they_are_not_trained_on() -> None:
    """Labels would no longer be those of the rows of X."""
    values = SPECS.values.copy()
    values[5] = -120.0
    model = quick().fit(values)
    assert model.run_.n_samples == 47 and model.labels_.shape == (48,)
    assert np.array_equal(np.delete(model.labels_, 5), model.run_.labels)


def test_wrong_input_is_refused_in_words() -> None:
    """Somebody would get a message from deep inside, or a result from nonsense."""
    holed = SPECS.values.copy()
    holed[3, 0, 0] = np.nan
    for wrong, said in (
        (holed, "Input X contains NaN"),
        (np.where(table() > 5, np.nan, table()), "Input X contains NaN"),
        (np.zeros(9), "Expected 2D array, got 1D array"),
        (np.zeros((2, 2, 2, 2, 2)), "Found array with dim 5"),
        (SPECS.values[:1], "Found array with 1 sample"),
        (SPECS.values[:2], r"n_clusters must be between 1 and n_samples \(2\), got 3."),
        (table()[:2], r"n_clusters must be between 1 and n_samples \(2\), got 3."),
        (SPECS.values[:, :2], r"shape must be at least \(4, 4\)"),
        (np.ones((9, 4)), "values must differ, but every one is the same."),
    ):
        with pytest.raises(ValueError, match=said):
            quick().fit(wrong)
    for name, value in (("n_clusters", 0), ("pretrain_epochs", 0), ("tol", 2.0), ("kind", "colours"), ("start", "x")):
        with pytest.raises(ValueError, match=f"{name}|n_epochs"):
            quick(**{name: value}).fit(SPECS)


def test_other_data_than_in_fit_are_refused() -> None:
    """Windows of another size, or a table, would be taken for what they are not."""
    of_windows, of_table = quick().fit(SPECS), quick().fit(table())
    for model, wrong in (
        (of_windows, SPECS.values[:, 1:]),
        (of_windows, table()),
        (of_table, SPECS.values),
        (of_table, SPECS),
        (of_table, table()[:, :2]),
    ):
        with pytest.raises(ValueError, match="X (must have the shape|has 2 features)"):
            model.predict(wrong)
