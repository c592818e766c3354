"""The command line: what it copies, what it passes on, what it says when something is missing."""

import subprocess
import sys
from pathlib import Path

import pytest

from zclust_explore import __version__, cli


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """JupyterLab's arguments instead of JupyterLab, in an empty current folder."""
    from jupyterlab.labapp import LabApp

    calls: list[list[str]] = []
    monkeypatch.setattr(LabApp, "launch_instance", calls.append)
    monkeypatch.setenv("GOMP_SPINCOUNT", "0")
    monkeypatch.chdir(tmp_path)
    return calls


def test_lab_copies_the_notebooks_and_opens_the_first(launched: list[list[str]], tmp_path: Path) -> None:
    """A pip-installed person would see an empty file browser, or a server that the whole network can reach."""
    assert cli.main(["lab"]) == 0
    assert (tmp_path / "zclust_notebooks" / cli.FIRST_NOTEBOOK).is_file()
    (arguments,) = launched
    assert "--ServerApp.ip=127.0.0.1" in arguments
    assert f"--ServerApp.root_dir={tmp_path}" in arguments
    assert f"--LabApp.default_url=/lab/tree/zclust_notebooks/{cli.FIRST_NOTEBOOK}" in arguments
    assert not any("token" in argument for argument in arguments)  # Jupyter makes a random one unless told otherwise


def test_lab_leaves_changed_notebooks_alone(launched: list[list[str]], tmp_path: Path) -> None:
    """An hour of somebody's work in a copied notebook would be gone after the next start."""
    mine = tmp_path / "zclust_notebooks" / cli.FIRST_NOTEBOOK
    mine.parent.mkdir()
    mine.write_text("mine")
    assert cli.main(["lab"]) == 0
    assert mine.read_text() == "mine"


def test_lab_opens_a_named_notebook_and_passes_the_rest_on(launched: list[list[str]], tmp_path: Path) -> None:
    """`make lab LAB_ARGS=...` would lose arguments, or copy notebooks into a clone that has them."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (folder / "a b.ipynb").write_text("{}")
    assert cli.main(["lab", "notebooks/a b.ipynb", "--no-browser", "--port", "8890", "--ip=::1"]) == 0
    (arguments,) = launched
    assert "--LabApp.default_url=/lab/tree/notebooks/a%20b.ipynb" in arguments
    assert arguments[-4:] == ["--no-browser", "--port", "8890", "--ip=::1"]
    assert "--ServerApp.ip=127.0.0.1" not in arguments
    assert not (tmp_path / "zclust_notebooks").exists()


def test_lab_opens_a_notebook_outside_the_current_folder(launched: list[list[str]], tmp_path: Path) -> None:
    """JupyterLab serves nothing above its root: the notebook would be a 404."""
    elsewhere = tmp_path / "elsewhere.ipynb"
    elsewhere.write_text("{}")
    (tmp_path / "here").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path / "here")
        assert cli.main(["lab", "--", str(elsewhere)]) == 0
    assert {f"--ServerApp.root_dir={tmp_path}", "--LabApp.default_url=/lab/tree/elsewhere.ipynb"} <= set(launched[0])


@pytest.mark.parametrize("as_root", [True, False])
def test_only_root_gets_allow_root(as_root: bool, tmp_path: Path) -> None:
    """Jupyter would refuse to start as root, or an ordinary account would carry a flag that means nothing to it."""
    assert ("--allow-root" in cli.lab_arguments(tmp_path / "a.ipynb", [], as_root=as_root)) == as_root


def test_a_missing_notebook_is_said(launched: list[list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    """A typing error would open JupyterLab on nothing."""
    assert cli.main(["lab", "nowhere.ipynb"]) == 2
    assert "nowhere.ipynb" in capsys.readouterr().err
    assert not launched


def test_missing_jupyterlab_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Somebody without the lab extra would get a traceback."""
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", None)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["lab"]) == 1
    assert 'pip install "zclust-explore[lab]"' in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_version_and_usage_errors(capsys: pytest.CaptureFixture[str]) -> None:
    """--version would lie, or a missing subcommand would exit with success."""
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--version"])
    assert capsys.readouterr().out.strip() == f"zclust-explore {__version__}"
    for wrong in ([], ["nonsense"]):
        with pytest.raises(SystemExit, match="2"):
            cli.main(wrong)


def test_the_command_imports_neither_torch_nor_jupyterlab() -> None:
    """`zclust-explore --version` would take seconds."""
    code = "import sys, zclust_explore.cli; print([m for m in ('torch', 'jupyterlab', 'numpy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
