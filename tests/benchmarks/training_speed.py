"""Samples per second of pretraining, against a plain PyTorch loop over the same net and against the machine's peak.

The net is zClust's: 87 × 67 → 9, five convolutions of 8 to 128 channels, batches of 64.
"""

import os
import subprocess
import sys

import numpy as np

from tests.benchmarks.study.results import in_process

ROUNDS = 3
SIDE = "tests.benchmarks.study.speed"


def table() -> str:
    """Medians of the rounds, free and with one core kept busy by another process; ratios of ours to the plain loop."""
    rates: dict[tuple[str, bool], list[float]] = {(side, busy): [] for side in ("plain", "ours") for busy in (0, 1)}
    fractions, peaks = [], []
    said = {}
    for _ in range(ROUNDS):
        for busy in (False, True):
            for side in ("plain", "ours"):  # in turn, so that whatever else the machine does hits both
                result = _measure(side, busy)
                rates[side, busy].append(result["samples_per_s"])
                said[side] = f"{result['threads']} thread(s), {result['order']}"
                if side == "ours" and not busy:
                    peaks.append(result["peak_gflops"])
                    fractions.append(result["samples_per_core_s"] * result["flops"] / 1e9 / result["peak_gflops"])
    found = {key: float(np.median(values)) for key, values in rates.items()}
    lines = [f"{'samples/s':40}{'free':>10}{'one core busy':>16}"]
    for side, title in (("plain", "plain PyTorch loop"), ("ours", "our pretraining")):
        name = f"{title} ({said[side]})"
        lines.append(f"{name:40}{found[side, False]:10.0f}{found[side, True]:16.0f}")
    ratios = [found["ours", busy] / found["plain", busy] for busy in (False, True)]
    lines.append(f"{'ratio':40}{ratios[0]:10.1f}{ratios[1]:16.1f}")
    load = os.getloadavg()[0]
    lines += [
        "",
        f"one core's peak, float32 matrix product: {np.median(peaks):.0f} GFLOP/s",
        f"our step, {result['flops'] / 1e6:.1f} MFLOP a sample: {np.median(fractions):.2f} of it, by CPU time",
        f"load average at the end: {load:.1f} on {os.cpu_count()} cores (free means about 1)",
    ]
    return "\n".join(lines)


def _measure(side: str, busy: bool) -> dict[str, float]:
    plain = side == "plain"  # with OpenMP as it comes, which is what somebody who writes such a loop has
    if not busy:
        return in_process(SIDE, side, spin=plain)
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as other:
        try:
            return in_process(SIDE, side, spin=plain)
        finally:
            other.kill()
