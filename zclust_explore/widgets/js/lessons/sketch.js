// A guess on a chart: a place that is clicked, or a curve that is drawn, by mouse, finger or keys.

import {said} from "../core/axes.js";
import {element} from "../core/element.js";

const COLUMNS = 40, ROWS = 40;
const NS = "http://www.w3.org/2000/svg";

/**
 * Lay a sheet over a chart to guess on.
 * @param {Stage} stage
 * @param {GuessChart} chart
 * @param {"click"|"draw"} kind
 * @param {{words: string, changed: () => void}} how what the sheet is for; called when the guess is another
 * @returns {{value: () => ?number[], show: (answer: number[]) => void, lock: () => void, redraw: () => void, remove: () => void}}
 */
export function sketch({context}, chart, kind, {words, changed}) {
  const isDrawing = kind === "draw";
  const svg = document.createElementNS(NS, "svg"), told = element("span.zx-told-only", {"aria-live": "polite"});
  const line = svg.appendChild(document.createElementNS(NS, "path")), dot = svg.appendChild(document.createElementNS(NS, "circle"));
  const label = svg.appendChild(document.createElementNS(NS, "text"));
  label.textContent = "your guess";
  line.setAttribute("class", "zx-guessline");
  dot.setAttribute("class", "zx-guessdot");
  label.setAttribute("class", "zx-guesslabel");
  const sheet = element("div.zx-guess", {tabindex: 0, role: "application", "aria-label": `${words} ${isDrawing ?
    "Draw with the pointer; or hold the pen with the keys: left and right draw, up and down raise and lower it." :
    "Click a place; or move the mark with the arrow keys."}`}, svg, told);
  const host = chart.element instanceof HTMLCanvasElement || chart.element instanceof SVGElement ? chart.element.parentElement : chart.element;
  if (getComputedStyle(host).position === "static") host.style.position = "relative";
  host.append(sheet);

  // of a curve the height in each column, null where nothing is drawn; of a place {x, y}; all in data
  let heights = Array(COLUMNS + 1).fill(null), place = null, pen = null, locked = false;
  const isHost = host === chart.element;

  /** The box of the axes in pixels. */
  function box() {
    const [a, b] = [chart.toPixels(chart.domain.x[0], chart.domain.y[0]), chart.toPixels(chart.domain.x[1], chart.domain.y[1])];
    return {left: Math.min(a[0], b[0]), right: Math.max(a[0], b[0]), top: Math.min(a[1], b[1]), bottom: Math.max(a[1], b[1])};
  }

  const columnAt = px => { const {left, right} = box(); return Math.round(Math.min(1, Math.max(0, (px - left) / (right - left))) * COLUMNS); };
  const pixelOf = column => { const {left, right} = box(); return left + (right - left) * column / COLUMNS; };
  const within = py => { const {top, bottom} = box(); return Math.min(bottom, Math.max(top, py)); };

  function redraw() {
    const rect = chart.element.getBoundingClientRect(), from = host.getBoundingClientRect();
    if (!rect.width) return;
    Object.assign(sheet.style, {left: `${isHost ? 0 : rect.left - from.left}px`, top: `${isHost ? 0 : rect.top - from.top}px`,
      width: `${rect.width}px`, height: `${rect.height}px`});
    const drawn = curve().map(([x, y]) => chart.toPixels(x, y).map(v => v.toFixed(1)).join(","));
    line.setAttribute("d", drawn.length ? `M${drawn.join("L")}` : "");
    const mark = pen ?? (isDrawing ? null : place && chart.toPixels(...place));
    dot.style.display = mark && !(isDrawing && locked) ? "" : "none";
    if (mark) { dot.setAttribute("cx", mark[0]); dot.setAttribute("cy", mark[1]); dot.setAttribute("r", isDrawing ? 5 : 7); }
    const last = isDrawing ? curve().at(-1) : place, at = locked && last ? chart.toPixels(...last) : null;
    label.style.display = at ? "" : "none";
    if (at) {
      const {right, top} = box(), isRight = at[0] > right - 80;
      label.setAttribute("x", isRight ? at[0] - 10 : at[0] + 10);
      label.setAttribute("y", at[1] < top + 22 ? at[1] + 18 : at[1] - 10);
      label.setAttribute("text-anchor", isRight ? "end" : "start");
    }
    const {left, top, right, bottom} = box();
    Object.assign(sheet.dataset, {ready: String(value() !== null), box: JSON.stringify([left, top, right, bottom])});
  }

  function curve() {
    return heights.flatMap((y, k) => (y === null ? [] : [[chart.toData(pixelOf(k), 0)[0], y]]));
  }

  /** The guess: [x, y], or a curve [[x, y], …] that reaches over at least three quarters of the chart; null before. */
  function value() {
    if (!isDrawing) return place;
    const drawn = curve();
    return drawn.length >= 0.75 * COLUMNS ? drawn : null;
  }

  function draw(px, py, fromPx, fromPy) {
    const [a, b] = [columnAt(fromPx), columnAt(px)], step = Math.sign(b - a) || 1;
    for (let k = a; k !== b + step; k += step) {
      const t = b === a ? 1 : (k - a) / (b - a);
      heights[k] = chart.toData(pixelOf(k), within(fromPy + (py - fromPy) * t))[1];
    }
  }

  function pointed(event) {
    const rect = chart.element.getBoundingClientRect();
    return [event.clientX - rect.left, event.clientY - rect.top];
  }

  function done() {
    redraw();
    changed();
  }

  let held = null;
  context.listen(sheet, "pointerdown", event => {
    if (locked) return;
    sheet.setPointerCapture(event.pointerId);
    held = pointed(event);
    if (isDrawing) draw(...held, ...held);
    else place = chart.toData(Math.min(box().right, Math.max(box().left, held[0])), within(held[1]));
    pen = null;
    done();
  });
  context.listen(sheet, "pointermove", event => {
    if (!held || locked || !isDrawing) return;
    const at = pointed(event);
    draw(...at, ...held);
    held = at;
    done();
  });
  context.listen(sheet, "pointerup pointercancel", () => { held = null; });
  context.listen(sheet, "keydown", event => {
    const [dx, dy] = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key] ?? [0, 0];
    if (locked || (!dx && !dy)) return;
    event.preventDefault();
    event.stopPropagation();
    const {left, right, top, bottom} = box(), factor = event.shiftKey ? 5 : 1;
    const before = pen ?? (place ? chart.toPixels(...place) : [isDrawing ? left : (left + right) / 2, (top + bottom) / 2]);
    const at = [Math.min(right, Math.max(left, before[0] + dx * factor * (right - left) / COLUMNS)), within(before[1] + dy * factor * (bottom - top) / ROWS)];
    if (isDrawing) draw(...at, ...(dx ? before : at));
    else place = chart.toData(...at);
    pen = at;
    const [x, y] = chart.toData(...at);
    told.textContent = `${said(Number(x.toPrecision(3)))}, ${said(Number(y.toPrecision(3)))}`;
    done();
  });
  redraw();

  return {
    value, redraw,
    show(answer) {
      if (isDrawing) {
        heights = Array(COLUMNS + 1).fill(null);
        for (const [x, y] of answer) heights[columnAt(chart.toPixels(x, y)[0])] = y;
      } else place = answer;
      redraw();
    },
    lock() {
      locked = true;
      pen = null;
      sheet.classList.add("zx-guessed");
      sheet.tabIndex = -1;
      sheet.setAttribute("role", "img");
      sheet.setAttribute("aria-label", "your guess");
      redraw();
    },
    remove() { sheet.remove(); },
  };
}
