// The close-up: one window in full. Waveform, spectrogram, reconstruction, residual, how sure, and where it is from.

import {unitAt} from "./core/axes.js";
import {floats, Memory} from "./core/courier.js";
import {element, icon, tree} from "./core/element.js";
import {taller} from "./core/picture.js";
import {crosshair} from "./crosshair.js";
import {drawPanels} from "./spectrofigure.js";

const HEIGHT = 268; // of the panels of one component in CSS pixels, as in the style sheet

export function closeUp(context, host) {
  const {record, store, theme} = context, more = taller(record.tile);
  const root = host.appendChild(element("section.zx-closeup", {"aria-label": "close-up", tabindex: -1}));
  const hint = element("div.zx-hint.zx-quiet", {}, "Click a window to see it in full.");
  const facts = element("div.zx-facts"), canvas = element("canvas"), plot = element("div.zx-panels.zx-crossed", {tabindex: 0, role: "application", "aria-label": "waveform, spectrogram, reconstruction and residual; arrow keys read values"}, canvas);
  const close = element("button.zx-icon", {title: "Close (Esc)", "aria-label": "close the close-up", onclick: () => shut()}, icon("close"));
  const body = element("div.zx-closebody", {hidden: true}, facts, element("div.zx-plots", {}, plot), close), cross = crosshair(context, plot, plot.parentElement);
  root.append(hint, body);
  if (more > 1) plot.style.height = `${Math.round(HEIGHT * more)}px`;
  const kept = new Memory(40);
  let answer = null, asked = "", timer = 0;

  function shut() { store.set({opened: -1}); store.commit(); }

  function update() {
    const index = store.get("opened");
    const first = index >= 0 && body.hidden && root.closest(".zx").contains(document.activeElement);
    hint.hidden = index >= 0;
    body.hidden = index < 0;
    root.dataset.index = index;
    if (index < 0) { asked = ""; answer = null; delete root.dataset.painted; return; }
    const {step} = context, level = store.get("level"), key = `${index} ${step} ${level}`;
    if (key === asked) return;
    asked = key;
    if (answer?.index !== index) { answer = null; root.dataset.painted = "false"; }
    describe();
    if (first) plot.scrollIntoView({block: "nearest"}); // opened by hand, perhaps below what can be seen; once, so that maps keep still
    clearTimeout(timer);
    if (kept.has(key)) { answer = kept.get(key); describe(); draw(); return; }
    timer = setTimeout(() => ask(index, step, level, key), 90); // while scrubbing, only where the hand rests
  }

  async function ask(index, step, level, key) {
    try {
      const {buffers, ...content} = await context.courier.ask("open", {index, step, level});
      kept.set(key, {index, ...content, arrays: buffers.map(floats)});
      if (asked !== key || context.signal.aborted) return; // somebody has moved on
      answer = kept.get(key);
      describe();
      draw();
    } catch (error) {
      if (asked !== key || context.signal.aborted) return;
      facts.append(element("p.zx-warn", {}, `This window could not be opened: ${error.message}`));
      root.dataset.painted = "error";
    }
  }

  function describe() {
    const index = store.get("opened"), {step} = context, label = record.labelsAt(step)[index];
    const colour = record.colour(label);
    const title = element("div.zx-cardhead", {}, element("i.zx-swatch", {style: `background:${colour}`}),
      label === 255 ? `window ${index} · not clustered yet` : `window ${index} · C${label}`);
    facts.replaceChildren(title, ...(answer?.facts ?? []).map(tree));
  }

  function draw() {
    const width = plot.clientWidth, height = plot.clientHeight;
    if (!answer || body.hidden || !context.hasRoom(plot, draw)) return;
    const [spectrogram, reconstruction, residual, envelope] = answer.arrays;
    const unit = unitAt(answer.level, record.tile), missing = answer.missing || undefined;
    const wave = envelope?.length ? envelope : undefined, panels = [
      {title: "spectrogram", values: spectrogram, limits: answer.limits, unit},
      {title: `reconstruction, step ${answer.step + 1}`, values: reconstruction, limits: answer.limits, unit, missing},
      {title: missing ? "" : "residual", values: residual, limits: [-answer.residual_limit, answer.residual_limit], unit: record.tile.words.unit, signed: true, missing: missing && " "},
    ];
    cross.show({panels, wave, width, height, area: drawPanels(context, canvas, {width, height, wave, waveUnit: record.tile.amplitude || undefined, panels})});
    root.dataset.painted = "true";
  }

  context.onResize(plot, draw);
  theme.on(draw);
  store.on(["opened", "step", "level"], context.guarded(update), context.signal);
  context.atEnd(() => clearTimeout(timer));
  update();
  return {shut, element: root};
}
