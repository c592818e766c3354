"""Keys alone, in a real JupyterLab: a cluster is opened, paged, isolated, and followed back to where it formed."""

import json

import numpy as np
import pytest

from tests.made_runs import make_restless_run

FIRST = 2  # first step with centroids
CLUSTER = 1
STREAM = "() => (document.querySelector('.zx-river').dataset.stream ?? '').split(' ').map(Number)"
CELLS = """() => window.jupyterapp.shell.currentWidget.content.widgets.map(
  cell => [cell.model.type, cell.model.sharedModel.getSource()])"""
FOCUSED = "selector => Boolean(document.activeElement?.matches(selector))"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run whose windows leave their clusters one after the other."""
    return make_restless_run(tmp_path_factory.mktemp("runs") / "run", n_samples=240)


def test_a_cluster_is_explored_by_keys_alone(notebook, run, kernel_exec) -> None:
    """Whoever cannot use a mouse would be shut out, or single letters would cut and paste cells."""
    page = notebook(
        [
            "from zclust_explore.data.run import Run\nfrom zclust_explore.widgets import Explorer",
            f"explorer = Explorer(Run.open({str(run.directory)!r}))\nexplorer.state.projection = 'pca'\nexplorer",
        ]
    )
    page.wait_for_selector(".zx-explorer .zx-map[data-painted=true]")
    page.wait_for_selector(".zx-river[data-painted=true]")
    cells = page.evaluate(CELLS)

    def go(selector: str, key: str = "Tab") -> None:
        """Press Tab until an element has the focus."""
        for _ in range(80):
            if page.evaluate(FOCUSED, selector):
                return
            page.keyboard.press(key)
        raise AssertionError(f"{key} never reached {selector}")

    # open a cluster and isolate it: its chip in the legend
    go(f".zx-chip[aria-label^='cluster {CLUSTER}'], .zx-chip[data-cluster='{CLUSTER}']")
    page.keyboard.press("Enter")
    members = int((run.labels == CLUSTER).sum())
    page.wait_for_selector(f".zx-gallery[data-members='{members}']")
    # page its gallery
    go(".zx-scroll")
    page.wait_for_selector(".zx-tile[data-painted=true]")
    first = page.locator(".zx-scroll").evaluate("el => el.scrollTop")
    page.keyboard.press("PageDown")
    page.wait_for_function("first => document.querySelector('.zx-scroll').scrollTop > first", arg=first)
    page.wait_for_selector(".zx-tile[data-painted=true]")
    # to the step where it formed; all other clusters again
    page.keyboard.press("f")
    page.wait_for_selector(f".zx-map[data-step='{FIRST}']")
    page.keyboard.press("Escape")
    page.wait_for_selector(f".zx-map[data-n='{run.n_samples}']")
    # its newcomers: a stream of the river that ends in it and began elsewhere
    go(".zx-riverplot")
    page.keyboard.press("ArrowRight")
    for _ in range(200):
        before, after, source, target, count = page.evaluate(STREAM)
        if target == CLUSTER and source != CLUSTER and count > 1:
            break
        page.keyboard.press("ArrowDown")
        if page.evaluate(STREAM) == [before, after, source, target, count]:  # the last of this pair of steps
            page.keyboard.press("ArrowRight")
            for _ in range(40):
                page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_selector(f".zx-map[data-selected='{count}']")
    came = (run.snapshot(before).labels == source) & (run.snapshot(after).labels == CLUSTER)
    for _ in range(50):  # the message and this question go to different shells of the kernel
        selected = json.loads(kernel_exec(page, "print(explorer.state.selection.tolist())"))
        if selected:
            break
    assert selected == np.flatnonzero(came).tolist() and len(selected) == count > 1
    assert page.evaluate(CELLS) == cells
