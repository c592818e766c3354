// STFT playground: length of the segments, overlap and window function on a real record, and what they cost.

import {said} from "../core/axes.js";
import {sequential} from "../core/colormap.js";
import {floats} from "../core/courier.js";
import {element} from "../core/element.js";
import {lessonPlot, plotCovered} from "./plot.js";
import {noiseBandwidth, spectrogram, taper} from "./stft.js";

const POINTS = [8, 16, 32, 64, 128, 256, 512, 1024];
const OVERLAPS = {0: "none", 0.5: "50 %", 0.75: "75 %", 0.875: "87.5 %"};
const TONES_HZ = [20, 21], CLICKS_S = [24, 24.4], MADE_S = 40;
const DARK_DB = 68; // from the brightest to what is drawn as nothing

/** Two tones 1 Hz apart, and two clicks 0.4 s apart. */
function made(rate) {
  const wave = Float64Array.from({length: MADE_S * rate}, (_, i) => TONES_HZ.reduce((sum, hz) => sum + Math.sin(2 * Math.PI * hz * i / rate), 0));
  for (const s of CLICKS_S) wave[Math.round(s * rate)] += 60;
  return wave;
}

/** How far the level falls between two places and the lower of their peaks, in dB; 0 where nothing lies between. */
function dip(levels, places, first, second) {
  const near = at => { let best = 0; places.forEach((p, k) => { if (Math.abs(p - at) < Math.abs(places[best] - at)) best = k; }); return best; };
  const [a, b] = [near(first), near(second)];
  if (b - a < 2) return 0;
  const peak = k => Math.max(...levels.slice(Math.max(0, k - 1), k + 2));
  const between = Math.min(...levels.slice(a + 1, b));
  return Math.max(0, Math.min(peak(a), peak(b)) - between);
}

/** @param {Stage} stage */
export function stftPlayground(stage) {
  const {context, data, values} = stage, {theme} = context, rate = data.sampling_rate;
  const waves = {record: Float64Array.from(floats(data.wave)), made: made(rate)};
  const choices = {record: `Record: ${data.name}`, made: "Made: two tones, two clicks"};
  const signal = select("signal", choices, values.signal ?? "record");
  const start = POINTS.indexOf(Math.round((values.window_s ?? 0.64) * rate));
  const windowLength = element("input.zx-slider.zx-lessonslider", {type: "range", min: 0, max: POINTS.length - 1, value: start < 0 ? 3 : start, "aria-label": "segment length"});
  const overlap = select("overlap", OVERLAPS, values.overlap ?? 0.5);
  const window = select("window function", {hann: "Hann", hamming: "Hamming", blackman: "Blackman", boxcar: "none (boxcar)"}, values.window ?? "hann");
  const lengthWords = element("output.zx-number.zx-sliderwords");
  const lengthControl = element("span.zx-sliderrow", {}, windowLength, lengthWords);
  // a step of a lesson moves it in seconds
  Object.defineProperty(lengthControl, "value", {set(s) { windowLength.value = Math.max(0, POINTS.indexOf(Math.round(Number(s) * rate))); }});
  const told = element("p.zx-lessonsaid", {"aria-live": "polite"});
  let shown = null;

  const wavePlot = lessonPlot(context, {title: "waveform", height: 140, right: 14, x: {label: "time (s)", domain: [0, 40]}, y: {label: "", domain: [-1, 1]}}, paintWave);
  const picture = lessonPlot(context, {title: "spectrogram", height: 330, right: 14, x: {label: "time (s)", domain: [0, 40]}, y: {label: "frequency (Hz)", domain: [0, rate / 2]}}, paintPicture);

  function select(name, options, value) {
    return element("select.zx-select", {"aria-label": name}, ...Object.entries(options).map(([key, words]) =>
      element("option", {value: key, selected: key === String(value)}, words)));
  }

  function compute() {
    const wave = waves[signal.value], points = POINTS[windowLength.value], hop = Math.max(1, Math.round(points * (1 - Number(overlap.value))));
    const weights = taper(window.value, points), bins = noiseBandwidth(weights), seconds = wave.length / rate;
    shown = {wave, points, ...spectrogram(wave, {rate, points, hop, window: window.value}), dt: points / rate, df: bins * rate / points, hop: hop / rate};
    shown.db = Float32Array.from(shown.power, p => 10 * Math.log10(Math.max(p, 1e-20)));
    shown.top = shown.db.reduce((most, v) => Math.max(most, v), -Infinity);
    shown.image = image();
    const peak = wave.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    Object.assign(wavePlot.what, {title: `waveform (${signal.value === "record" ? data.unit : "no unit"})`});
    wavePlot.what.x.domain = picture.what.x.domain = [0, seconds];
    wavePlot.what.y.domain = [-1.05 * peak, 1.05 * peak];
    lengthWords.textContent = `${said(shown.dt)} s`;
    windowLength.setAttribute("aria-valuetext", lengthWords.textContent);
    windowLength.style.setProperty("--zx-done", `${100 * windowLength.value / (POINTS.length - 1)}%`);
    picture.what.title = `spectrogram: ${shown.frequencies.length} frequencies × ${shown.times.length} times`;
    told.textContent = `Time resolution ${said(round(shown.dt))} s (the segment), frequency resolution ${said(round(shown.df))} Hz (its bandwidth). ` +
      `Their product is ${said(round(shown.dt * shown.df))}, however long the segment is. The colours span ${DARK_DB} dB.`;
    report();
    wavePlot.draw();
    picture.draw();
  }

  function report() {
    const {power, frequencies, times} = shown, n = times.length;
    stage.report("window_s", shown.dt);
    stage.report("resolution_s", shown.dt);
    stage.report("resolution_hz", shown.df);
    stage.report("columns", n);
    stage.report("signal", signal.value);
    if (signal.value !== "made") { stage.report("tone_dip_db", 0); stage.report("click_dip_db", 0); return; }
    // between the tones: the mean over times before the clicks; between the clicks: the mean from 30 to 45 Hz
    const tones = Array.from(frequencies, (_, k) => { let sum = 0; for (let t = 0; t < n / 2; t++) sum += power[k * n + t]; return 10 * Math.log10(sum / (n / 2) + 1e-20); });
    const clicks = Array.from(times, (_, t) => { let sum = 0; frequencies.forEach((hz, k) => { if (hz >= 30 && hz <= 45) sum += power[k * n + t]; }); return 10 * Math.log10(sum + 1e-12); });
    stage.report("tone_dip_db", dip(tones, frequencies, ...TONES_HZ));
    stage.report("click_dip_db", dip(clicks, times, ...CLICKS_S));
  }

  /** The spectrogram as pixels, one a value. */
  function image() {
    const {db, top, frequencies, times} = shown, table = sequential(), made = new ImageData(Math.max(1, times.length), frequencies.length);
    frequencies.forEach((_, k) => times.forEach((__, t) => {
      const level = Math.round(255 * Math.min(1, Math.max(0, 1 + (db[k * times.length + t] - top) / DARK_DB)));
      made.data.set([table[3 * level], table[3 * level + 1], table[3 * level + 2], 255], 4 * ((frequencies.length - 1 - k) * times.length + t));
    }));
    const canvas = element("canvas", {width: made.width, height: made.height});
    canvas.getContext("2d").putImageData(made, 0, 0);
    return canvas;
  }

  function paintWave(g, plot) {
    if (!shown) return;
    const {left, right} = plot.area(), {wave} = shown, each = wave.length / (right - left);
    g.strokeStyle = theme.css("fg");
    g.lineWidth = 1;
    g.beginPath();
    for (let px = 0; px < right - left; px++) {
      let [low, high] = [Infinity, -Infinity];
      for (let i = Math.floor(px * each); i <= Math.min(wave.length - 1, (px + 1) * each); i++) { low = Math.min(low, wave[i]); high = Math.max(high, wave[i]); }
      g.moveTo(left + px + 0.5, plot.toPixels(0, low)[1] + 0.5);
      g.lineTo(left + px + 0.5, plot.toPixels(0, high)[1] - 0.5);
    }
    g.stroke();
    const [a] = plot.toPixels(2, 0), [b] = plot.toPixels(2 + shown.dt, 0);
    g.globalAlpha = 0.25;
    g.fillStyle = theme.css("accent");
    g.fillRect(a, 0, Math.max(1, b - a), 999);
    g.globalAlpha = 1;
  }

  function paintPicture(g, plot, covered) {
    if (!shown) return;
    if (covered) { plotCovered(g, plot, theme); return; }
    const half = {t: shown.hop / 2, f: rate / shown.points / 2}, {times, frequencies} = shown;
    if (times.length) {
      const [x0, y0] = plot.toPixels(times[0] - half.t, frequencies.at(-1) + half.f), [x1, y1] = plot.toPixels(times.at(-1) + half.t, -half.f);
      g.imageSmoothingEnabled = false;
      g.drawImage(shown.image, x0, y0, x1 - x0, y1 - y0);
    }
    // what two things must be apart in order to be seen as two
    const [x, y] = plot.toPixels(2, Math.min(rate / 2 - 1, 38 + shown.df / 2)), [right, bottom] = plot.toPixels(2 + shown.dt, Math.min(rate / 2 - 1, 38 + shown.df / 2) - shown.df);
    g.lineWidth = 3.5;
    for (const colour of ["#000000", "#ffffff"]) {
      g.strokeStyle = colour;
      g.strokeRect(x, y, Math.max(2, right - x), Math.max(2, bottom - y));
      g.lineWidth = 1.5;
    }
    const words = `${said(round(shown.dt))} s × ${said(round(shown.df))} Hz`, wide = g.measureText(words).width;
    g.fillStyle = "rgba(0, 0, 0, 0.6)";
    g.fillRect(right + 6, y, wide + 10, 18);
    g.fillStyle = "#ffffff";
    g.textBaseline = "middle";
    g.fillText(words, right + 11, y + 9.5);
  }

  stage.place.append(
    element("div.zx-controls", {}, stage.control("signal", "signal", signal), stage.control("window_s", "segment length", lengthControl),
      stage.control("overlap", "overlap", overlap), stage.control("window", "window function", window)),
    wavePlot.element, picture.element, told);
  for (const control of [signal, windowLength, overlap, window]) context.listen(control, "input", compute);
  context.listen(lengthControl, "change", compute);
  stage.chart("waveform", wavePlot);
  stage.chart("spectrogram", picture);
  compute();
}

function round(value) { return Number(value.toPrecision(3)); }
