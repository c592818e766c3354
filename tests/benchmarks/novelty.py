"""Which windows Run.label flags as unlike anything seen, with each kind of the toy world left out in turn."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

import zclust_explore as zx

N, N_TRAINING, N_STRANGE, SEED = 1200, 600, 60, 0


def table() -> str:
    """Fraction flagged: held-out windows of known kinds, the kind left out, sines and white noise."""
    specs = zx.make_spectrograms(N, random_state=SEED)
    kinds, training = specs.metadata.label.to_numpy(), np.arange(N) < N_TRAINING
    sines, white = strange()
    lines = [f"{'left out of training':22}{'known kinds':>12}{'that kind':>12}{'sines':>8}{'white noise':>13}"]
    for kind in sorted(set(kinds)):
        known = kinds != kind
        with tempfile.TemporaryDirectory() as folder:
            trainer = zx.Trainer(
                specs.select(np.flatnonzero(known & training)), random_state=SEED, directory=Path(folder) / "run"
            )
            trainer.pretrain(progress_bar=False)
            run = trainer.cluster(len(set(kinds)) - 1, progress_bar=False)
            held_out = specs.select(np.flatnonzero(known & ~training))
            unseen = specs.select(np.flatnonzero(~known))
            flagged = [float(np.mean(run.label(some).unlike)) for some in (held_out, unseen, sines, white)]
        lines.append(f"{kind:22}{flagged[0]:12.3f}{flagged[1]:12.2f}{flagged[2]:8.2f}{flagged[3]:13.2f}")
    return "\n".join(lines)


def strange() -> tuple[zx.Spectrograms, zx.Spectrograms]:
    """Pure sines of 0.5 to 20 Hz, and white noise: windows of the toy world's length."""
    random = np.random.default_rng(SEED)
    time = np.arange(3000) / 50.0
    sines = np.stack([np.sin(2 * np.pi * f * time) for f in random.uniform(0.5, 20, N_STRANGE)])
    metadata = pd.DataFrame({"trace_id": ["XX.TOY..HHZ"] * N_STRANGE})
    white = random.normal(size=(N_STRANGE, time.size))
    first, second = (zx.spectrograms_from_waveforms(x, 50.0, metadata) for x in (sines, white))
    return first, second
