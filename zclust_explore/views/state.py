"""ExplorerState: what a person has chosen; the only interface state that changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import traitlets


class ExplorerState(traitlets.HasTraits):
    """Step, selection, isolated clusters, hover: shared by every view that is given the same state.

    The selection is kept as one byte a window, which is how it travels from and to the browser; `selection` is the
    same as sorted indices. Observe `mask` to learn of changes.

    Parameters
    ----------
    n_samples : int
        Number of windows of the run.
    step : int
        Snapshot on show; -1 for the last. The browser reports it when it has to say something anyway (a selection, an
        opened window) or when the pointer or the focus leaves the timeline: scrubbing itself sends nothing.
    mask : bytes, n_samples or 0 of them
        1 where a window is selected; empty when nothing is.
    isolated : list of int
        Clusters on show; empty for all.
    words : dict of str to list of str
        Words on show of a text column of the metadata, by its name; `{"label": ["tremor"]}` hides all other windows.
    colour_by : str
        "cluster", "q", "margin", "hour", or the name of a column of the metadata; "differs" where runs are compared.
    query : str
        What is typed in the search box, for example `cluster == 3 & q < 0.6`; Enter there selects what it finds.
    hover, opened : int
        Window under the pointer and in the close-up; -1 for none.
    projection : {"auto", "pca", "umap"}
        "auto" is UMAP as soon as there is one, PCA until then.
    sort : {"typical", "doubtful", "time", "error", "loud"}
        Order of the gallery: largest q, smallest margin of q, time, largest root mean square of the residual (dB), or
        largest value of the spectrogram (dB) first.
    align : {"none", "onset", "correlation"}
        How the gallery shifts windows in time.
    trails : bool
        Whether the map shows the way of windows that changed their cluster, and of the centroids.
    speed : int
        Steps in a second while the timeline plays: 1 … 60.
    loop : bool
        Whether playing goes on from the first centroids after the last step.
    level : {"background", "absolute"}
        Decibels above each frequency's median over the data set, or as they are.
    camera : list of three float
        Middle of the map in its own units (0 … 65535 each way) and how many times it is enlarged; empty for all of it.

    Examples
    --------
    >>> state = ExplorerState(n_samples=6)
    >>> state.selection = [4, 1]
    >>> state.selection
    array([1, 4])
    >>> other = ExplorerState(n_samples=6)
    >>> other.update(state.to_dict())
    >>> other.selection
    array([1, 4])
    """

    n_samples = traitlets.Int(0).tag(sync=True)
    step = traitlets.Int(-1).tag(sync=True)
    mask = traitlets.Bytes(b"").tag(sync=True, echo_update=False, from_json=lambda value, _: bytes(value or b""))
    isolated = traitlets.List(traitlets.Int(), []).tag(sync=True)
    words = traitlets.Dict(traitlets.List(traitlets.Unicode()), key_trait=traitlets.Unicode()).tag(sync=True)
    colour_by = traitlets.Unicode("cluster").tag(sync=True)
    query = traitlets.Unicode("").tag(sync=True)
    hover = traitlets.Int(-1).tag(sync=True)
    opened = traitlets.Int(-1).tag(sync=True)
    projection = traitlets.Enum(["auto", "pca", "umap"], "auto").tag(sync=True)
    sort = traitlets.Enum(["typical", "doubtful", "time", "error", "loud"], "typical").tag(sync=True)
    align = traitlets.Enum(["none", "onset", "correlation"], "none").tag(sync=True)
    trails = traitlets.Bool(True).tag(sync=True)
    speed = traitlets.Int(8, min=1, max=60).tag(sync=True)
    loop = traitlets.Bool(False).tag(sync=True)
    level = traitlets.Enum(["background", "absolute"], "background").tag(sync=True)

    camera = traitlets.List(traitlets.Float(), []).tag(sync=True)

    def to_dict(self) -> dict[str, Any]:
        """All that was chosen, ready for JSON: the selection as indices, everything else by its name.

        `state.update(kept)` brings it back, in another kernel too.
        """
        kept = {name: getattr(self, name) for name in ExplorerState.class_own_traits() if name not in ("mask", "hover")}
        return {**kept, "selection": self.selection.tolist()}

    def update(self, kept: Mapping[str, Any]) -> None:
        """Choose what `to_dict` has told of a state, of the same run or of one with as many windows.

        Raises
        ------
        ValueError
            If it is of another number of windows, or names something that cannot be chosen.
        """
        if kept.get("n_samples", self.n_samples) != self.n_samples:
            raise ValueError(f"kept must be of {self.n_samples} windows, got {kept['n_samples']}.")
        known = {*ExplorerState.class_own_traits(), "selection"} - {"mask", "hover"}
        if unknown := sorted(set(kept) - known):
            raise ValueError(f"kept must hold nothing but {', '.join(sorted(known))}, got {', '.join(unknown)}.")
        with self.hold_trait_notifications():
            for name, value in kept.items():
                setattr(self, name, value)

    @property
    def selection(self) -> np.ndarray:
        """Indices of the selected windows, ascending: (n_selected,) int64.

        Assign any sequence of indices, or a mask of n_samples booleans, for example `run.labels == 3`.
        """
        return np.flatnonzero(np.frombuffer(self.mask, dtype=np.uint8)).astype(np.int64)

    @selection.setter
    def selection(self, indices: Any) -> None:
        indices = np.asarray(indices)
        if indices.dtype == bool:
            if indices.shape != (self.n_samples,):
                raise ValueError(f"selection must have {self.n_samples} entries if boolean, got {indices.shape}.")
            indices = np.flatnonzero(indices)
        if indices.size and indices.dtype.kind not in "iu":
            raise TypeError(f"selection must hold indices or booleans, got {indices.dtype}.")
        indices = indices.astype(np.int64).ravel()
        if indices.size and not (0 <= indices.min() and indices.max() < self.n_samples):
            raise IndexError(
                f"selection must hold indices between 0 and {self.n_samples - 1}, "
                f"got {indices.min()} … {indices.max()}."
            )
        mask = np.zeros(self.n_samples, dtype=np.uint8)
        mask[indices] = 1
        self.mask = mask.tobytes() if indices.size else b""
