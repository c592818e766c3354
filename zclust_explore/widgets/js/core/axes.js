// Axes: where ticks go and what they say.

const SPACE = /[\u00a0]/g;

/** A number as a person writes it. */
export function said(value) {
  const size = Math.abs(value);
  if (value === 0) return "0";
  if (size >= 1e5 || size < 1e-3) return value.toExponential(0).replace("e", "·10^").replace("+", "");
  return String(Number(value.toPrecision(4))).replace(SPACE, "").replace("-", "−");
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹", PREFIXES = {"-9": "n", "-6": "µ", "-3": "m"};

/** What to divide numbers up to `peak` by so that they are short, and the unit that they have then. */
export function readable(peak, unit) {
  const exponent = 3 * Math.floor(Math.log10(Math.abs(peak) || 1) / 3);
  if (exponent > -3 && Math.abs(peak) < 1e5) return {factor: 1, unit};
  const factor = 10 ** exponent;
  if (/^m(\/s²?)?$/.test(unit) && PREFIXES[exponent]) return {factor, unit: PREFIXES[exponent] + unit};
  const power = String(Math.abs(exponent)).replace(/\d/g, digit => SUPERSCRIPTS[digit]);
  return {factor, unit: `10${exponent < 0 ? "⁻" : ""}${power} ${unit}`.trim()};
}

const CLOCK_S = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];

/** Times of day (UTC) to mark between two times in ms since 1970: at most about `count`. */
export function clockTicks(startMs, stopMs, count) {
  const step = 1000 * (CLOCK_S.find(s => (stopMs - startMs) / 1000 / s <= count) ?? 86400), found = [];
  const [from, to] = step >= 60000 ? [11, 16] : [11, step >= 1000 ? 19 : step >= 100 ? 21 : 22];
  for (let k = Math.ceil(startMs / step - 1e-6); k * step <= stopMs + 1e-3; k++)
    found.push({ms: k * step, text: new Date(Math.round(k * step)).toISOString().slice(from, to)});
  return found;
}

/** A length of time as a person says it. */
export function length(seconds) {
  const [unit, name] = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]].find(([size]) => seconds >= 2 * size) ?? [1, "s"];
  return `${Number((seconds / unit).toPrecision(3))} ${name}`;
}

/** Round numbers between two limits, at most about `count`. */
export function ticks(low, high, count) {
  if (!(high > low)) return [low];
  const raw = (high - low) / Math.max(1, count), power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map(m => m * power).find(s => s >= raw * 0.999);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) found.push(Number((k * step).toPrecision(12)));
  return found;
}

/** The frequency axis of a spectrogram: rows of equal height, whatever their spacing in Hz. */
export class FrequencyAxis {
  constructor(frequencies) {
    this.f = frequencies;
    const n = frequencies.length;
    const ratio = frequencies[0] > 0 && n > 2 ? frequencies[1] / frequencies[0] - frequencies[n - 1] / frequencies[n - 2] : 1;
    const step = n > 2 ? (frequencies[1] - frequencies[0]) / (frequencies[n - 1] - frequencies[n - 2]) : 1;
    this.log = Math.abs(ratio) < 0.01 && step < 0.5;
  }

  /** Height of a frequency as a fraction of the picture, 0 at the bottom; rows are centred on their frequencies. */
  place(hz) {
    const {f} = this, n = f.length, scale = v => (this.log ? Math.log(v) : v);
    let k = 0;
    while (k < n - 2 && f[k + 1] < hz) k++;
    const t = n > 1 ? (scale(hz) - scale(f[k])) / (scale(f[k + 1]) - scale(f[k])) : 0;
    return (k + t + 0.5) / n;
  }

  /** Frequencies to mark, with their heights: at most about `count`. */
  ticks(count) {
    const {f} = this, low = f[0], high = f[f.length - 1];
    let chosen;
    if (this.log) {
      const all = steps => {
        const found = [];
        for (let e = Math.floor(Math.log10(low)); e <= Math.log10(high); e++)
          for (const m of steps) { const v = Number((m * 10 ** e).toPrecision(6)); if (v >= low * 0.97 && v <= high * 1.03) found.push(v); }
        return found;
      };
      chosen = [[1, 2, 5], [1, 3], [1]].map(all).find(found => found.length <= count && found.length > 1) ?? all([1]);
      // one decade or less, and little room: the ends of what there is
      if (chosen.length < 2) chosen = all([1, 2, 5]).filter((_, i, list) => i === 0 || i === list.length - 1);
    } else chosen = ticks(low, high, count).filter(v => v >= low && v <= high);
    return chosen.map(hz => ({hz, at: this.place(hz)})).filter(({at}) => at >= 0 && at <= 1);
  }

  /** Frequency at a height. */
  at(fraction) {
    const row = Math.min(this.f.length - 1, Math.max(0, Math.floor(fraction * this.f.length)));
    return this.f[row];
  }
}

/** What colours mean at a level: "background" or "absolute". */
export function unitAt(level, {words: {unit}}) { return level === "background" ? `${unit} above background`.trim() : unit; }

/** A time with its unit, if it has one. */
export function saidTime(s, {words}) { return `${said(s)} ${words.s}`.trim(); }

/** Left and right edge of a spectrogram in s: each column reaches half a step to both sides. */
export function timeEdges(times) {
  const step = times.length > 1 ? times[1] - times[0] : 1;
  return [times[0] - step / 2, times[times.length - 1] + step / 2];
}
