"""Packages beside the environment: each in a folder that only those processes see that are told of it."""

import shutil
import subprocess
import sys
from pathlib import Path

ARTEFACTS = Path(__file__).parents[1] / "artefacts"


def installed(folder: str, *requirements: str) -> str:
    """A folder with these packages in it, without their dependencies; installs on first use."""
    site = ARTEFACTS / folder
    if not site.is_dir():
        uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
        tool = [uv, "pip", "install", "--python", sys.executable] if uv else [sys.executable, "-m", "pip", "install"]
        draft = site.with_name(f"{folder}.part")
        subprocess.run([*tool, "--quiet", "--no-deps", "--target", str(draft), *requirements], check=True)
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        draft.rename(site)
    return str(site)
