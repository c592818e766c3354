"""Install the peer into a folder that only its own processes see."""

import os
from pathlib import Path

from tests.harness.packages import installed

HERE = Path(__file__).parent


def search_path() -> str:
    """What goes before PYTHONPATH: ClustPy, and a stand-in for torchvision, which not every machine can get.

    All that it needs but torchvision is ours as well. It has C parts, so gcc is needed.
    """
    return os.pathsep.join([installed("peers", "clustpy==0.0.3"), str(HERE)])
