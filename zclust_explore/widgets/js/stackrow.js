// The row above the tiles: mean spectrogram and stacked waveform of the members, and how they were shifted.

import {said} from "./core/axes.js";
import {bytes, floats} from "./core/courier.js";
import {element, sized} from "./core/element.js";
import {letters, picture, place, waves} from "./core/picture.js";

const WORDS = {none: "not shifted", onset: "shifted to one onset (Akaike's criterion)", correlation: "shifted to fit their mean (cross-correlation)"};

/** A shift as a person says it. */
export function saidShift(s) { return `${s > 0 ? "+" : ""}${said(Number(s.toFixed(1)))} s`; }

/** @param {function(): void} changed called when shifts have come */
export function stackRow(context, host, changed) {
  const {record, theme} = context, {tile} = record;
  const mean = element("canvas"), wave = element("canvas"), words = element("p.zx-quiet");
  const root = host.appendChild(element("div.zx-stack", {role: "img", hidden: true}, mean, wave, words));
  let asked = "", answer = null, shifts = new Map(), generation = 0;

  /** Ask for the mean of these; `key` says who they are. */
  async function want(members, key, align, level) {
    const wanted = [key, align, level].join();
    if (wanted === asked || members.length < 2) return;
    asked = wanted;
    const mine = ++generation;
    try {
      const {n, buffers} = await context.courier.ask("stack", {indices: members, align, level});
      if (mine !== generation || context.signal.aborted) return;
      const moved = floats(buffers[2]);
      shifts = new Map(align === "none" ? [] : members.map((index, k) => [index, moved[k]]));
      answer = {n, align, of: members.length, values: bytes(buffers[0]).slice(),
        wave: buffers[1].byteLength ? new Int8Array(bytes(buffers[1]).slice().buffer) : null, moved};
    } catch (error) {
      if (mine !== generation || context.signal.aborted) return;
      answer = {error: error.message};
    }
    changed();
  }

  /** What is on show is no longer theirs. */
  function forget() { asked = ""; answer = null; shifts = new Map(); generation++; delete root.dataset.painted; }

  function describe() {
    if (!answer) return "mean and stack …";
    if (answer.error) return `No mean: ${answer.error}`;
    const {n, of, align, moved} = answer, count = n < of ? `${n.toLocaleString("en")} of ${of.toLocaleString("en")} windows` : `${n.toLocaleString("en")} windows`;
    const peak = answer.wave ? ` The stack reaches ${(answer.wave.reduce((most, v) => Math.max(most, Math.abs(v)), 0) / 127).toFixed(2)}; 1 if all waveforms were alike.` : "";
    if (align === "none") return `Mean${answer.wave ? " and stack" : ""} of ${count}, ${WORDS.none}.${peak}`;
    let [low, high] = [Infinity, -Infinity];
    for (const s of moved) { low = Math.min(low, s); high = Math.max(high, s); }
    return `Mean${answer.wave ? " and stack" : ""} of ${count}, ${WORDS[align]}: by ${saidShift(low)} to ${saidShift(high)}.${peak}`;
  }

  /** @param {{width, picture, traces, height, columns, axis, gap, frequencyAxis}} layout of the gallery */
  function draw({width, picture: high, height, columns, axis, gap, frequencyAxis, table}) {
    root.style.height = `${height}px`;
    const g = sized(mean, axis + width, height), caption = (g, text, x) => {
      Object.assign(g, {fillStyle: theme.css("fg"), textAlign: "left", textBaseline: "middle"});
      g.fillText(text, x, height - 8);
    };
    g.font = theme.font;
    g.translate(axis, 0);
    if (answer?.values) {
      place(g, picture(answer.values, tile, table), 0, 0, width, high);
      letters(g, tile, theme.font, 0, 0, high);
    } else { g.fillStyle = theme.css("line"); g.globalAlpha = 0.35; g.fillRect(0, 0, width, high); g.globalAlpha = 1; }
    caption(g, "mean", 0);
    frequencyAxis(g, high);
    wave.hidden = columns < 2 || !tile.waves;
    if (!wave.hidden) {
      const h = sized(wave, width, height);
      h.font = theme.font;
      h.fillStyle = theme.css("line");
      h.fillRect(0, high - 0.5, width, 1);
      if (answer?.wave) waves(h, answer.wave, tile, Math.max(...answer.wave.map(Math.abs)), 0, 0, width, high - 2, theme.css("fg"));
      caption(h, "stack", 0);
      wave.style.left = `${axis + width + gap}px`;
    }
    const free = columns - (wave.hidden ? 1 : 2);
    words.textContent = describe();
    words.style.left = `${axis + (columns - free) * (width + gap)}px`;
    words.hidden = free < 1;
    root.title = free < 1 ? describe() : "";
    root.setAttribute("aria-label", describe());
    root.dataset.painted = answer?.values ? "true" : answer?.error ? "error" : "false";
    if (answer?.align) root.dataset.align = answer.align;
  }
  return {want, forget, draw, element: root, shift: index => shifts.get(index) ?? 0};
}
