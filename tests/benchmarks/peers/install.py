"""Install the peer into a folder that only its own processes see."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ARTEFACTS = HERE.parents[1] / "artefacts"


def search_path() -> str:
    """What goes before PYTHONPATH: ClustPy, and a stand-in for torchvision, which not every machine can get.

    All that it needs but torchvision is ours as well. It has C parts, so gcc is needed.
    """
    return os.pathsep.join([installed("clustpy==0.0.3", "peers"), str(HERE)])


def installed(requirement: str, folder: str) -> str:
    """A folder with one package in it, without its dependencies; installs on first use."""
    site = ARTEFACTS / folder
    if not site.is_dir():
        uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
        tool = [uv, "pip", "install", "--python", sys.executable] if uv else [sys.executable, "-m", "pip", "install"]
        draft = site.with_name(f"{folder}.part")
        subprocess.run([*tool, "--quiet", "--no-deps", "--target", str(draft), requirement], check=True)
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        draft.rename(site)
    return str(site)
