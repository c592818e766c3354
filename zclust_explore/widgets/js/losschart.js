// A loss over the snapshots so far, growing while the training runs. The canvas stays: nothing flickers.

import {said, ticks} from "./core/axes.js";
import {element, sized} from "./core/element.js";

const LEFT = 40, RIGHT = 8, TOP = 6, BOTTOM = 18;

export function lossChart(context, host, key, name) {
  const {model, theme} = context;
  const now = element("span.zx-number"), canvas = element("canvas"), plot = element("div.zx-plot.zx-still", {}, canvas);
  host.append(element("div.zx-chart", {}, element("div.zx-charthead", {}, element("span", {}, name), now), plot));

  function draw() {
    if (!context.hasRoom(plot, draw)) return;
    const width = plot.clientWidth, height = plot.clientHeight, g = sized(canvas, width, height), bottom = height - BOTTOM;
    const view = model.get("course").curves?.[key];
    const values = view?.byteLength ? [...new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength))] : [];
    const known = values.filter(Number.isFinite);
    g.font = theme.font;
    g.fillStyle = theme.css("muted");
    g.strokeStyle = theme.css("line");
    g.beginPath();
    g.moveTo(LEFT - 0.5, TOP);
    g.lineTo(LEFT - 0.5, bottom + 0.5);
    g.lineTo(width - RIGHT, bottom + 0.5);
    g.stroke();
    now.textContent = known.length ? said(Number(known[known.length - 1].toPrecision(3))) : "–";
    if (!known.length) return;
    const low = Math.min(0, ...known), high = Math.max(...known) * 1.04 || 1, last = Math.max(10, values.length); // room to grow into
    const x = s => LEFT + s / (last - 1) * (width - LEFT - RIGHT), y = v => bottom - (v - low) / (high - low) * (bottom - TOP);
    g.textAlign = "right";
    g.textBaseline = "middle";
    for (const v of ticks(low, high, Math.max(4, height / 24))) g.fillText(said(v), LEFT - 5, y(v));
    g.textBaseline = "top";
    g.textAlign = "center";
    const marks = ticks(1, last, width / 60).filter(Number.isInteger);
    for (const s of marks) g.fillText(s === marks.at(-1) ? `step ${s}` : String(s), Math.min(width - 22, x(s - 1)), bottom + 4);
    g.strokeStyle = theme.css("fg");
    g.lineWidth = 1.5;
    g.beginPath();
    let pen = false;
    values.forEach((v, s) => {
      if (!Number.isFinite(v)) { pen = false; return; }
      if (pen) g.lineTo(x(s), y(v)); else g.moveTo(x(s), y(v));
      pen = true;
    });
    g.stroke();
    if (known.length === 1) g.fillRect(x(values.findIndex(Number.isFinite)) - 2, y(known[0]) - 2, 4, 4);
  }

  context.onResize(plot, draw);
  return {draw};
}
