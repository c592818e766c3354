"""Answers about many windows: sorted, decoded and named as the run itself would."""

import sys

import numpy as np
import pytest
import torch

from tests.made_runs import make_run
from zclust_explore.data.scaling import Scaling
from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.models.decoding import decode_centroids, load_cae, reconstruct
from zclust_explore.training.trainer import Trainer
from zclust_explore.views.tiles import DecibelScale
from zclust_explore.widgets._comparisons import ComparingAnswers


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A trained run of 64 windows."""
    specs = make_spectrograms(64, difficulty=0.0, random_state=0)
    trainer = Trainer(specs, random_state=0, directory=tmp_path_factory.mktemp("run") / "run", batch_size=32)
    trainer.pretrain(n_epochs=1, progress_bar=False)
    return trainer.cluster(n_clusters=4, start="kmeans", n_epochs=1, progress_bar=False)


@pytest.fixture
def answers(run):
    """Fresh ones, with nothing kept."""
    return ComparingAnswers(run, DecibelScale(run.spectrograms))


def texts(node) -> str:
    """All that a page says."""
    return node if isinstance(node, str) else " ".join(texts(child) for child in node[2:])


def windows(node) -> list[int]:
    """Windows of a page, in its order."""
    if isinstance(node, str):
        return []
    own = [node[1]["data-index"]] if "data-index" in node[1] else []
    return own + [index for child in node[2:] for index in windows(child)]


def test_errors_are_those_of_the_residuals(run, answers) -> None:
    """The worst window would not be the one with the worst reconstruction, or be that of another step."""
    for step in (0, len(run) - 1):
        content, (errors,) = answers.measure({"by": "error", "step": step})
        residual = run.spectrograms.read() - reconstruct(run, np.arange(64), step)
        expected = np.sqrt((residual.astype(float) ** 2).mean(axis=(1, 2)))
        assert content["missing"] == ""
        np.testing.assert_allclose(np.frombuffer(errors, "<f4"), expected, rtol=1e-5)
    _, (peaks,) = answers.measure({"by": "loud", "step": 0})
    np.testing.assert_array_equal(np.frombuffer(peaks, "<f4"), run.spectrograms.read().max(axis=(1, 2)))


def test_errors_are_computed_once(answers, monkeypatch) -> None:
    """Every click on the order would decode the whole data set again."""
    calls = []
    real = answers._reconstruction_errors
    monkeypatch.setattr(answers, "_reconstruction_errors", lambda step: calls.append(step) or real(step))
    for _ in range(3):
        answers.measure({"by": "error", "step": 1})
    assert calls == [1]


def test_centroids_are_decoded_where_the_medoids_lie(run) -> None:
    """The archetype of a cluster would be another network's, or lie at no time in particular."""
    step, like = len(run) - 1, np.array([3, 9, 11, 40])
    made = decode_centroids(run, step, like)
    cae, scaling = load_cae(run, step), Scaling.from_dict(run.settings["scaling"])
    values = run.spectrograms.read(like)
    with torch.inference_mode():
        position = cae.encode(torch.from_numpy(scaling.apply(values))[:, None])[1]
        expected = cae.decode(torch.tensor(run.snapshot(step).centroids), position)[:, 0].numpy()
    np.testing.assert_allclose(made, scaling.invert(expected, values), atol=1e-4)
    assert made.shape == values.shape
    with pytest.raises(ValueError, match="one window for each centroid"):
        decode_centroids(run, step, like[:2])


def test_without_torch_the_reason_is_told(run, answers, monkeypatch) -> None:
    """A gallery would wait for ever, or an error hide the cards that need no network."""
    monkeypatch.delitem(sys.modules, "zclust_explore.models.decoding", raising=False)
    monkeypatch.setitem(sys.modules, "zclust_explore.models.decoding", None)
    monkeypatch.delattr("zclust_explore.models.decoding", raising=False)
    step = len(run) - 1
    assert answers.measure({"by": "error", "step": step}) == ({"missing": "reconstruction needs PyTorch"}, [])
    assert answers.decoded({"step": step, "level": "absolute"}) == ({"missing": "reconstruction needs PyTorch"}, [])
    assert len(answers.cards({"step": step, "level": "absolute"})[0]["page"]) > 2


def test_pages_name_the_windows(tmp_path) -> None:
    """A card or a row of neighbours would open another window than it shows, or count others than it lists."""
    run = make_run(tmp_path / "run", n_samples=90, n_pretrain=2, n_cluster=6)
    answers = ComparingAnswers(run, DecibelScale(run.spectrograms))
    page, buffers = answers.cards({"step": 7, "level": "background"})
    note, *articles = page["page"]
    assert "0.208 to 21.7 Hz upwards, 60 s across" in texts(note)
    for card, article in zip(answers._made(7), articles, strict=True):
        assert windows(article) == [card.medoid, *card.exemplars, *card.borderline]
        assert f"{card.size} windows · {100 * card.size / 90:.1f} %" in texts(article)
        assert f"{card.dominant_hz:.3g} Hz" in texts(article) and f"XX.TOY {card.size}" in texts(article)
    shape = (run.n_clusters, *run.spectrograms.shape)
    means = np.stack([card.mean for card in answers._made(7)])
    expected = DecibelScale(run.spectrograms).to_bytes(means, "background")
    np.testing.assert_array_equal(np.frombuffer(buffers[0], np.uint8).reshape(shape), expected)

    asked = {"index": 5, "step": 7, "drawn": [1, 2, 3], "method": "pca"}
    found, _ = answers.neighbours(asked)
    near, drawn, lost = found["page"]
    assert windows(near) == found["now"]
    assert windows(drawn) == [other for other in (1, 2, 3) if other not in found["now"]]
    gained = texts(near).count("+") - 1  # the legend has one, too
    assert f"{gained} gained since step 3 (first centroids)" in texts(near)
    assert len(windows(lost)) == gained and f"{gained} lost since step 3" in texts(lost)
    assert len(answers.neighbours({**asked, "method": "", "drawn": []})[0]["page"]) == 2
    assert "gained" not in texts(answers.neighbours({**asked, "step": 0})[0]["page"][0])


def test_stacks_say_what_they_are_of(run, answers) -> None:
    """A shift would be drawn without a word of how far, or the mean be on another scale than the tiles."""
    indices = np.arange(0, 64, 2)
    content, (mean, wave, shifts) = answers.stack({"indices": indices.tolist(), "align": "none", "level": "absolute"})
    assert content["words"].startswith("Mean of 32 windows, not shifted. The stack of the waveforms reaches 0.")
    expected = answers.scale.to_bytes(run.spectrograms.read(indices).mean(axis=0)[None], "absolute")
    np.testing.assert_allclose(np.frombuffer(mean, np.uint8).astype(int), expected.ravel().astype(int), atol=1)
    assert len(wave) == 240 and not np.frombuffer(shifts, "<f4").any()
    content, (_, _, shifts) = answers.stack({"indices": indices.tolist(), "align": "onset", "level": "absolute"})
    moved = np.frombuffer(shifts, "<f4")
    assert f"by {moved.min():+.1f} s to {moved.max():+.1f} s".replace("-", "−") in content["words"]
