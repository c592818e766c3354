// A plane with axes on which a lesson draws, and on which a guess may be clicked or drawn.

import {said, ticks} from "../core/axes.js";
import {element, sized} from "../core/element.js";

const LEFT = 46, RIGHT = 12, TOP = 8, BOTTOM = 34;

/** Title, number, canvas with axes. What lies on the plane is painted by `paint(g, plot)` in pixels that `px` and `py` give. */
export class DecPlot {
  /**
   * @param {{name: string, title: string, x: {label: string, from: number, to: number, whole?: boolean},
   *   y: {label: string, from: number, to: number, marks?: [number, string][]}, square?: boolean, className?: string,
   *   paint: (g: CanvasRenderingContext2D, plot: DecPlot) => void, truth?: (x: number) => number, covering?: (hidden: boolean, plot: DecPlot) => void}} what
   *   square: a unit is as long upwards as to the right; truth: the y that is painted at an x
   */
  constructor(stage, {name, title, x, y, square = false, className = "", paint, truth, covering}) {
    Object.assign(this, {stage, x, y, square, paint, covering, covered: false, width: 0, height: 0});
    this.now = element("span.zx-number");
    this.canvas = element("canvas", {role: "img", "aria-label": title});
    this.plane = element("div.zx-decplane", {"data-chart": name}, this.canvas);
    if (className) this.plane.classList.add(className);
    this.element = element("div.zx-decplot", {}, element("div.zx-charthead", {}, element("span", {}, title), this.now), this.plane);
    this.draw = () => this.repaint();
    stage.context.onResize(this.plane, this.draw);
    stage.context.theme.on(this.draw);
    const plot = this;
    stage.chart(name, {
      element: this.plane, get domain() { return plot.domain; }, toData: (px, py) => this.toData(px, py), toPixels: (a, b) => [this.px(a), this.py(b)],
      cover: hidden => { this.covered = hidden; this.covering?.(hidden, this); this.draw(); }, truth,
    });
  }

  /** What the axes show; of a square plane more than was asked for, where there is room. */
  get domain() {
    const {x, y} = this, wide = this.width - LEFT - RIGHT, high = this.height - TOP - BOTTOM;
    if (!this.square || wide <= 0 || high <= 0) return {x: [x.from, x.to], y: [y.from, y.to]};
    const unit = Math.min(wide / (x.to - x.from), high / (y.to - y.from));
    const around = (from, to, pixels) => [(from + to) / 2 - pixels / unit / 2, (from + to) / 2 + pixels / unit / 2];
    return {x: around(x.from, x.to, wide), y: around(y.from, y.to, high)};
  }

  px(value) { const [from, to] = this.domain.x; return LEFT + (value - from) / (to - from) * (this.width - LEFT - RIGHT); }

  py(value) { const [from, to] = this.domain.y; return this.height - BOTTOM - (value - from) / (to - from) * (this.height - TOP - BOTTOM); }

  toData(px, py) {
    const {x, y} = this.domain;
    return [x[0] + (px - LEFT) / (this.width - LEFT - RIGHT) * (x[1] - x[0]),
      y[0] + (this.height - BOTTOM - py) / (this.height - TOP - BOTTOM) * (y[1] - y[0])];
  }

  /** Where a pointer is, in data. */
  pointed(event) {
    const box = this.plane.getBoundingClientRect();
    return this.toData(event.clientX - box.left, event.clientY - box.top);
  }

  repaint() {
    const {plane, canvas, stage} = this, {theme} = stage.context;
    [this.width, this.height] = [plane.clientWidth, plane.clientHeight];
    if (!stage.context.hasRoom(plane, this.draw)) return;
    const g = sized(canvas, this.width, this.height), right = this.width - RIGHT, bottom = this.height - BOTTOM;
    this.axes(g, right, bottom);
    g.save();
    g.beginPath();
    g.rect(LEFT, TOP - 4, right - LEFT + 4, bottom - TOP + 4);
    g.clip();
    g.font = theme.font;
    this.paint(g, this);
    g.restore();
    plane.dataset.painted = "true";
  }

  axes(g, right, bottom) {
    const {theme} = this.stage.context, {domain} = this;
    g.font = theme.font;
    g.strokeStyle = theme.css("line");
    g.fillStyle = theme.css("muted");
    g.lineWidth = 1;
    g.beginPath();
    g.moveTo(LEFT - 0.5, TOP);
    g.lineTo(LEFT - 0.5, bottom + 0.5);
    g.lineTo(right, bottom + 0.5);
    g.stroke();
    g.textAlign = "center";
    g.textBaseline = "top";
    const marks = this.x.marks ?? ticks(...domain.x, (right - LEFT) / 60).filter(v => !this.x.whole || Number.isInteger(v)).map(v => [v, said(v)]);
    for (const [v, words] of marks) g.fillText(words, Math.min(this.px(v), right + RIGHT - g.measureText(words).width / 2), bottom + 4);
    g.fillText(this.fitting(g, this.x.label, right - LEFT), (LEFT + right) / 2, bottom + 18);
    g.textAlign = "right";
    g.textBaseline = "middle";
    for (const [v, words] of this.y.marks ?? ticks(...domain.y, (bottom - TOP) / 34).map(v => [v, said(v)])) g.fillText(words, LEFT - 5, this.py(v));
    g.save();
    g.translate(9, (TOP + bottom) / 2);
    g.rotate(-Math.PI / 2);
    g.textAlign = "center";
    g.fillText(this.fitting(g, this.y.label, bottom - TOP), 0, 0);
    g.restore();
  }

  /** A label, without what stands in brackets where that does not fit. */
  fitting(g, label, pixels) { return g.measureText(label).width <= pixels ? label : label.replace(/ \(.*\)$/, ""); }

  /** A curve through pairs of x and y; with the area under it, if it has a colour. */
  curve(g, pairs, {colour, area, dash = [], width = 1.75}) {
    if (!pairs.length) return;
    const trace = () => pairs.forEach(([a, b], at) => { if (at) g.lineTo(this.px(a), this.py(b)); else g.moveTo(this.px(a), this.py(b)); });
    if (area) {
      g.beginPath();
      trace();
      g.lineTo(this.px(pairs.at(-1)[0]), this.py(this.domain.y[0]));
      g.lineTo(this.px(pairs[0][0]), this.py(this.domain.y[0]));
      g.closePath();
      g.globalAlpha = 0.22;
      g.fillStyle = area;
      g.fill();
      g.globalAlpha = 1;
    }
    g.strokeStyle = colour;
    g.lineWidth = width;
    g.lineJoin = "round";
    g.setLineDash(dash);
    g.beginPath();
    trace();
    g.stroke();
    g.setLineDash([]);
  }
}

/** The y of a curve at an x, between its pairs; NaN beyond them. */
export function heightAt(pairs, x) {
  for (let at = 1; at < pairs.length; at++) {
    const [[a, p], [b, q]] = [pairs[at - 1], pairs[at]];
    if (a <= x && x <= b) return b === a ? q : p + (q - p) * (x - a) / (b - a);
  }
  return NaN;
}
