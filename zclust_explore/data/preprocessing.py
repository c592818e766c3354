"""Waveforms as they were recorded to waveforms that can be compared: continuous, in ground motion, of one rate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from scipy.signal import firwin, resample_poly

from .pieces import Gaps, bridged, merged
from .records import continuous, not_finite, remark, response_ends, screened, why_no_response

if TYPE_CHECKING:
    from obspy import Inventory, Stream, Trace, UTCDateTime

Detrend = Literal["constant", "linear"]
Output = Literal["displacement", "velocity", "acceleration"]
Normalise = Literal["max", "std"]
OUTPUTS = {"displacement": "DISP", "velocity": "VEL", "acceleration": "ACC"}
SPAN = 32  # samples of the lower rate that the filter against aliasing looks ahead and back


@dataclass(frozen=True, eq=False)
class Prepared:
    """What preprocessing made of a stream.

    Parameters
    ----------
    traces : list of obspy.Trace, float64
        Continuous; by trace id, then by time.
    skipped : list of (trace_id, starttime, reason)
        Records and pieces that were left out.
    noted : list of (trace_id, starttime, remark)
        What somebody should know about those that were not: clipping, dead channels, overlaps in dispute, filled gaps.
    """

    traces: list[Trace]
    skipped: list[tuple[str, UTCDateTime, str]] = field(default_factory=list)
    noted: list[tuple[str, UTCDateTime, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Preprocessing:
    """Steps from a recorded stream to comparable waveforms, always in this order; by default none but the first.

    1. Gaps: the records of each trace id are joined. Samples that are masked, NaN or infinite are gaps. Where two
       records overlap, samples that are the same are kept once; from the first to the last that differs is a gap.
    2. Detrend. 3. Taper. 4. Response. 5. Resample. 6. Filter. 7. Normalise: on each continuous piece by itself.

    Parameters
    ----------
    gaps : {"split", "interpolate", "zero"}
        Pieces stay apart; or gaps up to `max_gap_s` are filled, with a straight line or with zeros, and what follows
        moves by up to half a sample to fit. For zeros each piece is detrended before (at least its mean is taken out)
        and its edges at the gap are tapered, over `taper_s` or, without one, over as long as the gap.
    max_gap_s : float, default 1
    detrend : {"constant", "linear"}, optional
        What is taken out: the mean, or a line.
    taper_s : float, optional
        Length of the cosine taper at each end.
    output : {"displacement", "velocity", "acceleration"}, optional
        Removes the response: m, m/s or m/s².
    pre_filter_hz : four floats, optional
        Corners of a cosine taper in frequency, only with the response.
    water_level_db : float or "none", default 60
        Below the response's largest value, only with the response (None says "none").
    sampling_rate : float, Hz, optional
        Resamples by SciPy's `resample_poly` with a filter that is flat to 0.82 of the lower Nyquist frequency and 80 dB
        down at Nyquist; what is left of an odd ratio of rates is interpolated (Lanczos, as in ObsPy).
    freqmin_hz, freqmax_hz : float, optional
        Corners of a Butterworth filter: both of a band-pass, one of a high- or low-pass.
    corners : int, default 4
    zerophase : bool, default False
        Whether it runs forwards and backwards: no delay, twice the corners, and something before each onset.
    normalise : {"max", "std"}, optional
        Divides by the largest absolute value or by the standard deviation.
    clip_points : int, default 5
        Integers are noted as clipped where as many in a row, or more, are the piece's extreme, entered or left by a
        step of 10 counts or more.

    Raises
    ------
    ValueError
        If a setting is impossible. Unusable records never raise.

    Examples
    --------
    >>> import obspy
    >>> steps = Preprocessing(detrend="linear", taper_s=1, output="velocity", sampling_rate=50, freqmin_hz=0.5)
    >>> prepared = steps.apply(obspy.read(), obspy.read_inventory())    # ObsPy's example: 30 s of an earthquake
    >>> [(trace.id, trace.stats.npts, f"{abs(trace.data).max():.1e} m/s") for trace in prepared.traces]
    [('BW.RJOB..EHE', 1500, '5.1e-07 m/s'), ('BW.RJOB..EHN', 1500, ...), ('BW.RJOB..EHZ', 1500, ...)]
    """

    gaps: Gaps = "split"
    max_gap_s: float = 1.0
    detrend: Detrend | None = None
    taper_s: float | None = None
    output: Output | None = None
    pre_filter_hz: tuple[float, float, float, float] | None = None
    water_level_db: float | Literal["none"] | None = 60.0
    sampling_rate: float | None = None
    freqmin_hz: float | None = None
    freqmax_hz: float | None = None
    corners: int = 4
    zerophase: bool = False
    normalise: Normalise | None = None
    clip_points: int = 5

    def __post_init__(self) -> None:
        """Refuse what is impossible."""
        object.__setattr__(self, "water_level_db", "none" if self.water_level_db is None else self.water_level_db)
        for name in (entry.name for entry in fields(self) if entry.default is None):
            object.__setattr__(self, name, None if getattr(self, name) == "none" else getattr(self, name))
        if self.pre_filter_hz is not None:
            object.__setattr__(self, "pre_filter_hz", tuple(self.pre_filter_hz))
        choices: dict[str, Any] = {"gaps": Gaps, "detrend": Detrend, "output": Output, "normalise": Normalise}
        for name, allowed in choices.items():
            value = getattr(self, name)
            if value not in get_args(allowed) and (value is not None or name == "gaps"):
                *words, last = map(repr, get_args(allowed))
                raise ValueError(f"{name} must be {', '.join(words)} or {last}, got {value!r}.")
        for name in ("taper_s", "sampling_rate", "freqmin_hz", "freqmax_hz", "max_gap_s", "water_level_db"):
            value = getattr(self, name)
            left_out = value in (None, "none") and name != "max_gap_s"
            if not left_out and not (isinstance(value, int | float | np.number) and 0 < value < np.inf):
                raise ValueError(f"{name} must be positive, got {value!r}.")
        for name, least in (("corners", 1), ("clip_points", 2)):
            if not isinstance(getattr(self, name), int | np.integer) or getattr(self, name) < least:
                raise ValueError(f"{name} must be a whole number of at least {least}, got {getattr(self, name)}.")
        steps = np.diff(self.pre_filter_hz if self.pre_filter_hz is not None else (0, 1, 2, 3))
        if len(steps) != 3 or not (steps > 0).all() or (self.pre_filter_hz or (0,))[0] < 0:
            raise ValueError(f"pre_filter_hz must be four ascending frequencies, got {self.pre_filter_hz}.")
        low, high = self.freqmin_hz or 0.0, self.freqmax_hz or np.inf
        if not low < high:
            raise ValueError(f"freqmin_hz must be below freqmax_hz ({high}), got {low}.")
        if self.sampling_rate is not None and self._highest_hz >= self.sampling_rate / 2:
            name = "freqmin_hz" if self.freqmax_hz is None else "freqmax_hz"
            nyquist = f"half of sampling_rate ({self.sampling_rate / 2:g} Hz)"
            raise ValueError(f"{name} must be below {nyquist}, got {self._highest_hz}.")

    @property
    def _highest_hz(self) -> float:
        return self.freqmax_hz or self.freqmin_hz or 0.0

    def apply(self, stream: Stream, inventory: Inventory | None = None) -> Prepared:
        """Prepare a stream, which is not changed; what cannot be used is skipped, with its reason."""
        prepared = Prepared([])
        ids: dict[str, list[Trace]] = {}
        for trace in stream:
            ids.setdefault(trace.id, []).append(trace)
        with np.errstate(all="ignore"):  # what is not finite afterwards is skipped
            for trace_id in sorted(ids):
                records, skipped = screened(sorted(ids[trace_id], key=lambda trace: trace.stats.starttime.ns))
                prepared.skipped.extend(skipped)
                for trace, dead in self._continuous(records, prepared):
                    reason = self._obstacle(trace, inventory) or self._steps(trace, inventory, dead, prepared)
                    if reason:
                        prepared.skipped.append((trace_id, trace.stats.starttime, reason))
                    else:
                        prepared.traces.append(trace)
        for found in (prepared.skipped, prepared.noted):
            found.sort(key=lambda entry: (entry[0], entry[1].ns))
        return prepared

    def _continuous(self, records: list[Trace], prepared: Prepared) -> Iterator[tuple[Trace, bool]]:
        """Join records of one trace id and sampling rate: traces of our own, and whether they are dead."""
        from obspy import Trace, UTCDateTime

        rate = float(records[0].stats.sampling_rate) if records else 0.0
        pieces = [piece for number, record in enumerate(records) for piece in continuous(record, number)]
        kept, disputed = merged(pieces, rate)
        told = [(record.stats.starttime.ns, not_finite(record)) for record in records]
        for piece in disputed:
            told.append((piece.start_ns, f"overlap: {len(piece.data)} sample(s) differ and are left out"))
        told += [(piece.start_ns, remark(piece.data, self.clip_points)) for piece in kept]
        if self.gaps == "zero":
            kind = self.detrend or "constant"
            kept = [replace(piece, data=straightened(piece.data.astype(float), kind)) for piece in kept]
        joined, filled = bridged(kept, rate, self.gaps, self.max_gap_s, self.taper_s)
        told += [(start_ns, f"gap of {length_s:g} s filled ({self.gaps})") for start_ns, length_s in filled]
        prepared.noted.extend((records[0].id, UTCDateTime(ns=start_ns), words) for start_ns, words in told if words)
        for piece in joined:
            trace = Trace(header=records[piece.source].stats)
            trace.data = piece.data.astype(float, copy=False)  # which sets npts, as the constructor does not
            trace.stats.starttime = UTCDateTime(ns=piece.start_ns)
            yield trace, bool(np.ptp(piece.data) == 0)

    def _obstacle(self, trace: Trace, inventory: Inventory | None) -> str:
        """Reason why the steps cannot be done, or an empty string."""
        rate, seconds = trace.stats.sampling_rate, trace.stats.npts / trace.stats.sampling_rate
        corners = [corner for corner in (self.freqmin_hz, self.freqmax_hz) if corner is not None]
        if corners and rate <= 2 * corners[-1]:
            return f"sampling rate too low for the filter: {rate:g} Hz, which must be above {2 * corners[-1]:g} Hz"
        if corners and seconds < 1 / corners[0]:
            return f"too short to filter: {seconds:g} s, which must be at least {1 / corners[0]:g} s"
        if self.sampling_rate and not np.isclose(rate, self.sampling_rate, rtol=1e-7):
            least = 2 * SPAN / min(rate, self.sampling_rate)
            if seconds < least:
                return f"too short to resample: {seconds:g} s, which must be at least {least:g} s"
        return why_no_response(trace, inventory) if self.output else ""

    def _steps(self, trace: Trace, inventory: Inventory | None, dead: bool, prepared: Prepared) -> str:
        """Do the steps on a trace of our own; the reason why it cannot be used after all, or an empty string."""
        from obspy.core.util.obspy_types import ObsPyException

        stats = trace.stats
        if self.detrend and self.gaps != "zero":
            trace.data = straightened(trace.data, self.detrend)
        if self.taper_s:
            trace.taper(max_percentage=None, max_length=min(self.taper_s, stats.npts * stats.delta / 2))
        if self.output:
            water_level = None if self.water_level_db == "none" else self.water_level_db
            settings = {"output": OUTPUTS[self.output], "pre_filt": self.pre_filter_hz, "water_level": water_level}
            try:
                trace.remove_response(inventory, zero_mean=False, taper=False, **settings)
            except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, ObsPyException) as error:
                return f"response cannot be removed: {error}"
            if ends := response_ends(trace, inventory):
                prepared.noted.append((trace.id, stats.starttime, f"response ends at {ends}, before the piece does"))
        if self.sampling_rate and self.sampling_rate != stats.sampling_rate:
            if stats.sampling_rate < self.sampling_rate:
                words = f"upsampled from {stats.sampling_rate:g} Hz: nothing is above {stats.sampling_rate / 2:g} Hz"
                prepared.noted.append((trace.id, stats.starttime, words))
            resample(trace, self.sampling_rate)
        if self.freqmin_hz and self.freqmax_hz:
            kind, chosen = "bandpass", {"freqmin": self.freqmin_hz, "freqmax": self.freqmax_hz}
        else:
            kind, chosen = "highpass" if self.freqmin_hz else "lowpass", {"freq": self._highest_hz}
        if self._highest_hz:
            trace.filter(kind, corners=self.corners, zerophase=self.zerophase, **chosen)
        size = 1.0
        if self.normalise and not dead:  # what rounding leaves of a dead channel is no signal
            size = float(np.abs(trace.data).max() if self.normalise == "max" else trace.data.std()) or 1.0
        trace.data /= size
        finite = np.isfinite(size) and np.isfinite(trace.data).all()
        return "" if finite else "not finite: the steps gave NaN or infinity"


def straightened(data: np.ndarray, kind: Detrend) -> np.ndarray:
    """Samples without their mean or best line: what SciPy's `detrend` solves as a system, which takes far longer."""
    data = data - data.mean()
    if kind == "linear" and len(data) > 1:
        line = np.linspace(-1.0, 1.0, len(data))
        # not `@`, whose last digits depend on how many threads there are
        line *= np.einsum("i,i", line, data) / np.einsum("i,i", line, line)
        data -= line
    return data


def resample(trace: Trace, sampling_rate: float) -> None:
    """Change the sampling rate of a trace in place; the first sample keeps its time, nothing is extrapolated."""
    rate, n_points = trace.stats.sampling_rate, trace.stats.npts
    ratio = Fraction(max(rate, sampling_rate) / min(rate, sampling_rate)).limit_denominator(1000)
    up, down = (ratio.denominator, ratio.numerator) if rate > sampling_rate else (ratio.numerator, ratio.denominator)
    most = max(up, down)
    # 64 samples of the lower rate; Kaiser 7.86 is 80 dB, from 0.98 of its Nyquist frequency on
    low_pass = firwin(2 * SPAN * most + 1, 0.9 / most, window=("kaiser", 7.86))
    data = resample_poly(trace.data, up, down, window=low_pass, padtype="line") if most > 1 else trace.data
    trace.data = np.ascontiguousarray(data[: (n_points - 1) * up // down + 1])
    got = rate * up / down
    trace.stats.sampling_rate = got
    if abs(got / sampling_rate - 1) * trace.stats.npts > 0.01:  # samples late at the end
        trace.interpolate(sampling_rate, method="lanczos", a=20)
    trace.stats.sampling_rate = sampling_rate
