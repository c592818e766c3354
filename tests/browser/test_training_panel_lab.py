"""The training panel in a real JupyterLab, with a real training behind it."""

import pytest

SETUP = """
from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.training.trainer import Trainer
from zclust_explore.widgets import TrainingPanel
trainer = Trainer(make_spectrograms(64, random_state=0), random_state=0, directory={directory!r})
panel = TrainingPanel(trainer, n_clusters=4)
panel
"""


@pytest.fixture
def directory(tmp_path) -> str:
    """Where the kernel's training writes its run."""
    return str(tmp_path / "run")


def test_start_pause_resume_and_look(notebook, directory, kernel_exec, artefacts) -> None:
    """A training could not be paused from its panel, or would flicker, or end without the panel saying so."""
    page = notebook([SETUP.format(directory=directory)])
    panel = page.locator(".zx-panel")
    page.wait_for_selector(".zx-panel[data-status=idle][data-painted=true]")
    panel.locator("canvas").last.evaluate("canvas => { window.firstCanvas = canvas; }")
    panel.get_by_role("button", name="Start").click()
    page.wait_for_selector(".zx-panel[data-status=running]")
    page.wait_for_function("() => Number(document.querySelector('.zx-panel').dataset.step) >= 1")
    panel.get_by_role("button", name="Pause").click()
    page.wait_for_selector(".zx-panel[data-status=paused]")
    steps = kernel_exec(page, "print(len(trainer.run))")
    assert kernel_exec(page, "import time; time.sleep(1); print(len(trainer.run))") == steps
    panel.screenshot(path=artefacts / "training_panel_paused.png")
    panel.get_by_role("button", name="Resume").click()
    page.wait_for_selector(".zx-panel[data-status=finished]", timeout=240_000)
    assert page.evaluate("() => window.firstCanvas.isConnected")
    assert kernel_exec(page, "print(trainer.run.n_clusters)") == "4\n"
    panel.screenshot(path=artefacts / "training_panel_finished.png")


def test_a_blocking_cell_moves_the_panel_above_it(notebook, directory, page) -> None:
    """`trainer.pretrain()` in a cell would leave the panel dead until it is over."""
    notebook([SETUP.format(directory=directory)])
    page.wait_for_selector(".zx-panel[data-status=idle]")
    page.evaluate(
        """() => {
          const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
          window.pretrained = false;
          const cell = kernel.requestExecute({code: "trainer.pretrain(progress_bar=False)"});
          cell.done.then(() => { window.pretrained = true; });
        }"""
    )
    page.wait_for_function("() => Number(document.querySelector('.zx-panel').dataset.step) >= 2", timeout=120_000)
    assert not page.evaluate("() => window.pretrained")  # it moved while the cell was running
    page.wait_for_selector(".zx-panel[data-status=finished]", timeout=120_000)
