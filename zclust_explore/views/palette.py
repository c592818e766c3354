"""Colours of clusters: the same in every view, for every eye."""

from __future__ import annotations

# Twelve colours and the grey of what is not clustered differ by at least 12 (CIEDE2000) for normal sight, protan,
# deutan and tritan, and stand out on white and on black. The first ones differ most. Found by annealing; the test
# computes the differences again.
PALETTE = (
    "#3995ff", "#db496d", "#6d8f16", "#bfb43a", "#6055bc", "#6cd291",
    "#fc93ba", "#09859c", "#a43e73", "#5f690a", "#a9bcf8", "#486f50",
)  # fmt: skip
UNCLUSTERED = "#8c8c8c"


def colour(cluster: int) -> str:
    """Colour of a cluster as "#rrggbb"; grey for -1, not clustered yet. Colours repeat after the last one.

    Examples
    --------
    >>> colour(0) == colour(12)
    True
    """
    return UNCLUSTERED if cluster < 0 else PALETTE[cluster % len(PALETTE)]
