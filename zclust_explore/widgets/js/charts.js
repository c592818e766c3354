// Small charts over all steps: a curve or stacked areas, thin axes, a cursor at the step on show.

import {said, ticks} from "./core/axes.js";
import {anchor, element, sized} from "./core/element.js";

const LEFT = 40, RIGHT = 8, TOP = 6, BOTTOM = 18;

/**
 * @param {{name: string, unit: string, values?: Float32Array, stack?: Int32Array, percent?: boolean}} what a curve or (steps, k) sizes
 */
export function chart(context, host, what) {
  const {record, theme} = context;
  const now = element("span.zx-number");
  const canvas = element("canvas"), cursor = element("div.zx-cursor");
  const plot = element("div.zx-plot", {}, canvas, cursor);
  host.append(element("div.zx-chart", {}, element("div.zx-charthead", {}, element("span", {}, what.name), now), plot));
  let width = 0, height = 0;

  const x = step => LEFT + (record.steps > 1 ? step / (record.steps - 1) : 0.5) * (width - LEFT - RIGHT);
  const step = px => Math.round(Math.min(1, Math.max(0, (px - LEFT) / (width - LEFT - RIGHT))) * (record.steps - 1));

  function range() {
    if (what.stack) return [0, record.n];
    let [low, high] = [Infinity, -Infinity];
    for (const v of what.values) if (Number.isFinite(v)) { low = Math.min(low, v); high = Math.max(high, v); }
    if (low > high) return null;
    if (!low && !high) return [0, 1]; // nothing ever happened: no scale can be taken from that
    if (low >= 0 && low < high * 0.6) low = 0; // a loss that falls to a third must look like that
    return high > low ? [low, high + (high - low) * 0.04] : [low - Math.abs(low) * 0.1 - 1e-6, high + Math.abs(high) * 0.1 + 1e-6];
  }

  function draw() {
    [width, height] = [plot.clientWidth, plot.clientHeight];
    if (!context.hasRoom(plot, draw)) return;
    const g = sized(canvas, width, height), limits = range(), bottom = height - BOTTOM;
    g.font = theme.font;
    if (!limits) {
      g.fillStyle = theme.css("muted");
      g.textAlign = "center";
      g.fillText("nothing recorded", width / 2, height / 2);
      return;
    }
    const y = v => bottom - (v - limits[0]) / (limits[1] - limits[0]) * (bottom - TOP);
    if (what.stack) areas(g, y); else curve(g, y);
    axes(g, y, limits, bottom);
    move();
  }

  function curve(g, y) {
    g.strokeStyle = theme.css("fg");
    g.lineWidth = 1.5;
    g.lineJoin = "round";
    g.beginPath();
    let pen = false;
    what.values.forEach((v, s) => {
      if (!Number.isFinite(v)) { pen = false; return; }
      if (pen) g.lineTo(x(s), y(v)); else g.moveTo(x(s), y(v));
      pen = true;
    });
    g.stroke();
  }

  function areas(g, y) {
    const {clusters: k, firstClustered: first} = record;
    if (first < 0) return;
    const below = new Float32Array(record.steps);
    for (let c = 0; c < k; c++) {
      g.beginPath();
      for (let s = first; s < record.steps; s++) g.lineTo(x(s), y(below[s]));
      for (let s = record.steps - 1; s >= first; s--) { below[s] += what.stack[s * k + c]; g.lineTo(x(s), y(below[s])); }
      g.closePath();
      g.fillStyle = record.colour(c);
      g.fill();
      g.strokeStyle = theme.css("bg"); // neighbours stay apart, also for the colour-blind
      g.lineWidth = 0.75;
      g.stroke();
    }
  }

  function axes(g, y, limits, bottom) {
    g.fillStyle = theme.css("muted");
    g.strokeStyle = theme.css("line");
    g.lineWidth = 1;
    g.beginPath();
    g.moveTo(LEFT - 0.5, TOP);
    g.lineTo(LEFT - 0.5, bottom + 0.5);
    g.lineTo(width - RIGHT, bottom + 0.5);
    g.stroke();
    anchor(g, "right", "middle");
    for (const v of ticks(limits[0], limits[1], Math.max(4, height / 24))) g.fillText(said(v), LEFT - 5, y(v));
    g.textBaseline = "top";
    const marks = ticks(1, record.steps, width / 60).filter(Number.isInteger);
    for (const s of marks) {
      g.textAlign = s - 1 > record.steps * 0.94 ? "right" : "center";
      g.fillText(s === marks.at(-1) ? `step ${s}` : String(s), x(s - 1), bottom + 4);
    }
    const first = record.firstClustered;
    if (first > 0) { // where the clusters got their first centres
      g.setLineDash([2, 3]);
      g.beginPath();
      g.moveTo(Math.round(x(first)) + 0.5, TOP);
      g.lineTo(Math.round(x(first)) + 0.5, bottom);
      g.strokeStyle = theme.css("muted");
      g.stroke();
      g.setLineDash([]);
    }
  }

  function move() {
    const s = context.step;
    cursor.style.transform = `translateX(${x(s)}px)`;
    cursor.style.height = `${height - BOTTOM - TOP}px`;
    if (what.stack) { now.textContent = record.labelsAt(s)[0] === 255 ? "–" : `${record.clusters} clusters`; return; }
    const v = what.values[s];
    now.textContent = Number.isFinite(v) ? `${said(Number(v.toPrecision(3)))}${what.unit}` : "–";
  }

  context.onResize(plot, draw);
  theme.on(draw);
  return {move, draw, step, plot};
}
