"""Assembling: what came of all jobs, as one set of spectrograms in memory or in a store of parts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import zarr

from . import columns
from .cutting import Cut, table
from .signal_settings import SignalSettings
from .sources import Skipped
from .spectrograms import Spectrograms
from .store import FORMAT, KIND

PARTS = "parts"


def joined(cuts: list[Cut], settings: SignalSettings, skipped: list[Skipped], noted: list[Skipped]) -> Spectrograms:
    """Spectrograms of all cuts, in memory.

    Raises
    ------
    ValueError
        If there is no usable window.
    """
    skipped = skipped + [told for cut in cuts for told in cut.skipped]
    noted = noted + [told for cut in cuts for told in cut.noted]
    found = [cut.specs for cut in cuts if cut.specs is not None]
    if not found:
        raise ValueError(f"source must hold a usable window, got none. {words(table(skipped))}")
    first = found[0]
    waveforms = [np.asarray(specs.waveforms) for specs in found]
    return Spectrograms(
        values=np.concatenate([specs.values for specs in found]),
        frequencies=first.frequencies,
        times=first.times,
        metadata=pd.concat([specs.metadata for specs in found], ignore_index=True),
        settings={**first.settings, "signals": settings.to_dict()},
        waveforms=np.concatenate(waveforms),
        sampling_rate=first.sampling_rate,
        skipped=table(skipped).drop_duplicates(ignore_index=True),
        noted=table(noted).drop_duplicates(ignore_index=True),
        components=first.components,
    )


def completed(path: Path, settings: SignalSettings, skipped: list[Skipped], noted: list[Skipped]) -> Spectrograms:
    """Make a store of the parts in a folder, unless it is one already, and open it.

    Raises
    ------
    ValueError
        If there is no usable window.
    """
    try:
        return Spectrograms.open(path)
    except FileNotFoundError:
        pass
    names = sorted(part.name for part in (path / PARTS).iterdir() if not part.name.startswith("."))
    told: dict[str, list[Skipped]] = {"skipped": list(skipped), "noted": list(noted)}
    metadata: list[pd.DataFrame] = []
    kept = []
    for name in names:
        for kind, found in told.items():
            text = (path / PARTS / name / f"{kind}.json").read_text(encoding="utf-8")
            found += [(record, reason) for record, reason in json.loads(text)["data"]]
        windows = path / PARTS / name / "windows"
        if windows.exists():  # of which there may be thousands: no more of each is opened than is needed
            group: Any = zarr.open_group(windows, mode="r")["metadata"]
            metadata.append(columns.read(group))
            kept.append(f"{PARTS}/{name}/windows")
    lists = {kind: table(found).drop_duplicates(ignore_index=True) for kind, found in told.items()}
    if not kept:
        raise ValueError(f"source must hold a usable window, got none. {words(lists['skipped'])}")
    of_first = Spectrograms.open(path / kept[0])
    root = zarr.open_group(path, mode="a")
    for name in ("frequencies", "times"):
        root.create_array(name, data=np.asarray(getattr(of_first, name), dtype="f8"), overwrite=True)
    columns.write(root.create_group("metadata", overwrite=True), pd.concat(metadata, ignore_index=True))
    for kind, unlike in lists.items():
        columns.write(root.create_group(kind, overwrite=True), unlike)
    # last: with these it is a store, and without them what is written above is written again
    known: dict[str, Any] = {
        "settings": {**of_first.settings, "signals": settings.to_dict()},
        "sampling_rate": of_first.sampling_rate,
        "components": of_first.components,
    }
    root.attrs.update({"format": FORMAT, "kind": KIND, "parts": kept, "sizes": list(map(len, metadata)), **known})
    specs = Spectrograms.open(path)
    root.attrs["content_hash"] = specs.content_hash  # read through once, here
    return specs


def words(found: pd.DataFrame, most: int = 5) -> str:
    """Reasons with how often each came, the most frequent first: one sentence."""
    if found.empty:
        return "Nothing was skipped."
    counts = found["reason"].astype(str).value_counts()
    said = [f"{count} × {reason}" for reason, count in counts.head(most).items()]
    more = f"; {len(counts) - most} more reasons" if len(counts) > most else ""
    return f"Skipped: {'; '.join(said)}{more}."
