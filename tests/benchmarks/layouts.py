"""Layouts of a run's snapshots: how much of their motion and of their neighbourhoods is real (mean ± sd over seeds)."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import zclust_explore as zx
from zclust_explore.data.run import Run
from zclust_explore.views.honesty import invented_motion
from zclust_explore.views.projection import in_one_basis, motion_index, project_pca, project_umap
from zclust_explore.views.umap_layout import lay_out

SEEDS, STEPS, N = range(3), 12, 600


def table() -> str:
    """A row for each layout of each data set, and what the columns mean."""
    lines = []
    for name, load in (("toy world", toy), ("KW1", lambda _: zx.load_example("kw1"))):
        found: dict[str, list[list[float]]] = {layout: [] for layout in LAYOUTS}
        for seed in SEEDS:
            with tempfile.TemporaryDirectory() as folder:
                run = trained(load(seed), seed, Path(folder))
                drawn = {layout: timed(place, run) for layout, place in LAYOUTS.items()}
                worst = invented_motion(run, drawn["independent UMAPs"][0])
                for layout, (xy, seconds) in drawn.items():
                    found[layout].append(judged(run, xy, worst, seconds))
        lines += [f"{name + f', {run.n_samples} windows':24}" + "".join(f"{column:>17}" for column in COLUMNS)]
        for layout, rows in found.items():
            mean, sd = np.mean(rows, axis=0), np.std(rows, axis=0, ddof=1)
            cells = (f"{m:.3f} ± {s:.3f}" for m, s in zip(mean, sd, strict=True))
            lines.append(f"{layout:24}" + "".join(f"{cell:>17}" for cell in cells))
        lines.append("")
    return "\n".join([*lines, MEANING])


COLUMNS = ("motion", "invented ratio", "trustworthiness", "purity", "separation", "seconds")
MEANING = (
    "motion: motion_index. invented ratio: invented_motion over that of independent UMAPs. trustworthiness: of the\n"
    "last step, k = 10. purity: share of the 10 nearest on the map with the same label (toy world: its kinds; else\n"
    "the run's clusters). separation: silhouette of those labels on the map, last step."
)


def toy(seed: int) -> zx.Spectrograms:
    """Windows of eight kinds."""
    return zx.make_spectrograms(N, random_state=seed)


def trained(specs: zx.Spectrograms, seed: int, folder: Path) -> Run:
    """A run of `STEPS` snapshots, evenly taken from a short training."""
    trainer = zx.Trainer(specs, random_state=seed, directory=folder / "all")
    trainer.pretrain(n_epochs=40, progress_bar=False)
    whole = trainer.cluster(n_clusters=8 if specs.n_samples == N else 6, n_epochs=20, progress_bar=False)
    run = Run.create(folder / "some", specs, {})
    for step, taken in enumerate(np.linspace(0, len(whole) - 1, STEPS).round().astype(int)):
        s = whole.snapshot(int(taken))
        run.append(type(s)(step, s.phase, s.epoch, s.losses, s.embedding, s.centroids, s.label_change))
    return run


def joint(run: Run) -> np.ndarray:
    """One UMAP of the points of all snapshots."""
    stacked = np.concatenate(in_one_basis(run))
    start = project_pca(run).xy.reshape(-1, 2)
    return lay_out(stacked, start, 15, 200, 1.0, 0).reshape(len(run), -1, 2)


def independent(run: Run) -> np.ndarray:
    """A UMAP of each snapshot that knows nothing of the others: from its own principal axes, with its own numbers."""
    placed = []
    for step, z in enumerate(in_one_basis(run)):
        centred = z - z.mean(axis=0)
        axes = np.linalg.svd(centred, full_matrices=False)[2][:2]
        placed.append(lay_out(z, centred @ axes.T, 15, 200, 1.0, step))
    return np.stack(placed)


LAYOUTS: dict[str, Callable[[Run], np.ndarray]] = {
    "PCA of the last step": lambda run: project_pca(run).xy,
    "joint UMAP": joint,
    "chained UMAP, rate 0.25": lambda run: project_umap(run, rate=0.25).xy,
    "chained UMAP, rate 0.1": lambda run: project_umap(run, rate=0.1).xy,
    "chained UMAP, rate 0.05": lambda run: project_umap(run, rate=0.05).xy,
    "independent UMAPs": independent,
}


def timed(place: Callable[[Run], np.ndarray], run: Run) -> tuple[np.ndarray, float]:
    """A layout and the CPU seconds that it cost: other programs do not count."""
    started = time.process_time()
    return place(run), time.process_time() - started


def judged(run: Run, xy: np.ndarray, worst: float, seconds: float) -> list[float]:
    """The columns of one layout."""
    from sklearn.manifold import trustworthiness
    from sklearn.metrics import silhouette_score
    from sklearn.neighbors import NearestNeighbors

    table, last = run.spectrograms.metadata, xy[-1]
    labels = table.label.to_numpy() if "label" in table else run.labels
    near = NearestNeighbors(n_neighbors=11).fit(last).kneighbors(last, return_distance=False)[:, 1:]
    return [
        motion_index(run, xy),
        invented_motion(run, xy) / worst,
        float(trustworthiness(run.embedding, last, n_neighbors=10)),
        float((labels[near] == labels[:, None]).mean()),
        float(silhouette_score(last, labels)),
        seconds,
    ]
