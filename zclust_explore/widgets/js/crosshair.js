// The crosshair of the close-up: time, frequency and value under the pointer, on every panel at once.

import {FrequencyAxis, readable, said, timeEdges} from "./core/axes.js";
import {element, sized} from "./core/element.js";
import {channels, stack} from "./core/picture.js";

/**
 * @param {HTMLElement} plot the panels, focusable; arrow keys move the crosshair there
 * @returns {{show: function}} to be called with what is drawn: {area, width, height, panels, wave} as drawPanels takes them
 */
export function crosshair(context, plot, host) {
  const {record} = context, {tile} = record, frequency = new FrequencyAxis(tile.frequencies), [t0, t1] = timeEdges(tile.times);
  const over = plot.appendChild(element("canvas.zx-cross", {"aria-hidden": "true"})), n = channels(tile), {bands} = stack(tile);
  const reading = host.appendChild(element("div.zx-reading.zx-quiet.zx-number", {"aria-hidden": "true"})), told = host.appendChild(element("div.zx-told-only", {"aria-live": "polite"}));
  let drawn = null, scale = null, at = null; // at: {s, row (of all channels, lowest frequency first) or -1, channel}

  const column = s => Math.min(tile.n_times - 1, Math.max(0, Math.floor((s - t0) / (t1 - t0) * tile.n_times)));
  const panelX = k => drawn.area.left + k * drawn.area.pitch;

  function show(what) {
    drawn = what;
    let peak = 0;
    for (const v of what.wave ?? []) peak = Math.max(peak, Math.abs(v));
    scale = readable(peak, tile.amplitude);
    refresh();
  }

  function place(x, y) {
    const {left, top, width, height, pitch} = drawn.area, k = Math.floor((x - left) / pitch), inside = x - left - k * pitch;
    if (k < 0 || k >= drawn.panels.length || inside < 0 || inside > width || y > top + height) return null;
    const s = inside / width * tile.duration_s;
    if (y < top) return k || !drawn.wave || y < drawn.area.waveTop ? null : {s, row: -1, channel: Math.min(n - 1, Math.floor((y - drawn.area.waveTop) / (top - 6 - drawn.area.waveTop) * n))};
    const share = (y - top) / height, channel = bands.findLastIndex(band => share >= band.top), {top: from, height: high} = bands[channel];
    const row = Math.min(tile.n_freqs - 1, Math.max(0, Math.floor((1 - (share - from) / high) * tile.n_freqs)));
    return {s, row: channel * tile.n_freqs + row, channel};
  }

  /** Smallest and largest value of the waveform in the stretch that a pixel of it shows. */
  function amplitude({s, channel}) {
    const each = drawn.wave.length / n / 2, k = Math.min(each - 1, Math.max(0, Math.floor(s / tile.duration_s * each))), from = 2 * (channel * each + k);
    const [low, high] = [0, 1].map(end => said(Number((drawn.wave[from + end] / scale.factor).toPrecision(3))));
    return `waveform ${low === high ? "" : low + " to "}${high} ${scale.unit}`.trim();
  }

  function words() {
    const {words: {s, hz}} = tile, where = at.row % tile.n_freqs, letter = tile.components[at.channel] ?? "";
    const parts = [`${said(Number(at.s.toFixed(2)))} ${s}`.trim()];
    if (at.row >= 0) {
      parts.push(`${said(tile.frequencies[where])} ${hz}`.trim());
      const cell = at.row * tile.n_times + column(at.s);
      for (const {title, values, unit, signed} of drawn.panels) {
        const value = values?.[cell];
        if (value !== undefined) parts.push(`${title.split(",")[0]} ${signed && value > 0 ? "+" : ""}${said(Number(value.toFixed(1)))} ${unit}`.trim());
      }
    }
    if (drawn.wave) parts.push(amplitude(at));
    return (letter ? `${letter} · ` : "") + parts.join(" · ");
  }

  function refresh() {
    if (!drawn) return;
    const g = sized(over, drawn.width, drawn.height), {left, top, width, height, waveTop} = drawn.area;
    reading.textContent = at ? words() : "Point at the panels, or use arrow keys there, to read values.";
    if (!at) { delete plot.dataset.at; return; }
    plot.dataset.at = [column(at.s), at.row].join();
    g.fillStyle = "#ffffff"; // blended as a difference, so that it is seen on every colour
    const y = at.row < 0 ? -1 : top + height * (bands[at.channel].top + bands[at.channel].height * (1 - (at.row % tile.n_freqs + 0.5) / tile.n_freqs));
    drawn.panels.forEach(({values}, k) => {
      if (!values?.length) return;
      const x = panelX(k), from = k === 0 && drawn.wave ? waveTop : top;
      g.fillRect(Math.round(x + at.s / tile.duration_s * width), from, 1, top + height - from);
      if (y >= 0) g.fillRect(x, Math.round(y), width, 1);
    });
  }

  function key(event) {
    const by = event.shiftKey ? 5 : 1, move = {ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, by], ArrowDown: [0, -by]}[event.key];
    if (!move || !drawn || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation(); // the timeline has these keys elsewhere
    const within = (value, n) => Math.min(n - 1, Math.max(0, value)), [dx, dy] = at ? move : [0, 0]; // begins in the middle
    // after the highest frequency of a component comes the lowest of the next
    const row = within((at?.row ?? tile.n_freqs >> 1) + dy, n * tile.n_freqs), to = within((at ? column(at.s) : tile.n_times >> 1) + dx, tile.n_times);
    at = {s: tile.times[to], row, channel: Math.floor(row / tile.n_freqs)};
    refresh();
    told.textContent = words();
  }

  context.listen(plot, "pointermove", event => {
    if (!drawn) return;
    const box = plot.getBoundingClientRect();
    at = place(event.clientX - box.left, event.clientY - box.top);
    refresh();
  });
  context.listen(plot, "pointerleave blur", () => { at = null; told.textContent = ""; refresh(); });
  context.listen(plot, "keydown", key);
  return {show};
}
