"""Fixtures for every test: Chromium, a real JupyterLab, watched pages, bare pages, the built wheel; and the counts."""

import os
import re
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from playwright.sync_api import Browser, Page

from tests.harness import browser
from tests.harness import mount as mounting
from tests.harness import notebook as driving
from tests.harness import wheel as building
from tests.harness.lab import Lab

KINDS = ("unit", "doctest", "property", "notebook", "browser")

# Before torch is imported, here or in a kernel: on busy cores spinning OpenMP threads starve everything else.
os.environ.setdefault("GOMP_SPINCOUNT", "0")
# So that a terminated run stops its servers, too.
signal.signal(signal.SIGTERM, signal.default_int_handler)
# No deadline: shared machines are slow. Derandomized: a red run is red again when it is repeated.
hypothesis.settings.register_profile("house", deadline=None, derandomize=True)
hypothesis.settings.load_profile("house")


@pytest.fixture(autouse=True)
def _elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Examples in docstrings write their runs into a folder that nobody minds."""
    if isinstance(request.node, pytest.DoctestItem):
        monkeypatch.chdir(request.getfixturevalue("tmp_path"))


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """The folder for screenshots; git ignores it, people look at it."""
    folder = Path(__file__).parent / "artefacts"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package's wheel, built once."""
    return building.build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium. Fails, never skips, where there is none."""
    with browser.launch() as running:
        yield running


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A real JupyterLab with its own folders; ``lab.root`` is what it serves."""
    with Lab(tmp_path_factory.mktemp("lab"), tmp_path_factory.mktemp("jupyter")) as running:
        yield running


@pytest.fixture
def _watched(chromium: Browser) -> Iterator[tuple[Page, browser.Watch]]:
    context = chromium.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    watch = browser.Watch(page)
    yield page, watch
    watch.settle()
    context.close()
    watch.check()


@pytest.fixture
def page(_watched: tuple[Page, browser.Watch]) -> Page:
    """A page that fails the test on a console error, a page error, or a request that leaves the machine."""
    return _watched[0]


@pytest.fixture
def watch(_watched: tuple[Page, browser.Watch]) -> browser.Watch:
    """What ``page`` said and asked for; ``watch.forgive(pattern)`` where an error is what is being tested."""
    return _watched[1]


@pytest.fixture
def websocket_frames(watch: browser.Watch) -> Callable[[], list[str]]:
    """Ask which WebSocket frames the page has sent so far, in short."""

    def sent() -> list[str]:
        watch.settle()
        return list(watch.frames)

    return sent


@pytest.fixture
def notebook(lab: Lab, page: Page, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Call with a list of cells or the path of an .ipynb: opens it in JupyterLab, runs all of it, returns the page."""

    def open_(source: Sequence[str] | Path, *, run: bool = True, timeout_s: float = 300) -> Page:
        name = re.sub(r"\W+", "_", request.node.name) + ".ipynb"
        if isinstance(source, Path):
            (lab.root / name).write_bytes(source.read_bytes())
        else:
            driving.write(lab.root / name, source)
        driving.open_notebook(page, lab, name)
        if run:
            driving.run_all(page, timeout_s)
        return page

    yield open_
    lab.forget()


@pytest.fixture
def mount(page: Page) -> Callable[..., Page]:
    """Call with a widget's script and state: draws it in a bare page with a fake model. See harness/mount.py."""

    def draw(esm: str, state: dict[str, Any] | None = None, **options: Any) -> Page:
        return mounting.mount(page, esm, state, **options)

    return draw


@pytest.fixture
def kernel_exec() -> Callable[[Page, str], str]:
    """Call with the page of a notebook and code: what the code prints in that notebook's kernel."""
    return driving.kernel_exec


def kind_of(item: pytest.Item) -> str:
    """The one kind under which the summary counts a test."""
    if isinstance(item, pytest.DoctestItem):
        return "doctest"
    for kind in KINDS:
        if item.get_closest_marker(kind):
            return kind
    if {"chromium", "lab"} & set(getattr(item, "fixturenames", ())):
        return "browser"
    if "notebooks" in item.path.parts:
        return "notebook"
    return "property" if getattr(getattr(item, "obj", None), "is_hypothesis_test", False) else "unit"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test with its kind; the slow kinds run last."""
    for item in items:
        kind = kind_of(item)
        item.add_marker(kind)
        item.user_properties.append(("kind", kind))
    items.sort(key=lambda item: KINDS.index(kind_of(item)))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many tests of each kind ran, and how many did not."""
    ran: Counter[str] = Counter()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            if report.when == "call":
                ran[dict(report.user_properties).get("kind", "unit")] += 1
    counts = ", ".join(f"{ran[kind]} {kind}" for kind in KINDS)
    skipped = len(terminalreporter.stats.get("skipped", []))
    terminalreporter.section("tests that ran")
    terminalreporter.line(f"{counts}; {skipped} skipped")
