// Playing: from the step on show to the last, as fast as was chosen, once or again and again.

import {element, icon, pressed} from "./core/element.js";

const SPEEDS = [1, 2, 4, 8, 15, 30, 60];

/** @param {HTMLElement} root carries data-playing */
export function player(context, root) {
  const {record, store} = context, last = record.steps - 1;
  const play = element("button.zx-icon.zx-play", {title: "Play (space)", "aria-label": "play", onclick: () => toggle()}, icon("play"));
  const loop = element("button.zx-icon.zx-loop", {
    title: "Loop: after the last step, go on from the first centroids", "aria-label": "loop",
    onclick: () => choose({loop: !store.get("loop")}),
  }, icon("loop"));
  const speed = element("select.zx-select.zx-speed", {title: "Steps in a second while playing", "aria-label": "speed, steps in a second",
    onchange: () => choose({speed: Number(speed.value)})});
  let playing = 0, begun = 0, from = 0;

  function choose(what) { store.set(what); store.commit(); }

  function settings() {
    const wanted = store.get("speed");
    const known = [...new Set([...SPEEDS, wanted])].sort((a, b) => a - b); // Python may have set any
    speed.replaceChildren(...known.map(value => element("option", {value}, value === 1 ? "1 step/s" : `${value} steps/s`)));
    speed.value = wanted;
    pressed(loop, store.get("loop"));
    if (playing) anew(context.step);
  }

  function anew(step) { from = step; begun = performance.now(); }

  function toggle() { if (playing) stop(); else start(); }

  function start() {
    if (last < 1) return;
    anew(context.step >= last ? 0 : context.step);
    show(true);
    playing = requestAnimationFrame(tick);
  }

  function tick(now) {
    let step = from + Math.max(0, Math.floor((now - begun) / 1000 * store.get("speed")));
    if (step > last && store.get("loop")) anew(step = Math.max(0, record.firstClustered)); // the last one had its time
    step = Math.min(step, last);
    if (step !== context.step) store.set({step});
    if (step >= last && !store.get("loop")) stop();
    else playing = requestAnimationFrame(tick);
  }

  function stop() {
    cancelAnimationFrame(playing);
    if (playing) show(false);
    playing = 0;
  }

  function show(on) {
    play.replaceChildren(icon(on ? "pause" : "play"));
    play.title = on ? "Pause (space)" : "Play (space)";
    play.setAttribute("aria-label", on ? "pause" : "play");
    root.dataset.playing = String(on);
  }

  store.on(["speed", "loop"], settings, context.signal);
  context.atEnd(stop);
  settings();
  return {controls: [play, loop, speed], toggle, stop, get playing() { return playing > 0; }};
}
