"""The command line: zclust-explore lab."""

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path
from urllib.parse import quote

from zclust_explore import __version__

FIRST_NOTEBOOK = "00_start_here.ipynb"
NO_LAB = 'JupyterLab is not installed here. Install it with:  pip install "zclust-explore[lab]"'


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand and return the exit code."""
    parser = argparse.ArgumentParser(prog="zclust-explore", description="See what kinds of signals are in a data set.")
    parser.add_argument("--version", action="version", version=f"zclust-explore {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    lab = commands.add_parser(
        "lab",
        allow_abbrev=False,
        usage="zclust-explore lab [NOTEBOOK.ipynb] [JUPYTER ARGUMENTS]",
        help="open JupyterLab on the notebooks",
        description="Open JupyterLab on 127.0.0.1. Without NOTEBOOK, the notebooks of the package are copied to"
        " ./zclust_notebooks first; files already there are left alone. Everything else is passed on to JupyterLab,"
        " for example --no-browser or --port=8890.",
    )
    lab.set_defaults(run=_lab)
    options, rest = parser.parse_known_args(argv)
    return int(options.run(rest))


def _lab(rest: list[str]) -> int:
    named = [word for word in rest if word.endswith(".ipynb") and not word.startswith("-")][:1]
    rest = [word for word in rest if word not in ("--", *named)]
    if named and not Path(named[0]).is_file():
        print(f"zclust-explore lab: there is no notebook {named[0]}", file=sys.stderr)
        return 2
    try:
        from jupyterlab.labapp import LabApp
    except ImportError:
        print(NO_LAB, file=sys.stderr)
        return 1
    notebook = Path(named[0]) if named else copy_notebooks(Path("zclust_notebooks")) / FIRST_NOTEBOOK
    # Kernels inherit this, and torch reads it when first imported: on busy cores, OpenMP threads that spin while they
    # wait make training steps several times slower.
    os.environ.setdefault("GOMP_SPINCOUNT", "0")
    LabApp.launch_instance(lab_arguments(notebook, rest, as_root=getattr(os, "geteuid", lambda: 1)() == 0))
    return 0


def lab_arguments(notebook: Path, rest: Sequence[str], as_root: bool) -> list[str]:
    """JupyterLab's arguments: ours, except where ``rest``, the person's own, already sets the same thing.

    >>> lab_arguments(Path("first.ipynb"), ["--no-browser", "--ip=::1"], as_root=False)[1:]
    ['--LabApp.default_url=/lab/tree/first.ipynb', '--no-browser', '--ip=::1']
    """
    here, notebook = Path.cwd(), notebook.resolve()
    root = here if notebook.is_relative_to(here) else notebook.parent
    ours = {
        f"--ServerApp.root_dir={root}": ("--ServerApp.root_dir", "--notebook-dir"),
        "--ServerApp.ip=127.0.0.1": ("--ServerApp.ip", "--ip"),
        f"--LabApp.default_url=/lab/tree/{quote(notebook.relative_to(root).as_posix())}": ("--LabApp.default_url",),
    }
    if as_root:  # Jupyter refuses to start otherwise
        ours["--allow-root"] = ("--allow-root", "--ServerApp.allow_root")
    given = {argument.partition("=")[0] for argument in rest}
    return [argument for argument, spellings in ours.items() if given.isdisjoint(spellings)] + list(rest)


def copy_notebooks(folder: Path) -> Path:
    """Copy the package's notebooks to ``folder`` and return it; a file that is already there stays as it is."""
    with as_file(files("zclust_explore")) as package:
        # In a wheel the notebooks are inside the package, in a clone beside it.
        source = package / "notebooks"
        if not source.is_dir():
            source = package.parent / "notebooks"
        for original in sorted(source.rglob("*")):
            copy = folder / original.relative_to(source)
            if original.is_file() and ".ipynb_checkpoints" not in original.parts and not copy.exists():
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(original, copy)
    return folder


if __name__ == "__main__":
    sys.exit(main())
