// The map: one dot a window, coloured by what was chosen, at the step on show.

import {brush, drawStroke} from "./brush.js";
import {Camera} from "./core/camera.js";
import {element, icon, pressed, sized} from "./core/element.js";
import {counted, inverted} from "./core/mask.js";
import {PointRaster} from "./core/raster.js";
import {colourChoice} from "./colourchoice.js";
import {Colouring} from "./colouring.js";
import {drawingOrder, overlap, strength} from "./crowd.js";
import {Fields} from "./fields.js";
import {frames} from "./framing.js";
import {gestures} from "./gestures.js";
import {holding} from "./holding.js";
import {Honesty} from "./honesty.js";
import {hoverCard} from "./hovercard.js";
import {legend} from "./legend.js";
import {saveImage} from "./mapimage.js";
import {drawRings} from "./neighbours.js";
import {drawAxes, drawCentroids, drawOutline} from "./overlay.js";
import {queryBox} from "./querybox.js";
import {trails} from "./trails.js";

const GLIDE_MS = 150, REST_MS = 400, LEFT = 46, BOTTOM = 34, DIM = 0.25; // of what is not selected
const TOOLS = {lasso: "Lasso (l): draw around windows", box: "Box (b)", brush: "Brush (p): paint over windows; [ and ] change its size", pan: "Move (h): or hold space, or the middle button"};

export function embeddingMap(context, host) {
  const {record, store, theme} = context;
  context.fields = new Fields(record);
  context.colouring = new Colouring(context);
  const honesty = new Honesty(context, () => { key.draw(); request(); });
  context.colouring.measures = new Map([...context.measures ?? [], ...honesty.measures]);
  const root = host.appendChild(element("section.zx-map", {"aria-label": "map of all windows"}));
  const top = root.appendChild(element("div.zx-top"));
  const key = legend(context, top, context.colouring);
  const tools = root.appendChild(element("div.zx-tools", {role: "toolbar", "aria-label": "map"}));
  const search = queryBox(context, root);
  const stage = root.appendChild(element("div.zx-stage"));
  const canvas = stage.appendChild(element("canvas.zx-points"));
  const over = stage.appendChild(element("canvas.zx-over"));
  const surface = stage.appendChild(element("div.zx-surface", {
    tabindex: 0, role: "application",
    "aria-label": "map: drag to select with lasso, box or brush, click to open a window, wheel to zoom; slash to query",
  }));
  const raster = new PointRaster(canvas), camera = new Camera(), area = {left: LEFT, top: 4, width: 1, height: 1};
  const ordered = drawingOrder(), shown = new Float32Array(2 * record.n), start = new Float32Array(2 * record.n);
  let tool = "lasso", frame = 0, glide = null, drawnStep = -1, drawnProjection = null, boxes = [], seated = false, telling = 0, base = {};
  const card = hoverCard(context, stage), tip = brush(context, stage, surface);
  const bar = toolbar(), ways = trails(context, tools);
  top.title = "Colours follow each centroid: a cluster keeps number and colour; after a merge or drop by hand, the last one takes the free number";

  const xy = () => context.projection.xy.subarray(2 * record.n * context.step, 2 * record.n * (context.step + 1));

  function target() {
    const {projection, step} = context;
    if (projection === drawnProjection && step === drawnStep) return;
    const still = drawnStep < 0 || matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (projection !== drawnProjection) boxes = frames(projection, record.steps, record.n);
    start.set(shown);
    // another projection has other centroids: they appear in place instead of crossing the map
    const same = drawnProjection && (projection.base ?? projection) === (drawnProjection.base ?? drawnProjection);
    if (drawnProjection && !same && store.get("camera").length) store.set({camera: []}); // that was a place on another map
    glide = {from: projection === drawnProjection ? drawnStep : step, begun: still ? -Infinity : performance.now(),
      bounds: camera.bounds, follow: drawnStep < 0 || !same || camera.atHome};
    drawnStep = step;
    drawnProjection = projection;
  }

  function draw(now) {
    frame = cancelAnimationFrame(frame); // another is not needed any more
    if (!context.hasRoom(stage, request)) return;
    fitted();
    target();
    let t = 1;
    if (glide) {
      t = Math.min(1, Math.max(0, (now - glide.begun) / GLIDE_MS));
      const end = xy(), eased = t * (2 - t);
      if (t >= 1) shown.set(end);
      else for (let i = 0; i < shown.length; i++) shown[i] = start[i] + (end[i] - start[i]) * eased;
    }
    if (glide?.follow) camera.frame(glide.bounds, boxes[drawnStep], t * (2 - t));
    if (!seated) { seated = true; seat(); } // as it was left
    paintPoints(raster, t < 1);
    paintOver(glide ? t * (2 - t) : 1);
    if (t < 1) request();
    else { if (glide) { glide.from = drawnStep; glide.follow = false; } report(); }
  }

  /** Of a dot, in CSS pixels. */
  function radius() { return Math.min(5, Math.max(1.1, 10 * record.n ** -0.155)) * Math.min(1.7, Math.max(1, camera.zoom) ** 0.3); }

  function paintPoints(to, moving) {
    const shown_ = context.shown(), spec = context.colouring.at(context.step), {values, table} = spec, {mask} = store;
    const {who, all, chosen} = ordered(spec, context, shown_), size = radius(), bg = theme.rgb("bg");
    const view = [camera.x, camera.y, camera.scale, size, bg, to.image.width, to.image.height].join();
    // only the selection has changed, or what the pointer is on
    const same = to === raster && !moving && base.all === all && base.view === view;
    let {inView} = base;
    const paint = (list, more, skip) => list.reduce((sum, {order, crowd}) => {
      const covered = overlap(crowd, size, camera.scale);
      // where dots lie on top of each other, a gap around the upper one would hide the lower ones all the more
      const gap = record.n > 6000 ? 0 : 0.2 * Math.round(Math.min(4, Math.max(0, 8 - covered)));
      return sum + to.points(shown, order, values, table, {camera, radius: size + more, gap, strength: strength(covered), skip});
    }, 0);
    if (same && base.chosen === chosen) to.back("chosen");
    else {
      if (same && base.kept) to.back("all");
      else {
        to.clear(bg);
        inView = paint(all, 0, !same && mask); // a picture that is kept has them all
        if (same) to.keep("all");
      }
      if (mask) { to.fade(DIM); paint(chosen, 0.4); }
      if (same) to.keep("chosen");
    }
    if (to === raster) base = {all: !moving && all, view, inView, kept: same, chosen: same && chosen};
    for (const index of [store.get("opened"), store.get("hover")])
      if (index >= 0 && index < record.n && (!shown_ || shown_[index]))
        to.points(shown, Uint32Array.of(index), values, table, {camera, radius: size + 1.5, gap: 2, gapColour: theme.rgb("fg"), strength: 1});
    to.show();
    if (to !== raster) return;
    Object.assign(root.dataset, {n: who.length, drawn: inView, colour: spec.name});
    const picked = counted(mask), number = n => n.toLocaleString("en");
    bar.count.textContent = `${number(inView)} of ${number(record.n)} drawn` + (picked ? ` · ${number(picked)} selected` : "");
    bar.none.disabled = !mask;
  }

  function paintOver(fraction, g = sized(over, stage.clientWidth, stage.clientHeight)) {
    const isolated = store.get("isolated");
    drawAxes(g, theme, area, camera, drawnProjection);
    ways.draw(g, area, camera, drawnProjection, shown, radius());
    drawCentroids(g, theme, area, camera, record, drawnProjection, drawnStep, fraction, glide?.from ?? drawnStep,
      c => !isolated.length || isolated.includes(c), store.get("trails"));
    if (context.rings) drawRings(g, theme, area, camera, shown, context.rings, radius());
    const outline = hand.outline();
    if (outline) drawOutline(g, theme, area, outline);
    const stroke = hand.stroke();
    if (stroke) drawStroke(g, theme, area, stroke, tip.radius);
  }

  /** What tests and people with a screen reader can know. */
  function report() {
    Object.assign(root.dataset, {
      painted: "true", step: drawnStep, selected: counted(store.mask), projection: drawnProjection.method,
      camera: [camera.x, camera.y, camera.scale].join(" "), held: drawnProjection.held ?? 0, mirrored: drawnProjection.mirrored ?? 0,
    });
  }

  function request() { frame ||= requestAnimationFrame(context.guarded(draw)); }

  function pick(x, y) {
    const isolated = context.visible(), s = camera.scale, reach = 9;
    let best = -1, nearest = reach * reach;
    for (let i = 0; i < record.n; i++) {
      const dx = (shown[2 * i] - camera.x) * s + camera.width / 2 - x, dy = (camera.y - shown[2 * i + 1]) * s + camera.height / 2 - y;
      const d = dx * dx + dy * dy;
      if (d < nearest && isolated(i)) { nearest = d; best = i; }
    }
    return best;
  }

  const hand = gestures(context, surface, {
    camera, xy, pick, reset, moved, tool: () => tool, radius: () => tip.radius, redraw: request,
    hover(index, x, y) {
      if (index !== store.get("hover")) store.set({hover: index});
      card.show(index, x + area.left, y + area.top);
      surface.classList.toggle("zx-pointing", index >= 0);
    },
    enclosed(polygon, radius) { Object.assign(root.dataset, {lasso: JSON.stringify(polygon), radius}); },
  });

  function toolbar() {
    const action = (name, title, onclick) => element("button.zx-icon", {title, "aria-label": title, "data-tool": name, onclick}, icon(name));
    const buttons = Object.entries(TOOLS).map(([name, title]) => action(name, title, () => setTool(name)));
    const projections = ["pca", "umap"].map(name => element("button.zx-switch", {
      "data-projection": name, onclick: () => { store.set({projection: name}); store.commit(); },
    }, name.toUpperCase()));
    const motion = element("span.zx-quiet"), count = element("span.zx-quiet.zx-count");
    const hold = holding(context, stage, () => { badge(); key.draw(); request(); });
    const colour = colourChoice(context);
    const invert = action("invert", "Invert the selection (i)", () => store.select(inverted(store.mask, record.n, context.visible())));
    const none = action("none", "Clear the selection (c)", () => store.select(null));
    tools.append(...buttons, element("span.zx-group", {role: "group", "aria-label": "selection"}, invert, none),
      action("reset", "Show everything (0, or double-click)", reset),
      element("span.zx-group", {role: "group", "aria-label": "projection"}, ...projections, hold.button), motion,
      action("save", "Save picture: map and legend as PNG", save),
      element("label.zx-quiet.zx-colour", {}, element("span.zx-colourword", {}, "colour "), colour.element));
    top.append(count);
    return {buttons, none, projections, hold, motion, count, colour};
  }

  function save() {
    saveImage(`map-${drawnProjection.method}-step-${drawnStep + 1}`, {stage, legend: key.element, theme, area}, paintPoints, g => paintOver(1, g));
  }

  function setTool(name) {
    tool = name;
    bar.buttons.forEach(button => pressed(button, button.dataset.tool === name));
    surface.dataset.tool = name;
    tip.shown(name === "brush");
  }

  function reset() { camera.frame(camera.bounds, boxes[drawnStep], 1); moved(); request(); }

  /** Keep where the camera is: in the page at once, and for Python when the hand rests. */
  function moved() {
    store.set({camera: camera.atHome ? [] : [camera.x, camera.y, camera.zoom]});
    clearTimeout(telling);
    telling = setTimeout(() => store.commit(), REST_MS);
  }

  /** Go where the state says. */
  function seat() {
    const [x, y, zoom] = store.get("camera");
    if (zoom) Object.assign(camera, {x, y, zoom});
    else if (!camera.atHome) camera.reset();
  }

  function badge() {
    const {projection, projections} = context, status = context.model.get("umap_status");
    const [pca, umap] = bar.projections;
    for (const button of bar.projections)
      pressed(button, projection.method === button.dataset.projection);
    umap.disabled = !projections.umap;
    umap.textContent = !projections.umap && status === "computing" ? "UMAP …" : "UMAP"; // no wider: the toolbar keeps its line
    umap.title = projections.umap ? "Neighbourhoods, by UMAP of the latent space, each step laid out from the one after it"
      : status === "computing" ? "UMAP is computing in the background" : status || "There is no UMAP of this run yet";
    pca.title = "Principal components of the latent space at the last step";
    if (status && !["computing", "ready"].includes(status)) umap.textContent = "UMAP failed";
    const real = projection.base ? honesty.motion.all : projection.motion; // Python's number, but for what only the page has drawn
    bar.motion.textContent = record.steps > 1 ? `motion real: ${Number.isFinite(real) ? real.toFixed(2).replace("-", "−") : "–"}` : "";
    bar.motion.title = "How much of the motion is real: correlation of drawn with true, latent displacement from step to step. "
      + "1: what moves twice as far on the map has moved twice as far. 0: an artefact of drawing. By window: as a colour.";
    bar.hold.show();
  }

  /** Take the size of the stage; whether it is another one. */
  function fitted() {
    const width = stage.clientWidth - LEFT - 4, height = stage.clientHeight - BOTTOM - area.top, {left, top} = area;
    if (width < 0 || height < 0 || camera.width === width && camera.height === height) return false;
    for (const one of [area, camera]) Object.assign(one, {width, height});
    for (const {style} of [surface, canvas]) Object.assign(style, {left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px`});
    raster.resize(width, height);
    return true;
  }

  // what is drawn next to the map may have changed its size: who draws asks first, and need not draw a second time
  context.onResize(stage, () => { if (fitted()) draw(performance.now()); });
  store.on(["step", "mask", "isolated", "hover", "opened", "colour_by", "projection", "trails"], request, context.signal);
  store.on(["projection"], badge, context.signal);
  store.on(["camera"], () => { seat(); request(); }, context.signal);
  context.onModel(["pca", "umap", "umap_status"], () => { badge(); request(); });
  theme.on(request);
  context.redraw = request;
  context.atEnd(() => { cancelAnimationFrame(frame); clearTimeout(telling); });
  setTool("lasso");
  badge();
  return {setTool, reset, search, brush: tip, colour: bar.colour, element: root};
}
