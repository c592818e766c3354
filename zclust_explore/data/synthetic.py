"""A seeded, labelled toy world with honest physics: eight kinds of signals in coloured noise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.random import Generator

from .spectrograms import Spectrograms
from .stft import spectrograms_from_waveforms


def make_waveforms(
    n_samples: int = 600,
    *,
    difficulty: float = 0.5,
    sampling_rate: float = 50.0,
    duration_s: float = 60.0,
    random_state: int | None = None,
) -> tuple[np.ndarray, pd.DataFrame]:
    """Windows of coloured noise with one signal each, of eight kinds, and what they hold.

    Like a real station, a data set has its own quarry, machine, vent, slope and seismic zone: what is marked * is drawn
    once for the data set, and events vary about it by up to ± 30 % × difficulty. The noise is Gaussian with the
    shape of a quiet station (Peterson 1993): a microseism peak at 0.15–0.3 Hz on a floor that falls with frequency;
    its level varies by ±5 dB from window to window.

    =================== ========================================================================================
    `label`             drawn uniformly from
    =================== ========================================================================================
    local_earthquake    distance* 15–45 km (twice the spread), S minus P 0.12 s/km, corner 3–12 Hz (Brune 1970, M 1–3),
                        P/S 0.2–0.5, Q* 100–400, coda 3–10 s (Aki and Chouet 1975)
    teleseism           P train of 15–40 s, corner 0.2–0.8 Hz, t* 0.5–1.2 s (Der and McElfresh 1977), pP after 8–25 s
    quarry_blast        distance* 10–30 km, P/S 1–2.5, corner* 4–10 Hz, 4–15 shots 20–50 ms apart (Hedlin et al. 1989),
                        Rg* 1–1.6 Hz at 2.5 km/s (Kafka 1990)
    long_period         resonance* at 0.8–3 Hz with Q* 10–40 and an overtone*, emergent over 0.5–2 s (Chouet 1996)
    harmonic_tremor     fundamental* 0.7–2.5 Hz, 4–8 overtones* gliding by up to ±15 %, the whole window long
                        (Konstantinou and Schlindwein 2002)
    rockfall            corner* 5–12 Hz, spindle of 10–40 s made of 4–20 impacts, no phases (Hibert et al. 2011)
    machine             one to three lines* of 4–18 Hz, the whole window long, wandering by up to ±3 %
    noise               nothing
    =================== ========================================================================================

    Parameters
    ----------
    n_samples : int
        Number of windows, at least 8; the kinds are equally frequent, in random order.
    difficulty : float in [0, 1]
        The signal-to-noise ratio `snr_db` (mean power of the strongest 2 s over that of the noise, both above 0.4 Hz)
        is drawn from [20 − 20 d, 40 − 20 d] dB, and onsets from the first 4 + 40 d seconds (of 60).
    sampling_rate : float, Hz
        At least 40, so that every signal fits below Nyquist.
    duration_s : float, s
        At least 40.
    random_state : int, optional

    Returns
    -------
    waveforms : array (n_samples, n_points), float32
        In units of the mean noise amplitude.
    metadata : pandas.DataFrame
        `trace_id`, `starttime`, `label`, `snr_db` (NaN for noise) and `onset_s`.

    Raises
    ------
    ValueError
        If a parameter is out of its range.
    """
    if n_samples < len(KINDS):
        raise ValueError(f"n_samples must be at least {len(KINDS)}, one of each kind, got {n_samples}.")
    if not 0 <= difficulty <= 1:
        raise ValueError(f"difficulty must be between 0 and 1, got {difficulty}.")
    if sampling_rate < 40:
        raise ValueError(f"sampling_rate must be at least 40 Hz, got {sampling_rate}.")
    if duration_s < 40:
        raise ValueError(f"duration_s must be at least 40 s, got {duration_s}.")
    random = np.random.default_rng(random_state)
    n_points = round(duration_s * sampling_rate)
    labels = random.permutation(np.resize(list(KINDS), n_samples))
    sources = {label: kind(random, 0.3 * difficulty) for label, kind in KINDS.items()}
    waveforms = np.empty((n_samples, n_points), dtype=np.float32)
    snr_db, onset_s = np.full(n_samples, np.nan), np.full(n_samples, np.nan)
    for i, label in enumerate(labels):
        noise = _noise(random, n_points, sampling_rate)
        onset = random.uniform(2, 2 + (4 + 40 * difficulty) * duration_s / 60)
        t = np.arange(n_points) / sampling_rate - onset
        source = sources[label]
        if source is not None:
            signal = source(random, t, sampling_rate)
            snr_db[i] = random.uniform(20 - 20 * difficulty, 40 - 20 * difficulty)
            onset_s[i] = onset
            gain = np.sqrt(_loudest(noise, sampling_rate, np.mean) / _loudest(signal, sampling_rate, np.max))
            noise = noise + signal * gain * 10 ** (snr_db[i] / 20)
        waveforms[i] = noise
    metadata = pd.DataFrame(
        {
            "trace_id": "XX.TOY..HHZ",
            "starttime": pd.Timestamp("2026-01-01", tz="UTC")
            + pd.to_timedelta(np.arange(n_samples) * duration_s, unit="s"),
            "label": labels.astype(object),
            "snr_db": snr_db,
            "onset_s": onset_s,
        }
    )
    return waveforms, metadata


def make_spectrograms(
    n_samples: int = 600, *, difficulty: float = 0.5, random_state: int | None = None
) -> Spectrograms:
    """Spectrograms of `make_waveforms`: windows of 60 s at 50 Hz, 64 bands from 0.2 to 22.5 Hz.

    Examples
    --------
    >>> import zclust_explore as zx
    >>> specs = zx.make_spectrograms(n_samples=80, random_state=0)
    >>> specs.metadata.label.value_counts()["harmonic_tremor"]
    np.int64(10)
    """
    sampling_rate = 50.0
    waveforms, metadata = make_waveforms(
        n_samples, difficulty=difficulty, sampling_rate=sampling_rate, random_state=random_state
    )
    return spectrograms_from_waveforms(waveforms, sampling_rate, metadata)


# A kind takes (place, spread): what is drawn from `place` belongs to the source and is the same for all its events,
# which vary about it by up to ± spread. It returns a signal, which takes (random, t, sampling_rate), t in s from its
# onset, and gives any amplitude: the signal-to-noise ratio sets it later.

Signal = Callable[[Generator, np.ndarray, float], np.ndarray]


def _local_earthquake(place: Generator, spread: float) -> Signal:
    distance_km, quality = place.uniform(15, 45), place.uniform(100, 400)

    def signal(random: Generator, t: np.ndarray, rate: float) -> np.ndarray:
        km = _about(random, distance_km, 2 * spread)  # a seismic zone is wide
        corner, coda = random.uniform(3, 12), random.uniform(3, 10)
        p = _arrival(random, t, rate, corner * 1.3, km / 6 / quality, 0.05, coda / 2)
        s = _arrival(random, t - 0.12 * km, rate, corner, km / 3.5 / quality, 0.1, coda)
        return random.uniform(0.2, 0.5) * p + s

    return signal


def _teleseism(place: Generator, spread: float) -> Signal:
    def signal(random: Generator, t: np.ndarray, rate: float) -> np.ndarray:
        corner, t_star = random.uniform(0.2, 0.8), random.uniform(0.5, 1.2)
        rise, decay = random.uniform(1, 3), random.uniform(15, 40) / 2
        p = _arrival(random, t, rate, corner, t_star, rise, decay)
        depth_phase = _arrival(random, t - random.uniform(8, 25), rate, corner, t_star, rise, decay)
        return p + random.uniform(0.4, 1.0) * depth_phase

    return signal


def _quarry_blast(place: Generator, spread: float) -> Signal:
    distance_km, quality = place.uniform(10, 30), place.uniform(80, 200)
    corner_hz, rg_hz, rg_ratio = place.uniform(4, 10), place.uniform(1.0, 1.6), place.uniform(0.4, 1.0)

    def signal(random: Generator, t: np.ndarray, rate: float) -> np.ndarray:
        corner, km = _about(random, corner_hz, spread), _about(random, distance_km, spread / 5)
        p = _arrival(random, t, rate, corner, km / 6 / quality, 0.1, random.uniform(1.5, 4))
        s = _arrival(random, t - 0.12 * km, rate, corner, km / 3.5 / quality, 0.3, random.uniform(2, 5))
        delay = max(1, round(random.uniform(0.02, 0.05) * rate))
        shots = np.zeros(delay * int(random.integers(3, 15)) + 1)
        shots[::delay] = 1
        body = np.convolve(p + s / random.uniform(1, 2.5), shots)[: t.size]
        # Rg is dispersed: low frequencies come first, and the train lasts longer the farther it has come
        x = np.clip((t - km / 2.5 + km / 6) / (0.3 * km), 0, None)
        sweep = np.cumsum(_about(random, rg_hz, spread) * (0.7 + 0.6 * np.minimum(x, 1.5) / 1.5)) / rate
        surface = np.sin(2 * np.pi * sweep) * x * np.exp(-2 * x)
        return body / np.abs(body).max() + _about(random, rg_ratio, spread) * surface / np.abs(surface).max()

    return signal


def _long_period(place: Generator, spread: float) -> Signal:
    resonance_hz, quality, ratio = place.uniform(0.8, 3), place.uniform(10, 40), place.uniform(1.6, 2.4)

    def signal(random: Generator, t: np.ndarray, rate: float) -> np.ndarray:
        frequency, q = _about(random, resonance_hz, spread), _about(random, quality, spread)
        after = np.clip(t, 0, None)
        rise = 1 - np.exp(-after / random.uniform(0.5, 2))

        def ring(f: float) -> np.ndarray:
            return np.sin(2 * np.pi * f * after) * np.exp(-np.pi * f * after / q)

        return rise * (ring(frequency) + random.uniform(0.1, 0.5) * ring(ratio * frequency))

    return signal


def _harmonic_tremor(place: Generator, spread: float) -> Signal:
    fundamental_hz, fall = place.uniform(0.7, 2.5), place.uniform(0.5, 1.0)
    n_harmonics = int(place.integers(5, 10))

    def signal(random: Generator, t: np.ndarray, rate: float) -> np.ndarray:
        x = 2 * np.pi * (t - t[0])
        glide = random.uniform(-0.15, 0.15) * np.sin(x / (t[-1] - t[0]) + random.uniform(0, 2 * np.pi))
        phase = 2 * np.pi * np.cumsum(_about(random, fundamental_hz, spread) * (1 + glide)) / rate
        swell = 1 + 0.5 * np.sin(x / random.uniform(20, 60) + random.uniform(0, 2 * np.pi))
        total = np.zeros(t.size)
        for h in range(1, n_harmonics + 1):
            total += h**-fall * np.sin(h * phase + random.uniform(0, 2 * np.pi))
        return swell * total

    return signal


def _rockfall(place: Generator, spread: float) -> Signal:
    corner_hz = place.uniform(5, 12)

    def signal(random: Generator, t: np.ndarray, rate: float) -> np.ndarray:
        corner, duration = _about(random, corner_hz, spread), random.uniform(10, 40)
        carrier = _shaped(random, t.size, rate, lambda f: f**2 / (1 + (f / corner) ** 4))
        x = np.clip(t / duration, 0, 1)
        impacts = np.full(t.size, 0.3)
        for _ in range(int(random.integers(4, 21))):
            after = t - random.uniform(0, duration)
            impacts += np.where(after > 0, np.exp(-np.clip(after, 0, None) / random.uniform(0.3, 1.5)), 0)
        return carrier * np.sin(np.pi * x ** random.uniform(0.5, 1)) * impacts

    return signal


def _machine(place: Generator, spread: float) -> Signal:
    lines_hz = place.uniform(4, 18, size=int(place.integers(1, 4)))
    ratios = place.uniform(0.3, 1, size=lines_hz.size)

    def signal(random: Generator, t: np.ndarray, rate: float) -> np.ndarray:
        turns = _about(random, 1.0, spread / 3)  # all the lines of a machine follow its speed
        wander = random.uniform(0, 0.03) * np.sin(2 * np.pi * t / random.uniform(30, 90) + random.uniform(0, 2 * np.pi))
        phase = 2 * np.pi * np.cumsum(turns * (1 + wander)) / rate
        offsets = random.uniform(0, 2 * np.pi, size=lines_hz.size)
        total: np.ndarray = (ratios[:, None] * np.sin(lines_hz[:, None] * phase + offsets[:, None])).sum(axis=0)
        return total

    return signal


def _nothing(place: Generator, spread: float) -> None:
    return None


KINDS: dict[str, Callable[[Generator, float], Signal | None]] = {
    "local_earthquake": _local_earthquake,
    "teleseism": _teleseism,
    "quarry_blast": _quarry_blast,
    "long_period": _long_period,
    "harmonic_tremor": _harmonic_tremor,
    "rockfall": _rockfall,
    "machine": _machine,
    "noise": _nothing,
}


def _about(random: Generator, value: float, spread: float) -> float:
    return float(value * np.exp(random.uniform(-spread, spread)))


def _arrival(
    random: Generator, t: np.ndarray, rate: float, corner_hz: float, t_star: float, rise_s: float, decay_s: float
) -> np.ndarray:
    """Scattered phase: noise with a Brune velocity spectrum and attenuation, under a rising and decaying envelope."""
    carrier = _shaped(random, t.size, rate, lambda f: f / (1 + (f / corner_hz) ** 2) * np.exp(-np.pi * f * t_star))
    after = np.clip(t, 0, None)
    envelope = (1 - np.exp(-after / rise_s)) * np.exp(-after / decay_s)
    return carrier * envelope


def _noise(random: Generator, n_points: int, rate: float) -> np.ndarray:
    peak, slope = random.uniform(0.15, 0.3), random.uniform(0.3, 0.8)
    level = 10 ** (random.uniform(-5, 5) / 20)

    def spectrum(f: np.ndarray) -> np.ndarray:
        octaves = np.log2(np.maximum(f, 1e-3) / peak)
        return np.maximum(f, 0.05) ** -slope + 8 * np.exp(-0.5 * (octaves / 0.5) ** 2)

    return level * _shaped(random, n_points, rate, spectrum)


def _shaped(random: Generator, n_points: int, rate: float, spectrum: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Gaussian noise with an amplitude spectrum, of unit variance: (n_points,)."""
    frequencies = np.fft.rfftfreq(n_points, 1 / rate)
    x: np.ndarray = np.fft.irfft(np.fft.rfft(random.standard_normal(n_points)) * spectrum(frequencies), n_points)
    return x / x.std()


def _loudest(x: np.ndarray, rate: float, over: Callable[[np.ndarray], float]) -> float:
    """Mean or largest power of the 2 s stretches of a window, above 0.4 Hz, where the microseism does not count."""
    spectrum = np.fft.rfft(x)
    spectrum[np.fft.rfftfreq(x.size, 1 / rate) < 0.4] = 0
    power = np.fft.irfft(spectrum, x.size) ** 2
    n = round(2 * rate)
    return float(over(power[: power.size // n * n].reshape(-1, n).mean(axis=1)))
