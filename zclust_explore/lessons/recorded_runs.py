"""Recorded runs: trainings that lessons look at, made once on a machine and then only opened.

`python -m zclust_explore.lessons.recorded_runs` makes all of them now, with their maps.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from .. import __version__
from ..data.examples import load_example
from ..data.run import Run
from ..data.synthetic import make_spectrograms
from ..views.umap_job import read_umap, write_umap

N_CLUSTERS = {"kw1": 6, "toy": 8, "toy_14": 14}


def recorded_runs_folder() -> Path:
    """Where recorded runs are kept: $ZCLUST_RECORDED_RUNS, or below ~/.cache; each version of the package has its own.

    The variable lets all users of one machine share what was made once; who only opens runs needs no right to write.

    Examples
    --------
    >>> import zclust_explore as zx
    >>> recorded_runs_folder().name == zx.__version__
    True
    """
    shared = os.environ.get("ZCLUST_RECORDED_RUNS")
    return Path(shared or Path.home() / ".cache" / "zclust_explore" / "runs") / __version__


def recorded_run(name: str, *, progress_bar: bool = True) -> Run:
    """Open a run that lessons look at; where it is not on this machine yet, train it first (half a minute).

    Parameters
    ----------
    name : {"kw1", "toy", "toy_14"}
        Six clusters in the record that comes with ObsPy (`load_example`), or 8 and 14 clusters in 240 windows of
        the toy world, whose eight kinds are known. The last two begin with the same pretraining.
    progress_bar : bool
        Of the training, if there is any.

    Returns
    -------
    Run
        In `recorded_runs_folder`; it is shared by all notebooks, so fork it instead of going on with it.

    Raises
    ------
    ValueError
        If there is no run of that name.

    Examples
    --------
    `recorded_run("toy")` is `Run(29 snapshots of 240 windows, 8 clusters, …)`.
    """
    if name not in N_CLUSTERS:
        raise ValueError(f"name must be one of {', '.join(map(repr, N_CLUSTERS))}, got {name!r}.")
    path = recorded_runs_folder() / name
    if not path.exists():
        with tempfile.TemporaryDirectory(prefix="zclust_recording.") as beside:
            made = _train(name, Path(beside) / name, progress_bar)
            try:
                made.save(path)
            except OSError:
                if not path.exists():  # else another notebook was quicker
                    raise
    return Run.open(path)


def _train(name: str, directory: Path, progress_bar: bool) -> Run:
    from ..training.trainer import Trainer  # a run that is there already must not need PyTorch

    specs = load_example("kw1") if name == "kw1" else make_spectrograms(240, random_state=0)
    if name == "toy_14":
        # goes on from the pretraining of the other one, so that only the number of clusters differs
        trainer = Trainer.open(recorded_run("toy", progress_bar=progress_bar).save(directory))
    else:
        trainer = Trainer(specs, latent_dim=10, random_state=0, directory=directory)
        trainer.pretrain(12 if name == "kw1" else 40, progress_bar=progress_bar)
    return trainer.cluster(N_CLUSTERS[name], n_epochs=10, progress_bar=progress_bar)


def main() -> None:
    """Make every recorded run that is not there yet, and its UMAP, so that nobody waits in a lesson."""
    for name in N_CLUSTERS:
        run = recorded_run(name)
        if read_umap(run) is None:
            write_umap(run)


if __name__ == "__main__":
    main()
