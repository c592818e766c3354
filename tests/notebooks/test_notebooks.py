"""The notebooks without a browser run from top to bottom and say what is true."""

from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[2] / "notebooks"


def outputs(name, folder):
    """Everything that a notebook, run in an empty folder, put out as text; and the kinds of what it put out."""
    notebook = nbformat.read(FOLDER / name, as_version=4)
    NotebookClient(notebook, timeout=900, resources={"metadata": {"path": str(folder)}}).execute()
    text, kinds = [], set()
    for cell in notebook.cells:
        for out in cell.get("outputs", []):
            text.append(out.get("text", "") + out.get("data", {}).get("text/plain", ""))
            kinds |= set(out.get("data", {}))
    return "\n".join(text), kinds


def test_spectrograms(tmp_path):
    """A reader would see a picture that is not SciPy's, or a hole where the preview should be."""
    text, kinds = outputs("01_spectrograms.ipynb", tmp_path)
    assert {"application/vnd.jupyter.widget-view+json", "application/vnd.plotly.v1+json"} <= kinds
    assert "931 windows of 60 s." in text
    assert "times agree: True" in text
    (difference,) = [float(line.split(":")[1]) for line in text.splitlines() if line.startswith("largest relative")]
    assert difference < 1e-5
    for reason in ("gap: not all of it was recorded", "dead: one constant value", "not finite"):
        assert reason in text
    assert "the same: True" in text


def test_your_own_data(tmp_path):
    """The way from a folder of records to clusters would be broken, or a broken file end it."""
    text, kinds = outputs("05_your_own_data.ipynb", tmp_path)
    assert "application/vnd.jupyter.widget-view+json" in kinds
    assert "466 windows of 60 s." in text
    assert "BW.BROKEN.mseed" in text and "notes.txt" in text
    for made in ("signals.toml", "my_spectrograms", "later.csv"):
        assert (tmp_path / made).exists()


def test_explore_a_run(tmp_path):
    """A run could not be looked at where PyTorch cannot be installed, or its tables not be those of its figures."""
    text, kinds = outputs("04_explore_a_run.ipynb", tmp_path)
    assert {"application/vnd.jupyter.widget-view+json", "application/vnd.plotly.v1+json"} <= kinds
    assert "PyTorch was imported: False" in text
    (changed,) = [int(line.split()[0]) for line in text.splitlines() if "windows changed their cluster" in line]
    assert 0 <= changed < 240
    exported = pd.read_csv(tmp_path / "toy_world_run.csv")
    assert len(exported) == 240


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ipynb")), ids=lambda path: path.stem)
def test_it_says_what_is_not_shown_and_is_clean(path):
    """A newcomer would take clusters for classes of events; outputs in the repository would be of another version."""
    notebook = nbformat.read(path, as_version=4)
    assert notebook.cells[-1].cell_type == "markdown"
    assert "do *not* show" in notebook.cells[-1].source
    assert all(not cell.get("outputs") for cell in notebook.cells)
