"""Print constraints.txt: every extra pinned for every platform, without CUDA and without addresses."""

import re
import subprocess
import sys

COMMAND = (
    "pip compile pyproject.toml --universal --python-version 3.11 --all-extras --upgrade"
    " --no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-strip-markers --quiet --constraints -"
).split()
# A "+cpu" build, which uv may find here, cannot be resolved on an ordinary machine: the pin is stated, not found.
TORCH = "torch==2.13.0"
# Linux alone would pull these several GB along with torch.
CUDA = ("nvidia", "cuda", "triton")


def main() -> None:
    """Compile with the uv named on the command line."""
    uv = sys.argv[1]
    done = subprocess.run([uv, *COMMAND], input=TORCH, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    pins = {line for line in done.stdout.splitlines() if re.match(r"[a-z0-9]", line) and not line.startswith(CUDA)}
    pins = {pin for pin in pins if not pin.startswith("torch==")} | {TORCH}
    print("\n".join(sorted(pins)))


if __name__ == "__main__":
    main()
