// A chart with labelled axes on a sharp canvas, on which a lesson may ask for a guess.

import {said, ticks} from "../core/axes.js";
import {element, sized} from "../core/element.js";

const LEFT = 54, RIGHT = 14, TOP = 22, BOTTOM = 38;

/**
 * @param {Context} context
 * @param {{title: string, height: number, x: Axis, y: Axis, right?: number}} what Axis: {label, domain: [low, high], log?: true, marks?: number[]}; may be changed later
 * @param {(g: CanvasRenderingContext2D, plot: object, covered: boolean) => void} paint what lies between the axes
 */
export function lessonPlot(context, what, paint) {
  const {theme} = context, canvas = element("canvas"), host = element("div.zx-lessonplot", {role: "img", "aria-label": what.title}, canvas);
  host.style.height = `${what.height}px`;
  let covered = false;

  const scaled = (axis, v) => (axis.log ? Math.log(v) : v);
  function fraction(axis, v) { const [a, b] = axis.domain.map(end => scaled(axis, end)); return (scaled(axis, v) - a) / (b - a); }
  function valueAt(axis, t) { const [a, b] = axis.domain.map(end => scaled(axis, end)), v = a + t * (b - a); return axis.log ? Math.exp(v) : v; }
  const area = () => ({left: LEFT, right: host.clientWidth - (what.right ?? RIGHT), top: TOP, bottom: host.clientHeight - BOTTOM});

  const plot = {
    element: host, what, area,
    get domain() { return {x: what.x.domain, y: what.y.domain}; },
    toPixels(x, y) {
      const {left, right, top, bottom} = area();
      return [left + fraction(what.x, x) * (right - left), bottom - fraction(what.y, y) * (bottom - top)];
    },
    toData(px, py) {
      const {left, right, top, bottom} = area();
      return [valueAt(what.x, (px - left) / (right - left)), valueAt(what.y, (bottom - py) / (bottom - top))];
    },
    cover(hidden) { covered = hidden; host.dataset.covered = String(hidden); draw(); },
    draw,
  };

  function draw() {
    if (!context.hasRoom(host, draw)) return;
    const g = sized(canvas, host.clientWidth, host.clientHeight), {left, right, top, bottom} = area();
    host.setAttribute("aria-label", what.title);
    g.font = theme.font;
    g.save();
    g.beginPath();
    g.rect(left, top, right - left, bottom - top);
    g.clip();
    paint(g, plot, covered);
    g.restore();
    axes(g, left, right, top, bottom);
  }

  function axes(g, left, right, top, bottom) {
    g.strokeStyle = theme.css("line");
    g.lineWidth = 1;
    g.strokeRect(left - 0.5, top - 0.5, right - left + 1, bottom - top + 1);
    g.fillStyle = theme.css("fg");
    g.textAlign = "left";
    g.textBaseline = "top";
    g.fillText(what.title, left, 4);
    g.fillStyle = theme.css("muted");
    g.textAlign = "center";
    for (const v of marksOf(what.x, (right - left) / 60)) {
      const [px] = plot.toPixels(v, what.y.domain[0]);
      g.fillRect(Math.round(px), bottom + 1, 1, 4);
      g.fillText(said(v), px, bottom + 7);
    }
    g.fillText(what.x.label, (left + right) / 2, bottom + 21);
    g.textAlign = "right";
    g.textBaseline = "middle";
    for (const v of marksOf(what.y, (bottom - top) / 30)) {
      const [, py] = plot.toPixels(what.x.domain[0], v);
      g.fillRect(left - 5, Math.round(py), 4, 1);
      g.fillText(said(v), left - 8, py);
    }
    g.save();
    g.translate(2, (top + bottom) / 2);
    g.rotate(-Math.PI / 2);
    g.textAlign = "center";
    g.textBaseline = "top";
    g.fillText(what.y.label, 0, 0);
    g.restore();
  }

  context.onResize(host, draw);
  context.theme.on(draw);
  return plot;
}

function marksOf(axis, count) { return axis.marks ?? ticks(...axis.domain, count); }

/** A curve through points, with its dots; gaps where a value is missing. */
export function plotCurve(g, plot, xs, ys, colour, {dots = true, dash = []} = {}) {
  g.strokeStyle = g.fillStyle = colour;
  g.lineWidth = 1.75;
  g.lineJoin = "round";
  g.setLineDash(dash);
  g.beginPath();
  let pen = false;
  xs.forEach((x, k) => {
    if (!Number.isFinite(ys[k]) || ys[k] === null) { pen = false; return; }
    const at = plot.toPixels(x, ys[k]);
    if (pen) g.lineTo(...at); else g.moveTo(...at);
    pen = true;
  });
  g.stroke();
  g.setLineDash([]);
  if (dots) xs.forEach((x, k) => { if (Number.isFinite(ys[k]) && ys[k] !== null) plotDot(g, plot.toPixels(x, ys[k]), 3); });
}

export function plotDot(g, [x, y], radius) {
  g.beginPath();
  g.arc(x, y, radius, 0, 2 * Math.PI);
  g.fill();
}

/** y at an x on straight lines between points; NaN beyond them. */
export function onCurve(xs, ys, x) {
  for (let k = 0; k + 1 < xs.length; k++)
    if (x >= xs[k] && x <= xs[k + 1]) return ys[k] + (ys[k + 1] - ys[k]) * (x - xs[k]) / (xs[k + 1] - xs[k]);
  return NaN;
}

/** "?" over what is not to be seen yet. */
export function plotCovered(g, plot, theme) {
  const {left, right, top, bottom} = plot.area();
  g.fillStyle = theme.css("muted");
  g.textAlign = "center";
  g.textBaseline = "middle";
  const words = "hidden until you have guessed";
  g.fillText(g.measureText(words).width < right - left - 20 ? words : "hidden", (left + right) / 2, (top + bottom) / 2);
}
