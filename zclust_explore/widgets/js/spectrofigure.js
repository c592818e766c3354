// Spectrogram panels side by side on one frequency axis, with their colour bars; waveforms above the first.

import {FrequencyAxis, readable, said, ticks, timeEdges} from "./core/axes.js";
import {diverging, sequential} from "./core/colormap.js";
import {anchor, sized} from "./core/element.js";
import {channels, letters, picture, place, stack, toBytes, waves} from "./core/picture.js";

const LEFT = 52, BAR = 54, GAP = 20, TITLE = 20, BOTTOM = 34;

/** Where the first of some panels lies in its canvas: {left, top, width, height} of the axes, {pitch} to the next, {waveTop} of waveforms. */
export function panelArea(width, height, withWave, nPanels, nChannels = 1) {
  const top = TITLE + (withWave ? Math.min(nChannels > 1 ? 30 * nChannels : 64, height * 0.26) : 0);
  const each = (width - LEFT - nPanels * (BAR + GAP)) / nPanels;
  return {left: LEFT, top, width: each, height: height - BOTTOM - top, pitch: each + BAR + GAP, waveTop: TITLE};
}

/**
 * @param {Context} context
 * @param {HTMLCanvasElement} canvas
 * @returns the area of the first panel, as `panelArea` says it
 * @param {{width: number, height: number, wave?: Float32Array, waveUnit?: string, panels: {title: string, values: Float32Array, limits: number[], unit: string, factor?: number, signed?: boolean, missing?: string}[]}} what
 */
export function drawPanels(context, canvas, {width, height, wave: envelope, waveUnit, panels}) {
  const {theme, record} = context, {tile} = record, g = sized(canvas, width, height);
  const frequency = new FrequencyAxis(tile.frequencies), [t0, t1] = timeEdges(tile.times), duration = tile.duration_s;
  const area = panelArea(width, height, envelope, panels.length, channels(tile)), {top, width: each} = area;
  const bottom = top + area.height;
  g.font = theme.font;
  panels.forEach((panel, k) => {
    const x = LEFT + k * (each + BAR + GAP), table = panel.signed ? diverging(theme.rgb("bg")) : sequential();
    const at = s => x + s / duration * each;
    g.fillStyle = theme.css("fg");
    anchor(g, "left", "top");
    g.fillText(panel.title, x, 2);
    if (panel.missing) {
      g.fillStyle = theme.css("muted");
      g.textBaseline = "middle";
      g.fillText(panel.missing, x, (top + bottom) / 2, each);
      return;
    }
    g.strokeStyle = theme.css("line");
    g.lineWidth = 1;
    g.strokeRect(x - 0.5, top - 0.5, each + 1, bottom - top + 1);
    const image = picture(toBytes(panel.values, ...panel.limits), tile, table);
    place(g, image, at(t0), top, at(t1) - at(t0), bottom - top);
    letters(g, tile, theme.font, x, top, bottom - top);
    colourBar(g, theme, table, panel, tile.words.unit, x + each + 8, top, bottom - top);
    timeAxis(g, theme, tile, at, bottom, each);
  });
  frequencyAxis(g, theme, frequency, tile, top, bottom);
  if (envelope) waveforms(g, theme, envelope, tile, waveUnit, LEFT, TITLE, each, top - TITLE - 6);
  return area;
}

function timeAxis(g, theme, {duration_s: duration, words}, at, bottom, width) {
  g.fillStyle = theme.css("muted");
  anchor(g, "center", "top");
  for (const s of ticks(0, duration, width / 46)) {
    g.fillRect(Math.round(at(s)), bottom + 1, 1, 4);
    g.fillText(said(s), at(s), bottom + 6);
  }
  g.fillText(words.time, at(duration / 2), bottom + 19);
}

function frequencyAxis(g, theme, frequency, tile, top, bottom) {
  g.fillStyle = theme.css("muted");
  anchor(g, "right", "middle");
  const whole = bottom - top;
  for (const band of stack(tile).bands) for (const {hz, at} of frequency.ticks(band.height * whole / 16)) {
    const y = top + whole * (band.top + band.height * (1 - at));
    g.fillRect(LEFT - 5, Math.round(y), 4, 1);
    g.fillText(said(hz), LEFT - 8, y);
  }
  g.save();
  g.translate(2, (top + bottom) / 2);
  g.rotate(-Math.PI / 2);
  anchor(g, "center", "top");
  g.fillText(tile.words.frequency, 0, 0);
  g.restore();
}

function colourBar(g, theme, table, {limits, signed, unit, factor = 1}, brief, x, top, height) {
  const [low, high] = limits.map(limit => limit / factor);
  for (let y = 0; y < height; y++) {
    const c = 3 * Math.round((1 - y / height) * 255);
    g.fillStyle = `rgb(${table[c]},${table[c + 1]},${table[c + 2]})`;
    g.fillRect(x, top + y, 7, 1.5);
  }
  g.strokeStyle = theme.css("line");
  g.strokeRect(x - 0.5, top - 0.5, 8, height + 1);
  g.fillStyle = theme.css("muted");
  anchor(g, "left", "middle");
  for (const v of ticks(low, high, height / 34)) {
    const y = top + (high - v) / (high - low) * height;
    g.fillText((signed && v > 0 ? "+" : "") + said(v), x + 11, Math.min(top + height - 4, Math.max(top + 4, y)));
  }
  g.save();
  g.translate(x + BAR - 4, top + height / 2);
  g.rotate(Math.PI / 2);
  anchor(g, "center", "bottom");
  g.fillText(height > 115 ? unit : brief, 0, 0);
  g.restore();
}

/** On the time axis of the spectrogram below; components on one scale, so that they can be compared. */
function waveforms(g, theme, envelopes, tile, unit, x, y, width, height) {
  let peak = 0;
  for (const v of envelopes) peak = Math.max(peak, Math.abs(v));
  waves(g, envelopes, tile, peak, x, y, width, height, theme.css("fg"));
  g.fillStyle = theme.css("muted");
  anchor(g, "right", "middle");
  const short = unit === undefined ? {factor: 1, unit: ""} : readable(peak, unit);
  const size = `±${said(Number((peak / short.factor).toPrecision(2)))}`, each = height / channels(tile);
  if (!tile.components) {
    const lines = [size, short.unit].filter(Boolean);
    lines.forEach((line, k) => g.fillText(line, x - 8, y + height / 2 + (k - (lines.length - 1) / 2) * 13));
    return;
  }
  [...tile.components].forEach((letter, k) => g.fillText(letter, x - 8, y + (k + 0.5) * each));
  g.textBaseline = "top";
  g.fillText(`${size} ${short.unit}`.trim(), x + width, 2); // in the line of the title
}
