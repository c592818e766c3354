"""Recorded traces: which can be used, and what is wrong with the others and noteworthy about these, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .pieces import Piece

if TYPE_CHECKING:
    from obspy import Inventory, Trace, UTCDateTime

EXACT = 2**53  # beyond, float64 leaves integers out
GROUND_MOTION = re.compile(r"[NMC]?M(/S(EC)?(/S|\*\*2)?|/\(S(EC)?\*\*2\))?", re.IGNORECASE)  # SEED's units
CLIP_STEP = 10  # counts: a smooth peak that is flat from rounding is entered and left by one or two


def screened(traces: list[Trace]) -> tuple[list[Trace], list[tuple[str, UTCDateTime, str]]]:
    """Traces of one id that can be used, all of one sampling rate, and those that cannot, with the reason.

    The rate is the one at which most time was recorded.
    """
    usable, skipped = [], []
    seconds: dict[str, float] = {}
    for trace in traces:
        if reason := why_unusable(trace):
            skipped.append((trace.id, trace.stats.starttime, reason))
            continue
        usable.append(trace)
        seconds[_rate(trace)] = seconds.get(_rate(trace), 0) + trace.stats.npts * trace.stats.delta
    common = max(seconds, key=lambda rate: seconds[rate], default="")
    for trace in usable:
        if _rate(trace) != common:
            reason = f"sampling rate differs: {_rate(trace)} Hz, where most of this trace id has {common} Hz"
            skipped.append((trace.id, trace.stats.starttime, reason))
    return [trace for trace in usable if _rate(trace) == common], skipped


def _rate(trace: Trace) -> str:
    # seven digits: SAC keeps no more
    return f"{trace.stats.sampling_rate:.7g}"


def why_unusable(trace: Trace) -> str:
    """Reason why the samples of a trace cannot be used, or an empty string."""
    data, rate = trace.data, trace.stats.sampling_rate
    if np.ma.isMaskedArray(data):
        data = data.compressed()
    if data.size == 0:
        return "zero length: no samples"
    if data.dtype.kind not in "iuf":
        return f"unusable type of samples: {data.dtype}"
    if not 0 < rate < np.inf:
        return f"no sampling rate: {rate} Hz"
    if not np.isfinite(data).any():
        return f"not finite: NaN or infinity in all {data.size} samples"
    if data.dtype.kind in "iu" and not -EXACT <= int(data.min()) <= int(data.max()) <= EXACT:
        return "integer overflow: samples beyond 2^53, which float64 cannot hold"
    return ""


def continuous(trace: Trace, source: int) -> Iterator[Piece]:
    """Pieces of a trace: what is masked, or not finite, is a gap."""
    whole = Piece(trace.stats.starttime.ns, np.ma.getdata(trace.data), source)
    for part in np.ma.clump_unmasked(np.ma.masked_invalid(trace.data, copy=False)):
        yield whole.cut(part.start, part.stop, trace.stats.sampling_rate)


def not_finite(trace: Trace) -> str:
    """What somebody should know about samples that are NaN or infinite, or an empty string."""
    data = np.ma.compressed(trace.data)
    n = data.size - np.isfinite(data).sum()
    return f"not finite: NaN or infinity in {n} of {data.size} samples, taken as a gap" if n else ""


def remark(data: np.ndarray, clip_points: int) -> str:
    """What somebody should know about the samples of a piece: dead or clipped; or an empty string."""
    if len(data) >= clip_points and data.min() == data.max():
        return f"dead: one constant value, {data[0]:g}, in all {len(data)} samples"
    for extreme in (data.min(), data.max()) if data.dtype.kind in "iu" else ():
        held = np.concatenate([[False], data == extreme, [False]])
        starts, stops = np.flatnonzero(held[1:] != held[:-1]).reshape(-1, 2).T
        around = np.stack([data[np.maximum(starts - 1, 0)], data[np.minimum(stops, len(data) - 1)]]).astype(float)
        cut = (stops - starts >= clip_points) & (abs(around - float(extreme)).max(axis=0) >= CLIP_STEP)
        if cut.any():
            longest = (stops - starts)[cut].max()
            return f"clipped: {cut.sum()} time(s) at {extreme}, for up to {longest} samples in a row"
    return ""


def why_no_response(trace: Trace, inventory: Inventory | None) -> str:
    """Reason why there is no response to ground motion for the start of a trace, or an empty string."""
    if inventory is None and "response" not in trace.stats:
        return "missing response: there is no inventory"
    if inventory is None:
        responses = [trace.stats.response]
    else:
        channels = _channels(trace, inventory)
        responses = [channel.response for channel in channels if _holds(channel, trace.stats.starttime)]
        if not channels:
            return "missing response: this channel is not in the inventory"
        if not responses:
            epochs = ", ".join(f"{channel.start_date or '…'} to {channel.end_date or '…'}" for channel in channels)
            return f"response for another time: {epochs}"
    stages = [stage for response in responses if response for stage in response.response_stages]
    if not stages:
        return "missing response: this channel is in the inventory without the stages of one"
    unit = str(min(stages, key=lambda stage: stage.stage_sequence_number).input_units)
    if not GROUND_MOTION.fullmatch(unit):  # ObsPy would leave the pressure of an infrasound sensor pressure
        return f"response is not to ground motion: its input is in {unit}"
    return ""


def response_ends(trace: Trace, inventory: Inventory | None) -> UTCDateTime | None:
    """When the response for the start of a trace ends, where that is before the trace does."""
    start, end = trace.stats.starttime, trace.stats.endtime
    channels = [channel for channel in _channels(trace, inventory or []) if _holds(channel, start)]
    return channels[0].end_date if channels and not _holds(channels[0], end) else None


def _channels(trace: Trace, inventory: Any) -> list[Any]:
    code = "{0.code}.{1.code}.{2.location_code}.{2.code}".format
    return [each for net in inventory for station in net for each in station if code(net, station, each) == trace.id]


def _holds(channel: Any, time: UTCDateTime) -> bool:
    after = channel.start_date is None or channel.start_date <= time
    return after and (channel.end_date is None or channel.end_date >= time)
