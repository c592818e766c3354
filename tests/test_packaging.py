"""The wheel, installed by somebody who has nothing but Python."""

import re
import secrets
import subprocess
from pathlib import Path

from tests.harness.lab import private_environment
from tests.harness.server import Server, free_port
from tests.harness.wheel import install_wheel


def test_an_installed_wheel_serves_its_notebooks(wheel: Path, tmp_path: Path) -> None:
    """`pip install "zclust-explore[lab]"; zclust-explore lab` would not open the first notebook."""
    programs = install_wheel(wheel, tmp_path / "venv", "lab")
    empty = tmp_path / "empty"
    empty.mkdir()
    command = str(programs / "zclust-explore")
    version = subprocess.run([command, "--version"], cwd=empty, capture_output=True, text=True, check=True).stdout
    assert version.split()[1] in wheel.name

    log = tmp_path / "server.log"
    server = Server(free_port(), secrets.token_hex(16))
    port = server.base.rpartition(":")[2]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [command, "lab", "--no-browser", f"--port={port}", "--ServerApp.port_retries=0"],
            cwd=empty,
            env=private_environment(tmp_path / "jupyter") | {"JUPYTER_TOKEN": server.token},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        server.wait(process, log)
        served = server.api("contents/zclust_notebooks/00_start_here.ipynb")
        kernels = server.api("kernelspecs")
        opened = re.findall(r"http://127\.0\.0\.1:\d+(/\S+)\?token", log.read_text())
    finally:
        server.stop(process)
    assert served["type"] == "notebook" and served["content"]["cells"]
    assert "python3" in kernels["kernelspecs"]
    assert "/lab/tree/zclust_notebooks/00_start_here.ipynb" in opened
    assert (empty / "zclust_notebooks" / "00_start_here.ipynb").is_file()
