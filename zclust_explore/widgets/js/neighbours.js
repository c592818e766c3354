// Neighbours of the opened window: in latent space, on the map, and those it had before. Rings on the map.

import {sequential} from "./core/colormap.js";
import {element, tree, within} from "./core/element.js";
import {opening, paintTiles} from "./tilepage.js";

const COUNT = 10, REST_MS = 140;

/** The points nearest to one on a plane, nearest first, of equally near ones the lower number. */
export function nearestOnMap(xy, index, k = COUNT) {
  const n = xy.length / 2, squared = Float64Array.from({length: n}, (_, i) => (xy[2 * i] - xy[2 * index]) ** 2 + (xy[2 * i + 1] - xy[2 * index + 1]) ** 2);
  squared[index] = Infinity;
  return Array.from({length: Math.min(k, n - 1)}, () => {
    let best = 0;
    for (let i = 1; i < n; i++) if (squared[i] < squared[best]) best = i;
    squared[best] = Infinity;
    return best;
  });
}

export function neighbourRows(context, host) {
  const {record, store} = context, root = host.appendChild(element("section.zx-neighbours", {hidden: true, "aria-label": "neighbours"}));
  let wanted = "", timer = 0, index = -1;
  context.rings = {near: [], drawn: []};

  function update() {
    const opened = store.get("opened"), {step, projection} = context, level = store.get("level"), key = [opened, step, projection?.method, level].join();
    root.hidden = opened < 0;
    if (opened === index && (key === wanted || opened < 0)) return;
    if (opened !== index) { ring([], []); delete root.dataset.painted; root.replaceChildren(); }
    [index, wanted] = [opened, key];
    clearTimeout(timer);
    if (index >= 0) timer = setTimeout(() => ask(key, step, projection, level), REST_MS);
  }

  async function ask(key, step, projection, level) {
    const drawn = projection ? nearestOnMap(projection.xy.subarray(2 * record.n * step, 2 * record.n * (step + 1)), index) : [];
    const gone = () => key !== wanted || context.signal.aborted;
    try {
      const {page, now} = await context.courier.ask("neighbours", {index, step, drawn, method: projection?.method ?? ""});
      if (gone()) return;
      root.replaceChildren(...page.map(tree));
      Object.assign(root.dataset, {painted: "true", index, step});
      ring(now, drawn.filter(i => !now.includes(i)));
      await paintTiles(context, root, level, sequential());
    } catch (error) {
      if (!gone()) root.prepend(element("div.zx-quiet", {}, `Neighbours could not be fetched: ${error.message}`));
    }
  }

  function ring(near, drawn) {
    const before = context.rings;
    context.rings = {near, drawn};
    if (near.length || before.near.length) context.redraw?.(); // not before the map has its size
  }

  opening(context, root);
  store.on(["opened", "step", "projection", "level"], context.guarded(update), context.signal);
  context.onModel(["umap"], context.guarded(update));
  context.atEnd(() => clearTimeout(timer));
  update();
}

/** Rings around neighbours on the map: full ones in latent space, dashed ones on the map only. */
export function drawRings(g, theme, area, camera, xy, {near, drawn}, radius) {
  within(g, area);
  for (const [indices, dash] of [[near, []], [drawn, [2, 2]]]) for (const [style, thick] of [["bg", 3], ["fg", 1.25]]) {
    g.setLineDash(style === "bg" ? [] : dash);
    Object.assign(g, {strokeStyle: theme.css(style), lineWidth: thick});
    for (const i of indices) {
      g.beginPath();
      g.arc(...camera.toScreen(xy[2 * i], xy[2 * i + 1]), radius + 3, 0, 2 * Math.PI);
      g.stroke();
    }
  }
  g.restore();
}
