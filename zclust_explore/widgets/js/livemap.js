// The latent map while it is being learned: windows and centroids glide from snapshot to snapshot; select, look, drag.

import {Camera} from "./core/camera.js";
import {clusterTable, UNCLUSTERED} from "./core/colormap.js";
import {typed} from "./core/columns.js";
import {element, sized} from "./core/element.js";
import {counted, polygonMask} from "./core/mask.js";
import {PointRaster} from "./core/raster.js";
import {badge, drawAxes, drawOutline} from "./overlay.js";

const GRID = 1000, GLIDE_MS = 300, CLICK = 4, REACH = 10, LEFT = 46, BOTTOM = 38;
const HELP = "Drag to draw around windows, click one to see its reconstruction below.";
const DRAG = " Drag a number to move its centroid: the move on the map goes to latent space by the pseudo-inverse of the frame, and directions that are not drawn stay as they are.";

/** @param {{mask: ?Uint8Array, clusters: number[], open: boolean, changed: function, act: function}} board what is chosen, and whether it may be changed */
export function liveMap(context, host, board) {
  const {model, theme} = context, {n_samples: n, palette} = model.get("record"), table = clusterTable(palette);
  const name = element("span"), count = element("span.zx-number"), canvas = element("canvas"), over = element("canvas.zx-over");
  const surface = element("div.zx-surface", {tabindex: 0, role: "application", "aria-label": "map of the latent space"});
  const stage = element("div.zx-stage.zx-livestage", {}, canvas, over, surface);
  host.append(element("div.zx-charthead", {}, name, count), stage);
  const raster = new PointRaster(canvas), camera = new Camera(), area = {left: LEFT, top: 4, width: 1, height: 1};
  const shown = new Float32Array(2 * n), start = new Float32Array(2 * n), everyone = Uint32Array.from({length: n}, (_, i) => i);
  let end = null, labels = new Uint8Array(n).fill(255), centroids = [], from = [], bounds = camera.bounds, wanted = bounds, begun = -Infinity, frame = 0, drag = null;

  function take() {
    const now = model.get("map");
    if (!now?.xy) return;
    const xy = typed(now.xy, Float32Array).map(v => v * GRID), places = typed(now.centroids, Float32Array).map(v => v * GRID), first = !end;
    start.set(first ? xy : shown);
    const before = centroids;
    [end, labels] = [xy, typed(now.labels, Uint8Array)];
    centroids = Array.from({length: places.length / 2}, (_, c) => [places[2 * c], places[2 * c + 1]]);
    from = before.length === centroids.length ? before : centroids; // new centroids appear in their place
    let box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < xy.length; i += 2) box = [Math.min(box[0], xy[i]), Math.min(box[1], xy[i + 1]), Math.max(box[2], xy[i]), Math.max(box[3], xy[i + 1])];
    for (const [x, y] of centroids) box = [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)];
    [bounds, wanted] = [first ? box : camera.bounds, box];
    begun = first || matchMedia("(prefers-reduced-motion: reduce)").matches ? -Infinity : performance.now();
    board.clusters = board.clusters.filter(c => c < centroids.length);
    name.textContent = `latent space, principal plane of step ${now.step + 1}`;
    name.title = "Two directions in which the windows differ most, turned so that nothing jumps from step to step";
    Object.assign(stage.dataset, {step: now.step, painted: "gliding"});
    request();
  }

  function draw(now) {
    frame = 0;
    if (!context.hasRoom(stage, request) || !raster.pixels) return; // its first size is still to come
    const t = Math.min(1, Math.max(0, (now - begun) / GLIDE_MS)), eased = t * (2 - t);
    if (end) for (let i = 0; i < shown.length; i++) shown[i] = start[i] + (end[i] - start[i]) * eased;
    camera.frame(bounds, wanted, eased);
    raster.clear(theme.rgb("bg"));
    const radius = Math.min(4.5, Math.max(1.1, 9 * n ** -0.155)), gap = n > 6000 ? 0 : 0.8;
    const paint = (order, more, strength) => raster.points(shown, order, labels, table, {camera, radius: radius + more, gap, strength});
    const {mask} = board;
    if (end) {
      paint(mask ? everyone.filter(i => !mask[i]) : everyone, 0, mask ? 0.3 : 1);
      if (mask) paint(everyone.filter(i => mask[i]), 0.4, 1);
    }
    raster.show();
    over_(eased);
    const picked = counted(mask);
    count.textContent = [picked ? `${picked} of ${n} selected` : "", end ? `${Math.round(100 * model.get("map").share)} % of the variance` : ""].filter(Boolean).join(" · ");
    stage.dataset.selected = picked;
    if (t < 1) request(); else stage.dataset.painted = "true";
  }

  function over_(t) {
    const g = sized(over, stage.clientWidth, stage.clientHeight);
    if (!end) {
      g.font = theme.font;
      g.fillStyle = theme.css("muted");
      g.textAlign = "center";
      g.fillText("the map appears with the first step", stage.clientWidth / 2, stage.clientHeight / 2);
      return;
    }
    drawAxes(g, theme, area, camera, {method: "pca", span: 65535 / GRID, origin: [0, 0], axes: ["first axis (latent units)", "second axis (latent units)"]});
    g.save();
    g.translate(area.left, area.top);
    centroids.forEach((place, c) => {
      const [x0, y0] = from[c], at = camera.toScreen(x0 + (place[0] - x0) * t, y0 + (place[1] - y0) * t);
      const colour = palette[c % palette.length], held = drag?.cluster === c && drag.moved;
      if (board.clusters.includes(c)) {
        g.beginPath();
        g.arc(...at, 12.5, 0, 2 * Math.PI);
        g.strokeStyle = theme.css("accent");
        g.lineWidth = 2;
        g.stroke();
      }
      if (held) {
        g.beginPath();
        g.moveTo(...at);
        g.lineTo(...drag.last);
        g.strokeStyle = colour;
        g.setLineDash([3, 3]);
        g.stroke();
        g.setLineDash([]);
        g.globalAlpha = 0.4;
      }
      badge(g, theme, at, String(c), colour);
      g.globalAlpha = 1;
      if (held) badge(g, theme, drag.last, String(c), colour);
    });
    g.restore();
    if (drag?.moved && drag.cluster < 0) drawOutline(g, theme, area, drag.trail);
  }

  function request() { frame ||= requestAnimationFrame(context.guarded(draw)); }

  const at = event => {
    const box = surface.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const near = (x, y, [gx, gy]) => { const [sx, sy] = camera.toScreen(gx, gy); return Math.hypot(sx - x, sy - y); };
  const centroidAt = (x, y) => centroids.findIndex(place => near(x, y, place) < REACH);

  function windowAt(x, y) {
    let best = -1, nearest = REACH;
    for (let i = 0; i < n; i++) { const d = near(x, y, [shown[2 * i], shown[2 * i + 1]]); if (d < nearest) [best, nearest] = [i, d]; }
    return best;
  }

  context.listen(surface, "pointerdown", event => {
    if (event.button || !end) return;
    const place = at(event);
    drag = {start: place, last: place, trail: [place], moved: false, cluster: board.open ? centroidAt(...place) : -1};
    surface.setPointerCapture(event.pointerId);
  });
  context.listen(surface, "pointermove", event => {
    const place = at(event);
    if (!drag) { surface.classList.toggle("zx-pointing", (board.open && centroidAt(...place) >= 0) || (end && windowAt(...place) >= 0)); return; }
    if (!drag.moved && Math.hypot(place[0] - drag.start[0], place[1] - drag.start[1]) < CLICK) return;
    drag.moved = true;
    drag.last = place;
    drag.trail.push(place);
    request();
  });
  context.listen(surface, "pointerup", event => {
    const done = drag;
    drag = null;
    if (!done) return;
    if (done.cluster >= 0) {
      if (done.moved) board.act("move", {cluster: done.cluster, to: camera.toGrid(...done.last).map(v => v / GRID)});
      else board.toggle(done.cluster);
    } else if (!done.moved) {
      const index = windowAt(...done.start);
      if (index >= 0) board.act("choose", {window: index});
      else board.select(null);
    } else {
      const mask = polygonMask(shown, n, done.trail.map(([x, y]) => camera.toGrid(x, y)), () => true);
      board.select(counted(mask) ? mask : null);
    }
    request();
  });
  context.listen(surface, "pointercancel", () => { drag = null; request(); });
  context.listen(surface, "keydown", event => { if (event.key === "Escape") { drag = null; board.select(null); } });

  context.onResize(stage, () => {
    if (!stage.clientWidth || !stage.clientHeight) return;
    Object.assign(area, {width: stage.clientWidth - LEFT - 4, height: stage.clientHeight - BOTTOM - area.top});
    [camera.width, camera.height] = [area.width, area.height];
    Object.assign(surface.style, {left: `${area.left}px`, top: `${area.top}px`, width: `${area.width}px`, height: `${area.height}px`});
    Object.assign(canvas.style, {left: `${area.left}px`, top: `${area.top}px`});
    raster.resize(area.width, area.height);
    draw(performance.now());
  });
  context.onModel(["map"], context.guarded(take));
  theme.on(request);
  context.atEnd(() => cancelAnimationFrame(frame));
  board.changed(() => { surface.title = HELP + (board.open && centroids.length ? DRAG : ""); request(); });
  take();
}

/** Colour of a cluster, or of none. */
export function colourOf(palette, cluster) { return cluster === 255 ? UNCLUSTERED : palette[cluster % palette.length]; }
