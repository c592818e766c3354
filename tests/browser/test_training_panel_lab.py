"""The training panel in a real JupyterLab, with a real training behind it."""

import statistics

import pytest

from tests.harness import kernels

SETUP = """
from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.training.trainer import Trainer
from zclust_explore.widgets import TrainingPanel
trainer = Trainer(make_spectrograms(256, random_state=0), random_state=0, directory={directory!r})
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
    page.evaluate(PRESS, ["pause", "paused"])
    counted = "import time\nfor _ in range(9): time.sleep(1); print(len(trainer.run))"
    assert len(set(kernel_exec(page, counted).split()[-5:])) == 1  # the batch under way may have been an epoch's last
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


WATCHED = """
import time
from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.training.trainer import Trainer
from zclust_explore.widgets import TrainingPanel
trainer = Trainer(make_spectrograms(1024, random_state=0), random_state=0, directory={directory!r}, batch_size=8)
panel = TrainingPanel(trainer, n_clusters=4)
batches, sent = [], []
trainer.subscribe(lambda progress: progress.snapshot_added or batches.append((time.time(), progress.iteration)))
send = panel.comm.send
panel.comm.send = lambda *args, **kwargs: (sent.append(time.time()), send(*args, **kwargs))[1]
panel
"""
PRESS = """async ([kind, status]) => {
  const root = document.querySelector(".zx-panel"), button = root.querySelector(`[data-kind=${kind}]`);
  const done = new Promise((seen, failed) => new MutationObserver((_, observer) => {
    if (root.dataset.status === status) { observer.disconnect(); seen(Date.now()); }
    if (["finished", "failed"].includes(root.dataset.status)) failed(new Error(`${kind} came too late`));
  }).observe(root, {attributes: true}));
  const pressed = Date.now();
  button.click();
  return [pressed, await done];
}"""


def test_pauses_are_quick_and_a_waiting_training_is_changed(notebook, tmp_path, kernel_exec, artefacts):
    """Pause would take effect when it is too late, another cell keep the buttons from working, or Step go too far."""
    page = notebook([WATCHED.format(directory=str(tmp_path / "run"))])
    version = kernel_exec(page, "import ipykernel; print(ipykernel.__version__)").strip()
    assert kernels.VERSION in ("", version)
    page.wait_for_selector(".zx-panel[data-status=idle][data-painted=true]")
    kernel_exec(page, "trainer.start(4, pretrain_epochs=1000)")  # longer than any machine needs for twenty pauses
    page.wait_for_function("() => Number(document.querySelector('.zx-panel').dataset.iteration) >= 2", timeout=240_000)
    flag, said = tmp_path / "enough", []
    # without subshells a kernel hears nothing while a cell runs
    for place in ("while training", "while another cell runs")[: 1 + kernels.SUBSHELLS]:
        if place != "while training":
            page.evaluate(
                """code => {
                  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
                  window.cell = kernel.requestExecute({code});
                  window.cellDone = false;
                  window.cell.done.then(() => { window.cellDone = true; });
                  return new Promise(begun => { window.cell.onIOPub = message => {
                    if (message.header.msg_type === "stream") begun(); }; });
                }""",
                f"import pathlib\nprint('begun', flush=True)\nwhile not pathlib.Path({str(flag)!r}).exists():\n"
                "    time.sleep(0.01)",
            )
        presses = []
        for _ in range(10):
            paused = page.evaluate(PRESS, ["pause", "paused"])
            presses.append((*paused, page.evaluate(PRESS, ["resume", "running"])[0]))
        said.append((place, presses))
    assert kernels.SUBSHELLS is (page.evaluate("() => window.cellDone") is False)
    page.evaluate(PRESS, ["pause", "paused"])
    flag.write_text("")
    page.wait_for_function("() => window.cellDone !== false")
    heard = eval(kernel_exec(page, "print(batches)"))
    for place, presses in said:
        took = [
            max([0.0, *(when - pressed / 1000 for when, _ in heard if pressed / 1000 < when < resumed / 1000)])
            for pressed, _, resumed in presses
        ]
        shown = statistics.median((seen - pressed) / 1000 for pressed, seen, _ in presses)
        print(f"{place}: paused after {1000 * statistics.median(took):.0f} ms, shown after {1000 * shown:.0f} ms")
        after = [sum(seen / 1000 < when < resumed / 1000 for when, _ in heard) for _, seen, resumed in presses]
        assert max(after) <= 1  # at most the batch that was under way
    seconds = [int(when) for when in eval(kernel_exec(page, "print(sent)"))]
    print(f"messages in the busiest second: {max(seconds.count(second) for second in set(seconds))}")

    panel = page.locator(".zx-panel")
    iteration = int(panel.get_attribute("data-iteration"))
    panel.get_by_role("button", name="Step").click()
    page.wait_for_selector(f".zx-panel[data-iteration='{iteration + 1}'][data-status=paused]")
    assert kernel_exec(page, "print(batches[-1][1])") == f"{iteration + 1}\n"
    panel.locator("[data-setting=learning_rate]").fill("0.0005")
    panel.locator("[data-act=steer]").click()
    panel.locator(".zx-said").wait_for()
    assert kernel_exec(page, "print(trainer.run.acts[-1]['settings'])") == "{'learning_rate': 0.0005}\n"
    panel.screenshot(path=artefacts / "training_panel_steered.png")
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    page.wait_for_selector(".zx-panel[data-status=gone]", timeout=60_000)
    panel.screenshot(path=artefacts / "training_panel_gone.png")
