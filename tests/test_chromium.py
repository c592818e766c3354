"""Finding and installing Chromium, without a browser."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.harness import browser, chromium


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[list[str]]]:
    """A machine without Chromium, where every command succeeds; the commands it was given."""
    ran: list[list[str]] = []
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(chromium, "find", lambda: None)
    monkeypatch.setattr(chromium.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(subprocess, "run", lambda words, **_: ran.append(words) or SimpleNamespace(returncode=0))
    monkeypatch.setattr(sys, "argv", ["chromium", "--install"])
    yield ran


def test_the_environment_names_chromium(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """$CHROMIUM would be ignored, or a wrong one be silently replaced."""
    mine = tmp_path / "mine"
    monkeypatch.setenv("CHROMIUM", str(mine))
    assert chromium.find() is None
    mine.touch()
    assert chromium.find() == str(mine)


@pytest.mark.parametrize(("user", "program"), [(0, "apt-get"), (1000, sys.executable)])
def test_root_gets_debians_package_and_others_playwrights(
    bare: list[list[str]], monkeypatch: pytest.MonkeyPatch, user: int, program: str
) -> None:
    """`make test` would try what it may not do, or go on without a browser."""
    monkeypatch.setattr(chromium.os, "geteuid", lambda: user)
    assert chromium.main() == 1
    assert {words[0] for words in bare} == {program}
    assert "chromium" in bare[-1]


def test_a_wrong_chromium_variable_installs_nothing(bare: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """A typing error in $CHROMIUM would start an installation."""
    monkeypatch.setenv("CHROMIUM", "/nowhere")
    assert chromium.main() == 1
    assert not bare


def test_no_chromium_is_an_error_that_says_what_to_do(bare: list[list[str]]) -> None:
    """Browser tests would be skipped, and the suite be green without them."""
    with pytest.raises(RuntimeError, match="apt-get install chromium"), browser.launch():
        pass
