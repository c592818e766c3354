"""A private JupyterLab on loopback."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from tests.harness import kernels
from tests.harness.server import Server, free_port

# Nothing that looks at a network, nothing that pops up over a screenshot, and every output in the DOM.
QUIET = [
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.news_url=",
    "--LabApp.extension_manager=readonly",
    "--LabApp.expose_app_in_browser=True",
]
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/kernels-settings": {"commsOverSubshells": "perCommTarget" if kernels.SUBSHELLS else "disabled"},
}


def write_settings(home: Path) -> None:
    """Write SETTINGS where a JupyterLab with this private environment reads them."""
    for name, settings in SETTINGS.items():
        path = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings))


def private_environment(home: Path) -> dict[str, str]:
    """Environment of a JupyterLab that shares no folder with the person's own, settings written."""
    write_settings(home)
    return os.environ | {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_PLATFORM_DIRS": "0",
        **kernels.search_path(),
    }


class Lab(Server):
    """A JupyterLab that serves ``root``; a context manager that stops it on the way out."""

    def __init__(self, root: Path, home: Path) -> None:
        port = free_port()
        super().__init__(port, secrets.token_hex(16))
        self.root, self._home = root, home
        log = home / "server.log"
        environment = private_environment(home)
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
        command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
        command += [f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={root}"]
        command += ["--ServerApp.terminals_enabled=False", *QUIET]
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                command, cwd=root, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        try:
            self.wait(self.process, log)
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise

    def forget(self) -> None:
        """End every kernel, and undo the settings that a test changed, such as the theme."""
        self.shutdown_kernels()
        shutil.rmtree(self._home / "settings")
        write_settings(self._home)

    def __enter__(self) -> "Lab":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop(self.process)
