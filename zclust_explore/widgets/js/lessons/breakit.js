// Break it: four runs that went wrong. What is seen, what was it, and how is it mended?

import {element} from "../core/element.js";
import {decBar, decButton, decChoice, decRange} from "./deccontrols.js";
import {CAUSES, DISASTERS, DISASTER_ITERATIONS, disasterRuns} from "./decdisasters.js";
import {clusterColours, isOutside, iterationWords, mark, ring} from "./decmarks.js";
import {DecPlot, heightAt} from "./decplot.js";

const SEED = 1, PLAY_MS = 2600, NOT_YET = "";

/**
 * Controls: case ("A" bad start, "B" collapse, "C" sorted batches, "D" K too large), run, iteration, guess ("order", "rate", "start", "count"), mended.
 * Charts: map, kl, agreement, and the same of the mended run: mended_map, mended_kl, mended_agreement. Reports: case, iteration, kl (nats),
 * agreement, smallest and largest (% of the windows), clusters (that are not empty), guess ("none" before), right and mended (0 or 1), mended_kl,
 * mended_agreement.
 * @param {Stage} stage
 */
export function breakIt(stage) {
  const {context} = stage;
  let runs = null, at = 0, playing = 0, hasRun = false, isMended = false;

  const choice = decChoice(stage, "case", "Patient", Object.keys(DISASTERS), {onchange: admit});
  const run = decButton(stage, "run", "Run", "All iterations, one after the other", () => { if (playing) pause(); else play(); });
  const iteration = decRange(stage, "iteration", "Iteration", {min: 0, max: DISASTER_ITERATIONS, step: 1, value: 0, oninput: value => { pause(); hasRun = true; go(value); }});
  const guess = decChoice(stage, "guess", "What went wrong?", [[NOT_YET, "— your diagnosis —"], ...Object.entries(CAUSES)], {value: NOT_YET, onchange: changed});
  const mend = decButton(stage, "mended", "Show it mended", "The same points, with the cause taken away, side by side", () => { isMended = !isMended; changed(); });

  const words = element("div.zx-decsaid", {"aria-live": "polite"});
  const broken = view("", "broken"), healthy = view("mended_", "mended");
  const place = element("div.zx-decruns", {}, broken.element, healthy.element);
  stage.place.append(decBar("patient", choice, run, iteration), place, decBar("diagnosis", guess, mend), words,
    element("p.zx-decnote", {}, "Shapes are the true kinds, colours the clusters. In your own data there are no shapes: you only see the colours and the curves, and agreement cannot be computed."));

  /** Map and curves of one run. */
  function view(prefix, key) {
    const head = element("div.zx-deccasehead"), sizes = element("div.zx-declegend");
    const until = state => state.slice(0, at + 1);
    const line = (name, what, y) => new DecPlot(stage, {
      name: prefix + name, title: what, x: {label: "iteration", from: 0, to: DISASTER_ITERATIONS, whole: true}, y,
      truth: x => heightAt(pairs(runs[key], name), x), paint: (g, plot) => {
        if (!runs || plot.covered) return;
        const seen = pairs(until(runs[key]), name), {theme} = context;
        plot.curve(g, seen, {colour: theme.css("fg"), area: theme.css("accent")});
        g.fillStyle = theme.css("fg");
        mark(g, 0, plot.px(at), plot.py(seen.at(-1)[1]), 3.5);
      },
    });
    const map = new DecPlot(stage, {
      name: `${prefix}map`, title: "Latent space", className: "zx-deccase", square: true, paint: (g, plot) => paintMap(g, plot, key),
      x: {label: "latent dimension 1 (no unit)", from: -5, to: 5}, y: {label: "latent dimension 2 (no unit)", from: -4.2, to: 4.8}, covering: show,
    });
    const kl = line("kl", "KL(P‖Q), mean over the points", {label: "KL (nats)", from: 0, to: 0.15});
    const agreement = line("agreement", "Agreement with the true kinds (adjusted Rand index)", {label: "agreement", from: 0, to: 1});
    return {key, map, kl, agreement, head, sizes, element: element("section.zx-decrun", {"data-run": key}, head,
      element("div.zx-decrunplots", {}, element("div", {}, map.element, sizes), element("div.zx-decside", {}, kl.element, agreement.element)))};
  }

  function pairs(states, name) { return states.map((state, t) => [t, state[name]]); }

  /** A new patient. */
  function admit() {
    pause();
    [runs, hasRun, isMended] = [disasterRuns(choice.value, stage.values.seed ?? SEED), false, false];
    guess.input.value = NOT_YET;
    const highest = 1.05 * Math.max(0.14, ...[...runs.broken, ...runs.mended].map(state => state.kl));
    for (const each of [broken, healthy]) each.kl.y.to = highest;
    go(0);
  }

  function play() {
    hasRun = true;
    const from = at >= DISASTER_ITERATIONS ? 0 : at, begun = performance.now();
    const tick = now => {
      const to = Math.min(DISASTER_ITERATIONS, from + Math.floor(Math.max(0, now - begun) / PLAY_MS * DISASTER_ITERATIONS));
      if (to >= DISASTER_ITERATIONS) pause();
      else playing = requestAnimationFrame(context.guarded(tick));
      if (to !== at) go(to);
    };
    run.input.textContent = "Pause";
    playing = requestAnimationFrame(context.guarded(tick));
  }

  function pause() {
    cancelAnimationFrame(playing);
    playing = 0;
    run.input.textContent = "Run";
  }

  function go(to) {
    at = to;
    iteration.value = to;
    changed();
  }

  function changed() {
    const {broken: states, mended} = runs, now = states[at], n = runs.set.kinds.length, guessed = guess.value;
    const numbers = {
      case: choice.value, iteration: at, kl: now.kl, agreement: now.agreement, smallest: 100 * Math.min(...now.sizes) / n, largest: 100 * Math.max(...now.sizes) / n,
      clusters: now.sizes.filter(size => size).length, guess: guessed || "none", right: Number(guessed === DISASTERS[choice.value].cause), mended: Number(isMended),
      mended_kl: mended[at].kl, mended_agreement: mended[at].agreement,
    };
    for (const [name, value] of Object.entries(numbers)) stage.report(name, value);
    show();
  }

  function show() {
    if (!runs) return;
    const letter = choice.value, {cause, symptom, diagnosis, mend: remedy} = DISASTERS[letter], guessed = guess.value, isOver = at === DISASTER_ITERATIONS;
    mend.input.disabled = !guessed;
    mend.input.setAttribute("aria-pressed", String(isMended));
    place.classList.toggle("zx-decpaired", isMended);
    healthy.element.hidden = !isMended;
    broken.head.textContent = `Patient ${letter}` + (isMended ? `: ${CAUSES[cause]}` : "");
    healthy.head.textContent = `Mended: ${remedy}`;
    for (const each of [broken, healthy]) tell(each);
    if (!guessed) {
      const next = !hasRun ? "What the run begins with. What will become of it?" : isOver ? `${symptom} What went wrong? Choose a diagnosis.` : "Watch to the end, or move the iteration back and forth.";
      words.replaceChildren(element("b", {}, `Patient ${letter}. `), next);
    } else {
      const isRight = guessed === cause;
      words.replaceChildren(element("b", {}, isRight ? "That is it. " : `It was something else: ${CAUSES[cause].split(":")[0].toLowerCase().replace(/^k /, "K ")}. `), diagnosis,
        ` Mended: ${remedy.replace(/^[A-J]|^S(?=teps)|^T/, first => first.toLowerCase())}.`);
    }
    Object.assign(context.root.dataset, {iteration: at, case: letter, mended: isMended});
  }

  function tell({key, map, kl, agreement, sizes}) {
    const state = runs[key][at], colours = clusterColours(stage, state.sizes.length);
    kl.now.textContent = kl.covered ? "–" : `${state.kl.toFixed(4)} nats`;
    agreement.now.textContent = agreement.covered ? "–" : state.agreement.toFixed(2);
    sizes.replaceChildren("windows:", ...(map.covered ? [] : [...state.sizes].map((size, j) => {
      const swatch = element("i.zx-swatch");
      swatch.style.background = colours[j];
      return element("span.zx-number", {}, swatch, String(size));
    })));
    for (const plot of [map, kl, agreement]) plot.draw();
  }

  function paintMap(g, plot, key) {
    if (!runs) return;
    const {z, mu, labels} = runs[key][plot.covered ? 0 : at], colours = clusterColours(stage, mu.length / 2), {theme} = context;
    for (let i = 0; i < labels.length; i++) {
      g.fillStyle = plot.covered ? theme.css("muted") : colours[labels[i]];
      mark(g, runs.set.kinds[i], plot.px(z[2 * i]), plot.py(z[2 * i + 1]), 3.4);
    }
    plot.now.textContent = plot.covered ? `iteration ${at}` : iterationWords(at, plot, mu);
    if (plot.covered) return;
    for (let j = 0; j < mu.length / 2; j++) if (!isOutside(plot, mu, j)) ring(g, theme, plot.px(mu[2 * j]), plot.py(mu[2 * j + 1]), colours[j], String(j));
  }

  context.signal.addEventListener("abort", pause);
  admit();
}
