"""Finding Chromium, and installing it where that is allowed: python -m tests.harness.chromium --install"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = (
    "The browser tests need Chromium and never skip. Install it (`apt-get install chromium` as root on Debian, or"
    " `python -m playwright install chromium`), or set CHROMIUM to its path; `make test` does this by itself."
)


def find() -> str | None:
    """The path of a Chromium: $CHROMIUM, else on PATH, else Playwright's own."""
    if named := os.environ.get("CHROMIUM"):
        return named if Path(named).is_file() else None
    if found := next(filter(None, map(shutil.which, NAMES)), None):
        return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).is_file() else None


def install() -> None:
    """Install Chromium: Debian's package as root (it brings its libraries along), else Playwright's own."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        if all(
            subprocess.run(["apt-get", "-qq", *words], env=quiet).returncode == 0
            for words in (["update"], ["install", "-y", "--no-install-recommends", "chromium"])
        ):
            return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])


def main() -> int:
    """Print the path, or say what to do and return 1."""
    path = find()
    # A wrong $CHROMIUM is for the person to put right; installing another would hide it.
    if path is None and "--install" in sys.argv and "CHROMIUM" not in os.environ:
        install()
        path = find()
    print(path or MISSING, file=sys.stdout if path else sys.stderr)
    return 0 if path else 1


if __name__ == "__main__":
    sys.exit(main())
