"""Comparison: a run beside simpler methods on the same input, in one table."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..data.run import Run
from ..data.scaling import Scaling
from .baselines import kmeans, mixture, principal_components, umap_hdbscan
from .latent import pretrained
from .scores import event_bootstrap, score, silhouette

SAMPLE_LIMIT = 20_000  # windows that are compared: the simple methods hold them all in memory


def compare(
    run: Run,
    labels_true: ArrayLike | None = None,
    events: ArrayLike | None = None,
    *,
    n_clusters: int | None = None,
    random_state: int | None = 0,
) -> pd.DataFrame:
    """Table of a run's clustering and of simpler ones: one sees what deep clustering brings, or that it brings nothing.

    All get the very input that the network got, scaled as the run says, and as many dimensions: PCA + k-means, PCA +
    Gaussian mixture, UMAP + HDBSCAN, and k-means and a Gaussian mixture on the autoencoder's embedding as pretraining
    left it. The last row is the run's own deep embedded clustering, with the labels of its last step as they are.

    Parameters
    ----------
    run : Run
        Pretrained at least; without clustering, the table has no row for it.
    labels_true : array (n_samples,), optional
        Known kinds; None or NaN where they are not known. By default the `label` column of the metadata, if any.
    events : array (n_samples,), optional
        The event of each window. Adds the central 95 % of the ARI, `ari_low` and `ari_high`, if other events had been
        recorded; and `gain_low` and `gain_high`, of how much ARI the run's clustering gains over the row: deep
        clustering is better if both are above 0 (see `event_bootstrap`).
    n_clusters : int, optional
        By default as many as the run has; must be given if it has none. UMAP + HDBSCAN finds its own number.
    random_state : int, optional

    Returns
    -------
    DataFrame
        A row a method, with

        `n_clusters` : that have members; the noise of HDBSCAN counts as one.
        `accuracy`, `nmi`, `ari`, `purity` : see `score`; of the windows whose kind is known. Only if any is.
        `silhouette` : in the embedding that pretraining left, for all rows, since values in two spaces cannot be
        compared (see `silhouette`).
        `seconds` : of the method itself; pretraining, which three of the rows need, is not counted, and deep
        clustering, which is not done again here, is NaN.

    Raises
    ------
    ValueError
        If the run has not been pretrained, n_clusters is not given and not known, or a length differs.

    Examples
    --------
    >>> import zclust_explore as zx
    >>> trainer = zx.Trainer(zx.make_spectrograms(64, random_state=0), random_state=0)
    >>> run = trainer.pretrain(n_epochs=2, progress_bar=False)
    >>> zx.compare(run, n_clusters=8).columns.tolist()
    ['n_clusters', 'accuracy', 'nmi', 'ari', 'purity', 'silhouette', 'seconds']
    """
    embedding = pretrained(run)
    n, clustered = run.n_samples, run.labels is not None
    if n_clusters is None:
        n_clusters = run.n_clusters
    if n_clusters is None:
        raise ValueError("n_clusters must be given for a run that has not been clustered, got None.")
    if not 2 <= n_clusters <= n:
        raise ValueError(f"n_clusters must be between 2 and n_samples ({n}), got {n_clusters}.")
    if labels_true is None:
        labels_true = run.spectrograms.metadata.get("label")
    truth = None if labels_true is None else _column("labels_true", labels_true, n)
    named = None if events is None else _column("events", events, n)
    rows = np.arange(n)
    if n > SAMPLE_LIMIT:
        rows = np.sort(np.random.default_rng(random_state).choice(n, SAMPLE_LIMIT, replace=False))
    known = np.zeros(len(rows), bool) if truth is None else truth.iloc[rows].notna().to_numpy()

    z = embedding[rows]
    scaled = Scaling.from_dict(run.settings["scaling"]).apply(
        run.spectrograms.read(rows), run.spectrograms.trace_ids(rows)
    )
    dims = z.shape[1]

    def principal() -> np.ndarray:
        return principal_components(scaled, dims, random_state)

    methods: dict[str, Callable[[], np.ndarray]] = {
        "PCA + k-means": lambda: kmeans(principal(), n_clusters, random_state),
        "PCA + mixture": lambda: mixture(principal(), n_clusters, random_state),
        "UMAP + HDBSCAN": lambda: umap_hdbscan(scaled, dims, random_state=random_state),
        "autoencoder + k-means": lambda: kmeans(z, n_clusters, random_state),
        "autoencoder + mixture": lambda: mixture(z, n_clusters, random_state),
    }
    found, seconds = {}, {}
    for name, method in methods.items():
        began = time.perf_counter()
        found[name] = method()
        seconds[name] = time.perf_counter() - began
    if clustered:
        found["deep embedded clustering"] = np.asarray(run.labels)[rows]
    own = found.get("deep embedded clustering")
    table = {}
    for name, labels in found.items():
        row: dict[str, float] = {"n_clusters": len(np.unique(labels))}
        if truth is not None and known.any():
            kinds, guess = truth.iloc[rows][known].to_numpy(), labels[known]
            row |= score(kinds, guess)
            if named is not None:
                groups = named.iloc[rows][known].to_numpy()
                ari = event_bootstrap(kinds, guess, groups, random_state=random_state)
                row |= {"ari_low": ari.low["ari"], "ari_high": ari.high["ari"]}
                if own is not None and labels is not own:
                    gain = event_bootstrap(kinds, own[known], groups, random_state=random_state, against=guess)
                    row |= {"gain_low": gain.low["ari"], "gain_high": gain.high["ari"]}
        row |= {"silhouette": silhouette(z, labels, random_state), "seconds": seconds.get(name, np.nan)}
        table[name] = row
    return pd.DataFrame.from_dict(table, orient="index").astype({"n_clusters": int})


def _column(name: str, values: ArrayLike, n: int) -> pd.Series:
    column = pd.Series(np.asarray(values))
    if len(column) != n:
        raise ValueError(f"{name} must have a value for each of the {n} windows, got {len(column)}.")
    return column
