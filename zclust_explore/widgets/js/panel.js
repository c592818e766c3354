// The training panel: buttons, where the training stands, losses as they come, six windows and what becomes of them.

import {FrequencyAxis, said, saidTime, ticks, timeEdges, unitAt} from "./core/axes.js";
import {sequential} from "./core/colormap.js";
import {bytes} from "./core/courier.js";
import {element, sized} from "./core/element.js";
import {channels, letters, picture, place, stack, taller} from "./core/picture.js";
import {lossChart} from "./losschart.js";

const WORDS = {
  idle: "not started", running: "running", paused: "paused", stopped: "stopped", finished: "finished", failed: "failed",
};
const PHASES = {pretrain: "pretraining", cluster: "clustering"};
const AXIS = 36, TILE_GAP = 8;

export function trainingPanel(context) {
  const {model, root, theme} = context, {tile, indices, inputs} = model.get("record");
  const main = button("start", "Start", "Pretrain, then cluster, in the background"), stop = button("stop", "Stop", "End after this batch and keep what there is");
  const clusters = element("input.zx-count-input", {type: "number", min: 2, max: 99, value: model.get("n_clusters"), "aria-label": "number of clusters",
    onchange: () => { model.set("n_clusters", Math.max(2, Math.round(Number(clusters.value)) || 2)); model.save_changes(); }});
  const asked = element("label.zx-quiet", {}, "clusters ", clusters);
  const line = element("span.zx-progress", {role: "status"}), bar = element("i");
  const messages = element("div");
  const charts = element("div.zx-charts.zx-two"), gallery = element("div.zx-live"), canvas = element("canvas"), note = element("div.zx-quiet");
  root.append(element("div.zx-panelbar", {}, main, stop, asked, line), element("div.zx-meter", {}, bar), messages, charts,
    element("div.zx-quiet.zx-livehead", {}, `six windows: above as they go in, below as they come out (${unitAt("background", tile)})`), gallery, note);
  gallery.append(canvas);
  const losses = [lossChart(context, charts, "reconstruction", "reconstruction loss"), lossChart(context, charts, "clustering", "KL divergence (nats)")];

  function button(kind, text, title) {
    return element("button.zx-button", {title, "data-kind": kind, onclick: event => act(event.currentTarget.dataset.kind)}, text);
  }

  async function act(kind) {
    if (kind === "start") clusters.dispatchEvent(new Event("change"));
    try {
      await context.courier.ask(kind, {}, 30);
    } catch (error) {
      if (!context.signal.aborted) say([["zx-warn", error.message]]);
    }
  }

  function say(lines) { messages.replaceChildren(...lines.map(([style, text]) => element(`p.${style}`, {}, text))); }

  function state() {
    const now = model.get("progress"), {status} = now;
    const going = status === "running", paused = status === "paused";
    const [kind, text, title] = going ? ["pause", "Pause", "Wait after this batch"] : paused ? ["resume", "Resume", "Go on from here"]
      : ["start", status === "idle" ? "Start" : "Continue", "Train in the background, from where it stands"];
    Object.assign(main.dataset, {kind});
    main.textContent = text;
    main.title = title;
    main.disabled = status === "finished" && now.phase === "cluster";
    stop.disabled = !going && !paused;
    asked.hidden = going || paused || now.phase === "cluster";
    line.textContent = [WORDS[status] ?? status, ...where(now)].join(" · ");
    const fraction = now.n_epochs ? Math.min(1, (now.epoch + now.batch / now.n_batches) / now.n_epochs) : 0;
    bar.style.width = `${100 * (status === "finished" ? 1 : fraction)}%`;
    root.dataset.status = status;
    const lines = [];
    if (now.error) lines.push(["zx-warn", now.error]);
    else if (["stopped", "finished"].includes(status) && now.stop_reason) lines.push(["zx-quiet", now.stop_reason]);
    lines.push(...now.warnings.map(text => ["zx-warn", text]));
    say(lines);
  }

  function where(now) {
    if (!now.phase) return [];
    const parts = [PHASES[now.phase], `epoch ${Math.min(now.epoch + 1, now.n_epochs)} of ${now.n_epochs}`];
    const done = (now.epoch + now.batch / now.n_batches) / now.n_epochs;
    if (now.status === "running" && done > 0.02) parts.push(`about ${duration(now.elapsed_s * (1 - done) / done)} left in this phase`);
    return parts;
  }

  function duration(s) { return s < 90 ? `${Math.max(1, Math.round(s))} s` : `${Math.round(s / 60)} min`; }

  function pictures() {
    if (!context.hasRoom(gallery, pictures)) return;
    const size = channels(tile) * tile.n_freqs * tile.n_times, table = sequential(), n = indices.length;
    const {outputs, missing, step} = model.get("images"), width = (gallery.clientWidth - AXIS - TILE_GAP * (n - 1)) / n;
    const height = Math.round(Math.min(96, width * 0.72) * taller(tile)), g = sized(canvas, gallery.clientWidth, 2 * height + 6 + 26);
    g.font = theme.font;
    [inputs, outputs].forEach((view, row) => {
      const top = row * (height + 6);
      for (let k = 0; k < n; k++) {
        const x = AXIS + k * (width + TILE_GAP);
        if (view?.byteLength) {
          place(g, picture(bytes(view).subarray(k * size, (k + 1) * size), tile, table), x, top, width, height);
          letters(g, tile, theme.font, x, top, height);
        } else { g.strokeStyle = theme.css("line"); g.strokeRect(x + 0.5, top + 0.5, width - 1, height - 1); }
      }
      frequencies(g, top, height);
    });
    times(g, 2 * height + 6, width, n);
    note.textContent = missing || (outputs?.byteLength ? `reconstructions at step ${step + 1}` : "reconstructions appear with the first snapshot");
    root.dataset.painted = "true";
    root.dataset.step = step ?? -1;
  }

  function frequencies(g, top, height) {
    g.fillStyle = theme.css("muted");
    g.textAlign = "right";
    g.textBaseline = "middle";
    const axis = new FrequencyAxis(tile.frequencies);
    for (const band of stack(tile).bands) for (const {hz, at} of axis.ticks(band.height * height / 22)) {
      const y = top + height * (band.top + band.height * (1 - at));
      g.fillRect(AXIS - 4, Math.round(y), 3, 1);
      g.fillText(said(hz), AXIS - 6, y);
    }
    g.textAlign = "left";
    g.fillText(tile.words.hz, 0, top + 6);
  }

  function times(g, top, width, n) {
    const [t0, t1] = timeEdges(tile.times), marks = ticks(t0, t1, width / 46);
    g.textAlign = "center";
    g.textBaseline = "top";
    for (let k = 0; k < n; k++) for (const s of marks) {
      const x = AXIS + k * (width + TILE_GAP) + (s - t0) / (t1 - t0) * width;
      g.fillRect(Math.round(x), top, 1, 4);
      g.fillText(s === marks[marks.length - 1] ? saidTime(s, tile) : said(s), x, top + 6);
    }
  }

  context.onResize(gallery, pictures);
  context.onModel(["progress"], context.guarded(state));
  context.onModel(["images"], context.guarded(pictures));
  context.onModel(["course"], context.guarded(() => losses.forEach(chart => chart.draw())));
  theme.on(() => { pictures(); losses.forEach(chart => chart.draw()); });
  state();
}
