// Soft assignment: one point between centroids, Student's t against the Gaussian, from distances to q.

import {element} from "../core/element.js";
import {decBar, decButton, decChoice, decRange} from "./deccontrols.js";
import {softAssign} from "./dec2d.js";
import {clusterColours, handles, mixed} from "./decmarks.js";
import {memberTable} from "./decmembers.js";
import {DecPlot} from "./decplot.js";

const CENTROIDS = [-2, -1, 2, -1.2, 0.3, 2], POINT = [-0.6, -0.4], FARTHEST = 6, CURVE_POINTS = 121, CELL = 6;

/** Student's t kernel of a distance, 1 at 0. */
export function studentKernel(d, alpha) { return (1 + d * d / alpha) ** (-(alpha + 1) / 2); }

/** The Gaussian of standard deviation 1: what Student's t becomes when alpha grows. */
export function gaussianKernel(d) { return Math.exp(-d * d / 2); }

/** q of one point by the Gaussian; in log space, so that a far point has a q, too. */
export function gaussianAssign(z, mu) {
  const logs = Array.from({length: mu.length / 2}, (_, j) => -((z[0] - mu[2 * j]) ** 2 + (z[1] - mu[2 * j + 1]) ** 2) / 2);
  const most = Math.max(...logs), weights = logs.map(value => Math.exp(value - most)), sum = weights.reduce((a, b) => a + b);
  return weights.map(weight => weight / sum);
}

/**
 * Controls: alpha, kernel ("student", "gaussian": what colours the plane), reset, curves (the chart of kernels); point and centroids (to drag). Value `at`: [x, y] of the point.
 * Charts: map, kernel. Reports: alpha, kernel, x, y, nearest (cluster), distance (to it), q and q_gaussian (the largest), q_least, q_gaussian_least,
 * and of each cluster j q_j, q_gaussian_j, d_j.
 * @param {Stage} stage
 */
export function softAssignment(stage) {
  const {context, values} = stage;
  let point = [...(values.at ?? POINT)], mu = [...CENTROIDS];

  const alpha = decRange(stage, "alpha", "α", {min: 0.25, max: 30, step: 0.25, value: 1, oninput: changed});
  const kernel = decChoice(stage, "kernel", "Colours of the plane", [["student", "Student's t"], ["gaussian", "Gaussian"]], {onchange: changed});
  const reset = decButton(stage, "reset", "Start over", "Point and centroids where they were", () => {
    [point, mu] = [[...(values.at ?? POINT)], [...CENTROIDS]];
    changed();
  });
  const map = new DecPlot(stage, {
    name: "map", title: "Latent space: the point z and three centroids", className: "zx-decmap", square: true, paint: paintMap,
    x: {label: "latent dimension 1 (no unit)", from: -4, to: 4}, y: {label: "latent dimension 2 (no unit)", from: -3.2, to: 3.4},
  });
  const curves = new DecPlot(stage, {
    name: "kernel", title: "Kernel: what a distance is worth", className: "zx-decsmall", paint: paintCurves, truth: d => studentKernel(d, alpha.value),
    x: {label: "distance d (no unit)", from: 0, to: FARTHEST}, y: {label: "kernel (no unit)", from: 0, to: 1},
  });
  const limited = (v, most) => Math.max(-most, Math.min(most, v));
  const centroids = handles(stage, map, {name: "centroids", label: "centroids", said: j => `centroid ${j}: drag it, or move it by the arrow keys`, moved(j, x, y) {
    [mu[2 * j], mu[2 * j + 1]] = [x, y];
    changed();
  }});
  const held = handles(stage, map, {name: "point", label: "point", said: () => "the point z: drag it, or move it by the arrow keys", moved(j, x, y) {
    point = [limited(x, 20), limited(y, 20)];
    changed();
  }});
  held.host.classList.add("zx-decheld");
  const members = memberTable([
    {key: "d", name: "d", title: "distance to the centroid"}, {key: "q", name: "q, Student's t", bar: "full", title: "kernel of Student's t, divided by the sum"},
    {key: "gauss", name: "q, Gaussian", bar: "outlined", title: "kernel of the Gaussian, divided by the sum"},
  ], "From distances to q");
  const line = (dash, words) => {
    const sample = element("i.zx-decline");
    sample.style.borderTopStyle = dash;
    return element("span", {}, sample, words);
  };
  stage.place.append(
    decBar("kernel", alpha, kernel, reset),
    element("div.zx-decgrid", {}, map.element, element("div.zx-decside", {}, members.element, stage.control("curves", "", element("div", {}, curves.element,
      element("div.zx-declegend", {}, line("solid", "Student's t"), line("dashed", "Gaussian"), element("span", {}, "marks: the three distances")))))),
    element("p.zx-decnote", {}, "q = kernel, divided by its sum over the clusters. Student's t: (1 + d²/α)^(−(α+1)/2). Gaussian: exp(−d²/2), which Student's t becomes for large α."));

  function distances() { return [0, 1, 2].map(j => Math.hypot(point[0] - mu[2 * j], point[1] - mu[2 * j + 1])); }

  function changed() {
    const q = softAssign(Float64Array.from(point), Float64Array.from(mu), alpha.value), gauss = gaussianAssign(point, mu), d = distances();
    const numbers = {alpha: alpha.value, x: point[0], y: point[1], kernel: kernel.value, q: Math.max(...q), q_gaussian: Math.max(...gauss), q_least: Math.min(...q),
      q_gaussian_least: Math.min(...gauss), nearest: d.indexOf(Math.min(...d)), distance: Math.min(...d)};
    q.forEach((value, j) => { numbers[`q_${j}`] = value; numbers[`q_gaussian_${j}`] = gauss[j]; numbers[`d_${j}`] = d[j]; });
    for (const [name, value] of Object.entries(numbers)) stage.report(name, value);
    members.show(d.map((value, j) => ({d: value, q: q[j], gauss: gauss[j]})), clusterColours(stage, 3), map.covered || curves.covered);
    context.root.dataset.q = [...q].map(value => value.toFixed(6)).join(" ");
    map.draw();
    curves.draw();
  }

  function paintMap(g) {
    const colours = clusterColours(stage, 3), {theme} = context, [right, bottom] = [map.px(map.domain.x[1]), map.py(map.domain.y[0])];
    if (!map.covered) {
      g.globalAlpha = theme.dark ? 0.5 : 0.38;
      for (let px = map.px(map.domain.x[0]); px < right; px += CELL) {
        for (let py = map.py(map.domain.y[1]); py < bottom; py += CELL) {
          const at = map.toData(px + CELL / 2, py + CELL / 2);
          g.fillStyle = mixed(colours, kernel.value === "gaussian" ? gaussianAssign(at, mu) : [...softAssign(at, mu, alpha.value)]);
          g.fillRect(px, py, Math.min(CELL, right - px), Math.min(CELL, bottom - py));
        }
      }
      g.globalAlpha = 1;
    }
    g.strokeStyle = theme.css("fg");
    g.lineWidth = 1;
    g.setLineDash([3, 3]);
    for (let j = 0; j < 3; j++) { g.beginPath(); g.moveTo(map.px(point[0]), map.py(point[1])); g.lineTo(map.px(mu[2 * j]), map.py(mu[2 * j + 1])); g.stroke(); }
    g.setLineDash([]);
    centroids.show(mu, colours);
    held.show(point, [theme.dark ? "#ffffff" : "#000000"], () => "z");
  }

  function paintCurves(g) {
    const {theme} = context, colours = clusterColours(stage, 3), at = Array.from({length: CURVE_POINTS}, (_, t) => FARTHEST * t / (CURVE_POINTS - 1));
    distances().forEach((d, j) => {
      const heights = [gaussianKernel(d), ...(curves.covered ? [] : [studentKernel(d, alpha.value)])];
      g.strokeStyle = g.fillStyle = colours[j];
      g.lineWidth = 1.5;
      g.beginPath();
      g.moveTo(curves.px(d), curves.py(0));
      g.lineTo(curves.px(d), curves.py(Math.max(...heights, 0.04)));
      g.stroke();
      for (const height of heights) { g.beginPath(); g.arc(curves.px(d), curves.py(height), 4, 0, 2 * Math.PI); g.fill(); }
      g.fillStyle = theme.css("fg");
      g.textAlign = "center";
      g.fillText(String(j), curves.px(d), curves.py(Math.max(...heights, 0.04)) - 8);
    });
    curves.curve(g, at.map(d => [d, gaussianKernel(d)]), {colour: theme.css("fg"), dash: [6, 4]});
    if (!curves.covered) curves.curve(g, at.map(d => [d, studentKernel(d, alpha.value)]), {colour: theme.css("fg"), width: 2.25});
  }

  [map.covering, curves.covering] = [changed, changed];
  changed();
}
