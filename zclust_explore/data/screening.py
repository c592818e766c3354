"""Screening: windows that would poison a training or say nothing, found before it, with reasons in words."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from .components import first_of_components
from .spectrograms import Spectrograms

CHUNK = 256
NOT_FINITE = "not finite: NaN or infinity"
FLAT = "flat: one and the same value throughout"
LEFT_OUT = "left out of training: "
# Above float32's rounding, below anything that was measured: a window whose values differ by less holds one value.
ROUNDING = 1e-6


@dataclass(frozen=True, eq=False)
class Screening:
    """What is wrong with each window of a set of spectrograms.

    Parameters
    ----------
    reasons : array (n_samples,) of str
        Why a window cannot be trained on, or an empty string.
    steady : array (n_samples,) of bool
        Usable windows of which all columns are the same: nothing changes in time, as in no measured noise.
    duplicate_of : array (n_samples,) of int
        Number of the first window with exactly the same values; -1 for the first itself and for unusable windows.
    """

    reasons: np.ndarray
    steady: np.ndarray
    duplicate_of: np.ndarray

    @property
    def kept(self) -> np.ndarray:
        """Numbers of the windows that can be trained on: (n_kept,)."""
        return np.flatnonzero(self.reasons == "")

    @property
    def n_distinct(self) -> int:
        """How many different windows can be trained on: more clusters than these there cannot be."""
        return int(np.sum((self.reasons == "") & (self.duplicate_of < 0)))

    def warnings(self) -> list[str]:
        """What somebody should know before training, in words, with counts; empty if all is well."""
        n = len(self.reasons)
        told = []
        words = self.reasons.astype(str)  # a component may be named behind them
        counts = [(int(np.char.startswith(words, NOT_FINITE).sum()), "hold", "holds", "NaN or infinity")]
        counts.append((int(np.char.startswith(words, FLAT).sum()), "are", "is", "flat (one value throughout)"))
        out = sum(count for count, *_ in counts)
        if out:
            causes = [f"{count} {one if count == 1 else many} {what}" for count, many, one, what in counts if count]
            told.append(f"{out} of {n} windows {'is' if out == 1 else 'are'} left out: {', '.join(causes)}.")
        if twice := int(np.sum(self.duplicate_of >= 0)):
            told.append(
                f"{twice} of {n} windows {'is an exact copy' if twice == 1 else 'are exact copies'} of another and "
                f"{'stays' if twice == 1 else 'stay'}: {self.n_distinct} windows are distinct. Copies count double; do "
                "windows overlap or repeat?"
            )
        if steady := int(self.steady.sum()):
            told.append(
                f"{steady} of {n} windows {'does' if steady == 1 else 'do'} not change in time at all and "
                f"{'stays' if steady == 1 else 'stay'}: made by hand, or filled in?"
            )
        return told

    def apply(self, specs: Spectrograms) -> Spectrograms:
        """Return the spectrograms without the windows that cannot be trained on; the same object if that is none.

        What is left out is added to `skipped`, with a reason that begins with "left out of training" and, as `record`,
        the row it had. Those kept get a column `sample` in the metadata, the row each had in `specs`, so that what lies
        elsewhere can be aligned: `table.iloc[run.spectrograms.metadata["sample"]]`. If there is such a column already
        it is kept, because it says the same about an earlier set, or is the user's own.

        Raises
        ------
        ValueError
            If fewer than 2 windows are left.

        Examples
        --------
        >>> import numpy as np, pandas as pd
        >>> values = np.random.default_rng(0).normal(size=(4, 8, 8))
        >>> values[1] = -300.0
        >>> specs = Spectrograms(values, np.arange(8.0), np.arange(8.0), pd.DataFrame({"name": list("abcd")}))
        >>> usable = screen(specs).apply(specs)
        >>> usable.metadata["sample"].tolist(), usable.skipped.record.tolist()
        ([0, 2, 3], [1])
        """
        if len(self.kept) < 2:
            told = "".join(f" {message}" for message in self.warnings())
            raise ValueError(f"spectrograms must hold at least 2 usable windows, got {len(self.kept)}.{told}")
        left_out = np.flatnonzero(self.reasons != "")
        if not len(left_out):
            return specs
        usable = specs.select(self.kept)
        if "sample" not in usable.metadata:
            usable = replace(usable, metadata=usable.metadata.assign(sample=self.kept))
        found = pd.DataFrame({"record": left_out, "reason": [LEFT_OUT + reason for reason in self.reasons[left_out]]})
        if len(specs.skipped):
            if not pd.api.types.is_integer_dtype(specs.skipped["record"].dtype):  # names of files, for example
                found = found.assign(record=found["record"].map(str))
            found = pd.concat([specs.skipped, found], ignore_index=True)
        return replace(usable, skipped=found)


def screen(specs: Spectrograms, *, keep_flat: bool = False) -> Screening:
    """Look through spectrograms for windows that hold NaN or infinity, one value, no change in time, or copies.

    Reads a few hundred windows at a time, so that a store need not fit into memory. A window of several components is
    unusable if any of them is, and the reason names it.

    Parameters
    ----------
    specs : Spectrograms
    keep_flat : bool
        Whether windows that hold one value throughout are usable: in a table of features they may be, of a seismometer
        they are not.

    Returns
    -------
    Screening
        Nothing is changed and nothing left out yet: `Screening.apply` does that.

    Examples
    --------
    >>> import zclust_explore as zx
    >>> screen(zx.make_spectrograms(16, random_state=0)).warnings()
    []
    """
    n = specs.n_samples
    reasons, steady = np.full(n, "", dtype=object), np.zeros(n, dtype=bool)
    duplicate_of = np.full(n, -1)
    seen: dict[bytes, int] = {}
    for start in range(0, n, CHUNK):
        values = specs.read(slice(start, start + CHUNK))
        finite = np.isfinite(values).all(axis=(-2, -1))  # (n,), of several components (n, n_channels)
        values = np.where(finite[..., None, None], values, 0) + 0.0  # -0.0 becomes 0.0: they are the same value
        low, high = values.min(axis=(-2, -1)), values.max(axis=(-2, -1))
        rounding = ROUNDING * np.maximum(np.abs(low), np.abs(high))
        flat = (high - low <= rounding) & (not keep_flat)
        still = (np.ptp(values, axis=-1).max(axis=-1) <= rounding) & (specs.shape[1] > 1)
        rows = slice(start, start + len(values))
        found = np.where(finite, np.where(flat, FLAT, ""), NOT_FINITE).astype(object)
        reasons[rows] = first_of_components(found, specs.components) if specs.components else found
        usable = reasons[rows] == ""
        steady[rows] = usable & (still.all(axis=1) if specs.components else still)
        for row in np.flatnonzero(usable):
            first = seen.setdefault(hashlib.blake2b(values[row].tobytes(), digest_size=16).digest(), start + int(row))
            duplicate_of[start + row] = -1 if first == start + row else first
    return Screening(reasons, steady, duplicate_of)
