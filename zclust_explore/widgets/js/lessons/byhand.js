// DEC by hand: the half-steps Q, P, gradient and move, forwards and back, on points in a plane.

import {element} from "../core/element.js";
import {decBar, decButton, decChoice, decRange} from "./deccontrols.js";
import {Dec2d, HALF_STEPS, hardLabels} from "./dec2d.js";
import {arrow, clusterColours, handles, isOutside, iterationWords, mark, mixed} from "./decmarks.js";
import {memberTable} from "./decmembers.js";
import {DecPlot, heightAt} from "./decplot.js";
import {POINT_SETS, pointSet} from "./decpoints.js";
import {agreementOf, clusterSizes} from "./decscores.js";
import {badStart, chanceStart, kMeansStart} from "./decstarts.js";

const STARTS = {"k-means": kMeansStart, "points by chance": chanceStart, "all in one place": badStart};
const MOST_ITERATIONS = 400, PLAYED = 100, PLAY_MS = 110, ARROW = 2.5, REACH = 4.2;
const NAMES = {q: "Q", p: "P", gradient: "Gradient", move: "Move"};
const TITLES = {
  q: "Half-step 1: how much each point belongs to each cluster", p: "Half-step 2: the target that Q shall become",
  gradient: "Half-step 3: where KL grows; the arrows point against it", move: "Half-step 4: points and centroids go there",
};
const SAID = [
  ["Nothing is computed yet. ", "Q comes first: how much does each point belong to each cluster?"],
  ["Q is there. ", "From each distance d: (1 + d²/α)^(−(α+1)/2), divided by the sum over the clusters. The colours are mixed by q."],
  ["P is there. ", "q² divided by the cluster's size f (the sum of its q), and each row by its sum: what is likely gets likelier. The colours are mixed by p."],
  ["The gradient is there. ", "It points to where KL(P‖Q) grows. The arrows point against it; the longer the arrow, the faster KL gets smaller. "],
  ["All have moved. ", "Now Q is another one: on with Q."],
];

/**
 * Controls: points ("three blobs", "two unequal", "overlapping"), start ("k-means", "points by chance", "all in one place"), seed, alpha, rate;
 * q, p, gradient, move, half_back, step, back, play, reset; centroids (to drag). Value `iteration`: where to begin.
 * Charts: map, kl. Reports: iteration, half_step, kl (nats), moved (mean distance in the last iteration), label_change (0 to 1), agreement
 * (adjusted Rand index), smallest (points), alpha, rate, points, start, selected, selected_q, drags, backs.
 * @param {Stage} stage
 */
export function byHand(stage) {
  const {context, values} = stage;
  let set = null, dec = null, selected = 0, told = {}, frozen = null, playing = 0, backs = 0, drags = 0;

  const points = decChoice(stage, "points", "Points", Object.keys(POINT_SETS), {onchange: () => begin(true)});
  const start = decChoice(stage, "start", "Start", Object.keys(STARTS), {onchange: () => begin()});
  const seed = decRange(stage, "seed", "Seed", {min: 0, max: 20, step: 1, value: 0, oninput: () => begin(true)});
  const alpha = decRange(stage, "alpha", "α", {min: 0.25, max: 10, step: 0.25, value: 1, oninput: value => {
    dec.widen(value, told.act === "alpha");
    changed("alpha");
  }});
  const rate = decRange(stage, "rate", "Learning rate", {min: 0.1, max: 5, step: 0.1, value: 0.5, oninput: () => { hasten(); changed("rate"); }});
  const halves = HALF_STEPS.map(name => decButton(stage, name, NAMES[name], TITLES[name], () => { pause(); dec.half(); changed(name); }));
  const halfBack = decButton(stage, "half_back", "Half a step back", "Undo the last half-step", () => undo(() => dec.halfBack()));
  const step = decButton(stage, "step", "Step", "All that is left of this iteration", () => { pause(); dec.step(); changed("step"); });
  const back = decButton(stage, "back", "Back", "Undo a whole iteration", () => undo(() => dec.back()));
  const play = decButton(stage, "play", "Play", `Iterations one after the other; it stops after every ${PLAYED}`, () => { if (playing) pause(); else resume(); });
  const reset = decButton(stage, "reset", "Start over", "Back to the first centroids", () => begin());

  const map = new DecPlot(stage, {
    name: "map", title: "Latent space", className: "zx-decmap", square: true, paint: paintMap,
    x: {label: "latent dimension 1 (no unit)", from: -REACH, to: REACH}, y: {label: "latent dimension 2 (no unit)", from: -3.8, to: 4},
    covering: hidden => { frozen = hidden && dec ? seen() : null; },
  });
  const kl = new DecPlot(stage, {
    name: "kl", title: "KL(P‖Q), mean over the points", paint: paintKl, truth: x => heightAt(dec.curve, x),
    x: {label: "iteration", from: 0, to: 50, whole: true}, y: {label: "KL (nats)", from: 0, to: 0.15},
    covering: (hidden, plot) => { plot.until = hidden ? dec?.state.iteration ?? 0 : Infinity; if (dec) show(); },
  });
  kl.until ??= Infinity;
  const members = memberTable([
    {key: "d", name: "d", title: "distance to the centroid"}, {key: "q", name: "q", bar: "full", title: "how much the point belongs to the cluster"},
    {key: "p", name: "p (target)", bar: "outlined", title: "what q shall become"},
  ], "");
  const words = element("p.zx-decsaid", {"aria-live": "polite"});
  const centroids = handles(stage, map, {
    name: "centroids", label: "centroids: drag them, or move them by the arrow keys",
    said: j => `centroid ${j}: drag it, or move it by the arrow keys`, hollow: true, moved(j, x, y, sameAct) {
      pause();
      if (!sameAct) drags++;
      dec.place(j, x, y, sameAct);
      changed("drag");
    },
  });
  map.plane.tabIndex = 0;
  map.plane.setAttribute("role", "application");
  map.plane.setAttribute("aria-label", "Latent space. Left and right choose a point; tab goes to the centroids.");

  stage.place.append(
    decBar("points", points, start, seed, alpha, rate),
    decBar("steps", ...halves, halfBack, element("span.zx-decgap"), step, back, play, reset), words,
    element("div.zx-decgrid", {}, element("div", {}, map.element, element("p.zx-decnote", {}, "Faint: where each point began, in its colour of now.")), element("div.zx-decside", {}, members.element, element("div", {}, kl.element,
      element("p.zx-decnote", {}, "P is made anew in each iteration. The target moves, so KL may rise for a while.")))));
  for (const bar of stage.place.querySelectorAll(".zx-decbar[aria-label=steps]")) bar.classList.add("zx-decsteps");

  function begin(anew = false) {
    pause();
    if (anew || !set) {
      set = pointSet(points.value, seed.value);
      selected = nearest(0, 0);
    }
    dec = new Dec2d({points: set.points, centroids: STARTS[start.value](set.points, set.k, seed.value), alpha: alpha.value});
    [backs, drags] = [0, 0];
    if (map.covered) frozen = seen();
    hasten();
    changed("begin");
  }

  /** A centroid gets the mean over the points of about one cluster, and so steps as long as points do. */
  function hasten() { [dec.pointRate, dec.centroidRate] = [rate.value, rate.value * dec.k]; }

  function undo(act) {
    pause();
    backs++;
    act();
    alpha.value = dec.state.alpha;
    changed("back");
  }

  function resume() {
    let last = performance.now();
    const until = Math.min(MOST_ITERATIONS, PLAYED * (1 + Math.floor(dec.state.iteration / PLAYED)));
    const tick = now => {
      if (dec.state.iteration >= until) { pause(); changed("played"); return; }
      if (now - last >= PLAY_MS) { last = now; dec.step(); changed("play"); }
      playing = requestAnimationFrame(context.guarded(tick));
    };
    playing = requestAnimationFrame(context.guarded(tick));
    play.input.textContent = "Pause";
  }

  function pause() {
    cancelAnimationFrame(playing);
    playing = 0;
    play.input.textContent = "Play";
  }

  function nearest(x, y) {
    const z = dec?.state.z ?? set.points, far = i => Math.hypot(z[2 * i] - x, z[2 * i + 1] - y);
    let best = 0;
    for (let i = 1; i < z.length / 2; i++) if (far(i) < far(best)) best = i;
    return best;
  }

  function choose(i) {
    selected = i;
    changed("choose");
  }

  function changed(act) {
    const {state} = dec, {iteration, done} = state;
    told = {act};
    const labels = hardLabels(dec.q, dec.k), before = dec.past.findLast(other => other.iteration === iteration - 1);
    const moved = before ? mean(state.z.length / 2, i => Math.hypot(state.z[2 * i] - before.z[2 * i], state.z[2 * i + 1] - before.z[2 * i + 1])) : 0;
    const old = before?.q ? hardLabels(before.q, dec.k) : labels;
    const numbers = {
      iteration, kl: dec.kl, moved, label_change: mean(labels.length, i => Number(labels[i] !== old[i])), agreement: agreementOf(labels, set.kinds),
      smallest: Math.min(...clusterSizes(labels, dec.k)), alpha: state.alpha, rate: rate.value, half_step: done ? HALF_STEPS[done - 1] : iteration ? "move" : "none",
      points: points.value, start: start.value, selected, selected_q: Math.max(...dec.q.slice(selected * dec.k, selected * dec.k + dec.k)), drags, backs,
    };
    for (const [name, value] of Object.entries(numbers)) stage.report(name, value);
    show();
  }

  function show() {
    const {done, iteration, z, mu, q, p} = dec.state, k = dec.k, colours = clusterColours(stage, k);
    halves.forEach(({input}, at) => { input.disabled = at !== done; input.classList.toggle("zx-decnext", at === done); });
    for (const {input} of [halfBack, back]) input.disabled = !dec.past.length;
    const [lead, rest] = told.act !== "played" ? SAID[done === 0 && iteration ? 4 : done] :
      [`Iteration ${iteration}. `, iteration < MOST_ITERATIONS ? `Play stops after every ${PLAYED}; press it again to go on.` : "Play goes no further."];
    const longer = Number((ARROW / rate.value).toPrecision(2));
    words.replaceChildren(element("b", {}, lead), rest, done === 3 ? `They are drawn ${longer} times as long as the move will be.` : "");
    members.caption(`Point ${selected}: from distances to q and p`);
    members.show(Array.from({length: k}, (_, j) => ({
      d: Math.hypot(z[2 * selected] - mu[2 * j], z[2 * selected + 1] - mu[2 * j + 1]), q: q?.[selected * k + j], p: p?.[selected * k + j],
    })), colours, map.covered);
    const at = dec.curve.at(-1);
    kl.now.textContent = at && at[0] <= kl.until ? `${at[1].toFixed(4)} nats` : "–";
    while (kl.x.to < iteration) kl.x.to *= 2;
    if (!iteration) kl.x.to = 50;
    kl.y.to = Math.max(0.15, ...dec.curve.map(pair => 1.05 * pair[1]));
    Object.assign(context.root.dataset, {iteration, done});
    map.draw();
    kl.draw();
  }

  function paintMap(g) {
    if (!dec) return;
    const states = frozen ?? seen(), {z, mu, slope} = states.at(-1), k = dec.k, {theme} = context, colours = clusterColours(stage, k);
    const coloured = states.findLast(state => state.q), shares = coloured?.p ?? coloured?.q; // after a move the colours of before it
    const painted = (places, r) => {
      for (let i = 0; i < places.length / 2; i++) {
        g.fillStyle = shares ? mixed(colours, shares.slice(i * k, i * k + k)) : theme.css("muted");
        mark(g, 0, map.px(places[2 * i]), map.py(places[2 * i + 1]), r);
      }
    };
    if (states[0].z !== z) { // a group that is one dot in the end still shows how wide it was
      g.globalAlpha = theme.dark ? 0.4 : 0.3;
      painted(states[0].z, 2.5);
      g.globalAlpha = 1;
    }
    painted(z, 3);
    const paths = states.filter(state => state.done === 0);
    g.lineWidth = 1.5;
    for (let j = 0; j < k; j++) {
      g.strokeStyle = theme.css("fg");
      g.beginPath();
      for (const state of paths) g.lineTo(map.px(state.mu[2 * j]), map.py(state.mu[2 * j + 1]));
      g.stroke();
    }
    if (slope) {
      const unit = map.px(1) - map.px(0);
      const arrows = (places, slopes, times) => {
        for (let at = 0; at < places.length; at += 2)
          arrow(g, map.px(places[at]), map.py(places[at + 1]), -slopes[at] * times * unit, slopes[at + 1] * times * unit);
      };
      g.strokeStyle = theme.css("fg");
      g.lineWidth = 0.9;
      arrows(z, slope.z, ARROW);
      g.lineWidth = 3;
      arrows(mu, slope.mu, ARROW * k);
    }
    const [x, y] = [map.px(z[2 * selected]), map.py(z[2 * selected + 1])];
    g.strokeStyle = theme.css("line");
    g.lineWidth = 1;
    g.setLineDash([3, 3]);
    for (let j = 0; j < k; j++) { g.beginPath(); g.moveTo(x, y); g.lineTo(map.px(mu[2 * j]), map.py(mu[2 * j + 1])); g.stroke(); }
    g.setLineDash([]);
    for (const [colour, width] of [[theme.css("bg"), 3.5], [theme.css("fg"), 1.5]]) {
      g.strokeStyle = colour;
      g.lineWidth = width;
      g.beginPath();
      g.arc(x, y, 5, 0, 2 * Math.PI);
      g.stroke();
    }
    centroids.show(mu, colours);
    [...centroids.host.children].forEach((made, j) => { made.hidden = isOutside(map, mu, j); });
    map.now.textContent = iterationWords(dec.state.iteration, map, mu);
  }

  /** All states so far, the one now last. */
  function seen() { return [...dec.past, dec.state]; }

  function paintKl(g) {
    if (!dec) return;
    const pairs = dec.curve.filter(([t]) => t <= kl.until), {theme} = context;
    kl.curve(g, pairs, {colour: theme.css("fg"), area: theme.css("accent")});
    if (!pairs.length) {
      g.fillStyle = theme.css("muted");
      g.textAlign = "center";
      g.fillText("known as soon as Q and P are", kl.width / 2 + 20, kl.height / 2 - 12);
      return;
    }
    g.fillStyle = theme.css("fg");
    mark(g, 0, kl.px(pairs.at(-1)[0]), kl.py(pairs.at(-1)[1]), 3.5);
  }

  context.listen(map.plane, "click", event => { if (event.target === map.canvas) choose(nearest(...map.pointed(event))); });
  context.listen(map.plane, "keydown", event => {
    const by = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    if (!by || event.target !== map.plane) return;
    event.preventDefault();
    const z = dec.state.z, order = [...Array(dec.n).keys()].sort((a, b) => z[2 * a] - z[2 * b]);
    choose(order[Math.min(dec.n - 1, Math.max(0, order.indexOf(selected) + by))]);
  });
  context.signal.addEventListener("abort", pause);
  begin(true);
  if (values.iteration) for (let t = 0; t < values.iteration; t++) dec.step();
  if (values.iteration) changed("begin");
}

function mean(n, of) {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += of(i);
  return sum / n;
}
