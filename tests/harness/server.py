"""Any Jupyter server on loopback: wait for it, ask it, stop it."""

import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from typing import Any


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A running server, by its port and token."""

    def __init__(self, port: int, token: str) -> None:
        self.base, self.token = f"http://127.0.0.1:{port}", token

    def api(self, path: str, method: str = "GET") -> Any:
        """One call of the REST API; the answer's JSON, or None where there is none."""
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.base}/api/{path}", method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            body = answer.read()
        return json.loads(body) if body else None

    def wait(self, process: subprocess.Popen[bytes], log: Any, timeout: float = 180) -> None:
        """Return once the server answers; raise with its log when it dies or stays silent."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                self.api("status")
                return
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"the server did not come up:\n{log.read_text(errors='replace')}") from None
                time.sleep(0.05)

    def shutdown_kernels(self) -> None:
        """End every kernel, and with it every session."""
        for session in self.api("sessions"):
            self.api(f"sessions/{session['id']}", "DELETE")
        for kernel in self.api("kernels"):
            self.api(f"kernels/{kernel['id']}", "DELETE")

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """Ask the server to end itself and its kernels; then make sure, by this one process id."""
        try:
            self.api("shutdown", "POST")
        except OSError:
            process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
