"""The first notebook runs from top to bottom and finds what it says."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "00_start_here.ipynb"


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """The notebook after running all of it, in an empty folder."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    folder = tmp_path_factory.mktemp("start_here")
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(folder)}}).execute()
    return notebook, folder


def output_of(notebook, text):
    """Everything that the cell with a text put out, as plain text."""
    cell = next(cell for cell in notebook.cells if cell.cell_type == "code" and text in cell.source)
    return "\n".join(output.get("data", {}).get("text/plain", "") + output.get("text", "") for output in cell.outputs)


def test_every_widget_and_figure_is_there(executed):
    """A reader would see a hole where a widget or a figure should be."""
    notebook, _ = executed
    kinds = {
        kind
        for cell in notebook.cells
        if cell.cell_type == "code"
        for out in cell.outputs
        for kind in out.get("data", {})
    }
    assert {"application/vnd.jupyter.widget-view+json", "application/vnd.plotly.v1+json"} <= kinds
    assert "931 windows of 60 s" in output_of(notebook, "load_example")


def test_the_saved_run_is_whole(executed):
    """What the reader keeps would not be what was computed."""
    from zclust_explore.data.run import Run

    notebook, folder = executed
    (place,) = (folder / "my_runs").iterdir()
    run = Run.open(place)
    assert run.n_clusters == 6
    assert run.stop_reason
    assert run.labels.shape == (931,)
    assert "6 clusters" in output_of(notebook, "Run.open")


def test_it_says_what_the_clusters_do_not_show():
    """A newcomer would take clusters for classes of events."""
    last = nbformat.read(NOTEBOOK, as_version=4).cells[-1]
    assert last.cell_type == "markdown"
    assert "do *not* show" in last.source
