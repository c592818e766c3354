"""Live frame: a plane in latent space on which a training is drawn while its end is not known yet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class LiveFrame:
    """The principal plane of one embedding, turned so that windows lie as near as can be to where they lay before.

    The explorer draws all steps in the frame of the last one. While a training runs there is no last one: each step has
    a plane of its own, and turning it hides no motion but that of the frame.

    Parameters
    ----------
    mean : array (latent_dim,)
    axes : array (latent_dim, 2)
        Orthonormal columns; a column of zeros where there is only one dimension.
    share : float in [0, 1]
        Of the variance, in this plane.
    """

    mean: np.ndarray
    axes: np.ndarray
    share: float

    @classmethod
    def fit(cls, embedding: np.ndarray, before_xy: np.ndarray | None = None) -> LiveFrame:
        """Fit an embedding (n_samples, latent_dim), turned towards where its windows were drawn before (n_samples, 2).

        Source: Schönemann (1966), A generalized solution of the orthogonal Procrustes problem, Psychometrika 31.

        Examples
        --------
        >>> z = np.array([[-2.0, 0.0], [2.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
        >>> LiveFrame.fit(z, before_xy=z @ [[0, 1], [1, 0]]).project(z).round(6).tolist()[0]
        [0.0, -2.0]
        """
        z = np.asarray(embedding, dtype=np.float64)
        mean = z.mean(axis=0)
        values, vectors = np.linalg.eigh(np.cov(z.T, bias=True).reshape(z.shape[1], z.shape[1]))
        axes = np.zeros((z.shape[1], 2))
        n_axes = min(2, z.shape[1])
        axes[:, :n_axes] = vectors[:, ::-1][:, :n_axes]
        # an axis has no sign of its own: the largest entry points up
        axes *= np.where(axes[np.abs(axes).argmax(axis=0), [0, 1]] < 0, -1, 1)
        if before_xy is not None and n_axes == 2:
            before = np.asarray(before_xy, dtype=np.float64)
            left, _, right = np.linalg.svd(((z - mean) @ axes).T @ (before - before.mean(axis=0)))
            axes = axes @ left @ right
        total = float(values.sum())
        return cls(mean, axes, float(values[::-1][:2].sum()) / total if total > 0 else 1.0)

    def project(self, points: np.ndarray) -> np.ndarray:
        """Where points of latent space (n, latent_dim) are drawn: (n, 2)."""
        return (np.asarray(points, dtype=np.float64) - self.mean) @ self.axes

    def lift(self, point: np.ndarray, to: np.ndarray) -> np.ndarray:
        """Move a point of latent space (latent_dim,) the shortest way so that it is drawn at a place (2,).

        The drawn move goes to latent space by the pseudo-inverse of the frame: what is not drawn stays as it is.
        """
        start = np.asarray(point, dtype=np.float64)
        drawn = np.asarray(to, dtype=np.float64) - self.project(start[None])[0]
        moved: np.ndarray = start + drawn @ np.linalg.pinv(self.axes)
        return moved
