// Choose K: points without colours, a guess, and then what the criteria say.

import {ticks} from "../core/axes.js";
import {floats} from "../core/courier.js";
import {element} from "../core/element.js";
import {lessonPlot, onCurve, plotCovered, plotCurve, plotDot} from "./plot.js";

const PANELS = {
  gap: {title: "gap", unit: "nats", choice: "gap"}, icl: {title: "ICL (low is good)", unit: "nats", choice: "icl"},
  stability: {title: "stability", unit: "Rand index", choice: "stability"}, silhouette: {title: "silhouette", unit: "", choice: "silhouette"},
  inertia: {title: "inertia (elbow)", unit: "", choice: "elbow"},
};

/** @param {Stage} stage */
export function chooseK(stage) {
  const {context, data, values} = stage, {theme} = context;
  const sets = data.sets.map(entry => ({...entry, xy: floats(entry.xy), n: entry.xy.byteLength / 8}));
  const which = element("select.zx-select", {"aria-label": "points"}, ...sets.map(({name, words}) => element("option", {value: name, selected: name === (values.points ?? sets[0].name)}, words)));
  const count = element("input.zx-slider.zx-lessonslider", {type: "range", min: 1, max: 8, value: values.k ?? 1, "aria-label": "number of clusters K"});
  const countWords = element("output.zx-number.zx-sliderwords");
  const report = element("p.zx-lessonsaid", {"aria-live": "polite"});
  const countControl = element("span.zx-sliderrow", {}, count, countWords);
  Object.defineProperty(countControl, "value", {set(wanted) { count.value = wanted; }});
  let now = sets[0];

  const map = lessonPlot(context, {title: "", height: 420, x: {label: "first latent number", domain: [-1, 1]}, y: {label: "second latent number", domain: [-1, 1]}}, paintPoints);
  const panels = Object.entries(PANELS).map(([name, {title, unit, choice}]) => {
    const plot = lessonPlot(context, {title, height: 168, x: {label: "number of clusters K", domain: [0.5, 8.5], marks: [1, 2, 3, 4, 5, 6, 7, 8]}, y: {label: unit, domain: [0, 1]}},
      (g, plotted, covered) => paintCriterion(g, plotted, covered, name, choice));
    plot.truth = x => onCurve(now.counts, now.criteria[name].map(v => v ?? NaN), x);
    return [name, plot];
  });

  function show() {
    now = sets.find(({name}) => name === which.value);
    const k = Number(count.value), [x, y] = [0, 1].map(d => { const all = now.xy.filter((_, i) => i % 2 === d), [a, b] = [Math.min(...all), Math.max(...all)]; return [a - 0.06 * (b - a), b + 0.06 * (b - a)]; });
    map.what.x.domain = x;
    map.what.y.domain = y;
    map.what.title = `${now.n} points` + (k > 1 ? `, in ${k} clusters by a Gaussian mixture` : "");
    countWords.textContent = String(k);
    count.style.setProperty("--zx-done", `${100 * (k - 1) / 7}%`);
    for (const [name, plot] of panels) plot.what.y.domain = reach(now.criteria[name]);
    entitle();
    stage.report("k", k);
    stage.report("points", now.name);
    stage.report("recommended", now.n_clusters);
    tell();
    map.draw();
    for (const [, plot] of panels) plot.draw();
  }

  /** Limits of the values that are there, a little wider, at round numbers. */
  function reach(all) {
    const there = all.filter(v => v !== null), [a, b] = [Math.min(...there), Math.max(...there)], room = 0.08 * (b - a || 1), marks = ticks(a, b, 4);
    return [Math.min(a - room, marks[0]), Math.max(b + room, marks.at(-1))];
  }

  /** What a criterion says stands beside its name, once it may be seen. */
  function entitle() {
    for (const [name, plot] of panels) {
      const {title, choice} = PANELS[name], chosen = now.choices[choice];
      plot.what.title = plot.element.dataset.covered === "true" ? title : `${title}: ` + (chosen === 1 ? "no clusters" : `says ${chosen}`);
    }
  }

  function tell() {
    const isHidden = panels.some(([, plot]) => plot.element.dataset.covered === "true");
    report.textContent = isHidden ? "" : `The report: ${now.recommendation}`;
  }

  function paintPoints(g, plot) {
    const k = Number(count.value), at = now.counts.indexOf(k), radius = now.n > 150 ? 3.2 : 4;
    const labels = new Uint8Array(now.labels.buffer, now.labels.byteOffset + at * now.n, now.n);
    for (let i = 0; i < now.n; i++) {
      g.fillStyle = k === 1 ? theme.css("muted") : data.palette[labels[i]];
      plotDot(g, plot.toPixels(now.xy[2 * i], now.xy[2 * i + 1]), radius);
    }
  }

  function paintCriterion(g, plot, covered, name, choice) {
    if (covered) { plotCovered(g, plot, theme); return; }
    const ys = now.criteria[name], k = Number(count.value), chosen = now.choices[choice];
    const [x] = plot.toPixels(k, 0), {top, bottom} = plot.area();
    g.strokeStyle = theme.css("line");
    g.setLineDash([3, 3]);
    g.beginPath();
    g.moveTo(x, top);
    g.lineTo(x, bottom);
    g.stroke();
    g.setLineDash([]);
    if (name === "gap") {
      g.strokeStyle = theme.css("muted");
      g.beginPath();
      now.counts.forEach((c, i) => {
        g.moveTo(...plot.toPixels(c, ys[i] - now.criteria.gap_error[i]));
        g.lineTo(...plot.toPixels(c, ys[i] + now.criteria.gap_error[i]));
      });
      g.stroke();
    }
    plotCurve(g, plot, now.counts, ys, theme.css("fg"));
    g.fillStyle = theme.css("accent");
    const value = ys[now.counts.indexOf(chosen)];
    if (value !== null) plotDot(g, plot.toPixels(chosen, value), 6);
  }

  stage.place.append(
    element("div.zx-controls", {}, stage.control("points", "points", which), stage.control("k", "number of clusters K", countControl)),
    element("div.zx-choosegrid", {}, map.element, element("div.zx-criteria", {}, ...panels.map(([, plot]) => plot.element))), report);
  context.listen(which, "input", show);
  context.listen(count, "input", show);
  context.listen(countControl, "change", event => { if (event.target === countControl) show(); });
  stage.chart("points", map);
  for (const [name, plot] of panels) stage.chart(name, {...plot, get domain() { return plot.domain; }, truth: plot.truth, cover(hidden) {
    plot.cover(hidden);
    entitle();
    plot.draw();
    tell();
  }});
  show();
}
