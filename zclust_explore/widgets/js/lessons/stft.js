// The short-time Fourier transform in float64: power spectral density of segments, as scipy.signal.spectrogram has it.

const COSINES = {hann: [0.5, 0.5], hamming: [0.54, 0.46], blackman: [0.42, 0.5, 0.08], boxcar: [1]};

/** A window function of n points, periodic: sums of cosines (Harris 1978). */
export function taper(name, n) {
  const terms = COSINES[name], weights = new Float64Array(n);
  for (let i = 0; i < n; i++) terms.forEach((a, k) => { weights[i] += (k % 2 ? -a : a) * Math.cos(2 * Math.PI * k * i / n); });
  return weights;
}

/** Equivalent noise bandwidth of a window function, in bins: how wide a pure tone is drawn. */
export function noiseBandwidth(weights) {
  let sum = 0, squares = 0;
  for (const w of weights) { sum += w; squares += w * w; }
  return weights.length * squares / (sum * sum);
}

/** Fourier transform in place; the length is a power of two (Cooley and Tukey 1965). */
export function fourier(re, im) {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) { [re[i], re[j]] = [re[j], re[i]]; [im[i], im[j]] = [im[j], im[i]]; }
  }
  const cos = Float64Array.from({length: n / 2}, (_, k) => Math.cos(2 * Math.PI * k / n));
  const sin = Float64Array.from({length: n / 2}, (_, k) => -Math.sin(2 * Math.PI * k / n));
  for (let size = 2; size <= n; size *= 2) {
    const half = size / 2, stride = n / size;
    for (let start = 0; start < n; start += size) for (let k = 0; k < half; k++) {
      const c = cos[k * stride], s = sin[k * stride], a = start + k, b = a + half;
      const x = re[b] * c - im[b] * s, y = re[b] * s + im[b] * c;
      re[b] = re[a] - x; im[b] = im[a] - y;
      re[a] += x; im[a] += y;
    }
  }
}

/**
 * Power spectral density of segments, one-sided, without detrending.
 * @param {ArrayLike<number>} wave
 * @param {{rate: number, points: number, hop: number, window: string}} how points: of a segment, a power of two; hop: from one to the next
 * @returns {{power: Float64Array, frequencies: Float64Array, times: Float64Array}} power (n_freqs, n_times) in unit²/Hz; Hz; middles of segments in s
 */
export function spectrogram(wave, {rate, points, hop, window}) {
  const weights = taper(window, points), n = points / 2 + 1, count = Math.max(0, Math.floor((wave.length - points) / hop) + 1);
  const power = new Float64Array(n * count), re = new Float64Array(points), im = new Float64Array(points);
  const density = 1 / (rate * weights.reduce((sum, w) => sum + w * w, 0));
  for (let t = 0; t < count; t++) {
    for (let i = 0; i < points; i++) { re[i] = wave[t * hop + i] * weights[i]; im[i] = 0; }
    fourier(re, im);
    for (let k = 0; k < n; k++) power[k * count + t] = (re[k] * re[k] + im[k] * im[k]) * density * (k > 0 && k < points / 2 ? 2 : 1);
  }
  return {power, frequencies: Float64Array.from({length: n}, (_, k) => k * rate / points),
    times: Float64Array.from({length: count}, (_, t) => (t * hop + points / 2) / rate)};
}
