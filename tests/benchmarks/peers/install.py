"""Install the peer into a folder that only its own processes see."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SITE = HERE.parents[1] / "artefacts" / "peers"
REQUIREMENT = "clustpy==0.0.3"


def search_path() -> str:
    """What goes before PYTHONPATH: the peer, and a stand-in for torchvision, which not every machine can get.

    Installs on first use, without dependencies: all but torchvision are ours as well. It has C parts, so gcc is needed.
    """
    if not (SITE / "clustpy").is_dir():
        uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
        tool = [uv, "pip", "install", "--python", sys.executable] if uv else [sys.executable, "-m", "pip", "install"]
        draft = SITE.with_name("peers.part")
        subprocess.run([*tool, "--quiet", "--no-deps", "--target", str(draft), REQUIREMENT], check=True)
        SITE.parent.mkdir(parents=True, exist_ok=True)
        draft.rename(SITE)
    return os.pathsep.join([str(SITE), str(HERE)])
