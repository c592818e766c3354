"""Baselines find what is easy."""

from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.evaluation.baselines import pca_kmeans
from zclust_explore.evaluation.scores import score


def test_finds_what_is_easy():
    """The baseline would be a straw man."""
    specs = make_spectrograms(160, difficulty=0.0, random_state=0)
    easy = specs.select(specs.metadata.label.isin(["harmonic_tremor", "machine", "noise"]).to_numpy())
    assert score(easy.metadata.label, pca_kmeans(easy, 3, random_state=0))["ari"] > 0.95
