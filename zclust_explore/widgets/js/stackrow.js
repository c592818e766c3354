// The row above the tiles: mean spectrogram and stacked waveform of the members, and how they were shifted.

import {said} from "./core/axes.js";
import {bytes, floats} from "./core/courier.js";
import {element, sized} from "./core/element.js";
import {letters, picture, place, waves} from "./core/picture.js";

/** A shift as a person says it. */
export function saidShift(s) { return `${s > 0 ? "+" : ""}${said(Number(s.toFixed(1)))} s`; }

/** @param {function(): void} changed called when shifts have come */
export function stackRow(context, host, changed) {
  const {record, theme} = context, {tile} = record, canvas = element("canvas"), words = element("p.zx-quiet");
  const root = host.appendChild(element("div.zx-stack", {hidden: true}, canvas, words));
  let who = 0, asked = "", answer = null, shifts = new Map();

  /** Ask for the mean of these, who were expected. */
  async function want(members, align, level) {
    const mine = [who, align, level].join();
    if (mine === asked || members.length < 2) return;
    asked = mine;
    const said = await context.courier.ask("stack", {indices: members, align, level}).catch(error => ({words: `No mean: ${error.message}`}));
    if (mine !== asked || context.signal.aborted) return;
    const [mean, wave, moved] = said.buffers ?? [];
    answer = {...said, align, values: mean && bytes(mean), wave: wave?.byteLength && Int8Array.from(bytes(wave))};
    if (mean && align !== "none") { const by = floats(moved); shifts = new Map(members.map((index, k) => [index, by[k]])); }
    changed();
  }

  /** These come next; if they are others, in whatever order, what is on show is no longer theirs. */
  function expect(members) {
    const now = members.reduce((sum, i) => sum + Math.imul(i * i + 1, i ^ 0x5bd1e995) | 0, 0);
    if (now !== who || answer && !answer.values) { [who, asked, answer] = [now]; shifts.clear(); } // what failed is tried again
  }

  /** @param {{width, picture, columns, axis, gap, caption, frequencyAxis, table}} layout of the gallery */
  function draw({width, picture: high, columns, axis, gap, caption, frequencyAxis, table}) {
    const many = columns > 1 && tile.waves ? 2 : 1, pitch = width + gap, g = sized(canvas, axis + many * pitch, high + caption);
    g.translate(axis, 0);
    Object.assign(g, {font: theme.font, fillStyle: theme.css("fg"), textBaseline: "middle"});
    ["mean", "stack"].slice(0, many).forEach((text, k) => g.fillText(text, k * pitch, high + caption - 7.5));
    if (many > 1 && answer?.wave) waves(g, answer.wave, tile, Math.max(...answer.wave.map(Math.abs)), pitch, 0, width, high - 2, theme.css("fg"));
    g.fillStyle = theme.css("line");
    g.fillRect(0, 0, width, answer?.values ? 0 : high);
    g.fillRect(pitch, high - 0.5, many > 1 ? width : 0, 1);
    if (answer?.values) {
      place(g, picture(answer.values, tile, table), 0, 0, width, high);
      letters(g, tile, theme.font, 0, 0, high);
    }
    g.fillStyle = theme.css("muted");
    frequencyAxis(g, high);
    words.textContent = answer?.words ?? "averaging …";
    words.style.left = `${axis + many * pitch}px`;
    words.hidden = columns <= many;
    root.title = answer?.words ?? "";
    Object.assign(root.dataset, {painted: Boolean(answer?.values), align: answer?.align ?? ""});
  }
  return {want, expect, draw, element: root, shift: index => shifts.get(index) ?? 0};
}
