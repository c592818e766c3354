// The timeline: play, scrub, and what happened when. Scrubbing stays in the page; Python hears of it afterwards.

import {element} from "./core/element.js";
import {chart} from "./charts.js";
import {player} from "./player.js";
import {river} from "./river.js";

export function timeline(context, host, {charts = true} = {}) {
  const {record, store} = context, last = record.steps - 1;
  const root = host.appendChild(element("section.zx-timeline", {"aria-label": "timeline"}));
  const play = player(context, root);
  const slider = element("input.zx-slider", {type: "range", min: 0, max: last, step: 1, "aria-label": "step",
    title: "Drag, or the arrow keys; Home and End"});
  const words = element("span.zx-step", {"aria-live": "off"});
  const track = element("div.zx-track", {}, phases(), slider);
  root.append(element("div.zx-strip", {}, ...play.controls, track, words));
  const drawn = charts ? small() : [];
  if (charts) river(context, root);

  /** Names of the phases above the slider, each as wide as it lasted. */
  function phases() {
    const bar = element("div.zx-phases"), first = record.firstClustered;
    const part = (name, steps, title) => bar.append(element("span", {style: `flex:${steps} 0 0`, title}, name));
    if (first !== 0) part("pretraining", first < 0 ? 1 : first - 0.5, "The autoencoder learns to reproduce spectrograms");
    if (first >= 0) part(element("button.zx-jump", {title: "To the first centroids (f)", onclick: () => go(first)}, "first centroids, clustering"),
      last - first + 0.5, "The centroids are placed, then they and the encoder move together");
    return bar;
  }

  function small() {
    const box = root.appendChild(element("div.zx-charts")), {curves} = record;
    const percent = curves.label_change.map(v => 100 * v);
    const made = [
      chart(context, box, {name: "reconstruction loss", unit: "", values: curves.reconstruction}),
      chart(context, box, {name: "KL divergence (nats)", unit: "", values: curves.clustering}),
      chart(context, box, {name: "label change (%)", unit: " %", values: percent}),
      chart(context, box, {name: "cluster sizes (windows)", unit: "", stack: record.sizes}),
    ];
    for (const {plot, step} of made) {
      const scrub = event => {
        if (event.type === "pointerdown") plot.setPointerCapture(event.pointerId);
        else if (!plot.hasPointerCapture(event.pointerId)) return;
        go(step(event.clientX - plot.getBoundingClientRect().left));
      };
      context.listen(plot, "pointerdown pointermove", scrub);
    }
    return made;
  }

  function go(step) {
    play.stop();
    store.set({step: Math.min(last, Math.max(0, step))});
  }

  function draw() {
    const {step} = context;
    slider.value = step;
    const text = `step ${step + 1} of ${record.steps} · ${record.phase(step)} · epoch ${record.epochs[step]}`;
    words.textContent = text;
    slider.setAttribute("aria-valuetext", text);
    slider.style.setProperty("--zx-done", `${last ? 100 * step / last : 100}%`);
    for (const part of drawn) part.move();
    Object.assign(root.dataset, {painted: "true", step});
  }

  /** Keys that move through time, wherever the focus is in the widget. @returns {boolean} whether it was one */
  function key(event) {
    const {step} = context, big = event.shiftKey ? 10 : 1;
    const moves = {ArrowLeft: step - big, ArrowRight: step + big, Home: 0, End: last, f: Math.max(0, record.firstClustered)};
    if (event.key in moves) go(moves[event.key]);
    else if (event.key === " ") play.toggle();
    else return false;
    return true;
  }

  // Python learns of the step when the hand has left: a message for every step would queue behind the kernel's work.
  let told = context.step;
  const tell = () => { if (told !== context.step && !play.playing) { told = context.step; store.commit(); } };
  context.listen(root, "pointerleave", tell);
  context.listen(root, "focusout", event => { if (!root.contains(event.relatedTarget)) tell(); });

  context.listen(slider, "input", () => go(Number(slider.value)));
  store.on(["step"], draw, context.signal);
  draw();
  return {key, go, element: root};
}
