// A number over the snapshots so far, growing while the training runs. The canvas stays: nothing flickers.

import {said, ticks} from "./core/axes.js";
import {typed} from "./core/columns.js";
import {anchor, element, sized} from "./core/element.js";

const LEFT = 40, RIGHT = 8, TOP = 8, BOTTOM = 18;

/** @param {{key: string, name: string, unit: string, percent?: boolean, title?: string}} what a curve of the history */
export function lossChart(context, host, {key, name, unit, percent = false, title}) {
  const {model, theme} = context, sign = percent ? " %" : "";
  const now = element("span.zx-number"), canvas = element("canvas"), plot = element("div.zx-plot.zx-still", {}, canvas);
  host.append(element("div.zx-chart", {title, "data-curve": key}, element("div.zx-charthead", {}, element("span", {}, `${name} (${unit})`), now), plot));

  function draw() {
    if (!context.hasRoom(plot, draw)) return;
    const width = plot.clientWidth, height = plot.clientHeight, g = sized(canvas, width, height), bottom = height - BOTTOM;
    const {curves, acts = []} = model.get("course"), values = [...typed(curves?.[key], Float32Array)].map(v => (percent ? 100 * v : v));
    const known = values.filter(Number.isFinite);
    g.font = theme.font;
    g.fillStyle = theme.css("muted");
    g.strokeStyle = theme.css("line");
    g.lineWidth = 1;
    g.beginPath();
    g.moveTo(LEFT - 0.5, TOP);
    g.lineTo(LEFT - 0.5, bottom + 0.5);
    g.lineTo(width - RIGHT, bottom + 0.5);
    g.stroke();
    now.textContent = known.length ? said(Number(known[known.length - 1].toPrecision(3))) + sign : "–";
    const last = Math.max(10, values.length); // room to grow into
    const x = s => LEFT + s / (last - 1) * (width - LEFT - RIGHT);
    if (!known.length) {
      anchor(g, "center", "middle");
      g.fillText(key === "reconstruction" ? "from the first epoch on" : "from the first clusters on", (LEFT + width) / 2, (TOP + bottom) / 2);
      return;
    }
    const low = Math.min(0, ...known), high = Math.max(...known) * 1.04 || 1;
    const y = v => bottom - (v - low) / (high - low) * (bottom - TOP);
    anchor(g, "right", "middle");
    for (const v of ticks(low, high, Math.max(3, height / 30))) g.fillText(said(v), LEFT - 5, y(v));
    g.textBaseline = "top";
    g.textAlign = "center";
    const marks = ticks(1, last, width / 60).filter(Number.isInteger);
    for (const s of marks) g.fillText(s === marks.at(-1) ? `step ${s}` : String(s), Math.min(width - 22, x(s - 1)), bottom + 4);
    g.setLineDash([2, 3]);
    g.beginPath();
    for (const {step} of acts) { g.moveTo(x(step), TOP); g.lineTo(x(step), bottom); } // where a person had a hand in it
    g.strokeStyle = theme.css("accent");
    g.stroke();
    g.setLineDash([]);
    g.strokeStyle = g.fillStyle = theme.css("fg");
    g.lineWidth = 1.5;
    g.lineJoin = "round";
    g.beginPath();
    let pen = false;
    values.forEach((v, s) => {
      if (!Number.isFinite(v)) { pen = false; return; }
      if (pen) g.lineTo(x(s), y(v)); else g.moveTo(x(s), y(v));
      pen = true;
      if (!Number.isFinite(values[s - 1]) && !Number.isFinite(values[s + 1])) g.fillRect(x(s) - 2, y(v) - 2, 4, 4);
    });
    g.stroke();
  }

  context.onResize(plot, draw);
  return {draw};
}
