"""Blocks: all windows of spectrograms, some at a time, the next read while the present ones are worked on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from .spectrograms import Spectrograms

BLOCK_BYTES = 16 * 2**20

Prepared = TypeVar("Prepared")


def block_rows(specs: Spectrograms) -> int:
    """Windows a block: about 16 MiB, and whole chunks of a store, so that none is read and unpacked twice."""
    chunk = getattr(specs.values, "chunks", (1,))[0]
    wanted = BLOCK_BYTES // (4 * specs.n_channels * specs.shape[0] * specs.shape[1])
    return int(max(1, wanted // chunk) * chunk)


def blocks(
    specs: Spectrograms, prepare: Callable[[np.ndarray, np.ndarray], Prepared]
) -> Iterator[tuple[slice, Prepared]]:
    """Yield the rows of each block and what `prepare` makes of its values and traces.

    Values are (n, [n_channels,] n_freqs, n_times), traces (n,). Reading and `prepare` happen on another thread, one
    block ahead, so that memory stays the same however many windows there are.

    Examples
    --------
    >>> import zclust_explore as zx
    >>> specs = zx.make_spectrograms(16, random_state=0)
    >>> [(rows.start, rows.stop, count) for rows, count in blocks(specs, lambda values, _: len(values))]
    [(0, 16, 16)]
    """
    rows = block_rows(specs)

    def work(start: int) -> tuple[slice, Prepared]:
        part = slice(start, min(start + rows, specs.n_samples))
        return part, prepare(specs.read(part), specs.trace_ids(part))

    with ThreadPoolExecutor(1, thread_name_prefix="zclust-reader") as reader:
        coming = reader.submit(work, 0)
        for start in range(rows, specs.n_samples + rows, rows):
            present = coming.result()
            if start < specs.n_samples:
                coming = reader.submit(work, start)
            yield present
