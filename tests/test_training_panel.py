"""The training panel without a browser: what its buttons do."""

import pytest

from zclust_explore.data.run import Run
from zclust_explore.data.synthetic import make_spectrograms
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
