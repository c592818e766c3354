"""Driving a notebook in an open JupyterLab page: open, run all, ask the kernel, change the theme."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Page

from tests.harness.server import Server

# JupyterLab drops a run-all without a word when it comes before the kernel has answered; its own indicator says "idle"
# about a second too early.
READY = """async () => {
  const app = window.jupyterapp; await app.restored;
  const panel = app.shell.currentWidget;
  await panel.context.ready; await panel.sessionContext.ready; await panel.sessionContext.session.kernel.info;
}"""
RUN_ALL = """() => {
  window.ranAll = null;
  window.jupyterapp.commands.execute("notebook:run-all-cells").then(done => { window.ranAll = Boolean(done); });
}"""
EXECUTE = """async code => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({code, store_history: false});
  let output = "", error = null;
  future.onIOPub = ({header, content}) => {
    if (header.msg_type === "stream") output += content.text;
    if (header.msg_type === "error") error = `${content.ename}: ${content.evalue}`;
  };
  await future.done;
  return {output, error};
}"""
CELL_ERRORS = """() => window.jupyterapp.shell.currentWidget.content.widgets
  .flatMap(cell => cell.model.toJSON().outputs ?? [])
  .filter(output => output.output_type === "error")
  .map(output => `${output.ename}: ${output.evalue}\\n${output.traceback.join("\\n")}`)"""


def write(path: Path, cells: Sequence[str]) -> None:
    """Write a notebook of code cells, with the kernelspec without which Lab asks which kernel to use."""
    v4: Any = nbformat.v4
    book = v4.new_notebook(cells=[v4.new_code_cell(cell) for cell in cells])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, path)


def open_notebook(page: Page, server: Server, path: str, timeout_s: float = 120) -> None:
    """Open the notebook ``path`` (relative to the server's root) and wait until its kernel answers."""
    page.goto(f"{server.base}/lab/tree/{path}?reset&token={server.token}", timeout=timeout_s * 1000)
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=timeout_s * 1000)
    page.evaluate(READY)


def run_all(page: Page, timeout_s: float = 300) -> None:
    """Run every cell and wait for the last; AssertionError with the traceback when one fails."""
    page.evaluate(RUN_ALL)
    page.wait_for_function("() => window.ranAll !== null", timeout=timeout_s * 1000)
    assert page.evaluate("() => window.ranAll"), "a cell failed:\n" + "\n".join(page.evaluate(CELL_ERRORS))


def kernel_exec(page: Page, code: str) -> str:
    """Run ``code`` in the kernel of the page's notebook and return what it printed; RuntimeError when it raises."""
    answer = page.evaluate(EXECUTE, code)
    if answer["error"]:
        raise RuntimeError(answer["error"])
    return str(answer["output"])


def set_theme(page: Page, theme: str) -> None:
    """Switch JupyterLab to its "light" or "dark" theme and wait until it is drawn."""
    name = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}[theme]
    page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", name)
    page.wait_for_selector(f'body[data-jp-theme-name="{name}"]', state="attached")
