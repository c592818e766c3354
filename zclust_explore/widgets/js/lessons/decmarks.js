// Marks on a plane of latent space: points in the colours of their clusters, arrows, centroids to take hold of.

import {element} from "../core/element.js";

const KEY_STEP = 0.1;

/** Colours of clusters: those that Python sent, as in every other view. */
export function clusterColours(stage, k) {
  const palette = stage.data.palette ?? [stage.context.theme.css("accent")];
  return Array.from({length: k}, (_, j) => palette[j % palette.length]);
}

function bytes(colour) { return [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16)); }

/** The colours of clusters mixed by the shares of one point, for example its row of q. */
export function mixed(colours, shares) {
  const parts = colours.map(bytes), sum = c => Math.round(shares.reduce((total, share, j) => total + share * parts[j][c], 0));
  return `rgb(${sum(0)} ${sum(1)} ${sum(2)})`;
}

/** Black or white, whichever is read better on a colour. */
export function inkOn(colour) {
  const [r, g, b] = bytes(colour).map(byte => (byte / 255 <= 0.03928 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? "#000000" : "#ffffff";
}

/** A point: a disc, a triangle, a square or a diamond, so that its kind is told without its colour. */
export function mark(g, kind, x, y, r) {
  g.beginPath();
  if (kind === 0) g.arc(x, y, r, 0, 2 * Math.PI);
  else if (kind === 1) { g.moveTo(x, y - 1.25 * r); g.lineTo(x + 1.15 * r, y + 0.85 * r); g.lineTo(x - 1.15 * r, y + 0.85 * r); g.closePath(); }
  else if (kind === 2) g.rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r);
  else { g.moveTo(x, y - 1.3 * r); g.lineTo(x + 1.3 * r, y); g.lineTo(x, y + 1.3 * r); g.lineTo(x - 1.3 * r, y); g.closePath(); }
  g.fill();
}

/** A centroid: a ring, so that the points in it are seen, and its number beside it. */
export function ring(g, theme, x, y, colour, words) {
  for (const [stroke, r, width] of [[theme.css("fg"), 9, 1], [colour, 7.5, 2.5]]) {
    g.strokeStyle = stroke;
    g.lineWidth = width;
    g.beginPath();
    g.arc(x, y, r, 0, 2 * Math.PI);
    g.stroke();
  }
  [g.textAlign, g.textBaseline, g.lineJoin] = ["left", "middle", "round"];
  g.strokeStyle = theme.css("bg");
  g.lineWidth = 3;
  g.strokeText(words, x + 11, y - 8);
  g.fillStyle = theme.css("fg");
  g.fillText(words, x + 11, y - 8);
}

/** Whether centroid j of x, y, x, y, … lies beyond what a plane shows. */
export function isOutside({domain: {x, y}}, mu, j) { return mu[2 * j] < x[0] || mu[2 * j] > x[1] || mu[2 * j + 1] < y[0] || mu[2 * j + 1] > y[1]; }

/** The iteration, and how many centroids cannot be seen in the picture of it. */
export function iterationWords(iteration, plot, mu) {
  const k = mu.length / 2, outside = Array.from({length: k}, (_, j) => j).filter(j => isOutside(plot, mu, j)).length;
  return (outside ? `${outside} of ${k} centroids ${outside === 1 ? "is" : "are"} outside this picture · ` : "") + `iteration ${iteration}`;
}

/** An arrow in pixels; too short a one is left out. */
export function arrow(g, x, y, dx, dy, head = 4) {
  const far = Math.hypot(dx, dy);
  if (far < 1.5) return;
  const [ux, uy] = [dx / far, dy / far], h = Math.min(head, far * 0.6);
  g.beginPath();
  g.moveTo(x, y);
  g.lineTo(x + dx, y + dy);
  g.moveTo(x + dx - h * (ux - 0.6 * uy), y + dy - h * (uy + 0.6 * ux));
  g.lineTo(x + dx, y + dy);
  g.lineTo(x + dx - h * (ux + 0.6 * uy), y + dy - h * (uy - 0.6 * ux));
  g.stroke();
}

/**
 * Round things on a plane that can be dragged, or moved by the arrow keys.
 * @param {DecPlot} plot
 * @param {{name: string, label: string, said: (j: number) => string, moved: (j: number, x: number, y: number, sameAct: boolean) => void, hollow?: boolean}} how
 *   name: of the control; said: what a thing is called; sameAct: it is moved on, in the same drag; hollow: rings, in which points are seen
 */
export function handles(stage, plot, {name, label, said, moved, hollow = false}) {
  const host = element("div.zx-dechandles", {role: "group", "aria-label": label});
  host.classList.toggle("zx-dechollow", hollow);
  plot.plane.append(stage.control(name, "", host));
  let places = [];

  function handle(j) {
    const made = element("button.zx-dechandle", {type: "button", "data-handle": j});
    let held = false, dragged = false;
    const limited = ([x, y]) => {
      const {domain} = plot, within = (v, [from, to]) => Math.min(to, Math.max(from, v));
      return [within(x, domain.x), within(y, domain.y)];
    };
    stage.context.listen(made, "pointerdown", event => {
      made.setPointerCapture(event.pointerId);
      [held, dragged] = [true, false];
      event.stopPropagation();
    });
    stage.context.listen(made, "pointermove", event => {
      if (!held) return;
      moved(j, ...limited(plot.pointed(event)), dragged);
      dragged = true;
    });
    stage.context.listen(made, "pointerup pointercancel", () => { held = false; });
    stage.context.listen(made, "keydown", event => {
      const [dx, dy] = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]}[event.key] ?? [0, 0];
      if (!dx && !dy) return;
      event.preventDefault();
      event.stopPropagation();
      const far = KEY_STEP * (event.shiftKey ? 5 : 1);
      moved(j, ...limited([places[2 * j] + far * dx, places[2 * j + 1] + far * dy]), event.repeat);
    });
    return made;
  }

  return {
    host,
    /** Put them where they are now: x, y, x, y, … */
    show(now, colours, words = j => String(j)) {
      places = now;
      const k = now.length / 2;
      while (host.children.length > k) host.lastElementChild.remove();
      while (host.children.length < k) host.append(handle(host.children.length));
      [...host.children].forEach((made, j) => {
        made.replaceChildren(element("span", {}, words(j)));
        for (const name of ["aria-label", "title"]) made.setAttribute(name, said(j));
        made.style.setProperty("--zx-of", colours[j]);
        Object.assign(made.style, {color: hollow ? "" : inkOn(colours[j]), transform: `translate(${plot.px(now[2 * j])}px, ${plot.py(now[2 * j + 1])}px)`});
      });
    },
  };
}
