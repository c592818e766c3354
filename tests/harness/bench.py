"""A widget in a bare page whose questions are answered by its own Python half."""

from typing import Any

import numpy as np
from playwright.sync_api import Page

from tests.harness import mount as mounting
from zclust_explore.views.state import ExplorerState
from zclust_explore.widgets._base import RunWidget, SharedState

SYNCED = ("record", "pca", "umap", "umap_status", "indices")
FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"

MASK = """() => {
  const view = models.state.get("mask");
  return view?.byteLength ? [...new Uint8Array(view.buffer, view.byteOffset, view.byteLength)] : [];
}"""


class Bench:
    """A widget drawn in a bare page, whose questions are answered by its Python half when `answer` is called."""

    def __init__(self, page: Page, widget: RunWidget) -> None:
        self.page, self.widget, self._answered = page, widget, 0

    @classmethod
    def of(cls, page: Page, widget: RunWidget, theme: str = "light", **changes: Any) -> "Bench":
        """Draw a widget with its state in a model of its own, as JupyterLab does; `changes` are of the state."""
        state = {name: getattr(widget.state, name) for name in ExplorerState.class_trait_names(sync=True)}
        mounting.mount(page, SharedState._esm, {**state, **changes}, theme=theme, name="state")
        traits = {name: getattr(widget, name) for name in SYNCED if name in widget.trait_names()}
        traits["state"] = "IPY_MODEL_state"
        mounting.mount(page, widget._esm, traits, css=widget._css, theme=theme, beside=True)
        bench = cls(page, widget)
        bench.until("[data-painted=true]")
        return bench

    def answer(self) -> list[str]:
        """Answer what was asked since the last time; returns the kinds of questions."""
        asked = self.page.evaluate("from => model.sent.slice(from).map(message => message.content)", self._answered)
        self._answered += len(asked)
        for content in asked:
            answer, buffers = self.widget.questions[content["kind"]](content)
            message = [{"id": content["id"], **answer}, mounting.encoded(buffers)]
            self.page.evaluate("([content, buffers]) => model.receive(content, decoded(buffers))", message)
        return [content["kind"] for content in asked]

    def until(self, selector: str) -> None:
        """Answer questions until the page has an element."""
        for _ in range(200):
            self.answer()
            if self.page.locator(selector).count():
                return
            self.page.wait_for_timeout(25)
        raise AssertionError(f"{selector} never came")

    def settle(self) -> None:
        """Let the page paint what was changed."""
        self.page.evaluate(FRAMES)

    def set(self, **changes: Any) -> None:
        """Change the state as Python would."""
        self.page.evaluate("changes => models.state.update(decoded(changes))", mounting.encoded(changes))
        self.settle()

    @property
    def selection(self) -> list[int]:
        """Indices of the selected windows, as Python would get them."""
        return np.flatnonzero(self.page.evaluate(MASK)).tolist()
