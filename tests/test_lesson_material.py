"""What the widgets of lessons draw: made by the package's own code, and recorded as it is now."""

import json

import numpy as np
import pytest
from sklearn.cluster import KMeans

import zclust_explore as zx
from zclust_explore.evaluation.baselines import mixture
from zclust_explore.lessons.lesson_file import WIDGETS
from zclust_explore.lessons.material import material
from zclust_explore.lessons.recording import RECORDED, SEED, point_sets
from zclust_explore.views.palette import PALETTE


def floats(values: bytes) -> np.ndarray:
    return np.frombuffer(values, "<f4").astype(float)


def test_every_widget_gets_the_colours_of_clusters() -> None:
    """A cluster would have one colour in a lesson and another in the explorer."""
    for name in WIDGETS:
        assert material(name)["palette"] == list(PALETTE)


def test_the_record_is_the_real_one() -> None:
    """The lesson would say a station and a time, and show something else."""
    made = material("stft_playground")
    trace = zx.load_record("kw1")[0]
    wave = trace.data[394_500:398_500].astype(float)
    np.testing.assert_allclose(floats(made["wave"]), wave - wave.mean(), atol=1e-3)
    assert made["sampling_rate"] == 100.0 and made["name"] == "BW.KW1..EHZ, 2011-03-31 01:05:45 UTC"


def test_the_bottleneck_is_the_best_linear_one() -> None:
    """The curve would not be that of the patterns that are drawn, or others would lose less with as many numbers."""
    made = material("bottleneck")
    n_values = made["n_freqs"] * made["n_times"]
    components = floats(made["components"]).reshape(16, n_values)
    np.testing.assert_allclose(components @ components.T, np.eye(16), atol=2e-3)
    examples = floats(made["examples"]).reshape(len(made["kinds"]), n_values)
    assert len(made["kinds"]) == 8 and made["sizes"] == [1, 2, 3, 4, 6, 8, 12, 16]
    kept = [((examples - floats(made["mean"])) @ components[:size].T).std() for size in made["sizes"]]
    assert min(kept) > 0
    for curve in (made["error_seen"], made["error_unseen"]):
        assert np.all(np.diff(curve) < 0) and 0 < curve[-1] < curve[0] < 100
    assert made["error_unseen"][-1] > made["error_seen"][-1]


def test_the_recorded_patterns_are_those_of_the_toy_world() -> None:
    """The lesson would be about windows that the package does not make any more."""
    from zclust_explore.lessons import recording

    fresh = recording.linear_autoencoders()
    with np.load(RECORDED / "bottleneck.npz", allow_pickle=False) as kept:
        assert sorted(kept.files) == sorted(fresh)
        np.testing.assert_allclose(kept["error_unseen"], fresh["error_unseen"], rtol=1e-3)
        np.testing.assert_allclose(kept["examples"], fresh["examples"], atol=0.02)
        overlap = np.abs(np.sum(kept["components"].astype(float) * fresh["components"].astype(float), axis=1))
        np.testing.assert_allclose(overlap[:4], 1, atol=0.01)  # the sign of a pattern is nobody's business


def test_the_recorded_reports_are_of_these_points() -> None:
    """The lesson would show the report on other points than those that are drawn."""
    recorded = json.loads((RECORDED / "choose_k.json").read_text(encoding="utf-8"))["sets"]
    for entry, (name, (words, points)) in zip(recorded, point_sets().items(), strict=True):
        assert (entry["name"], entry["words"]) == (name, words)
        np.testing.assert_allclose(entry["xy"], points, atol=0.006 if name == "windows" else 6e-4)
        inertia = KMeans(3, n_init=10, random_state=0).fit(np.array(entry["xy"])).inertia_
        assert entry["criteria"]["inertia"][2] == pytest.approx(inertia, rel=0.06)  # the report takes few starts
        assert np.all(np.diff(entry["criteria"]["inertia"]) < 0), "the lesson says that it falls all the way"
        assert entry["n_clusters"] == int(np.median([entry["choices"][key] for key in ("gap", "icl", "stability")]))
    groups = recorded[0]
    assert groups["labels"][3] == mixture(np.array(groups["xy"]), 4, SEED).tolist()
    assert [entry["n_clusters"] for entry in recorded] == [4, 3, 1, 5], "the texts of the lesson say these numbers"


def test_what_is_recorded_is_small() -> None:
    """The package would grow by megabytes for a lesson."""
    assert sum(path.stat().st_size for path in RECORDED.iterdir()) < 150_000
