"""The training panel without a browser: what its buttons do."""

import numpy as np
import pytest

from tests.test_resume import SETTINGS, small
from zclust_explore.data.run import Run
from zclust_explore.data.synthetic import make_spectrograms
from zclust_explore.models.decoding import reconstruct
from zclust_explore.training.trainer import Trainer
from zclust_explore.widgets.training_panel import TrainingPanel


class FakeTrainer:
    """Writes down what it is asked for."""

    status, error = "idle", None

    def __init__(self, run) -> None:
        self.run, self.spectrograms, self.did = run, run.spectrograms, []
        self.heard = 0

    def subscribe(self, callback):
        """Count who listens."""
        self.heard += 1

        def unsubscribe():
            self.heard -= 1

        return unsubscribe

    def start(self, n_clusters):
        """As asked."""
        self.did.append(f"start {n_clusters}")

    def pause(self):
        """As asked."""
        self.did.append("pause")

    def resume(self):
        """As asked."""
        self.did.append("resume")

    def stop(self):
        """Fail."""
        raise RuntimeError("cannot stop")


@pytest.fixture
def trainer(tmp_path):
    return FakeTrainer(Run.create(tmp_path / "run", make_spectrograms(16, random_state=0), {}))


def test_resume_never_trains_in_the_kernels_own_thread(trainer) -> None:
    """A click on Resume just after Stop would train where messages are answered, and nothing could stop it."""
    panel = TrainingPanel(trainer, n_clusters=4)
    for trainer.status in ("paused", "stopped"):
        panel._asked(panel, {"id": 1, "kind": "resume"}, [])
    assert trainer.did == ["resume", "start 4"]
    panel.close()


def test_every_button_is_answered(trainer, monkeypatch) -> None:
    """A failure would be seen by nobody."""
    panel, said = TrainingPanel(trainer), []
    monkeypatch.setattr(panel, "send", lambda content: said.append(content))
    for kind in ("start", "stop"):
        panel._asked(panel, {"id": kind, "kind": kind}, [])
    assert said == [{"id": "start"}, {"id": "stop", "error": "cannot stop"}]
    panel.close()


def test_close_ends_listening(trainer) -> None:
    """Panels of cells that were run again would slow down the training."""
    panel = TrainingPanel(trainer)
    assert trainer.heard == 1
    panel.close()
    assert trainer.heard == 0


def test_a_run_that_was_cut_off_says_so(tmp_path) -> None:
    """After a restart of the kernel a person would not know what is left, or how to go on."""
    trainer = Trainer(small(), directory=tmp_path / "run", **SETTINGS)
    left = [5]

    def count(progress):
        left[0] -= 1
        if not left[0]:
            trainer.run.save(tmp_path / "cut")  # what a kernel that ends right now leaves behind
            trainer.stop()

    trainer.subscribe(count)
    trainer.pretrain(4, progress_bar=False)
    for name, interrupted in (("cut", True), ("run", False)):
        panel = TrainingPanel(Trainer.open(tmp_path / name))
        assert ("Resume goes on" in panel.progress["interrupted"]) is interrupted
        assert panel.progress["snapshots"] == len(panel.trainer.run) > 0
        assert (panel.progress["stop_reason"] == "") is interrupted
        panel.close()


def test_unknown_buttons_are_answered(trainer, monkeypatch) -> None:
    """A page of another version would wait for ever."""
    panel, said = TrainingPanel(trainer), []
    monkeypatch.setattr(panel, "send", said.append)
    panel._asked(panel, {"id": 7, "kind": "explode"}, [])
    panel._worker.submit(lambda: None).result()
    assert said == [{"id": 7, "error": "kind must be that of a button, got 'explode'."}]
    panel.close()


def test_the_worst_windows_are_the_worst(tmp_path) -> None:
    """A person would be shown windows that the network knows well."""
    trainer = Trainer(small(), directory=tmp_path / "run", **SETTINGS)
    trainer.pretrain(2, progress_bar=False)
    panel = TrainingPanel(trainer)
    specs = trainer.spectrograms
    error = np.square(reconstruct(trainer.run, np.arange(specs.n_samples)) - specs.read()).mean(axis=(1, 2))
    shown = dict(zip(panel.images["indices"], panel.images["kinds"], strict=True))
    fixed = [index for index, kind in shown.items() if kind == "fixed"]
    expected = [int(index) for index in np.argsort(-error) if index not in fixed][: 6 - len(fixed)]
    assert [index for index, kind in shown.items() if kind == "worst"] == expected
    panel._asked(panel, {"id": 1, "kind": "choose", "window": 11}, [])
    panel._tell()
    assert panel.images["kinds"] == ["fixed"] * 2 + ["chosen"] + ["worst"] * 3
    assert panel.images["indices"][2] == 11
    panel.close()
