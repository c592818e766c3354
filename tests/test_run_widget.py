"""What all widgets share, without a browser: columns of one moment, answers to every question."""

import gc
import weakref

import numpy as np
import pytest

from tests.made_runs import make_run
from zclust_explore.data.run import Run
from zclust_explore.data.snapshot import Snapshot
from zclust_explore.views import frames
from zclust_explore.widgets import EmbeddingMap, _base


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Two snapshots without and two with centroids; nobody computes UMAP."""
    monkeypatch.setattr(_base.RunWidget, "_start_umap", lambda self: None)
    return make_run(tmp_path / "run", n_samples=24, n_pretrain=2, n_cluster=2)


def test_columns_are_of_one_moment(run, monkeypatch) -> None:
    """A map of a run that is being trained would have labels of more steps than places, and be drawn wrong."""

    def later(run_of_the_widget):
        run.append(Snapshot(len(run), "cluster", 9, {}, run.embedding, run.centroids))
        return frames.membership(run_of_the_widget)

    monkeypatch.setattr(_base, "membership", later)
    widget = EmbeddingMap(run)
    steps = widget.record["n_snapshots"]
    assert (steps, len(run)) == (4, 5)
    assert len(widget.record["labels"]) == steps * 24
    assert len(widget.record["epochs"]) == steps
    assert len(widget.pca["xy"]) == steps * 24 * 2 * 2
    widget.close()


def test_what_widgets_have_in_common_is_made_once(run, monkeypatch) -> None:
    """A second widget would take as long as the first; or, after the run has grown, draw what it was before."""
    counted = []
    membership = _base.membership
    monkeypatch.setattr(_base, "membership", lambda run: counted.append(len(run)) or membership(run))
    first, second = EmbeddingMap(run), EmbeddingMap(run)
    assert counted == [4]
    assert second.record["labels"] == first.record["labels"]
    assert second.scale is first.scale
    run.append(Snapshot(4, "cluster", 9, {}, run.embedding, run.centroids))
    third = EmbeddingMap(run)
    assert counted == [4, 5]
    assert len(third.record["labels"]) == 5 * 24
    for widget in (first, second, third):
        widget.close()


def test_what_was_made_goes_with_the_run(run) -> None:
    """A kernel would keep every run that was ever drawn, until its memory is full."""
    opened = Run.open(run.directory)
    widget, kept = EmbeddingMap(opened), weakref.ref(opened)
    widget.close()
    del widget, opened
    gc.collect()
    assert kept() is None


def test_assignments_of_one_window_are_one_small_answer(run) -> None:
    """Opening a window would send q of all windows, or the wrong row."""
    widget = EmbeddingMap(run)
    answer, (q,) = widget.questions["assignments"]({"index": 5})
    assert answer == {}
    sent = np.frombuffer(q, "<f4").reshape(4, run.n_clusters)
    assert np.isnan(sent[:2]).all()
    np.testing.assert_allclose(sent[-1], run.soft_assignments()[5], rtol=1e-6)
    widget.close()


def test_every_question_is_answered(run, monkeypatch) -> None:
    """A picture in the browser would wait for ever."""
    widget, said = EmbeddingMap(run), []
    monkeypatch.setattr(widget, "send", lambda content, buffers=None: said.append(content))
    for content in (
        {"id": 1, "kind": "nonsense"},
        {"id": 2, "kind": "tiles", "indices": [24], "level": "absolute"},
        {"id": 3, "kind": "tiles", "indices": [0], "level": "absolute"},
    ):
        widget._asked(widget, content, [])
    widget._worker.shutdown()
    assert [answer["id"] for answer in said] == [1, 2, 3]
    assert "nonsense" in said[0]["error"]
    assert said[1]["error"] == "IndexError: windows must be between 0 and 23, got [24]."
    assert "error" not in said[2]
    widget._asked(widget, {"id": 4, "kind": "tiles"}, [])
    assert said[3] == {"id": 4, "error": "this widget was closed"}
    widget.close()
