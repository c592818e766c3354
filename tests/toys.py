"""Three components of bursts whose kinds differ in their polarisation and in nothing else."""

from typing import Any

import numpy as np
import pandas as pd

from zclust_explore.data.spectrograms import Spectrograms
from zclust_explore.data.stft import spectrograms_from_waveforms

RATE = 40.0  # Hz
KINDS = "ZNE"  # the component that a burst is strong on
STFT: Any = {"segment_s": 1.6, "hop_s": 0.8, "n_freqs": 24, "fmin_hz": 1.0}
STRONG, WEAK = 1.0, 0.2  # 14 dB


def polarised_waveforms(
    n: int, *, noise_db: tuple[float, float, float] = (0.0, 0.0, 0.0), random_state: int = 0
) -> tuple[np.ndarray, pd.DataFrame]:
    """Windows of 20 s, (n, 3, 800), and their kinds: three in turn; with unequal noise every fourth is only noise.

    Strength and onset are drawn alike for all kinds, so that a component alone does not tell them apart.
    """
    random = np.random.default_rng(random_state)
    t = np.arange(800) / RATE
    gain = 10 ** (np.array(noise_db) / 20)
    kinds = [KINDS[i % 3] if not any(noise_db) or i % 4 else "noise" for i in range(n)]
    waveforms = random.normal(0, 1, (n, 3, len(t))) * gain[:, None]
    for i, kind in enumerate(kinds):
        onset, strength = random.uniform(3, 11), 5 * 10 ** random.uniform(0, 0.5)
        after = np.clip(t - onset, 0, None) / 1.5
        burst = strength * after * np.exp(1 - after) * random.normal(0, 1, len(t))
        if kind != "noise":
            share = np.full(3, WEAK)
            share[KINDS.index(kind)] = STRONG
            waveforms[i] += share[:, None] * gain[:, None] * burst
    start = pd.Timestamp("2026-01-01", tz="UTC")
    times = [start + pd.Timedelta(seconds=20 * i) for i in range(n)]
    return waveforms, pd.DataFrame({"trace_id": "XX.TOY..HH", "starttime": times, "kind": kinds})


def polarised(n: int, **settings: Any) -> Spectrograms:
    """Spectrograms of `polarised_waveforms`, small enough to train on in seconds."""
    waveforms, metadata = polarised_waveforms(n, **settings)
    return spectrograms_from_waveforms(waveforms, RATE, metadata, components="ZNE", **STFT)
