"""Checking: settings that are impossible, or too much for somebody who waits, refused before anything is computed."""

from __future__ import annotations

import numpy as np

from .signal_settings import SignalSettings
from .stft import spectrograms_from_waveforms

MOST_POINTS = 2**26  # of a window, of its transform, of all windows of a stretch: each is up to half a gigabyte
MOST_FREQS = 4096


def check(settings: SignalSettings, rate: float) -> None:
    """Raise ValueError if a setting is impossible at a sampling rate in Hz; the name of the setting is the first word.

    Examples
    --------
    >>> from zclust_explore.data.windowing import Windowing
    >>> check(SignalSettings(Windowing(0.5)), 100.0)
    Traceback (most recent call last):
    ValueError: window_s must be at least 0.96 s at 100 Hz, for twelve segments of 8 points, got 0.5.
    """
    window_s, segment_s = settings.windowing.window_s, settings.stft.get("segment_s")
    n_points = round(window_s * rate)
    if n_points > MOST_POINTS:
        raise ValueError(f"window_s must be at most {MOST_POINTS / rate:g} s at {rate:g} Hz, got {window_s:g}.")
    if segment_s is None and round(window_s / 12 * rate) < 8:
        least = f"{96 / rate:g} s at {rate:g} Hz, for twelve segments of 8 points"
        raise ValueError(f"window_s must be at least {least}, got {window_s:g}.")
    if segment_s is not None and segment_s > 0 and not 8 <= round(segment_s * rate) <= n_points:
        limits = f"{8 / rate:g} and {window_s:g} s at {rate:g} Hz"
        raise ValueError(f"segment_s must be between {limits}, got {segment_s:g}.")
    if (settings.stft.get("n_freqs") or 0) > MOST_FREQS:
        raise ValueError(f"n_freqs must be at most {MOST_FREQS}, got {settings.stft['n_freqs']}.")
    stft = settings.stft_for(rate)
    n_times = (window_s - stft.segment_s) / max(stft.hop_s, 1 / rate) + 1
    if n_times * max(stft.n_fft_points(rate), stft.n_freqs or 0) > MOST_POINTS:
        raise ValueError(
            f"hop_s must be longer where a segment is {stft.segment_s:g} s: {n_times:.0f} segments a window are "
            f"too many, got {stft.hop_s:g}."
        )
    window = np.random.default_rng(0).normal(size=(1, n_points))
    spectrograms_from_waveforms(window, rate, **settings.stft)
