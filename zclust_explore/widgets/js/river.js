// The membership river: how many windows stay in their cluster and how many go to which other one, over the steps.

import {anchor, element, sized} from "./core/element.js";
import {contingency, flowed, riverbed, streamAt, thinned} from "./core/flows.js";
import {heldKeys} from "./core/mask.js";

const LEFT = 40, RIGHT = 34, TOP = 6, BOTTOM = 20, BAR = 5, SPACING = 58;
const HINT = "hover for counts, click to select";

export function river(context, host) {
  const {record, store, theme} = context, {clusters: k, firstClustered: first} = record, last = record.steps - 1;
  if (first < 0 || first >= last) return; // nothing has flowed yet
  const words = element("span.zx-riverwords", {"aria-live": "polite"}, HINT);
  const canvas = element("canvas"), over = element("canvas"), cursor = element("div.zx-cursor");
  const plot = element("div.zx-plot.zx-riverplot", {
    tabindex: 0, role: "application",
    "aria-label": "membership river: arrow keys choose a stream, Enter selects its windows, with shift adds them",
  }, canvas, over, cursor);
  const name = element("span", {title: "Each column is a step, each bar a cluster, as high as it has windows; streams are the windows that "
    + "stay or go, at least a hairline. Between two columns only their own two steps count. Colours follow each centroid: "
    + "a cluster keeps its number and colour for the whole clustering."}, "membership river (windows) · colours follow each centroid");
  const root = host.appendChild(element("div.zx-chart.zx-river", {}, element("div.zx-charthead", {}, name, words), plot));
  const tables = new Map();
  let width = 0, height = 0, steps = [], bed = null, at = null;

  const x = step => LEFT + (step - first) / (last - first) * (width - LEFT - RIGHT);
  const ends = pair => [x(steps[pair]) + BAR / 2, x(steps[pair + 1]) - BAR / 2];
  const labels = pair => [record.labelsAt(steps[pair]), record.labelsAt(steps[pair + 1])];

  function table(pair) {
    const key = `${steps[pair]} ${steps[pair + 1]}`;
    if (!tables.has(key)) tables.set(key, contingency(...labels(pair), k));
    return tables.get(key);
  }

  function draw() {
    [width, height] = [plot.clientWidth, plot.clientHeight];
    if (!context.hasRoom(plot, draw)) return;
    const before = steps.join();
    steps = thinned(first, last, Math.floor((width - LEFT - RIGHT) / SPACING) + 1);
    if (steps.join() !== before) at = null;
    bed = riverbed(steps.map(step => record.sizesAt(step)), steps.slice(1).map((_, pair) => table(pair)), k, record.n, height - TOP - BOTTOM);
    const g = sized(canvas, width, height), {mask} = store, isolated = store.get("isolated"), some = [];
    mask?.forEach((one, i) => { if (one) some.push(i); });
    const faded = ({source, target}) => isolated.length > 0 && !isolated.includes(source) && !isolated.includes(target);
    bed.streams.forEach((streams, pair) => {
      const chosen = mask && contingency(...labels(pair), k, some);
      // those who stay first, then those who go, few on top of many
      const order = [...streams].sort((a, b) => (a.source !== a.target) - (b.source !== b.target) || b.count - a.count);
      for (const stream of order) {
        const strength = (stream.source === stream.target ? 0.38 : 0.82) * (faded(stream) ? 0.25 : 1);
        fill(g, stream, stream.height, mask ? strength * 0.35 : strength);
        const part = chosen ? chosen[stream.source * k + stream.target] * bed.unit : 0;
        if (part) fill(g, stream, part, 1);
      }
    });
    bars(g);
    axis(g);
    highlight();
    move();
    Object.assign(root.dataset, {painted: "true", columns: steps.join(" ")});
  }

  /** A stream, or the part of it from its upper edge. */
  function outline(g, {pair, source, target, top0, top1}, thick) {
    const [x0, x1] = ends(pair), third = (x1 - x0) / 3, y0 = TOP + top0, y1 = TOP + top1, high = Math.max(source === target ? 0.75 : 1.25, thick);
    g.beginPath();
    g.moveTo(x0, y0);
    g.bezierCurveTo(x0 + third, y0, x1 - third, y1, x1, y1);
    g.lineTo(x1, y1 + high);
    g.bezierCurveTo(x1 - third, y1 + high, x0 + third, y0 + high, x0, y0 + high);
    g.closePath();
  }

  function fill(g, stream, thick, strength) {
    const [x0, x1] = ends(stream.pair);
    outline(g, stream, thick);
    g.globalAlpha = strength;
    g.fillStyle = record.colour(stream.source);
    if (stream.source !== stream.target) { // leaves in one colour and arrives in the other
      g.fillStyle = g.createLinearGradient(x0, 0, x1, 0);
      g.fillStyle.addColorStop(0.25, record.colour(stream.source));
      g.fillStyle.addColorStop(0.75, record.colour(stream.target));
    }
    g.fill();
    g.globalAlpha = 1;
  }

  function bars(g) {
    g.font = theme.font;
    g.textBaseline = "middle";
    for (const {column, cluster, count, top, height: high} of bed.bars) {
      if (!count) continue;
      g.fillStyle = record.colour(cluster);
      g.fillRect(x(steps[column]) - BAR / 2, TOP + top, BAR, Math.max(0.75, high));
      const [side, dx] = column === 0 ? ["right", -7] : column === steps.length - 1 ? ["left", 7] : ["", 0];
      if (!side || high < 9) continue;
      g.fillStyle = theme.css("fg");
      g.textAlign = side;
      g.fillText(`C${cluster}`, x(steps[column]) + dx, TOP + top + high / 2);
    }
  }

  function axis(g) {
    g.fillStyle = theme.css("muted");
    anchor(g, "center", "top");
    steps.forEach((step, column) => g.fillText(column ? String(step + 1) : `step ${step + 1}`, x(step), height - BOTTOM + 5));
  }

  /** The stream under the pointer or the keys: outlined, and told. */
  function highlight() {
    const g = sized(over, width, height);
    if (at) {
      fill(g, at, at.height, 1);
      outline(g, at, at.height);
      g.strokeStyle = theme.css("fg");
      g.lineWidth = 1.25;
      g.stroke();
    }
    const text = at ? told(at) : HINT;
    if (words.textContent !== text) words.textContent = text;
    words.classList.toggle("zx-quiet", !at);
    root.dataset.stream = at ? [steps[at.pair], steps[at.pair + 1], at.source, at.target, at.count].join(" ") : "";
    plot.classList.toggle("zx-pointing", Boolean(at));
  }

  function told({pair, source, target, count}) {
    const number = `${count.toLocaleString("en")} window${count === 1 ? "" : "s"}`, between = `between step ${steps[pair] + 1} and ${steps[pair + 1] + 1}`;
    if (source === target) return `${number} in cluster ${source} at step ${steps[pair] + 1} and at ${steps[pair + 1] + 1}`;
    return `${number} from cluster ${source} to ${target} ${between}`;
  }

  function move() {
    cursor.hidden = context.step < first;
    cursor.style.transform = `translateX(${x(context.step)}px)`;
    cursor.style.height = `${height - BOTTOM - TOP}px`;
  }

  function point(event) {
    if (!bed) return;
    const box = plot.getBoundingClientRect(), px = event.clientX - box.left, py = event.clientY - box.top - TOP;
    const pair = steps.findIndex((step, column) => column + 1 < steps.length && px >= x(step) && px <= x(steps[column + 1]));
    const [x0, x1] = pair < 0 ? [0, 1] : ends(pair);
    at = pair < 0 ? null : streamAt(bed.streams[pair], Math.min(1, Math.max(0, (px - x0) / (x1 - x0))), py);
    highlight();
  }

  function select(event) {
    if (!at) return;
    store.select(flowed(...labels(at.pair), at.source, at.target), heldKeys(event));
  }

  const most = streams => streams.reduce((best, stream) => (!best || stream.count > best.count ? stream : best), null);

  /** Where an arrow leads: up and down among the streams of a pair of columns, left and right as the windows flow. */
  function led(key) {
    if (!at) {
      const pair = Math.max(0, steps.findLastIndex((step, column) => step <= context.step && column + 1 < steps.length));
      return most(bed.streams[pair].filter(({source, target}) => source !== target)) ?? most(bed.streams[pair]);
    }
    const streams = bed.streams[at.pair], here = streams.indexOf(at);
    if (key === "ArrowUp") return streams[Math.max(0, here - 1)];
    if (key === "ArrowDown") return streams[Math.min(streams.length - 1, here + 1)];
    const next = bed.streams[at.pair + (key === "ArrowRight" ? 1 : -1)];
    if (!next) return at;
    return most(next.filter(stream => (key === "ArrowRight" ? stream.source === at.target : stream.target === at.source))) ?? next[0];
  }

  context.listen(plot, "pointermove", point);
  context.listen(plot, "pointerleave", () => { at = null; highlight(); });
  context.listen(plot, "click", event => { point(event); select(event); });
  context.listen(plot, "blur", () => { at = null; highlight(); });
  context.listen(plot, "keydown", event => {
    if (!bed || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter") select(event);
    else if (/^Arrow(Up|Down|Left|Right)$/.test(event.key) && !event.altKey) { at = led(event.key); highlight(); }
    else return; // the widget's own keys
    event.preventDefault();
    event.stopPropagation();
  });
  context.onResize(plot, draw);
  theme.on(draw);
  store.on(["mask", "isolated"], context.guarded(draw), context.signal);
  store.on(["step"], move, context.signal);
}
