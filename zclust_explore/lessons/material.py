"""Material: what each lesson's widget draws, made by the package's own code or recorded by it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np

from ..views.palette import PALETTE
from ..widgets._base import column
from .recording import RECORDED

LISTS = ("frequencies", "times", "sizes", "error_seen", "error_unseen")
RECORD_START_S, RECORD_S = 3945.0, 40.0  # a local burst over the line of a machine


@cache
def material(widget: str) -> dict[str, Any]:
    """Return what a lesson's widget is sent: numbers, texts and columns as bytes, little endian.

    Parameters
    ----------
    widget : str
        A lesson widget's name. Those that need nothing else get the colours of clusters, as all do.

    Examples
    --------
    >>> sorted(material("by_hand"))
    ['palette']
    """
    made = {"stft_playground": _record, "bottleneck": _bottleneck, "choose_k": _choose_k}.get(widget)
    return {"palette": list(PALETTE), **(made() if made else {})}


def _record() -> dict[str, Any]:
    """40 s of a real record with a burst and a fixed line."""
    from ..data.examples import load_record

    trace = load_record("kw1")[0]
    rate = float(trace.stats.sampling_rate)
    start = round(RECORD_START_S * rate)
    wave = trace.data[start : start + round(RECORD_S * rate)].astype(np.float64)
    return {
        "wave": column(wave - wave.mean(), "f4"),
        "sampling_rate": rate,
        "name": f"{trace.id}, {(trace.stats.starttime + RECORD_START_S).strftime('%Y-%m-%d %H:%M:%S')} UTC",
        "unit": "counts",
    }


def _bottleneck() -> dict[str, Any]:
    """The best linear autoencoder of each size, recorded, because making its windows takes long."""
    with np.load(RECORDED / "bottleneck.npz", allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    texts = {"kinds": [str(kind) for kind in arrays.pop("kinds")]}
    lists = {
        name: arrays.pop(name).tolist() for name in ("frequencies", "times", "sizes", "error_seen", "error_unseen")
    }
    shape = {"n_freqs": len(lists["frequencies"]), "n_times": len(lists["times"])}
    return texts | lists | shape | {name: column(array, "f4") for name, array in arrays.items()}


def _choose_k() -> dict[str, Any]:
    """Point sets with their partitions and the report on each: recorded, because the reports take a minute."""
    recorded = json.loads((RECORDED / "choose_k.json").read_text(encoding="utf-8"))
    sets = [
        {
            **entry,
            "xy": column(np.array(entry["xy"]), "f4"),  # (n, 2)
            "labels": column(np.array(entry["labels"]), "u1"),  # (n_counts, n)
        }
        for entry in recorded["sets"]
    ]
    return {"sets": sets}
