"""Labelling: what a trained run makes of windows that were not in its training."""

from __future__ import annotations

import logging
import os

import numpy as np
import torch
from tqdm.auto import tqdm

from ..data.assignments import soft_assignments
from ..data.blocks import blocks
from ..data.labels import Labels
from ..data.run import Run
from ..data.scaling import Scaling
from ..data.spectrograms import Spectrograms
from ..evaluation.novelty import Novelty
from .architecture import as_input
from .decoding import load_cae

logger = logging.getLogger(__name__)

BLOCK = 4096


def label(
    run: Run | str | os.PathLike[str],
    spectrograms: Spectrograms,
    *,
    step: int = -1,
    device: str | None = None,
    progress_bar: bool = False,
) -> Labels:
    """Cluster of windows that a run was not trained on, and which of them are unlike anything it was trained on.

    Spectrograms are read a few hundred at a time, from memory or from a store, without gradients: memory grows only
    by what is returned. `Run.label` is the same.

    Parameters
    ----------
    run : Run or path
    spectrograms : Spectrograms
        With the frequencies, times and components that the run was trained with. Windows that hold NaN or infinity get
        the label −1, and are counted in a warning of the log.
    step : int
        Of the run; from the clustering.
    device : str, optional
        A PyTorch device; by default "cuda" where there is one, else "cpu".
    progress_bar : bool

    Returns
    -------
    Labels
        `labels` (n,), `soft_assignments` (n, n_clusters), `embedding` (n, latent_dim), `novelty` (n,) and the flag
        `unlike` (n,); see `Novelty` for how it is found.

    Raises
    ------
    ValueError
        If the spectrograms have other axes than those of the run, the step has no clusters, or there is no such device.

    Examples
    --------
    >>> import zclust_explore as zx
    >>> specs = zx.make_spectrograms(96, random_state=0)
    >>> trainer = zx.Trainer(specs.select(slice(0, 64)), random_state=0)
    >>> _ = trainer.pretrain(n_epochs=2, progress_bar=False)
    >>> run = trainer.cluster(n_clusters=4, n_epochs=2, progress_bar=False)
    >>> run.label(specs.select(slice(64, 96))).soft_assignments.shape
    (32, 4)
    """
    run = run if isinstance(run, Run) else Run.open(run)
    snapshot = run.snapshot(step)
    if snapshot.centroids is None or snapshot.labels is None:
        raise ValueError(f"step must be one of the clustering, but step {snapshot.step} is of the pretraining.")
    embedding = encode(run, spectrograms, step=step, device=device, progress_bar=progress_bar)
    n, k = len(embedding), len(snapshot.centroids)
    q, labels = np.full((n, k), np.nan, dtype=np.float32), np.full(n, -1)
    finite = np.isfinite(embedding).all(axis=1)
    for start in range(0, n, BLOCK):
        rows = start + np.flatnonzero(finite[start : start + BLOCK])
        exact = soft_assignments(embedding[rows], snapshot.centroids, snapshot.alpha)
        q[rows], labels[rows] = exact, exact.argmax(axis=1)
    novelty = Novelty.fit(snapshot.embedding, snapshot.labels).score(embedding)
    return Labels(
        embedding=embedding,
        metadata=spectrograms.metadata,
        labels=labels,
        soft_assignments=q,
        centroids=snapshot.centroids,
        novelty=novelty,
        attributes=run.described(step),
    )


def encode(
    run: Run | str | os.PathLike[str],
    spectrograms: Spectrograms,
    *,
    step: int = -1,
    device: str | None = None,
    progress_bar: bool = False,
) -> np.ndarray:
    """Embedding of windows that a run was not trained on: (n, latent_dim) float32, NaN where a window is not finite.

    Parameters and errors as in `label`; the step may be of the pretraining.
    """
    run = run if isinstance(run, Run) else Run.open(run)
    _check_axes(run, spectrograms)
    scaling = Scaling.from_dict(run.settings["scaling"])
    where = chosen_device(device)
    # convolutions on a CPU run 1.8 times as fast in this order of memory, with the same results
    network = load_cae(run, step).to(where, memory_format=torch.channels_last)  # type: ignore[call-overload]

    def prepare(values: np.ndarray, traces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        finite = np.isfinite(values).reshape(len(values), -1).all(axis=1)
        usable = values[finite]
        return (scaling.apply(usable, traces[finite]) if len(usable) else usable), finite

    latent_dim = run.snapshot(step).embedding.shape[1]
    embedding = np.full((spectrograms.n_samples, latent_dim), np.nan, dtype=np.float32)
    with (
        torch.inference_mode(),
        tqdm(total=spectrograms.n_samples, unit="window", unit_scale=True, disable=not progress_bar) as shown,
    ):
        for rows, (scaled, finite) in blocks(spectrograms, prepare):
            if len(scaled):  # not all of them NaN
                z, _ = network.encode(as_input(scaled).to(where))
                embedding[rows][finite] = z.cpu().numpy()
            shown.update(rows.stop - rows.start)
    unusable = int(np.isnan(embedding[:, 0]).sum())
    if unusable:
        logger.warning("%d of %d windows hold NaN or infinity and get no label", unusable, len(embedding))
    return embedding


def chosen_device(name: str | None) -> torch.device:
    """Return the device of a name, or the best there is.

    Raises
    ------
    ValueError
        If there is no such device here.
    """
    if name is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        torch.empty(1, device=name)
    except (RuntimeError, AssertionError) as error:  # a build without CUDA asserts
        reason = str(error).splitlines()[0]
        raise ValueError(f"device must be one that PyTorch has here, got {name!r} ({reason})") from None
    return torch.device(name)


def _check_axes(run: Run, spectrograms: Spectrograms) -> None:
    """Refuse windows of another size or with other axes: the network would take them for what they are not."""
    trained = run.spectrograms
    if spectrograms.shape != trained.shape:
        raise ValueError(
            f"spectrograms must have the (n_freqs, n_times) of the run, {trained.shape}, got {spectrograms.shape}."
        )
    own_letters, letters = trained.components, spectrograms.components
    if letters != own_letters:
        raise ValueError(f"spectrograms.components must be those of the run, {own_letters!r}, got {letters!r}.")
    for name, unit in (("frequencies", "Hz"), ("times", "s")):
        own, given = np.asarray(getattr(trained, name)), np.asarray(getattr(spectrograms, name))
        apart = np.abs(given - own)
        worst = int(apart.argmax())
        allowed = 0.01 * (np.diff(own).min() if len(own) > 1 else abs(own[0]))
        if apart[worst] > allowed:
            raise ValueError(
                f"spectrograms.{name} must be those of the run within {allowed:.3g} {unit}, but entry {worst} is "
                f"{given[worst]:.6g} {unit} instead of {own[worst]:.6g} {unit}."
            )
