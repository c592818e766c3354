"""The wheel: build it, and install it into an environment of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def build_wheel(folder: Path) -> Path:
    """Build the package's wheel into ``folder``."""
    run([sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)])
    (wheel,) = folder.glob("*.whl")
    return wheel


def install_wheel(wheel: Path, folder: Path, extra: str) -> Path:
    """Make a virtual environment in ``folder``, install the wheel with ``extra``, and return its bin folder."""
    run([sys.executable, "-m", "venv", str(folder)])
    bin_folder = folder / ("Scripts" if os.name == "nt" else "bin")
    python = str(bin_folder / "python")
    uv = find_uv()
    pip = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install"]
    run([*pip, f"{wheel}[{extra}]", "-c", str(ROOT / "constraints.txt")])
    return bin_folder


def find_uv() -> str | None:
    """uv, beside this Python or on PATH; several times faster than pip where it can be had."""
    return shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))


def run(command: list[str]) -> None:
    """Run a command; RuntimeError with everything it said when it fails."""
    # As in the Makefile: uv does not read pip's find-links.
    environment = {"UV_FIND_LINKS": os.environ.get("PIP_FIND_LINKS", "")} | os.environ
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}")
