"""Binder's environment, as far as it can be checked without Binder."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
# conda-forge's name -> what one imports, where they differ; and pyproject's name, likewise.
IMPORT_NAMES = {"scikit-learn": "sklearn", "umap-learn": "umap", "pytorch-cpu": "torch"}
PYPI_NAMES = {"pytorch-cpu": "torch"}


def environment() -> dict[str, str]:
    """Package name -> version range of environment.yml."""
    listed = yaml.safe_load((ROOT / "binder/environment.yml").read_text())["dependencies"]
    assert all(isinstance(entry, str) for entry in listed), "no pip section: it could bring CUDA along"
    matches = [re.fullmatch(r"([a-z0-9-]+)(.*)", entry) for entry in listed]
    return {match[1]: match[2] for match in matches if match}


def test_every_import_is_installed() -> None:
    """A notebook on Binder would stop with ModuleNotFoundError."""
    imported = set()
    for path in (ROOT / "zclust_explore").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.split(".")[0])
    installed = {IMPORT_NAMES.get(name, name) for name in environment()}
    installed |= {"IPython", "traitlets", "matplotlib"}  # jupyterlab, ipywidgets and obspy cannot be without these
    assert not imported - installed - set(sys.stdlib_module_names) - {"zclust_explore"}


def test_ranges_are_those_of_the_package() -> None:
    """Binder would run versions that nobody tests, or lack a new dependency."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["lab"]]
    wanted = {match[1]: match[2] for entry in needed if (match := re.fullmatch(r"([a-z0-9-]+)(.*)", entry))}
    have = {PYPI_NAMES.get(name, name): versions for name, versions in environment().items()}
    assert wanted.items() <= have.items()
    assert int(have["python"].removeprefix("=3.")) >= int(project["requires-python"].removeprefix(">=3."))


def test_no_cuda() -> None:
    """Binder's image would grow by several GB and fail to build."""
    names = environment()
    assert not [name for name in names if re.search("cuda|nvidia|triton|gpu", name)]
    assert "pytorch" not in names and "torch" not in names


def test_post_build_stops_at_the_first_error() -> None:
    """A half-built image would be published."""
    script = ROOT / "binder/postBuild"
    assert "\nset -e\n" in script.read_text()
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(script)], check=True)
