// The training panel: buttons, where the training stands, losses, the map, windows, and what may be changed.

import {element} from "./core/element.js";
import {liveMap} from "./livemap.js";
import {liveTiles} from "./livetiles.js";
import {lossChart} from "./losschart.js";
import {steerBar} from "./steerbar.js";

const WORDS = {
  idle: "not started", running: "running", paused: "paused", stopped: "stopped", finished: "finished", failed: "failed", gone: "no kernel",
};
const PHASES = {pretrain: "pretraining", cluster: "clustering"};
const CURVES = [
  {key: "reconstruction", name: "reconstruction loss", unit: "MSE", title: "Mean squared error a pixel of the scaled input: falls while the network learns to draw the windows"},
  {key: "clustering", name: "KL divergence", unit: "nats", title: "Nats a window: how far the assignments are from their own sharpened target"},
  {key: "label_change", name: "label change", unit: "%", percent: true, title: "Windows that changed cluster since the update before; clustering stops when hardly any do"},
];

export function trainingPanel(context) {
  const {model, root, theme} = context;
  const button = (kind, text, title) => element("button.zx-button", {title, "data-kind": kind, onclick: event => act(event.currentTarget.dataset.kind)}, text);
  const main = button("start", "Start", "Pretrain, then cluster, in the background"), stop = button("stop", "Stop", "End after this batch and keep what there is");
  const unit = element("select.zx-select", {"aria-label": "length of a step"}, element("option", {value: "batch"}, "one batch"),
    element("option", {value: "epoch"}, "one epoch"), element("option", {value: "update"}, "to the next update"));
  const step = element("button.zx-button", {title: "Go on by this much and pause again", onclick: () => act("step", {unit: unit.value})}, "Step");
  const clusters = element("input.zx-count-input", {type: "number", min: 2, max: 99, value: model.get("n_clusters"), "aria-label": "number of clusters",
    onchange: () => { model.set("n_clusters", Math.max(2, Math.round(Number(clusters.value)) || 2)); model.save_changes(); }});
  const asked = element("label.zx-quiet", {}, "clusters ", clusters);
  const line = element("span.zx-progress", {role: "status"}), bar = element("i"), memory = element("span.zx-quiet.zx-memory", {title: "The most that the kernel's process has taken so far"});
  const messages = element("div"), refusal = element("div"), charts = element("div.zx-charts.zx-three"), chips = element("div.zx-legend.zx-livechips", {role: "group", "aria-label": "cluster sizes"});
  const map = element("div.zx-livemap"), tiles = element("div.zx-livetiles"), steering = element("div.zx-steering");
  root.append(element("div.zx-panelbar", {}, main, element("span.zx-stepper", {}, step, unit), stop, asked, line, memory), element("div.zx-meter", {}, bar),
    messages, refusal, steering, charts, chips, element("div.zx-livegrid", {}, map, tiles));
  const listeners = [], notify = () => listeners.forEach(listener => listener());
  const board = {
    mask: null, clusters: [], open: false, busy: false, act, changed: listener => listeners.push(listener),
    select(mask) { board.mask = mask; notify(); },
    toggle(cluster) {
      const {clusters: now} = board;
      board.clusters = now.includes(cluster) ? now.filter(c => c !== cluster) : [...now, cluster].slice(-2);
      notify();
    },
  };
  let gone = false;
  const losses = CURVES.map(curve => lossChart(context, charts, curve));

  async function act(kind, content = {}) {
    if (kind === "start") clusters.dispatchEvent(new Event("change"));
    const changes = !["start", "pause", "resume", "stop", "step", "choose"].includes(kind);
    if (changes) { board.busy = true; notify(); }
    refusal.replaceChildren();
    try {
      await context.courier.ask(kind, content, 60);
      if (changes) Object.assign(board, {mask: null, clusters: []});
    } catch (error) {
      if (!context.signal.aborted) refusal.replaceChildren(element("p.zx-warn", {role: "alert"}, error.message));
    }
    board.busy = false;
    notify();
  }

  function state() {
    const now = model.get("progress"), status = gone ? "gone" : now.status, begun = now.snapshots > 0;
    const going = status === "running", paused = status === "paused";
    const [kind, text, title] = going ? ["pause", "Pause", "Wait after this batch"] : paused ? ["resume", "Resume", "Go on from here"]
      : ["start", begun ? "Resume" : "Start", begun ? "Go on from the last step, in the background" : "Pretrain, then cluster, in the background"];
    Object.assign(main.dataset, {kind});
    [main.textContent, main.title] = [text, title];
    main.disabled = gone || (!going && !paused && now.over);
    step.disabled = unit.disabled = !paused;
    stop.disabled = !going && !paused;
    asked.hidden = gone || going || paused || now.phase === "cluster";
    const words = status === "idle" && begun ? (now.over ? "finished" : "not running") : WORDS[status] ?? status;
    line.textContent = [words, ...where(now)].join(" · ");
    const mb = now.memory_mb;
    memory.textContent = !mb ? "" : mb < 10000 ? `memory ${mb} MB` : `memory ${Math.round(mb / 1000)} GB`;
    bar.style.width = `${100 * (status === "finished" ? 1 : done(now))}%`;
    root.dataset.status = status;
    Object.assign(root.dataset, {iteration: now.n_batches ? now.epoch * now.n_batches + now.batch : -1, snapshots: now.snapshots ?? 0});
    const open = !gone && !going && begun;
    if (open !== board.open) { board.open = open; if (!open) Object.assign(board, {mask: null, clusters: []}); notify(); }
    const lines = [];
    if (gone) lines.push(["zx-warn", `The kernel was restarted or has ended. What was recorded is kept: ${now.snapshots} steps in ${now.run}. To go on, run zx.TrainingPanel(zx.Trainer.open("${now.run}")) and press Resume.`]);
    else if (now.error) lines.push(["zx-warn", now.error]);
    else if (now.interrupted) lines.push(["zx-said", now.interrupted]);
    else if (["stopped", "finished"].includes(status) && now.stop_reason) lines.push(["zx-quiet", now.stop_reason]);
    if (now.forked) lines.push(["zx-quiet", now.forked]);
    if (now.undo) lines.push(["zx-said", now.undo]);
    lines.push(...(now.warnings ?? []).map(words_ => ["zx-warn", words_]));
    messages.replaceChildren(...lines.map(([style, words_]) => element(`p.${style}`, {}, words_)));
  }

  function done(now) { return now.n_epochs ? Math.min(1, (now.epoch + now.batch / now.n_batches) / now.n_epochs) : 0; }

  function where(now) {
    if (!now.n_epochs) return now.snapshots ? [`${now.snapshots} steps, the last of ${PHASES[now.phase]}`] : [];
    const batch = now.status === "paused" && now.batch ? `, batch ${now.batch} of ${now.n_batches}` : "";
    const parts = [PHASES[now.phase], `epoch ${Math.min(now.epoch + 1, now.n_epochs)} of ${now.n_epochs}${batch}`], fraction = done(now);
    if (now.status === "running" && fraction > 0.02 && now.elapsed_s) parts.push(`about ${duration(now.elapsed_s * (1 - fraction) / fraction)} left in this phase`);
    return parts;
  }

  function duration(s) { return s < 90 ? `${Math.max(1, Math.round(s))} s` : `${Math.round(s / 60)} min`; }

  liveMap(context, map, board);
  liveTiles(context, tiles);
  steerBar(context, chips, steering, board);
  context.onModel(["progress"], context.guarded(state));
  context.onModel(["course"], context.guarded(() => losses.forEach(chart => chart.draw())));
  // ipywidgets says so when the kernel behind a widget is another one, or none
  const lost = context.guarded(() => { gone = true; state(); });
  model.on("comm_live_update", lost);
  context.atEnd(() => model.off("comm_live_update", lost));
  theme.on(() => losses.forEach(chart => chart.draw()));
  state();
}
