"""Chromium, and a watch over what a page says and asks for."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, WebSocket, sync_playwright

from tests.harness import chromium

FLAGS = [
    "--no-sandbox",  # Chromium refuses to run as root otherwise
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever is not on loopback goes to a proxy that nobody runs, so that nothing, sockets included, gets out.
    "--proxy-server=127.0.0.1:9",
]
SETTLE = "() => new Promise(done => setTimeout(() => requestAnimationFrame(done)))"
OFF_MACHINE = re.compile(r"^(?!(https?|wss?)://127\.0\.0\.1[:/]|blob:|data:|about:)")

# JupyterLab asks these of a kernel that it has opened, on a slow machine seconds after the notebook has run.
LABS_OWN = re.compile(
    rb'"msg_type": ?"(kernel_info|comm_info|debug|history|is_complete|create_subshell|delete_subshell)_request"'
)


@contextmanager
def launch(flags: Sequence[str] = ()) -> Iterator[Browser]:
    """A headless Chromium, with further `flags`; an error that says what to do where there is none."""
    path = chromium.find()
    if path is None:
        raise RuntimeError(chromium.MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=[*FLAGS, *flags])
        yield browser
        browser.close()


class Watch:
    """What one page said and asked for; ``check`` raises where it should not have.

    ``frames`` are the WebSocket frames that the page has sent, but for what JupyterLab asks a kernel by itself: the end
    of each, where its content is.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.off_machine: list[str] = []
        self.frames: list[str] = []
        self._forgiven: list[re.Pattern[str]] = []
        page.on("request", lambda request: self._asked(request.url))
        page.on("console", lambda message: self._said(message.type, message.text))
        page.on("pageerror", lambda error: self.errors.append(f"page error: {error}"))
        page.on("crash", lambda _: self.errors.append("the page crashed"))
        page.on("websocket", self._opened)

    def settle(self) -> None:
        """Let the page finish what it is about to do, so that Playwright has told what happened until now."""
        if not self.page.is_closed():
            self.page.evaluate(SETTLE)

    def forgive(self, pattern: str) -> None:
        """Let errors that match ``pattern`` pass, and expect at least one: for tests of how errors are shown."""
        self._forgiven.append(re.compile(pattern))

    def check(self) -> None:
        """Raise AssertionError on a console or page error, or on a request that left the machine."""
        assert not self.off_machine, f"requests left the machine: {self.off_machine}"
        unforgiven = [error for error in self.errors if not any(p.search(error) for p in self._forgiven)]
        assert not unforgiven, "the page reported errors:\n" + "\n".join(unforgiven)
        for pattern in self._forgiven:
            assert any(map(pattern.search, self.errors)), f"no error matched {pattern.pattern!r}"

    def _asked(self, url: str) -> None:
        if OFF_MACHINE.match(url):
            self.off_machine.append(url[:300])

    def _said(self, kind: str, text: str) -> None:
        if kind == "error":
            self.errors.append(f"console error: {text[:1000]}")

    def _opened(self, socket: WebSocket) -> None:
        self._asked(socket.url)
        socket.on("framesent", self._sent)

    def _sent(self, payload: str | bytes) -> None:
        frame = payload.encode() if isinstance(payload, str) else payload
        if not LABS_OWN.search(frame):
            self.frames.append(" ".join(re.findall(r"[ -~]{8,}", frame.decode("latin-1")))[-300:])
