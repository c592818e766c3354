"""Selecting, searching and colouring in a real JupyterLab: the kernel has what pandas would, and is not asked."""

import json

import numpy as np
import pytest

from tests.browser.test_explorer_lab import COLOURS, PAINTED, even_odd, lasso
from tests.browser.toolbench import FRAMES, frame_of, odd_run
from zclust_explore.views.frames import map_frames
from zclust_explore.views.palette import PALETTE
from zclust_explore.views.projection import project_pca


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished run of 300 windows with all kinds of metadata."""
    return odd_run(tmp_path_factory.mktemp("runs") / "run")


def test_map_tools_without_the_kernel(notebook, run, websocket_frames, kernel_exec) -> None:
    """A lasso, a letter of a query, a colour or a hover would wait for the kernel, or it would hear something else."""
    page = notebook(
        [
            "from zclust_explore.data.run import Run\nfrom zclust_explore.widgets import EmbeddingMap",
            f"drawn = EmbeddingMap(Run.open({str(run.directory)!r}))\ndrawn.state.projection = 'pca'\ndrawn",
        ]
    )
    page.wait_for_selector(PAINTED.replace(".zx-explorer", ".zx"))
    frame, xy = frame_of(run), map_frames(project_pca(run)).xy[-1]

    def selection(expected: list[int]) -> None:
        """The message and the question go to different shells of the kernel: either may come first."""
        for _ in range(50):
            told = json.loads(kernel_exec(page, "print(drawn.state.selection.tolist())"))
            if told == expected:
                return
        assert told == expected

    box = page.locator(".zx-surface").bounding_box()
    search = page.locator(".zx-queryinput")
    page.locator(".zx-surface").focus()
    before = websocket_frames()
    # a gesture until it is let go, hovering, typing
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.5 * box["height"], steps=15)
    page.keyboard.press("Escape")
    search.focus()
    search.press_sequentially("cluster == 3 & q < 0.9")
    expected = frame.query("cluster == 3 & q < 0.9").window.tolist()
    assert page.locator(".zx-querysaid").inner_text() == f"{len(expected)} of {run.n_samples} windows"
    assert websocket_frames() == before
    page.mouse.up()

    # one message for what was selected
    search.press("Enter")
    selection(expected)
    assert kernel_exec(page, "print(drawn.state.query)").strip() == "cluster == 3 & q < 0.9"

    search.fill('snr_db > 8 & analyst in ["mori", "Ångström"] & not picked')
    search.press("Enter")
    by_query = frame.query('snr_db > 8 & analyst in ["mori", "Ångström"] & not picked').window.tolist()
    selection(by_query)

    lasso(page, [(0.1, 0.1), (0.7, 0.1), (0.5, 0.5), (0.9, 0.9), (0.1, 0.9)])
    page.evaluate(FRAMES)
    inside = np.flatnonzero(even_odd(xy, np.array(json.loads(page.locator(".zx-map").get_attribute("data-lasso")))))
    assert 0 < len(inside) < run.n_samples
    selection(inside.tolist())
    page.locator(".zx-surface").focus()
    page.keyboard.press("i")
    selection(sorted(set(range(run.n_samples)) - set(inside.tolist())))
    page.keyboard.press("c")
    selection([])

    # a colour from Python, and from the page
    kernel_exec(page, "drawn.state.colour_by = 'analyst'")
    page.wait_for_selector(".zx-map[data-colour=analyst]")
    counts = frame.analyst.value_counts()
    pixels = page.evaluate(COLOURS, list(PALETTE))
    assert [count > 0 for count in pixels] == [True] * len(counts) + [False] * (12 - len(counts))
    page.locator(".zx-chip[data-word=mori]").click()
    page.wait_for_selector(f".zx-map[data-n='{counts['mori']}']")
    assert kernel_exec(page, "print(drawn.state.words)").strip() == "{'analyst': ['mori']}"
    page.locator(".zx-colour select").select_option("snr_db")
    page.wait_for_selector(".zx-map[data-colour=snr_db]")
    assert "snr (dB)" in page.locator(".zx-scale").inner_text()
