"""Which kernel JupyterLab's notebooks run on: another ipykernel, and whether widgets speak over subshells.

KERNEL=6.31.0 puts that version of ipykernel before the environment's own; SUBSHELLS=off is JupyterLab's setting.

python -m tests.harness.kernels TEST ...: run tests on every kernel of the matrix, one after another.
"""

import os
import re
import subprocess
import sys

from tests.harness.packages import installed

MEASURED = re.compile(r" ms$|busiest| ms, |^PASSED|passed")
MATRIX = (("6.31.0", "on"), ("7.3.0", "on"), ("7.3.0", "off"), ("7.4.0", "on"), ("7.4.0", "off"))
VERSION = os.environ.get("KERNEL", "")
# ipykernel has subshells since 7.0
SUBSHELLS = os.environ.get("SUBSHELLS", "on") == "on" and not VERSION.startswith("6.")


def search_path() -> dict[str, str]:
    """What a server's environment needs for its kernels to be of VERSION."""
    if not VERSION:
        return {}
    folder = installed(f"ipykernel-{VERSION}", f"ipykernel=={VERSION}", "nest-asyncio")
    return {"PYTHONPATH": os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH", "")]))}


def main() -> int:
    """Print the matrix; the exit status is 1 if a test failed on any kernel."""
    failed = False
    for version, subshells in MATRIX:
        print(f"\nipykernel {version}, subshells {subshells}", flush=True)
        command = [sys.executable, "-m", "pytest", "-q", "-rA", *sys.argv[1:]]
        environment = os.environ | {"KERNEL": version, "SUBSHELLS": subshells}
        done = subprocess.run(command, env=environment, text=True, stdout=subprocess.PIPE, check=False)
        printed = done.stdout if done.returncode else "\n".join(filter(MEASURED.search, done.stdout.splitlines()))
        print(printed, flush=True)
        failed |= bool(done.returncode)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
