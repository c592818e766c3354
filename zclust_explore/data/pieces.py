"""Continuous pieces of one trace: overlaps are compared, gaps stay, every sample keeps the time it was measured at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

Gaps = Literal["split", "interpolate", "zero"]
JITTER = 0.1  # of a sample: SEED's time stamps of 0.1 ms cost that at 1000 Hz


@dataclass(frozen=True, eq=False)
class Piece:
    """Samples without a gap: number i was measured i / sampling_rate after the start.

    Parameters
    ----------
    start_ns : int
        Time of the first sample in ns since 1970 UTC.
    data : array (n_points,)
    source : int
        Number of the record that it comes from, or begins in.
    disputed : bool
        Whether two records give different samples for these times: then neither is believed.
    """

    start_ns: int
    data: np.ndarray
    source: int = 0
    disputed: bool = False

    def cut(self, start: int, stop: int | None, sampling_rate: float, *, disputed: bool = False) -> Piece:
        """Return the part from one sample to before another."""
        start_ns = self.start_ns + round(start * 1e9 / sampling_rate)
        return replace(self, start_ns=start_ns, data=self.data[start:stop], disputed=self.disputed or disputed)

    def offset(self, other: Piece, sampling_rate: float) -> float:
        """From this start to another, in samples."""
        return (other.start_ns - self.start_ns) * sampling_rate / 1e9


def merged(pieces: Iterable[Piece], sampling_rate: float) -> tuple[list[Piece], list[Piece]]:
    """Lay pieces of one sampling rate beside each other: those to be believed, and those in dispute, ascending in time.

    Where pieces overlap, samples that are the same are kept once; from the first to the last sample that differs, none
    is. Pieces that follow each other to within `JITTER` become one; others stay apart and keep their own times.

    Examples
    --------
    >>> first, second = Piece(0, np.arange(5)), Piece(3_000_000_000, np.array([3, 9, 5, 6]))
    >>> kept, disputed = merged([first, second], sampling_rate=1.0)
    >>> [(piece.start_ns // 10**9, piece.data.tolist()) for piece in kept]    # the sample at 4 s is 4 or 9
    [(0, [0, 1, 2, 3]), (5, [5, 6])]
    >>> disputed[0].start_ns // 10**9
    4
    """
    laid: list[Piece] = []
    for rest in sorted(pieces, key=lambda piece: piece.start_ns):
        first = len(laid)
        while first and round(laid[first - 1].offset(rest, sampling_rate)) < len(laid[first - 1].data):
            first -= 1
        for old in laid[first:]:
            at = round(old.offset(rest, sampling_rate))
            if at < 0:  # falls between two records whose samples are less than a sample apart
                rest, at = rest.cut(-at, None, sampling_rate), 0
            shared = max(0, min(len(old.data) - at, len(rest.data)))
            differ = np.flatnonzero(old.data[at : at + shared] != rest.data[:shared])
            if len(differ) and not old.disputed:
                start, stop = at + int(differ[0]), at + int(differ[-1]) + 1
                parts = [old.cut(0, start, sampling_rate), old.cut(start, stop, sampling_rate, disputed=True)]
                parts.append(old.cut(stop, None, sampling_rate))
                number = laid.index(old)
                laid[number : number + 1] = [part for part in parts if len(part.data)]
            rest = rest.cut(shared, None, sampling_rate)
        if len(rest.data):
            laid.append(rest)
    kept = [piece for piece in laid if not piece.disputed]
    groups: list[list[Piece]] = []
    n_points = 0
    for piece in kept:
        if groups and abs(groups[-1][0].offset(piece, sampling_rate) - n_points) <= JITTER:
            groups[-1].append(piece)
            n_points += len(piece.data)
        else:
            groups.append([piece])
            n_points = len(piece.data)
    joined = [replace(group[0], data=np.concatenate([piece.data for piece in group])) for group in groups]
    return joined, [piece for piece in laid if piece.disputed]


def bridged(
    pieces: list[Piece], sampling_rate: float, gaps: Gaps, max_gap_s: float, taper_s: float | None
) -> tuple[list[Piece], list[tuple[int, float]]]:
    """Fill gaps up to a length: the pieces that are left, and where each gap began (ns) and how long it was (s).

    A piece moves onto the samples of the one it is joined to, by at most half a sample. Before zeros and behind them,
    edges are tapered over `taper_s`, or over as long as the gap.
    """
    if gaps == "split":
        return pieces, []
    filled: list[tuple[int, float]] = []
    groups: list[tuple[Piece, list[np.ndarray]]] = []
    n_points = 0
    for piece in pieces:
        new = piece.data.astype(float)
        missing = max(0, round(groups[-1][0].offset(piece, sampling_rate)) - n_points) if groups else 0
        if not groups or missing > max_gap_s * sampling_rate + 1e-6:
            groups.append((piece, [new]))
            n_points = len(new)
            continue
        first, parts = groups[-1]
        between = np.linspace(parts[-1][-1], new[0], missing + 2)[1:-1]
        if missing:
            filled.append((first.start_ns + round(n_points * 1e9 / sampling_rate), missing / sampling_rate))
        if missing and gaps == "zero":
            between = np.zeros(missing)
            n_taper = missing if taper_s is None else round(taper_s * sampling_rate)
            for side in (parts[-1][::-1], new):  # views: each from the gap on
                n = min(n_taper, len(side) // 2)
                side[:n] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(n) / max(n, 1))
        parts += [between, new]
        n_points += missing + len(new)
    return [replace(first, data=np.concatenate(parts)) for first, parts in groups], filled
