"""Recording: what is too slow to be computed when a lesson opens. `python -m zclust_explore.lessons.recording`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from ..data.files import write_text

RECORDED = Path(__file__).parent / "files" / "recorded"
SEED = 7
MOST = 8  # clusters
N_WINDOWS = 320  # of the toy world; half of them are only looked at
SIZES = (1, 2, 3, 4, 6, 8, 12, 16)
CRITERIA = ("gap", "icl", "stability", "silhouette", "inertia")


def point_sets() -> dict[str, tuple[str, np.ndarray]]:
    """Return sets of points for the lesson on the number of clusters: name to (words, (n, 2)).

    Examples
    --------
    >>> list(point_sets())
    ['groups', 'long', 'nothing', 'windows']
    """
    random = np.random.default_rng(SEED)
    centres = np.array([[-3.0, -2.0], [3.2, -1.6], [-1.6, 3.0], [3.0, 3.2]])
    groups = np.concatenate([centre + random.normal(scale=0.75, size=(60, 2)) for centre in centres])
    turn = np.array([[0.8, 0.6], [-0.6, 0.8]])
    strips = random.normal(size=(2, 110, 2)) * [2.6, 0.35] + np.array([[[0.0, 1.1]], [[0.0, -1.1]]])
    long = np.concatenate([strips.reshape(-1, 2) @ turn, [3.4, -3.2] + random.normal(scale=0.3, size=(20, 2))])
    return {
        "groups": ("Round groups", groups),
        "long": ("Long and small groups", long),
        "nothing": ("One cloud", random.uniform(-4, 4, size=(240, 2))),
        "windows": ("Seismic windows", _windows()),
    }


def _windows() -> np.ndarray:
    """The first two principal components of windows of five kinds of the toy world."""
    from ..data.scaling import Scaling
    from ..data.synthetic import make_spectrograms
    from ..evaluation.baselines import principal_components

    specs = make_spectrograms(400, difficulty=0.2, random_state=SEED)
    scaled = Scaling.fit(specs).apply(specs.read(), specs.trace_ids())
    kinds = ("local_earthquake", "harmonic_tremor", "machine", "teleseism", "noise")
    scores = principal_components(scaled[specs.metadata.label.isin(kinds).to_numpy()], 2, SEED)
    return np.asarray(scores / scores.std())


def recorded_sets() -> dict[str, Any]:
    """Return the points, their partitions into 1 to 8 clusters, and what `cluster_count` says of each set."""
    from ..evaluation.baselines import mixture
    from ..evaluation.cluster_count import cluster_count

    sets = []
    for name, (words, points) in point_sets().items():
        points = np.round(points, 3)
        report = cluster_count(points, MOST, random_state=SEED)
        table = report.criteria
        sets.append(
            {
                "name": name,
                "words": words,
                "xy": points.tolist(),
                "labels": [mixture(points, count, SEED).tolist() for count in table.index],
                "counts": table.index.tolist(),
                "criteria": {
                    key: [None if np.isnan(value) else round(float(value), 4) for value in table[key]]
                    for key in (*CRITERIA, "gap_error")
                },
                "choices": {key: int(value) for key, value in report.choices.items()},
                "n_clusters": report.n_clusters,
                "recommendation": report.recommendation,
            }
        )
    return {"seed": SEED, "sets": sets}


def linear_autoencoders() -> dict[str, np.ndarray]:
    """Return the best linear autoencoder of each size, and windows: principal components (Baldi and Hornik 1989).

    Fitted on half of the windows of the toy world; the other half tells what it makes of windows that it has not seen.

    Returns
    -------
    dict
        `mean` (n_freqs * n_times,), `components` (16, n_freqs * n_times), `deviations` (16,) of the latent numbers,
        `examples` (8, n_freqs * n_times): a window of each kind that was not seen; `kinds`, `frequencies` in Hz,
        `times` in s, `sizes`, and for each size what is lost, in % of the variance: `error_seen` and `error_unseen`.
    """
    from sklearn.decomposition import PCA

    from ..data.scaling import Scaling
    from ..data.stft import spectrograms_from_waveforms
    from ..data.synthetic import make_waveforms

    waves, table = make_waveforms(N_WINDOWS, difficulty=0.3, random_state=SEED)
    specs = spectrograms_from_waveforms(waves, 50.0, table, segment_s=5.0, hop_s=2.5, n_freqs=32)
    scaled = Scaling.fit(specs).apply(specs.read(), specs.trace_ids()).reshape(N_WINDOWS, -1).astype(np.float64)
    seen, unseen = scaled[: N_WINDOWS // 2], scaled[N_WINDOWS // 2 :]
    pca = PCA(max(SIZES), svd_solver="full").fit(seen)
    labels = specs.metadata.label[N_WINDOWS // 2 :].to_numpy()
    kinds = [*sorted(set(labels) - {"noise"}), "noise"]
    examples = unseen[[np.flatnonzero(labels == kind)[0] for kind in kinds]]

    def lost(windows: np.ndarray, size: int) -> float:
        centred, basis = windows - pca.mean_, pca.components_[:size]
        rest = centred - (centred @ basis.T) @ basis
        return round(float(100 * (rest**2).sum() / (centred**2).sum()), 3)

    return {
        "mean": pca.mean_.astype("f2"),
        "components": pca.components_.astype("f2"),
        "deviations": pca.transform(seen).std(axis=0).astype("f4"),
        "examples": examples.astype("f2"),
        "kinds": np.array([kind.replace("_", " ") for kind in kinds]),
        "frequencies": specs.frequencies,
        "times": specs.times,
        "sizes": np.array(SIZES),
        "error_seen": np.array([lost(seen, size) for size in SIZES]),
        "error_unseen": np.array([lost(unseen, size) for size in SIZES]),
    }


def main() -> None:
    """Write the recorded files anew."""
    RECORDED.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(RECORDED / "bottleneck.npz", **linear_autoencoders())  # type: ignore[arg-type]
    write_text(RECORDED / "choose_k.json", json.dumps(recorded_sets(), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
