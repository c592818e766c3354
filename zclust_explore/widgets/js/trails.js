// Trails: windows that changed their cluster lately are ringed on the map and show the way they came.

import {changedLately} from "./core/changes.js";
import {element, pressed, within} from "./core/element.js";

const WITHIN = 5; // steps that a trail is long
const MOST = 1000; // trails drawn at once: more are a tangle, and would slow the map down

/** The switch in a toolbar. `draw` is called by the map whenever it paints what lies over the points. */
export function trails(context, tools) {
  const {record, store, theme} = context;
  const count = element("span.zx-number"), button = element("button.zx-switch.zx-trails", {
    onclick: () => { store.set({trails: !store.get("trails")}); store.commit(); },
  }, "trails ", count);
  if (record.firstClustered >= 0) tools.append(button);
  let known = "", changed = new Uint32Array(0), drawnMask = null, total = 0;

  /** Which ones, looked up again only when something else is on show. */
  function lookUp() {
    const {step} = context, {mask} = store, isolated = store.get("isolated"), key = `${step} ${isolated} ${JSON.stringify(store.get("words"))}`;
    if (key === known && store.get("mask") === drawnMask) return; // the bytes as they came: `store.mask` is new each time
    [known, drawnMask] = [key, store.get("mask")];
    const visible = context.visible();
    const all = changedLately(record, step, WITHIN, i => visible(i) && (!mask || mask[i]));
    total = all.length;
    changed = all.subarray(0, MOST);
    tell();
  }

  function tell() {
    const on = store.get("trails"), many = total > MOST ? `${MOST.toLocaleString("en")} of ${total.toLocaleString("en")}` : String(total);
    count.textContent = on ? many : "";
    pressed(button, on);
    button.setAttribute("aria-label", on ? `trails of ${many} windows` : "trails");
    button.title = `Rings and trails: windows that changed their cluster in the last ${WITHIN} steps`
      + (store.mask ? ", of those selected" : "") + (total > MOST ? `; the ${MOST.toLocaleString("en")} latest are drawn. ` : ". ")
      + "Numbered circles are the centroids, with their paths since the first centroids.";
    button.dataset.changed = total;
  }

  /**
   * @param {{left, top, width, height}} area of the points
   * @param {Float32Array} shown where the points are now, (n, 2): they may be on their way
   */
  function draw(g, area, camera, projection, shown, radius) {
    lookUp();
    if (!store.get("trails") || !changed.length) return;
    const {step} = context, first = Math.max(record.firstClustered, step - WITHIN), byCluster = store.get("colour_by") === "cluster";
    const labels = record.labelsAt(step), strokes = new Map();
    const scale = camera.scale, x = v => (v - camera.x) * scale + camera.width / 2, y = v => (camera.y - v) * scale + camera.height / 2;
    for (let s = first; s < step; s++) { // one stroke a step and colour, not one a window
      const here = 2 * record.n * s, there = here + 2 * record.n, belong = record.labelsAt(s);
      for (const i of changed) {
        const key = `${s} ${byCluster ? belong[i] % record.palette.length : ""}`;
        if (!strokes.has(key)) strokes.set(key, new Path2D());
        const path = strokes.get(key), now = s + 1 === step;
        path.moveTo(x(projection.xy[here + 2 * i]), y(projection.xy[here + 2 * i + 1]));
        path.lineTo(x(now ? shown[2 * i] : projection.xy[there + 2 * i]), y(now ? shown[2 * i + 1] : projection.xy[there + 2 * i + 1]));
      }
    }
    within(g, area);
    g.lineCap = "round";
    g.lineWidth = 1.5;
    for (const [key, path] of strokes) {
      const [s, colour] = key.split(" ");
      g.globalAlpha = 0.25 + 0.6 * (Number(s) + 1 - first) / Math.max(1, step - first); // older is fainter
      g.strokeStyle = colour === "" ? theme.css("muted") : record.palette[colour];
      g.stroke(path);
    }
    const rings = new Path2D(), size = radius + 2.5;
    for (const i of changed) {
      const px = x(shown[2 * i]), py = y(shown[2 * i + 1]);
      rings.moveTo(px + size, py);
      rings.arc(px, py, size, 0, 2 * Math.PI);
    }
    g.globalAlpha = labels.length > 6000 ? 0.6 : 0.85;
    g.lineWidth = 1;
    g.strokeStyle = theme.css("fg");
    g.stroke(rings);
    g.restore();
  }

  store.on(["trails"], tell, context.signal);
  tell();
  return {draw};
}
