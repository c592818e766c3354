// Neighbours of the opened window: in latent space, on the map, and those it had before. Rings on the map.

import {sequential} from "./core/colormap.js";
import {Memory} from "./core/courier.js";
import {element} from "./core/element.js";
import {tileImage} from "./tilepage.js";

const COUNT = 10, REST_MS = 140;

/** The points nearest to one on a plane, nearest first, of equally near ones the lower number. */
export function nearestOnMap(xy, index, k = COUNT) {
  const n = xy.length / 2, squared = new Float64Array(n), x = xy[2 * index], y = xy[2 * index + 1];
  for (let i = 0; i < n; i++) squared[i] = (xy[2 * i] - x) ** 2 + (xy[2 * i + 1] - y) ** 2;
  squared[index] = Infinity;
  const best = []; // kept in order: few of many
  for (let i = 0; i < n; i++) {
    if (i === index || (best.length === k && squared[i] >= squared[best[k - 1]])) continue;
    let at = best.length;
    while (at && squared[best[at - 1]] > squared[i]) at--;
    best.splice(at, 0, i);
    if (best.length > k) best.pop();
  }
  return best;
}

export function neighbourRows(context, host) {
  const {record, store} = context, kept = new Memory(60);
  const root = host.appendChild(element("section.zx-neighbours", {hidden: true, "aria-label": "neighbours"}));
  let wanted = "", timer = 0;
  context.rings = {near: [], drawn: []};

  function update() {
    const index = store.get("opened"), {step} = context, key = `${index} ${step} ${context.projection?.method} ${store.get("level")}`;
    if (index < 0) { root.hidden = true; wanted = ""; ring([], []); return; }
    root.hidden = false;
    if (key === wanted) return;
    if (!wanted.startsWith(`${index} `)) { ring([], []); delete root.dataset.painted; root.replaceChildren(element("div.zx-quiet", {}, "neighbours …")); }
    wanted = key;
    clearTimeout(timer);
    timer = setTimeout(() => ask(index, step, key), REST_MS);
  }

  async function ask(index, step, key) {
    const place = `${index} ${step}`;
    try {
      if (!kept.has(place)) kept.set(place, await context.courier.ask("neighbours", {index, step}));
    } catch (error) {
      if (key === wanted && !context.signal.aborted) root.replaceChildren(element("div.zx-quiet", {}, `Neighbours could not be fetched: ${error.message}`));
      return;
    }
    if (key === wanted && !context.signal.aborted) build(index, step, kept.get(place));
  }

  function ring(near, drawn) { context.rings = {near, drawn}; context.redraw?.(); }

  function build(index, step, {now, before, since}) {
    const {projection} = context, drawn = projection ? nearestOnMap(projection.xy.subarray(2 * record.n * step, 2 * record.n * (step + 1)), index, now.length) : [];
    const both = now.filter(i => drawn.includes(i)), gained = now.filter(i => !before.includes(i)), lost = before.filter(i => !now.includes(i)), only = drawn.filter(i => !now.includes(i));
    const from = `step ${since + 1}${since && since === record.firstClustered ? " (first centroids)" : ""}`, same = since === step;
    const first = `${now.length} nearest in latent space${projection ? `; ${both.length} of them also on the map` : ""}`;
    const rows = [row("near", first, same ? "" : `${gained.length} gained since ${from}, marked +`, now, gained)];
    if (projection) rows.push(row("drawn", `${only.length} nearest on the map (${projection.method.toUpperCase()}) only`, "dashed rings", only));
    if (!same) rows.push(row("lost", `${lost.length} lost since ${from}`, "", lost));
    root.replaceChildren(...rows);
    Object.assign(root.dataset, {painted: "true", index, step, both: both.join(" "), gained: gained.join(" ")});
    ring(now, only);
    fill(wanted);
  }

  function row(name, words, note, indices, marked = []) {
    const list = indices.map(index => {
      const label = record.labelsAt(context.step)[index], colour = label === 255 ? "#8c8c8c" : record.palette[label % record.palette.length];
      const words = `window ${index}, ${label === 255 ? "not clustered yet" : `C${label}`}, ${record.shortTime(index)}${marked.includes(index) ? ", gained" : ""}`;
      return element("button.zx-near", {"data-index": index, title: words, "aria-label": words, style: `border-bottom-color:${colour}`,
        onclick: () => { store.set({opened: index}); store.commit(); }, onpointerenter: () => store.set({hover: index}), onpointerleave: () => store.set({hover: -1})},
        element("canvas"), ...(marked.includes(index) ? [element("b.zx-letter", {"aria-hidden": "true"}, "+")] : []));
    });
    return element("div.zx-nearrow", {"data-row": name}, element("div.zx-nearwords", {}, words, ...(note ? [element("div.zx-quiet", {}, note)] : [])), element("div.zx-nearlist", {}, ...list));
  }

  async function fill(mine) {
    const buttons = [...root.querySelectorAll(".zx-near")], level = store.get("level");
    try {
      await context.pages.fetch([...new Set(buttons.map(button => Number(button.dataset.index)))], level);
    } catch { return; } // the names and the rings are there all the same
    if (mine !== wanted || context.signal.aborted) return;
    for (const button of buttons) {
      const {canvas: source} = tileImage(context, Number(button.dataset.index), level, sequential()), canvas = button.firstChild;
      [canvas.width, canvas.height] = [source.width, source.height];
      canvas.getContext("2d").drawImage(source, 0, 0);
      button.dataset.painted = "true";
    }
  }

  store.on(["opened", "step", "projection", "level"], context.guarded(update), context.signal);
  context.onModel(["umap"], context.guarded(update));
  context.signal.addEventListener("abort", () => clearTimeout(timer));
  update();
}

/** Rings around neighbours on the map: full ones in latent space, dashed ones on the map only. */
export function drawRings(g, theme, area, camera, xy, {near, drawn}, radius) {
  g.save();
  g.beginPath();
  g.rect(area.left, area.top, area.width, area.height);
  g.clip();
  g.translate(area.left, area.top);
  for (const [indices, dash] of [[near, []], [drawn, [2.5, 2.5]]]) for (const [style, thick] of [["bg", 3.5], ["fg", 1.5]]) {
    g.setLineDash(style === "bg" ? [] : dash);
    Object.assign(g, {strokeStyle: theme.css(style), lineWidth: thick, globalAlpha: style === "bg" ? 0.7 : 1});
    for (const i of indices) {
      g.beginPath();
      g.arc(...camera.toScreen(xy[2 * i], xy[2 * i + 1]), radius + 4, 0, 2 * Math.PI);
      g.stroke();
    }
  }
  g.restore();
}
