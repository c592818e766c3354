"""The command line: zclust-explore lab, fetch, read, cluster, resume, encode, label, lessons."""

import argparse
import logging
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from importlib.resources import as_file, files
from pathlib import Path
from urllib.parse import quote

from zclust_explore import __version__, commands

# Kernels inherit this, and torch reads it when first imported: on busy cores, OpenMP threads that spin while they
# wait make training steps several times slower.
SPINCOUNT = "0"
EXIT_CODES = "Exit codes: 0 done, 1 failed, 2 wrongly asked for, 130 interrupted."
FIRST_NOTEBOOK = "00_start_here.ipynb"
NO_LAB = 'JupyterLab is not installed here. Install it with:  pip install "zclust-explore[lab]"'


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand and return the exit code: 0 done, 1 failed, 2 wrongly asked for, 130 interrupted."""
    parser = _parser()
    options, rest = parser.parse_known_args(argv)
    if options.command == "lab":
        return _lab(rest)
    if rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    logging.basicConfig(format="zclust-explore: %(message)s", level=logging.WARNING)
    os.environ.setdefault("GOMP_SPINCOUNT", SPINCOUNT)
    try:
        print(options.work(options))
    except KeyboardInterrupt:
        print(f"\nzclust-explore {options.command}: interrupted. {_what_is_kept(options)}", file=sys.stderr)
        return 130
    except commands.UsageError as error:
        print(f"zclust-explore {options.command}: {error}", file=sys.stderr)
        return 2
    except (ArithmeticError, OSError, RuntimeError, TypeError, ValueError) as error:
        print(f"zclust-explore {options.command}: {error}", file=sys.stderr)
        return 1
    return 0


def _what_is_kept(options: argparse.Namespace) -> str:
    if options.command in ("fetch", "read") and Path(options.output).is_dir():
        return "What is there is kept; the same command goes on."
    run = options.run if options.command == "resume" else options.output if options.command == "cluster" else None
    if run is not None and (Path(run) / commands.COMMAND).is_file():
        return f"The run up to its last snapshot is kept. To go on:  zclust-explore resume {shlex.quote(run)}"
    return "Nothing was written."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zclust-explore", description="See what kinds of signals are in a data set.")
    parser.add_argument("--version", action="version", version=f"zclust-explore {__version__}")
    subcommands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    subcommands.add_parser(
        "lab",
        allow_abbrev=False,
        usage="zclust-explore lab [NOTEBOOK.ipynb] [JUPYTER ARGUMENTS]",
        help="open JupyterLab on the notebooks",
        description="Open JupyterLab on 127.0.0.1. Without NOTEBOOK, the notebooks of the package are copied to"
        " ./zclust_notebooks first; files already there are left alone. Everything else is passed on to JupyterLab,"
        " for example --no-browser or --port=8890.",
    )

    def plain(name: str, work: Callable[[argparse.Namespace], str], said: str) -> argparse.ArgumentParser:
        made = subcommands.add_parser(name, allow_abbrev=False, help=said, description=f"{said}. {EXIT_CODES}")
        made.set_defaults(work=work)
        made.add_argument("-q", "--quiet", action="store_true", help="no progress bar")
        return made

    def add(name: str, work: Callable[[argparse.Namespace], str], said: str) -> argparse.ArgumentParser:
        made = plain(name, work, said)
        made.add_argument("--device", help="a PyTorch device, such as cuda:1 (default: cuda if there is one)")
        return made

    get = plain("fetch", commands.fetch, "Download records from FDSN services; the same call goes on where it was")
    get.add_argument("provider", metavar="PROVIDER", help="a name that ObsPy knows, such as GEOFON, or a URL")
    get.add_argument("-o", "--output", metavar="ARCHIVE", required=True, help="folder of an SDS archive")
    for name, said in (("network", "codes"), ("station", "codes"), ("channel", "codes, such as BH?,HHZ")):
        get.add_argument(f"--{name}", required=True, help=f"{said}; several with commas, * and ? are looked up")
    get.add_argument("--location", help="codes; --location= is none (default: *)")
    get.add_argument("--start", dest="starttime", metavar="TIME", required=True, help="UTC, such as 2024-01-31")
    get.add_argument("--end", dest="endtime", metavar="TIME", required=True, help="UTC; up to, but without it")
    get.add_argument("--events", metavar="NAME=VALUE", nargs="+", help="a catalogue, too; e.g. minmagnitude=5")
    get.add_argument("--event-provider", metavar="PROVIDER", help="another one, for the catalogue")
    get.add_argument("--no-stations", action="store_true", help="without StationXML")
    get.add_argument("--again", action="store_true", help="ask again for what had no data")
    read = plain("read", commands.read, "Make spectrograms of seismic records; the same call goes on where it was")
    read.add_argument(
        "source",
        metavar="SOURCE",
        nargs="+",
        help="files of any format ObsPy reads, folders, SDS archives, SeisBench's",
    )
    read.add_argument("-o", "--output", metavar="STORE", required=True, help="folder; what is there is completed")
    read.add_argument(
        "--settings", metavar="TOML", help="a file that SignalSettings.to_toml wrote, instead of the next"
    )
    read.add_argument("--window-s", type=_number(0), help="length of a window in s")
    read.add_argument("--step-s", type=_number(0), help="from one window to the next in s (default: half a window)")
    read.add_argument("--before-s", type=_number(0), help="from the start of a window to the arrival in s")
    read.add_argument("--fmin-hz", type=_number(0), help="lower edge of the band")
    read.add_argument("--fmax-hz", type=_number(0), help="upper edge of the band")
    read.add_argument("--components", help="of each sensor, the first of these is taken (default: Z3)")
    read.add_argument("--stack", metavar="COMPONENTS", help="... or these are stacked as channels, such as ZNE")
    read.add_argument("--inventory", metavar="PATH", help="responses, if the settings remove them")
    read.add_argument("--arrivals", metavar="FILE", help="QuakeML or CSV: one window around each")
    read.add_argument("--phases", metavar="PHASE", nargs="+", help="which arrivals; all that SeisBench's data need")
    read.add_argument("--workers", type=_whole(0), help="processes (default: one a core)")
    train = add("cluster", commands.cluster, "Train an autoencoder on spectrograms and cluster them")
    train.add_argument("spectrograms", metavar="SPECTROGRAMS", help=commands.ACCEPTED)
    train.add_argument("-o", "--output", metavar="RUN", required=True, help="folder of the run, which must be free")
    train.add_argument("--k", "--n-clusters", dest="n_clusters", metavar="K", type=_whole(2), required=True)
    train.add_argument("--seed", dest="random_state", metavar="SEED", type=_whole(0), help="of everything random")
    train.add_argument("--epochs", type=_whole(1), help="passes over the data, in both phases")
    train.add_argument("--pretrain-epochs", type=_whole(1), help="passes in the first phase, if other than --epochs")
    train.add_argument("--latent-dim", type=_whole(1), help="size of the embedding")
    train.add_argument("--kind", choices=["decibels", "plain"], help="what the values are; plain is for feature tables")
    train.add_argument("--amplitude", choices=["discard", "keep"], help="whether loud and quiet windows differ")
    train.add_argument("--batch-size", type=_whole(1))
    train.add_argument("--learning-rate", type=_number(0))
    train.add_argument("--background", choices=["trace", "window"], help="what counts as silence")
    train.add_argument("--recipe", choices=["default", "paper"], help="paper: plain DEC, without anything of ours")
    train.add_argument("--start", choices=["mixture", "tied", "kmeans"], help="where the centroids begin")
    train.add_argument("--tol", type=_number(0, 1), help="stop when at most this fraction of the labels changes")
    train.add_argument("--patience", type=_whole(1), help="... at so many updates in a row")
    train.add_argument("--update-interval", type=_whole(1), help="epochs between updates of the target distribution")
    train.add_argument("--reconstruction-weight", type=_number(0), help="0 is DEC, 10 is IDEC")
    train.add_argument("--alpha", type=_number(0), help="degrees of freedom of Student's t kernel")
    again = add("resume", commands.resume, "Go on with a run of `cluster` that was interrupted")
    again.add_argument("run", metavar="RUN")
    for name, work, said in (
        ("encode", commands.encode, "Write the latent coordinates of spectrograms"),
        ("label", commands.label, "Write clusters of spectrograms and which are unlike anything in the training"),
    ):
        use = add(name, work, said)
        use.add_argument("run", metavar="RUN", help="folder of a run")
        use.add_argument("spectrograms", metavar="SPECTROGRAMS", help=commands.ACCEPTED)
        use.add_argument("-o", "--output", metavar="OUTPUT", required=True, help="a .parquet, .csv or .nc file")
    pages = plain("lessons", commands.lessons, "Write the lessons as HTML pages that need neither kernel nor network")
    pages.add_argument("folder", metavar="FOLDER", help="where the pages go; pages of that name are replaced")
    return parser


def _whole(least: int) -> Callable[[str], int]:
    def number(word: str) -> int:
        if int(word) < least:
            raise argparse.ArgumentTypeError(f"must be at least {least}, got {word}")
        return int(word)

    return number


def _number(least: float, most: float = float("inf")) -> Callable[[str], float]:
    def number(word: str) -> float:
        if not least <= float(word) <= most:
            raise argparse.ArgumentTypeError(f"must be between {least:g} and {most:g}, got {word}")
        return float(word)

    return number


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
    os.environ.setdefault("GOMP_SPINCOUNT", SPINCOUNT)
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
