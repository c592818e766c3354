"""CPU time of a batch with the training panel open against headless, in a real kernel that sends all its messages."""

import json
import tempfile

import numpy as np
from jupyter_client.manager import start_new_kernel

ROUNDS, N = 3, 600
SETUP = f"""
import json, time, pathlib
import zclust_explore as zx
specs = zx.make_spectrograms({N}, random_state=0)
def measure(folder, side):
    trainer = zx.Trainer(specs, random_state=0, directory=pathlib.Path(folder) / side)
    panel = zx.TrainingPanel(trainer) if side.startswith("panel") else None
    batches = []
    trainer.subscribe(lambda progress: progress.snapshot_added or batches.append(1))
    found = {{}}
    for phase, work in (("pretraining", lambda: trainer.pretrain(40, progress_bar=False)),
                        ("clustering", lambda: trainer.cluster(6, start="kmeans", n_epochs=20, tol=0.0, patience=99,
                                                               progress_bar=False))):
        begun, wall, before = time.process_time(), time.perf_counter(), len(batches)
        work()
        n = len(batches) - before
        found[phase] = (1000 * (time.process_time() - begun) / n, 1000 * (time.perf_counter() - wall) / n)
    if panel is not None:
        panel.close()
    return found
"""


def table() -> str:
    """Medians of some rounds in turn, milliseconds a batch, and the ratio."""
    manager, client = start_new_kernel()
    try:
        _run(client, SETUP)
        rounds = []
        with tempfile.TemporaryDirectory() as folder:
            for k in range(ROUNDS):  # in turn, so that whatever else the machine does hits both
                sides = {}
                for side in ("headless", "panel"):
                    sides[side] = json.loads(_run(client, f"print(json.dumps(measure({folder!r}, '{side}{k}')))"))
                rounds.append(sides)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    lines = [f"{'ms a batch of 64':22}{'CPU headless':>14}{'CPU panel':>12}{'ratio':>8}{'clock ratio':>14}"]
    for phase in ("pretraining", "clustering"):
        cpu, wall = (
            {side: float(np.median([sides[side][phase][at] for sides in rounds])) for side in ("headless", "panel")}
            for at in (0, 1)
        )
        lines.append(
            f"{phase:22}{cpu['headless']:14.1f}{cpu['panel']:12.1f}{cpu['panel'] / cpu['headless']:8.3f}"
            f"{wall['panel'] / wall['headless']:14.3f}"
        )
    return "\n".join(lines)


def _run(client, code: str) -> str:
    """What some code prints in the kernel."""
    said: list[str] = []
    reply = client.execute_interactive(
        code,
        timeout=900,
        output_hook=lambda message: (
            said.append(message["content"]["text"]) if message["msg_type"] == "stream" else None
        ),
    )
    if reply["content"]["status"] != "ok":
        raise RuntimeError("\n".join(reply["content"]["traceback"]))
    return "".join(said)
