"""Pages: what the browser shows of clusters and of neighbours, in words and with places for its pictures.

A page is nested lists [tag, attributes, ...children], which the browser turns into elements; strings are text. A window
is an element with `data-index`, whose canvas the browser paints, and which opens it by a click.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

import numpy as np
import pandas as pd

from ..data.assignments import soft_assignments
from ..data.run import Run
from ..views.cards import Card
from ..views.neighbours import Neighbours
from ..views.palette import colour
from ..views.tiles import DecibelScale, Level, axis_words

Node = str | list[Any]

STATIONS = 5  # named on a card; the others in its tooltip
MEANING = {
    "dominant": "Frequency of the largest value of the mean spectrogram above the background",
    "lasts": "Median over the members of the time that holds the central 90 % of the energy above the background",
    "SNR": "Median over the members of the loudest moment's power over the background, averaged over the frequencies",
}


def card_page(run: Run, cards: Sequence[Card], scale: DecibelScale, level: Level) -> list[Node]:
    """Build one article a cluster that has members, and a line that says what the pictures are."""
    specs, words = run.spectrograms, axis_words(run.spectrograms)
    low, high = scale.limits(level)
    unit = f"{words['unit']} above background" if level == "background" else words["unit"]
    note = (
        f"Pictures: {specs.frequencies[0]:.3g} to {specs.frequencies[-1]:.3g} {words['hz']} upwards, "
        f"{specs.duration_s:.3g} {words['s']} across, {low:.0f} to {high:.0f} {unit}. A click opens a window."
    )
    made = [_article(run, card, words) for card in cards if card.size]
    return [["p.zx-quiet.zx-cardnote", {}, " ".join(note.replace("-", "−").split())], *made]


def _article(run: Run, card: Card, words: dict[str, str]) -> Node:
    name, cluster = f"C{card.cluster}", {"data-cluster": card.cluster}
    numbers = [("dominant", card.dominant_hz, words["hz"]), ("lasts", card.duration_s, words["s"])]
    if words["unit"] == "dB":
        numbers.append(("SNR", card.snr_db, "dB"))
    header = [
        ["span.zx-cardhead", {}, _swatch(card.cluster), name],
        ["span", {}, f"{card.size:,} windows · {100 * card.share:.1f} %"],
        *(
            ["span", {"title": MEANING[what]}, ["span.zx-quiet", {}, f"{what} "], f"{value:.3g} {unit}"]
            for what, value, unit in numbers
            if unit and np.isfinite(value)
        ),
        ["button.zx-text", {**cluster, "aria-label": f"select the members of {name}"}, "select members"],
    ]
    centroid = "The centroid as the network decodes it, at the place in its window that the medoid has"
    medoid = "medoid: the member nearest to the members' mean in latent space"
    pictures = [
        _picture("mean", "mean spectrogram of the members", {"data-mean": card.cluster}),
        _picture("centroid", centroid, {"data-centroid": card.cluster}),
        _window(run, card.medoid, "medoid", medoid),
        *(_window(run, int(index), "typical", "typical") for index in card.exemplars),
        *(
            _window(run, int(index), ["or ", _swatch(int(other)), f"C{other}"], f"between {name} and C{other}")
            for index, other in zip(card.borderline, card.others, strict=True)
        ),
    ]
    when: list[Node] = [_hours(card)] if card.hours.any() else []
    counts = [f"{station} {count:,}" for station, count in card.stations]
    more = [f"and {len(counts) - STATIONS} more"] if len(counts) > STATIONS else []
    when.append(["span.zx-quiet", {"title": "\n".join(counts)}, " · ".join(counts[:STATIONS] + more)])
    parts = [["header", {}, *header], ["div.zx-cardpictures", {}, *pictures], ["div.zx-cardwhen", {}, *when]]
    return ["article.zx-clustercard", {**cluster, "aria-label": f"cluster {card.cluster}"}, *parts]


def _hours(card: Card) -> Node:
    """Bars of the 24 hours of the day."""
    most, of = int(card.hours.max()), colour(card.cluster)
    said = "windows in each hour of the day, UTC: " + ", ".join(map(str, card.hours.tolist()))
    bars = [["i", {"style": f"height:{26 * count / most:.1f}px;background:{of}"}] for count in card.hours.tolist()]
    marks: list[Node] = [["span", {}, hour] for hour in ("0", "6", "12", "18", "24 h UTC")]
    attributes = {"role": "img", "aria-label": said, "title": f"windows in each hour of the day, UTC; at most {most:,}"}
    return ["div.zx-hours", attributes, ["div", {}, *bars], ["div.zx-quiet", {}, *marks]]


def fact_page(facts: Sequence[tuple[str, str]], q: Sequence[float]) -> list[Node]:
    """Build the table of what is known of one window, and bars of its soft assignment to every cluster."""
    rows = [["tr", {}, ["th", {}, name], ["td", {}, value]] for name, value in facts]
    bars: list[Node] = []
    for cluster, share in enumerate(q):
        bar = ["b", {"style": f"width:{100 * share:.1f}%;background:{colour(cluster)}"}]
        bars.append(
            ["div.zx-qrow", {}, ["span", {}, f"C{cluster}"], ["i", {}, bar], ["span.zx-number", {}, f"{share:.2f}"]]
        )
    said = "q: " + ", ".join(f"C{cluster} {share:.2f}" for cluster, share in enumerate(q))
    title = ["div.zx-quiet", {}, "soft assignment q"]
    page: list[Node] = [["table", {}, *rows]]
    return [*page, ["div.zx-q", {"role": "img", "aria-label": said}, title, *bars]] if bars else page


def neighbour_page(run: Run, index: int, step: int, found: Neighbours, drawn: Sequence[int], method: str) -> list[Node]:
    """Build three rows: the nearest in latent space, those nearest on the map only, and those that were nearest before.

    Parameters
    ----------
    drawn : sequence of int
        The nearest on the map; without a map, `method` is "".
    """
    now, before = found.now.tolist(), found.before.tolist()
    snapshot, shown = run.snapshot(step), sorted({*now, *before, *drawn})
    labels: dict[int, int] = {}
    if snapshot.centroids is not None:  # of these alone: q of all windows takes longer than to find the nearest
        q = soft_assignments(snapshot.embedding[shown], snapshot.centroids, snapshot.alpha)
        labels = dict(zip(shown, q.argmax(axis=1).tolist(), strict=True))
    gained = [other for other in now if other not in before]
    lost = [other for other in before if other not in now]
    only = [other for other in drawn if other not in now]
    since = f"step {found.since + 1}" + (" (first centroids)" if found.since else "")
    both = f", {len(now) - len(set(now) - set(drawn))} of them also on the map" if method else ""
    news = f"{len(gained)} gained since {since}, marked +" if found.since != step else ""

    def row(name: str, words: str, note: str, others: list[int]) -> Node:
        windows = [_near(run, other, labels, other in gained and name == "near") for other in others]
        told = ["div.zx-nearwords", {}, words, ["div.zx-quiet", {}, note]]
        return ["div.zx-nearrow", {"data-row": name}, told, ["div.zx-nearlist", {}, *windows]]

    rows = [row("near", f"{len(now)} nearest in latent space{both}", news, now)]
    if method:
        rows.append(row("drawn", f"{len(only)} nearest on the map only", f"{method.upper()}; dashed rings", only))
    if found.since != step:
        rows.append(row("lost", f"{len(lost)} lost since {since}", "", lost))
    return rows


def _near(run: Run, index: int, labels: Mapping[int, int], gained: bool) -> Node:
    cluster = labels.get(index, -1)
    words = f"window {index}, {'not clustered yet' if cluster < 0 else f'C{cluster}'}{_time(run, index)}"
    words += ", gained" if gained else ""
    attributes = {"data-index": index, "title": words, "aria-label": words}
    attributes["style"] = f"border-bottom-color:{colour(cluster)}"
    mark = [["b.zx-letter", {"aria-hidden": "true"}, "+"]] if gained else []
    return ["button.zx-near", attributes, ["canvas", {}], *mark]


def _window(run: Run, index: int, caption: str | list[Node], words: str) -> Node:
    words = f"{words}: window {index}{_time(run, index)}"
    return _picture(caption, words, {"data-index": index, "aria-label": words}, "button")


def _picture(caption: str | list[Node], title: str, attributes: dict[str, Any], tag: str = "div") -> Node:
    said = [caption] if isinstance(caption, str) else caption
    return [f"{tag}.zx-cardpicture", {"title": title, **attributes}, ["canvas", {}], ["span.zx-quiet", {}, *said]]


def _swatch(cluster: int) -> Node:
    return ["i.zx-swatch", {"style": f"background:{colour(cluster)}"}]


def _time(run: Run, index: int) -> str:
    table = run.spectrograms.metadata
    time = table["starttime"].array[index] if "starttime" in table else pd.NaT
    if pd.isna(time):
        return ""
    utc = time if time.tzinfo is None else time.astimezone(UTC)
    return f", {utc:%Y-%m-%d %H:%M:%S} UTC"
