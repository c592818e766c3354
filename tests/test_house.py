"""The rules of the house, on the source text: floors, torch, sizes, names, documentation, what the wheel carries."""

import ast
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import zclust_explore

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "zclust_explore"
# A module imports from its own floor and from the floors before it.
FLOORS = ["data", "evaluation", "models", "training", "views", "widgets", "lessons"]
TORCH_FLOORS = {"models", "training"}
# As where torch is not installed. sys.modules["torch"] = None is no stand-in: SciPy looks there and stumbles over None.
WITHOUT_TORCH = """
import sys
class NoTorch:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError(f"No module named {name!r}")
sys.meta_path.insert(0, NoTorch())
"""
# Through the table of contents, on first use: `run.label(specs)` stands beside `run.labels`, and needs the network.
DOOR_UPWARDS = ("zclust_explore.data.results", "zclust_explore.label")
HEAVY = {"torch", "umap", "obspy", "plotly", "zarr", "pandas", "sklearn", "xarray", "pyarrow", "h5py"}


def name_of(path: Path) -> str:
    """The dotted name of a module of the package."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}


def floor_of(module: str) -> str | None:
    """The folder a module lives in; None at the top."""
    part = module.split(".")[1:2]
    return part[0] if part and part[0] in FLOORS else None


def imports_of(module: str, tree: ast.AST) -> Iterator[str]:
    """Every dotted name that a module imports, wherever in its text: in functions and for type checkers, too."""
    parents = module.split(".") if MODULES[module].name == "__init__.py" else module.split(".")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = parents[: len(parents) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def module_in(name: str) -> str | None:
    """The module of the package that an imported name belongs to: the longest prefix that is a file."""
    parts = name.split(".")
    return next((name for end in range(len(parts), 0, -1) if (name := ".".join(parts[:end])) in MODULES), None)


def test_the_floors() -> None:
    """A record could no longer be read without the floors above it."""
    wrong = []
    for module, tree in TREES.items():
        floor = floor_of(module)
        for name in imports_of(module, tree):
            target = module_in(name)
            if floor is None or target is None or name == "zclust_explore.__version__":
                continue
            if (module, name) == DOOR_UPWARDS:
                continue
            if floor_of(target) not in FLOORS[: FLOORS.index(floor) + 1]:
                wrong.append(f"{module} imports {name}")
    assert not wrong


def test_no_module_is_homeless() -> None:
    """A new folder would stand outside the floors, and nothing would check it."""
    folders = {path.relative_to(PACKAGE).parts[0] for path in MODULES.values() if path.parent != PACKAGE}
    assert folders <= set(FLOORS)


def test_no_cycles_on_a_floor() -> None:
    """Two modules that need each other are one module, or the import order decides whether they work."""
    graph = {
        module: {target for name in imports_of(module, tree) if (target := module_in(name)) and target != module}
        for module, tree in TREES.items()
        if floor_of(module)
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise AssertionError(f"a cycle: {' -> '.join(error.args[1])}") from None


def test_torch_stays_on_its_floors() -> None:
    """A saved run would no longer open where torch won't install."""
    wrong = [
        f"{module} imports {name}"
        for module, tree in TREES.items()
        for name in imports_of(module, tree)
        if (name.split(".")[0] == "torch" or name.startswith("safetensors.torch"))
        and floor_of(module) not in TORCH_FLOORS
    ]
    assert not wrong


def test_everything_but_models_and_training_imports_without_torch() -> None:
    """The rule above would hold to the letter, and a run still not open without torch."""
    names = [name for name in MODULES if floor_of(name) not in TORCH_FLOORS and not name.endswith("__main__")]
    code = WITHOUT_TORCH + "".join(f"import {name}\n" for name in names)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_importing_the_package_is_light() -> None:
    """`import zclust_explore` would cost seconds before the first line runs."""
    code = "import sys, zclust_explore; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stdout.split())


def test_modules_are_short_and_named_after_a_thing() -> None:
    """A room would hold two nouns, or a drawer for everything would open."""
    files = [path for path in PACKAGE.rglob("*") if path.suffix in {".py", ".js"}]
    lengths = {path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert not {path: length for path, length in lengths.items() if length > 300}
    assert not [path for path in lengths if path.stem in {"utils", "helpers", "common", "util", "helper"}]


def test_every_module_says_what_it_is() -> None:
    """A reader would have to guess what a file is for."""
    assert not [name for name, tree in TREES.items() if not ast.get_docstring(tree)]


def test_public_names_exist_and_are_documented() -> None:
    """help(zx.Something) would be empty, or `from zclust_explore import *` fail."""
    assert len(set(zclust_explore.__all__)) == len(zclust_explore.__all__) > 0
    assert set(zclust_explore.__all__) <= set(dir(zclust_explore))
    assert not [name for name in zclust_explore.__all__ if not getattr(zclust_explore, name).__doc__]


def test_no_print_and_no_bare_except() -> None:
    """The package would write into other people's notebooks, or swallow a Ctrl-C."""
    wrong = []
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler) and node.type is None:
                wrong.append(f"{module}:{node.lineno} has a bare except")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
                if module != "zclust_explore.cli":
                    wrong.append(f"{module}:{node.lineno} prints")
    assert not wrong


def test_scripts_style_sheets_and_notebooks_are_in_the_wheel(wheel: Path) -> None:
    """An installed package would draw nothing, or have no notebooks to open, while a clone works."""
    expected = {
        str(path.relative_to(ROOT))
        for path in PACKAGE.rglob("*")
        if path.suffix in {".js", ".css", ".py", ".json", ".npz"}
    }
    notebooks = {path for path in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts}
    expected |= {f"zclust_explore/{path.relative_to(ROOT)}" for path in notebooks}
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    assert not expected - packed
    assert notebooks
    assert not [name for name in packed if "tests" in Path(name).parts]


def test_committed_notebooks_have_no_outputs() -> None:
    """Every run of a notebook would be a change of megabytes, and somebody's old pictures pass for results."""
    wrong = []
    for name, text in committed("*.ipynb"):
        book = json.loads(text)
        if any(cell.get("outputs") or cell.get("execution_count") for cell in book["cells"]):
            wrong.append(f"{name} has outputs")
        if "widgets" in book["metadata"]:
            wrong.append(f"{name} has widget state")
        if book["metadata"].get("kernelspec", {}).get("name") != "python3":
            wrong.append(f"{name} does not ask for the python3 kernel")
    assert not wrong


def committed(pattern: str) -> Iterator[tuple[str, str]]:
    """Files as git has them, because working in a notebook changes the file; as they lie where there is no git."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    if (ROOT / ".git").exists():
        yield from ((name, git("show", f":{name}")) for name in git("ls-files", pattern).splitlines())
    else:
        yield from ((str(path), path.read_text(encoding="utf-8")) for path in (ROOT / "notebooks").rglob(pattern))


def test_every_test_says_what_would_be_wrong() -> None:
    """A red test would not say what it means for somebody who uses the package."""
    silent = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node):
                silent.append(f"{path.relative_to(ROOT)}::{node.name}")
    assert not silent
