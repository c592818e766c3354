"""Spectrograms: what was measured, as plain arrays with their axes and a table."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from . import columns, store
from .components import check_components
from .files import new_folder
from .ready_made import ReadyMade

HASH_BYTES = 16 * 2**20


@dataclass(frozen=True, eq=False)
class Spectrograms(ReadyMade):
    """Spectrograms of windows of a seismic record, with their axes and one row of metadata each.

    Values are physical: decibels relative to one squared unit of the waveform per hertz. Scaling for a network is
    the trainer's business and is kept with the run, so that a picture here equals the user's own.

    Parameters
    ----------
    values : array (n_samples, n_freqs, n_times) or (n_samples, n_channels, n_freqs, n_times), float32, dB
        In memory, or a Zarr array that is read when it is indexed. With four dimensions, each window has several
        components of one sensor, stacked as channels.
    frequencies : array (n_freqs,), Hz
        Ascending; need not be evenly spaced.
    times : array (n_times,), s
        Centres of the STFT segments, from the start of the window.
    metadata : pandas.DataFrame, n_samples rows
        `trace_id` (NET.STA.LOC.CHA), `starttime` (UTC), optional `label`; other columns carry their unit in the name.
    settings : mapping
        How the values were made.
    waveforms : array (n_samples, n_points) or (n_samples, n_channels, n_points), optional
        The windows themselves, for galleries and for sound; as many components as the values have.
    sampling_rate : float, Hz, optional
        Of the waveforms.
    skipped : pandas.DataFrame with columns `record` and `reason`
        What was left out, and why.
    noted : pandas.DataFrame with columns `record` and `reason`
        What was kept, but should be known: clipping, filled gaps, dead channels.
    components : str
        A letter for each channel, such as "ZNE"; "" for values of three dimensions.

    Raises
    ------
    ValueError
        If shapes do not fit, an axis does not ascend, values are not finite, `components` do not name each channel, or
        `starttime` does not hold times.

    Examples
    --------
    >>> import zclust_explore as zx
    >>> specs = zx.make_spectrograms(n_samples=16, random_state=0)
    >>> specs.n_samples, specs.metadata.label.nunique()
    (16, 8)
    """

    values: Any
    frequencies: np.ndarray
    times: np.ndarray
    metadata: pd.DataFrame
    settings: Mapping[str, Any] = field(default_factory=dict)
    waveforms: Any = None
    sampling_rate: float | None = None
    skipped: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"record": [], "reason": []}))
    noted: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"record": [], "reason": []}))
    components: str = ""
    # the store that these were opened from; not an argument, so that `dataclasses.replace` makes others than those
    path: Path | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Check shapes, axes and metadata; values in memory must be finite."""
        shape: tuple[int, ...] = getattr(self.values, "shape", ())
        if len(shape) not in (3, 4):
            raise ValueError(
                "values must be an array (n_samples, n_freqs, n_times) or (n_samples, n_channels, n_freqs, n_times), "
                f"got shape {np.shape(self.values)}."
            )
        if min(shape) < 1:
            raise ValueError(f"values must not be empty, got shape {shape}.")
        n = shape[0]
        for name, axis, size in (("frequencies", self.frequencies, shape[-2]), ("times", self.times, shape[-1])):
            if np.shape(axis) != (size,):
                raise ValueError(f"{name} must have {size} entries to fit values, got shape {np.shape(axis)}.")
            if not np.all(np.diff(axis) > 0):
                raise ValueError(f"{name} must ascend.")
        check_components(self.components, shape[1:-2])
        object.__setattr__(self, "metadata", columns.checked(self.metadata))
        if len(self.metadata) != n:
            raise ValueError(f"metadata must have one row a sample ({n}), got {len(self.metadata)}.")
        if self.waveforms is not None:
            of_waves: tuple[int, ...] = getattr(self.waveforms, "shape", ())
            if of_waves[:-1] != shape[:-2]:
                wanted = ", ".join(map(str, shape[:-2]))
                raise ValueError(
                    f"waveforms must be an array ({wanted}, n_points), got shape {np.shape(self.waveforms)}."
                )
            if not self.sampling_rate or self.sampling_rate <= 0:
                raise ValueError(f"sampling_rate must be positive where there are waveforms, got {self.sampling_rate}.")
        if isinstance(self.values, np.ndarray) and not np.isfinite(self.values).all():
            bad = np.flatnonzero(~np.isfinite(self.values).reshape(n, -1).all(axis=1))
            raise ValueError(f"values must be finite, got NaN or infinity in sample(s) {bad[:10].tolist()}.")

    @property
    def n_samples(self) -> int:
        """Number of windows."""
        return int(self.values.shape[0])

    @property
    def shape(self) -> tuple[int, int]:
        """(n_freqs, n_times) of one spectrogram."""
        return int(self.values.shape[-2]), int(self.values.shape[-1])

    @property
    def n_channels(self) -> int:
        """Number of components of each window; 1 for values of three dimensions."""
        return len(self.components) or 1

    @property
    def duration_s(self) -> float:
        """Length of a window in seconds."""
        if self.waveforms is not None and self.sampling_rate:
            return self.waveforms.shape[-1] / self.sampling_rate
        return float(self.times[-1] + self.times[0])

    def __len__(self) -> int:
        """Return the number of windows."""
        return self.n_samples

    def __repr__(self) -> str:
        """Say what a seismologist wants to know first."""
        stations = f", {self.metadata.trace_id.nunique()} trace(s)" if "trace_id" in self.metadata else ""
        stations += f", components {self.components}" if self.components else ""
        return (
            f"Spectrograms({self.n_samples} windows of {self.duration_s:g} s{stations}, "
            f"{self.shape[0]} frequencies {self.frequencies[0]:.3g}–{self.frequencies[-1]:.3g} Hz, "
            f"{self.shape[1]} times, {len(self.skipped)} skipped)"
        )

    def report(self) -> str:
        """What was read, and what was skipped or is noteworthy, with how often and why: in words."""
        components = f", components {self.components}" if self.components else ""
        lines = [f"{self.n_samples} windows of {self.duration_s:g} s{components}."]
        if "trace_id" in self.metadata:
            counts = self.metadata.trace_id.value_counts()
            lines.append(
                f"{len(counts)} trace(s): " + ", ".join(f"{name} ({n})" for name, n in counts.head(10).items())
            )
        for title, found in (("Skipped", self.skipped), ("Noted", self.noted)):
            for reason, group in found.groupby(found["reason"].astype(str), sort=False):
                examples = ", ".join(map(str, group["record"].iloc[:3])) + (", …" if len(group) > 3 else "")
                lines.append(f"{title}: {len(group)} × {reason} ({examples})")
        return "\n".join(lines)

    def read(self, indices: Any = slice(None)) -> np.ndarray:
        """Values of some samples, in memory: (n, [n_channels,] n_freqs, n_times) float32."""
        return store.rows(self.values, indices)

    def read_waveforms(self, indices: Any = slice(None)) -> np.ndarray | None:
        """Waveforms of some samples, in memory: (n, [n_channels,] n_points) float32, or None where there are none."""
        return None if self.waveforms is None else store.rows(self.waveforms, indices)

    def trace_ids(self, indices: Any = slice(None)) -> np.ndarray:
        """Trace of some samples: (n,) str; "" where there are none."""
        if "trace_id" not in self.metadata:
            return np.full(np.arange(self.n_samples)[indices].shape, "")
        return self.metadata.trace_id.iloc[indices].fillna("").to_numpy(dtype=str)

    def select(self, indices: Any) -> Spectrograms:
        """Return a subset, in memory, by indices, slice or mask."""
        indices = np.arange(self.n_samples)[indices]
        return replace(
            self,
            values=self.read(indices),
            metadata=self.metadata.iloc[indices].reset_index(drop=True),
            waveforms=self.read_waveforms(indices),
        )

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of values and axes: says whether a run belongs to these spectrograms."""
        digest = hashlib.sha256()
        for axis in (self.frequencies, self.times):
            digest.update(np.ascontiguousarray(axis, dtype="<f8").tobytes())
        digest.update(np.array(self.values.shape, dtype="<i8").tobytes())
        digest.update(self.components.encode())
        row_bytes = 4 * int(np.prod(self.values.shape[1:]))
        rows = max(1, HASH_BYTES // row_bytes)  # of a store, few chunks are unpacked twice
        for start in range(0, self.n_samples, rows):
            digest.update(np.ascontiguousarray(self.read(slice(start, start + rows)), dtype="<f4").data)
        return digest.hexdigest()

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write a Zarr store at a path that does not exist yet; it is complete or absent.

        Raises
        ------
        FileExistsError
            If there is something at the path.
        """
        path = Path(path)
        with new_folder(path) as folder:
            self.write(folder, content_hash=self.content_hash)
        return path

    def write(self, folder: Path, **attributes: Any) -> None:
        """Write a store, with further attributes, into a folder that the caller makes complete or absent."""
        store.write(
            folder,
            {"frequencies": self.frequencies, "times": self.times},
            {"values": self.values, "waveforms": self.waveforms},
            {"metadata": self.metadata, "skipped": self.skipped, "noted": self.noted},
            {
                "settings": dict(self.settings),
                "sampling_rate": self.sampling_rate,
                "components": self.components,
                **attributes,
            },
        )

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Spectrograms:
        """Open a store lazily: values and waveforms are read when they are asked for.

        Raises
        ------
        FileNotFoundError
            If there is no store of spectrograms at the path.
        """
        path = Path(path).absolute()  # the current folder may change
        fields, content_hash = store.read(path)
        specs = cls(**fields)
        object.__setattr__(specs, "path", path)
        if content_hash is not None:  # saves reading everything to hash it again
            specs.__dict__["content_hash"] = content_hash
        return specs
