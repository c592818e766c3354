"""Cluster count: how many kinds there seem to be in an embedding, by several criteria at once."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median_low

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from ..data.run import Run
from .latent import pretrained
from .scores import silhouette

SAMPLE_LIMIT = 2_000  # windows that are looked at: keeps the report at seconds
VARIANCE = 0.95  # share of the variance that is looked at: each direction costs every cluster a row of covariances
RESTARTS = 3  # of mixtures of the data
REFERENCES = 5  # sets without clusters, for the gap
SPLITS = 10  # into halves, for the stability: with fewer, the draw of the halves decides
STABLE = 0.5  # a lower adjusted Rand index between halves: they share no partition
STRUCTURE = 0.25  # a lower silhouette: "no substantial structure" (Kaufman and Rousseeuw 1990, p. 88)
DECIDING = ("gap", "icl", "stability")


@dataclass(frozen=True, eq=False)
class ClusterCount:
    """How many clusters an embedding seems to have; print it to read the recommendation.

    Parameters
    ----------
    criteria : DataFrame
        A row a number of clusters, from 1; columns `gap`, `gap_error`, `icl`, `stability`, `silhouette`, `inertia`:
        what `cluster_count` explains. NaN where a criterion is not defined.
    choices : mapping of criterion to int
        What each of the five says; 1 is "no clusters".
    n_clusters : int
        The recommendation: the middle one of gap, ICL and stability.
    """

    criteria: pd.DataFrame
    choices: Mapping[str, int]
    n_clusters: int

    @property
    def recommendation(self) -> str:
        """The number and how far the criteria agree on it, in words."""
        named: dict[int, list[str]] = {}
        for name in (*DECIDING, "silhouette", "elbow"):
            named.setdefault(self.choices[name], []).append("ICL" if name == "icl" else name)
        most = int(self.criteria.index[-1])

        def says(count: int) -> str:
            names, s = named[count], "s" if len(named[count]) == 1 else ""
            listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
            if count == 1:
                return f"{listed} see{s} no clusters"
            return f"{listed} say{s} {count}" + (", the most that was tried" if count == most else "")

        counts = [self.n_clusters] * (self.n_clusters in named) + sorted(set(named) - {self.n_clusters})
        reasons = "; ".join(says(count) for count in counts)
        deciding = [self.choices[name] for name in DECIDING]
        head = "1 (no evidence for clusters)" if self.n_clusters == 1 else str(self.n_clusters)
        spread = max(deciding) - min(deciding)
        doubt = ""
        if spread > 2:
            doubt = f" They disagree: look at {min(deciding)} to {max(deciding)} before you believe a number."
        elif self.n_clusters == most:
            doubt = " There may be more: raise max_clusters."
        return f"{head}: {reasons}.{doubt}"

    def __str__(self) -> str:
        """Return the recommendation."""
        return self.recommendation

    def __repr__(self) -> str:
        """Return the recommendation, with a name to it."""
        return f"ClusterCount({self.recommendation})"


def cluster_count(embedding: Run | ArrayLike, max_clusters: int = 15, *, random_state: int | None = 0) -> ClusterCount:
    """Recommend a number of clusters from the embedding alone, in seconds: no network is trained per number.

    Kinds of signals are long and thin in the embedding of an autoencoder, and k-means cuts them: with it, the gap grows
    without end and the rest prefers few round groups. So partitions here are those of Gaussian mixtures with full
    covariances, as in the start of the clustering, on the principal components that carry 95 % of the variance.

    - `gap` (Tibshirani et al. 2001): by how much the mixture's log-likelihood a window (nats) exceeds that on 5 sets
      without clusters, drawn uniformly from the box along the principal axes. The choice is the smallest number whose
      gap is at least the next one's less its `gap_error`; it may be 1.
    - `icl` (Biernacki et al. 2000): BIC plus twice the entropy of the memberships, a window; small is good. Two
      components that share their windows count as one cluster, unlike in BIC. It may choose 1.
    - `stability` (Lange et al. 2004): adjusted Rand index of all windows as told by mixtures of two halves, mean of 10
      splits. The choice is the most stable; 1, if nothing reaches 0.5.
    - `silhouette` of the mixture's partition; 1, if nothing reaches 0.25.
    - `elbow`: where the k-means `inertia` lies farthest below the chord from its first to its last value. It answers
      always, clusters or not.

    The recommendation is the middle one of the first three. The other two presuppose round clusters of one size; they
    are shown because everybody knows them.

    Parameters
    ----------
    embedding : Run or array (n_samples, n_dims)
        Of a run, the embedding at the last step of *pretraining* is taken, even if clustering has begun: that pulls the
        embedding to as many points as it was told, and would confirm any number. Of more than 2,000 windows, 2,000
        are drawn.
    max_clusters : int
        The most that is tried; never more than a third of the different windows.
    random_state : int, optional

    Returns
    -------
    ClusterCount

    Raises
    ------
    ValueError
        If max_clusters is less than 2, there are fewer than 6 different windows, or the embedding is not finite.

    References
    ----------
    Tibshirani, Walther and Hastie (2001), Journal of the Royal Statistical Society B 63 · Biernacki, Celeux and Govaert
    (2000), IEEE Transactions on Pattern Analysis and Machine Intelligence 22 · Lange, Roth, Braun and Buhmann (2004),
    Neural Computation 16 · Rousseeuw (1987), Journal of Computational and Applied Mathematics 20.

    Examples
    --------
    >>> import numpy as np
    >>> places = np.repeat([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]], 40, axis=0)
    >>> print(cluster_count(places + np.random.default_rng(0).normal(size=places.shape), max_clusters=6))
    3: gap, ICL, stability, silhouette and elbow say 3.
    """
    x = pretrained(embedding)
    if max_clusters < 2:
        raise ValueError(f"max_clusters must be at least 2, got {max_clusters}.")
    random = np.random.default_rng(random_state)
    if len(x) > SAMPLE_LIMIT:
        x = random.choice(x, SAMPLE_LIMIT, replace=False)
    n_different = len(np.unique(x, axis=0))
    if n_different < 6:
        raise ValueError(f"embedding must have at least 6 different rows, got {n_different}.")
    counts = range(1, min(int(max_clusters), n_different // 3) + 1)
    z = _principal(x)
    with _many_fits():
        table = pd.DataFrame(index=pd.Index(counts, name="n_clusters"), dtype=float)
        mixtures = [_mixture(z, k, random, RESTARTS) for k in counts]
        references = [random.uniform(z.min(axis=0), z.max(axis=0), z.shape) for _ in range(REFERENCES)]
        # one start is enough here: without clusters, all starts end at about the same likelihood
        chance = np.array([[_mixture(u, k, random).score(u) for k in counts] for u in references])
        table["gap"] = [m.score(z) for m in mixtures] - chance.mean(axis=0)
        table["gap_error"] = chance.std(axis=0) * np.sqrt(1 + 1 / REFERENCES)
        table["icl"] = [_icl(m, z) for m in mixtures]
        splits = [random.permutation(len(z)) for _ in range(SPLITS)]
        table["stability"] = [_stability(z, k, splits, random) for k in counts]
        table["silhouette"] = [silhouette(z, m.predict(z)) for m in mixtures]
        table["inertia"] = [KMeans(k, n_init=RESTARTS, random_state=_seed(random)).fit(z).inertia_ for k in counts]
    choices = {
        "gap": _first_gap(table),
        "icl": _at(table.icl, table.icl.to_numpy().argmin()),
        "stability": _best(table.stability, STABLE),
        "silhouette": _best(table.silhouette, STRUCTURE),
        "elbow": _elbow(table.inertia),
    }
    return ClusterCount(table, choices, median_low(choices[name] for name in DECIDING))


def _principal(x: np.ndarray) -> np.ndarray:
    """(n, d) -> (n, as many principal components as carry 95 % of the variance)."""
    pca = PCA().fit(x)
    n_components = 1 + int(np.searchsorted(pca.explained_variance_ratio_.cumsum(), VARIANCE))
    components: np.ndarray = pca.transform(x)[:, :n_components]
    return components


def _seed(random: np.random.Generator) -> int:
    return int(random.integers(2**31))


@contextmanager
def _many_fits() -> Iterator[None]:
    # on one thread: for matrices this small, several threads wait for each other longer than they work
    with warnings.catch_warnings(), threadpool_limits(1):
        # of hundreds of fits some stop before the last digit, or find that halves hold too few different windows
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def _mixture(z: np.ndarray, k: int, random: np.random.Generator, n_init: int = 1) -> GaussianMixture:
    # few windows, or flat directions, leave a covariance singular
    mixture = GaussianMixture(k, n_init=n_init, reg_covar=1e-3 * z.var(), random_state=_seed(random))
    return mixture.fit(z)


def _icl(mixture: GaussianMixture, z: np.ndarray) -> float:
    q = mixture.predict_proba(z)  # (n, k)
    entropy = -np.sum(q * np.log(np.maximum(q, 1e-300)))
    return float((mixture.bic(z) + 2 * entropy) / len(z))


def _stability(z: np.ndarray, k: int, splits: list[np.ndarray], random: np.random.Generator) -> float:
    if k == 1 or k > len(z) // 2:
        return float("nan")
    scores = []
    for order in splits:
        halves = np.array_split(order, 2)
        scores.append(adjusted_rand_score(*(_mixture(z[half], k, random).predict(z) for half in halves)))
    return float(np.mean(scores))


def _first_gap(table: pd.DataFrame) -> int:
    gap, error = table.gap.to_numpy(), table.gap_error.to_numpy()
    enough = np.flatnonzero(gap[:-1] >= gap[1:] - error[1:])
    return _at(table.gap, enough[0] if len(enough) else -1)


def _best(values: pd.Series, least: float) -> int:
    return _at(values, np.nanargmax(values)) if values.max() >= least else 1


def _elbow(inertia: pd.Series) -> int:
    height = np.linspace(inertia.iloc[0], inertia.iloc[-1], len(inertia)) - inertia.to_numpy()
    return _at(inertia, height.argmax())


def _at(values: pd.Series, place: int | np.integer) -> int:
    return int(values.index.to_numpy()[place])
