// Bottleneck: how much of a spectrogram comes through a few numbers, and what one of these numbers draws.

import {FrequencyAxis, said} from "../core/axes.js";
import {diverging, sequential} from "../core/colormap.js";
import {floats} from "../core/courier.js";
import {element, sized} from "../core/element.js";
import {lessonPlot, onCurve, plotCovered, plotCurve, plotDot} from "./plot.js";

const LIMITS = [-1.5, 2.8]; // standard deviations of the scaled windows
const REACH = 4; // of a latent number, in its standard deviations

/** @param {Stage} stage */
export function bottleneck(stage) {
  const {context, data, values} = stage, {theme} = context, {n_freqs: rows, n_times: columns, sizes} = data, n = rows * columns;
  const [mean, components, deviations, examples] = [data.mean, data.components, data.deviations, data.examples].map(view => floats(view));
  const most = sizes.at(-1), axis = new FrequencyAxis(data.frequencies);
  const size = element("input.zx-slider.zx-lessonslider", {type: "range", min: 0, max: sizes.length - 1, value: Math.max(0, sizes.indexOf(values.size ?? 4)), "aria-label": "latent size"});
  const sizeWords = element("output.zx-number.zx-sliderwords");
  const sizeControl = element("span.zx-sliderrow", {}, size, sizeWords);
  Object.defineProperty(sizeControl, "value", {set(wanted) { size.value = Math.max(0, sizes.indexOf(Number(wanted))); }});
  const kind = element("select.zx-select", {"aria-label": "window"}, ...data.kinds.map((words, k) => element("option", {value: words, selected: words === (values.example ?? data.kinds[0])}, words)));
  const reset = element("button.zx-button", {type: "button"}, "Back to the window's own");
  const latent = element("div.zx-latent", {role: "group", "aria-label": "latent numbers"});
  const sliders = Array.from({length: most}, (_, k) => element("input.zx-slider", {type: "range", min: -REACH, max: REACH, step: 0.01, "aria-label": `z${k + 1}`}));
  const numbers = sliders.map(() => element("output.zx-number"));
  const latentRows = sliders.map((slider, k) => element("div.zx-latentrow", {}, element("span", {}, `z${k + 1}`), slider, numbers[k]));
  latent.append(...latentRows);
  const told = element("p.zx-lessonsaid", {"aria-live": "polite"});
  const z = new Float64Array(most), own = new Float64Array(most), decodedValues = new Float32Array(n), original = new Float32Array(n), rest = new Float32Array(n);

  const errors = lessonPlot(context, {title: "what is lost (% of the variance)", height: 230, x: {label: "latent size (numbers a window)", domain: [0.93, 17.2], log: true, marks: sizes}, y: {label: "lost (%)", domain: [0, 100]}}, paintErrors);
  errors.truth = x => onCurve(sizes, data.error_unseen, x);
  const pictures = ["original", "decoded", "what is lost"].map((title, k) => ({title, canvas: element("canvas"), values: [original, decodedValues, rest][k], signed: k === 2}));
  const panels = element("div.zx-lessonpictures", {role: "img"}, ...pictures.map(({title, canvas}) =>
    element("figure", {}, element("figcaption", {}, title), element("div.zx-picturebox", {}, canvas))));
  const colourWords = element("p.zx-quiet", {}, `frequency ${said(round2(data.frequencies[0]))} to ${said(round2(data.frequencies.at(-1)))} Hz (octaves are equally high), time 0 to ${said(data.times.at(-1) + data.times[0])} s; ` +
    "colours: level above background, in standard deviations");

  const at = () => sizes[size.value];

  /** The latent numbers of the chosen window: its part along each component. */
  function encode() {
    const from = data.kinds.indexOf(kind.value) * n;
    for (let i = 0; i < n; i++) original[i] = examples[from + i];
    for (let k = 0; k < most; k++) {
      own[k] = 0;
      for (let i = 0; i < n; i++) own[k] += (original[i] - mean[i]) * components[k * n + i];
    }
    backToOwn();
  }

  function backToOwn() {
    z.set(own);
    for (let k = 0; k < most; k++) sliders[k].value = own[k] / deviations[k];
    decode();
  }

  function decode() {
    const used = at();
    let [lost, all] = [0, 0];
    for (let i = 0; i < n; i++) {
      let v = mean[i];
      for (let k = 0; k < used; k++) v += z[k] * components[k * n + i];
      decodedValues[i] = v;
      rest[i] = original[i] - v;
      lost += rest[i] ** 2;
      all += (original[i] - mean[i]) ** 2;
    }
    const percent = 100 * lost / all, moved = Math.sqrt(z.subarray(0, used).reduce((sum, v, k) => sum + ((v - own[k]) / deviations[k]) ** 2, 0));
    const k = size.value;
    sizeWords.textContent = String(used);
    size.setAttribute("aria-valuetext", `${used} numbers`);
    size.style.setProperty("--zx-done", `${100 * k / (sizes.length - 1)}%`);
    latentRows.forEach((row, i) => { row.hidden = i >= used; });
    sliders.forEach((slider, i) => {
      slider.style.setProperty("--zx-done", `${50 * (Number(slider.value) + REACH) / REACH}%`);
      numbers[i].textContent = said(Number((z[i] / deviations[i]).toFixed(1)));
    });
    const lossWords = `${n} values of this window go through ${used} number${used === 1 ? "" : "s"}: ${percent.toFixed(0)} % of its variance is lost. `;
    // moved by hand, the numbers are another picture's: nothing of this window is lost in it
    told.textContent = (moved > 0 ? "These are not this window's own numbers any more. " : lossWords) +
      `Of all windows: ${data.error_seen[k].toFixed(0)} % of those that the decoder was made from, ${data.error_unseen[k].toFixed(0)} % of others.`;
    panels.setAttribute("aria-label", `spectrograms of a window of kind ${kind.value}: original, decoded from ${used} numbers, and what is lost`);
    const reports = {size: used, lost_percent: percent, lost_unseen_percent: data.error_unseen[k], moved, example: kind.value};
    for (const [name, value] of Object.entries(reports)) stage.report(name, value);
    paint();
    errors.draw();
  }

  function paint() {
    for (const {canvas, values: shown, signed} of pictures) {
      const box = canvas.parentElement, width = box.clientWidth, height = box.clientHeight;
      if (!context.hasRoom(box, paint)) return;
      const g = sized(canvas, width, height), table = signed ? diverging(theme.rgb("bg")) : sequential(), left = 30, bottom = height - 18;
      const [low, high] = signed ? [-2.5, 2.5] : LIMITS, made = new ImageData(columns, rows);
      for (let f = 0; f < rows; f++) for (let t = 0; t < columns; t++) {
        const c = 3 * Math.round(255 * Math.min(1, Math.max(0, (shown[f * columns + t] - low) / (high - low))));
        made.data.set([table[c], table[c + 1], table[c + 2], 255], 4 * ((rows - 1 - f) * columns + t));
      }
      const small = element("canvas", {width: columns, height: rows});
      small.getContext("2d").putImageData(made, 0, 0);
      g.imageSmoothingEnabled = false;
      g.drawImage(small, left, 0, width - left, bottom);
      g.strokeStyle = theme.css("line");
      g.strokeRect(left + 0.5, 0.5, width - left - 1, bottom - 1);
      g.font = theme.font;
      g.fillStyle = theme.css("muted");
      g.textAlign = "right";
      g.textBaseline = "middle";
      for (const {hz, at: height01} of axis.ticks(5)) g.fillText(said(hz), left - 5, Math.min(bottom - 5, Math.max(6, bottom * (1 - height01))));
      g.textAlign = "left";
      g.textBaseline = "top";
      g.fillText("0", left, bottom + 4);
      g.textAlign = "right";
      g.fillText(`${said(data.times.at(-1) + data.times[0])} s`, width, bottom + 4);
    }
  }

  function paintErrors(g, plot, covered) {
    if (covered) { plotCovered(g, plot, theme); return; }
    const [seen, unseen] = [data.palette[7], data.palette[1]], k = size.value;
    plotCurve(g, plot, sizes, data.error_seen, seen, {dash: [5, 4]});
    plotCurve(g, plot, sizes, data.error_unseen, unseen);
    g.fillStyle = theme.css("accent");
    plotDot(g, plot.toPixels(sizes[k], data.error_unseen[k]), 5.5);
    const {right, top} = plot.area();
    g.textAlign = "right";
    g.textBaseline = "top";
    for (const [i, words, colour] of [[0, "— windows it has not seen", unseen], [1, "- - windows it was made from", seen]]) {
      g.fillStyle = colour;
      g.fillText(words, right - 8, top + 7 + 15 * i);
    }
  }

  stage.place.append(
    element("div.zx-controls", {}, stage.control("size", "latent size", sizeControl), stage.control("example", "window", kind)),
    panels, colourWords,
    element("div.zx-bottleneckgrid", {}, errors.element, element("div", {}, stage.control("latent", "latent numbers of this window, in standard deviations", latent), stage.control("reset", "", reset))),
    told);
  context.listen(size, "input", () => { z.set(own); backToOwn(); });
  context.listen(sizeControl, "change", event => { if (event.target === sizeControl) backToOwn(); });
  context.listen(kind, "input", encode);
  context.listen(reset, "click", backToOwn);
  sliders.forEach((slider, k) => context.listen(slider, "input", () => { z[k] = slider.valueAsNumber * deviations[k]; decode(); }));
  context.onResize(panels, paint);
  theme.on(paint);
  stage.chart("errors", errors);
  encode();
}

function round2(value) { return Number(value.toPrecision(2)); }
