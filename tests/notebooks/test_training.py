"""The notebooks about training run from top to bottom and say what is true."""

from tests.notebooks.test_notebooks import outputs


def test_autoencoder(tmp_path):
    """A newcomer would see a network that does not learn, or a fork that is no comparison."""
    text, kinds = outputs("02_autoencoder.ipynb", tmp_path)
    assert "application/vnd.jupyter.widget-view+json" in kinds
    assert "'learning_rate': 0.0003" in text
    smaller, before = [float(line.split(":")[1]) for line in text.splitlines() if line.startswith(("smaller", "as be"))]
    assert 0 < smaller < 1 and 0 < before < 1 and smaller != before
    (first, last) = (
        next(line for line in text.splitlines() if line.startswith("loss ")).removeprefix("loss ").split("->")
    )
    assert float(last) < float(first)


def test_clustering(tmp_path):
    """A newcomer would be told of clusters that are not there, or lose the run before an edit."""
    text, kinds = outputs("03_clustering.ipynb", tmp_path)
    assert "application/vnd.jupyter.widget-view+json" in kinds
    assert "was split into" in text
    assert "7 clusters, adjusted Rand index" in text
    assert "6 clusters; step" in text
    agreement = float(next(line for line in text.splitlines() if line.startswith("agreement")).split(":")[1])
    assert agreement > 0.5
