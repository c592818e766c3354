// Reconstructions: a few windows as they went in, as they came out, and what is left, at the step on show.

import {unitAt} from "./core/axes.js";
import {floats, Memory} from "./core/courier.js";
import {element} from "./core/element.js";
import {channels, taller} from "./core/picture.js";
import {drawPanels} from "./spectrofigure.js";

const ROW = 168;

export function reconstructions(context, host, indices) {
  const {record, store, theme} = context, height = Math.round(ROW * taller(record.tile));
  const root = host.appendChild(element("section.zx-reconstructions", {"aria-label": "reconstructions"}));
  const note = element("div.zx-quiet");
  const rows = indices.map(index => {
    const canvas = element("canvas"), name = element("div.zx-rowname"), plot = element("div.zx-panels", {style: `height:${height}px`}, canvas);
    root.append(element("div.zx-row", {"data-index": index}, name, plot));
    return {index, canvas, name, plot};
  });
  root.append(note);
  const kept = new Memory(60);
  let answer = null, asked = "", timer = 0;

  function update() {
    const {step} = context, level = store.get("level"), key = `${step} ${level}`;
    for (const {index, name} of rows) {
      const label = record.labelsAt(step)[index];
      const colour = record.colour(label);
      name.replaceChildren(element("div", {}, element("i.zx-swatch", {style: `background:${colour}`}), label === 255 ? "–" : `C${label}`),
        element("div.zx-quiet", {}, record.shortTime(index)));
    }
    if (key === asked) return;
    asked = key;
    clearTimeout(timer);
    if (kept.has(key)) { answer = kept.get(key); draw(); return; }
    timer = setTimeout(() => ask(step, level, key), 90);
  }

  async function ask(step, level, key) {
    try {
      const {buffers, ...content} = await context.courier.ask("reconstructions", {indices, step, level});
      kept.set(key, {...content, arrays: buffers.map(floats)});
      if (asked !== key || context.signal.aborted) return;
      answer = kept.get(key);
      note.textContent = "";
      draw();
    } catch (error) {
      if (asked !== key || context.signal.aborted) return;
      note.textContent = `Reconstructions could not be fetched: ${error.message}`;
      root.dataset.painted = "error";
    }
  }

  function draw() {
    if (!answer) return;
    const size = channels(record.tile) * record.tile.n_freqs * record.tile.n_times, missing = answer.missing || undefined;
    const unit = unitAt(answer.level, record.tile);
    const part = (array, k) => array.subarray(k * size, (k + 1) * size);
    rows.forEach(({canvas, plot}, k) => {
      const width = plot.clientWidth, [input, output, residual] = answer.arrays;
      if (width < 60) return;
      drawPanels(context, canvas, {width, height, panels: [
        {title: `input, ${unit}`, values: part(input, k), limits: answer.limits, unit},
        {title: `reconstruction, step ${answer.step + 1}`, values: part(output, k), limits: answer.limits, unit, missing},
        {title: missing ? "" : "residual", values: part(residual, k), limits: [-answer.residual_limit, answer.residual_limit], unit: record.tile.words.unit, signed: true, missing: missing && " "},
      ]});
    });
    Object.assign(root.dataset, {painted: "true", step: answer.step});
  }

  context.onResize(root, draw);
  theme.on(draw);
  store.on(["step", "level"], context.guarded(update), context.signal);
  context.atEnd(() => clearTimeout(timer));
  update();
  return {element: root};
}
