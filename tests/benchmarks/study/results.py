"""Results: one small file a result, each worked out in a process of its own, so that a study can stop and go on."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "tests" / "artefacts" / "bench"


def key(settings: Mapping[str, Any]) -> str:
    """A name for settings: the same for the same settings, whatever the commit."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True, default=list).encode()).hexdigest()[:10]


def path(dataset: str, name: str, seed: int, settings: Mapping[str, Any]) -> Path:
    """Where a result is kept."""
    return FOLDER / dataset / f"{name.replace(' ', '_')}.{seed}.{key(settings)}.json"


def read(file: Path) -> dict[str, Any] | None:
    """A result that is there, or None."""
    if not file.is_file():
        return None
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def write(file: Path, result: Mapping[str, Any]) -> None:
    """Keep a result: complete or absent, whenever it is stopped."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".part")
    draft.write_text(json.dumps(dict(result), indent=1) + "\n", encoding="utf-8")
    os.replace(draft, file)


def in_process(module: str, *arguments: str, extra_path: str = "", spin: bool = False) -> dict[str, Any]:
    """Run a module of ours that prints a result, in a process of its own; `spin` leaves OpenMP's threads as they are.

    Raises
    ------
    RuntimeError
        If it fails; what it said is in the message.
    """
    search = os.pathsep.join(filter(None, [extra_path, str(ROOT), os.environ.get("PYTHONPATH", "")]))
    # for all methods alike: spinning threads on cores that others use too would measure the others
    environment = {**os.environ, "PYTHONPATH": search, "GOMP_SPINCOUNT": "0"}
    if spin:
        environment.pop("GOMP_SPINCOUNT")
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{module} {' '.join(arguments)} failed:\n{done.stderr[-2000:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def circumstances() -> dict[str, Any]:
    """Peak memory of this process in MiB, when it was, and how busy the machine."""
    return {
        "peak_mib": round(_peak_mib(), 1),
        "load": round(os.getloadavg()[0], 2),
        "when": time.strftime("%Y-%m-%dT%H:%M:%S"),
    }


def _peak_mib() -> float:
    """Linux counts into ru_maxrss what the process was before it became this program; its own count starts anew."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    except FileNotFoundError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (2**20 if sys.platform == "darwin" else 1024)
