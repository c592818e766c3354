"""DEC in the browser: milliseconds of one iteration (Q, P, gradient, move) at 1,000 and 2,000 points."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np

from tests.harness import browser
from tests.harness.lesson_script import hand_out

SIZES = ((1_000, 3), (1_000, 8), (2_000, 3), (2_000, 8))
BAR_MS = {1_000: 8.0}
ITERATIONS = 200
TIMED = """([n, k, iterations]) => {
  const random = handed.seeded(1), points = Float64Array.from({length: 2 * n}, () => 6 * random() - 3);
  const dec = new handed.Dec2d({points, centroids: handed.kMeansStart(points, k, 0, 1)}), took = [];
  for (let t = 0; t < iterations; t++) {
    const begun = performance.now();
    dec.step();
    took.push(performance.now() - begun);
  }
  return took;
}"""


def table() -> str:
    """One row a number of points and clusters; the first iterations count, too."""
    lines = [f"{'points':>8}{'clusters':>10}{'median ms':>12}{'p95 ms':>10}{'most ms':>10}{'bar':>6}"]
    with browser.launch() as chromium, tempfile.TemporaryDirectory(prefix="lesson_dec_") as folder:
        page = chromium.new_page()
        hand_out(page, {"dec2d.js": "Dec2d", "decpoints.js": "seeded", "decstarts.js": "kMeansStart"}, Path(folder))
        for n, k in SIZES:
            took = page.evaluate(TIMED, [n, k, ITERATIONS])
            middle, high, most = np.percentile(took, [50, 95, 100])
            bar = BAR_MS.get(n)
            met = "" if bar is None else f"{bar:>6g}  {'met' if high <= bar else 'NOT MET'}"
            lines.append(f"{n:>8,}{k:>10}{middle:>12.2f}{high:>10.2f}{most:>10.2f}{met}")
    lines.append(f"load average at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return "\n".join(lines)
