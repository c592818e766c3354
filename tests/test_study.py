"""The study behind `make bench`: what is kept, under which name, and what is left out."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks import clustering
from tests.benchmarks.study import datasets, methods, results


def test_every_row_has_a_name_of_its_own() -> None:
    """One method's result would be read as another's."""
    files = {results.path("toy", name, 0, methods.settings("toy", name)) for name in methods.METHODS}
    assert len(files) == len(methods.METHODS)


def test_a_changed_setting_is_another_result() -> None:
    """After a change of the defaults the table would go on to show the old figures."""
    known = methods.settings("toy", "DEC")
    changed = {**known, "cluster": {**known["cluster"], "patience": known["cluster"]["patience"] + 1}}
    assert results.key(known) == results.key(json.loads(json.dumps(known))) != results.key(changed)


def test_rows_share_the_pretrained_network_only_where_it_is_the_same() -> None:
    """Rows would be pretrained for nothing, or begin from another row's network."""
    dec, plain, idec = (methods.pretraining("toy", name) for name in ("DEC", "DEC as in the paper", "IDEC"))
    assert dec == idec == methods.pretraining("toy", "AE + k-means") != plain


def test_missing_data_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A study would fail, or fall silent, where somebody has not got the files."""
    monkeypatch.setattr(datasets, "FOLDER", tmp_path)
    assert "ZCLUST_BENCHMARK_DATA" in datasets.DATASETS["luhu"].missing
    assert not datasets.DATASETS["toy"].missing


def test_a_stopped_study_goes_on_from_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hours of results would be worked out again, or the table be of others than those that are kept."""
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    for name, value in {"SETS": "digits", "METHODS": "DEC,ClustPy DEC", "SEEDS": "3"}.items():
        monkeypatch.setenv(f"BENCH_{name}", value)
    for seed in range(3):
        for name, accuracy, seconds in (("DEC", 0.8 + seed / 10, 20.0), ("ClustPy DEC", 0.75, 100.0)):
            result = {"accuracy": accuracy, "nmi": 0.5, "ari": 0.25, "seconds": seconds, "peak_mib": 300.0}
            results.write(results.path("digits", name, seed, methods.settings("digits", name)), result)
    shown = clustering.table()
    assert "0.900 ± 0.100" in shown and "0.500 ± 0.000" in shown
    assert "accuracy +0.150, 0.20 of its seconds (1/5.0)" in shown


def test_images_become_spectrograms_upright() -> None:
    """Rows and columns of the images would be exchanged, and a peer see other data than we do."""
    specs = datasets.load("digits", 0)
    assert specs.shape == (8, 8) and specs.metadata["label"].nunique() == 10
    # a one is a vertical stroke: its rows are alike, its columns are not
    one = specs.read(np.flatnonzero(specs.metadata["label"] == "1")).mean(axis=0)
    assert one.mean(axis=0).std() > one.mean(axis=1).std()
