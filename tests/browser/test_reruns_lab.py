"""A cell that is run again and again in a real JupyterLab: what is left behind in the page and in Python."""

import json

import pytest

from tests.made_runs import make_run

RERUNS = 20
PAINTED = ".zx-explorer .zx-map[data-painted=true]"
RUN_CELL = """async () => {
  const {commands, shell} = window.jupyterapp;
  shell.currentWidget.content.activeCellIndex = 1;
  await commands.execute("notebook:run-cell");
}"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished run."""
    return make_run(tmp_path_factory.mktemp("runs") / "run", n_samples=600)


@pytest.mark.timeout(1200)
def test_running_a_cell_again_leaves_nothing_behind(notebook, run, kernel_exec) -> None:
    """An afternoon of running cells would fill the memory of the page and of the kernel."""
    page = notebook(
        [
            "import gc, weakref\nfrom zclust_explore.data.run import Run\nfrom zclust_explore.widgets import Explorer\n"
            f"run = Run.open({str(run.directory)!r})\nmade = []",
            "explorer = Explorer(run)\nmade.append(weakref.ref(explorer))\ndisplay(explorer)",
        ]
    )
    page.wait_for_selector(PAINTED)
    session = page.context.new_cdp_session(page)

    def left() -> tuple[float, int]:
        """MB of the heap, and listeners of elements, after a collection of garbage."""
        session.send("HeapProfiler.collectGarbage")
        listeners = session.send("Memory.getDOMCounters")["jsEventListeners"]
        return float(session.send("Runtime.getHeapUsage")["usedSize"]) / 2**20, int(listeners)

    def again() -> None:
        page.evaluate("() => document.querySelector('.zx-explorer').dataset.old = 'true'")
        page.evaluate(RUN_CELL)
        # Playwright keeps every element that it has waited for, and so all that hangs on it: wait for a word
        new = ".zx-explorer:not([data-old]) .zx-map[data-painted=true]"
        page.wait_for_function("found => Boolean(document.querySelector(found))", arg=new, timeout=60_000)

    for _ in range(3):
        again()
    before = left()
    for _ in range(RERUNS):
        again()
    after = left()
    growth, listeners = after[0] - before[0], after[1] - before[1]
    print(f"after {RERUNS} runs of the cell: JS heap {growth:+.1f} MB, listeners {listeners:+d} of {before[1]}")
    assert page.locator(".zx-explorer").count() == 1
    for _ in range(50):  # the last farewell may still be on its way
        alive = json.loads(kernel_exec(page, "gc.collect(); print([int(ref() is not None) for ref in made])"))
        if sum(alive) == 1:
            break
        page.wait_for_timeout(200)
    assert alive == [0] * (len(alive) - 1) + [1]
    assert growth < 20
    assert listeners < 10 * RERUNS  # an explorer has a hundred; a cell of JupyterLab's own leaves three a run
