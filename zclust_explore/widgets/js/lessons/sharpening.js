// Sharpening: q becomes the target p; what the clusters' sizes f do to it, and what doing it again and again does.

import {element} from "../core/element.js";
import {decBar, decButton, decRange} from "./deccontrols.js";
import {softSizes, targetOf} from "./dec2d.js";
import {clusterColours} from "./decmarks.js";
import {DecPlot} from "./decplot.js";

const K = 3, OTHERS = 297, CURVE_POINTS = 101;
/** Windows to look at: a name and q. */
export const WINDOWS = [
  ["sure", [0.9, 0.06, 0.04]], ["leans to 0", [0.55, 0.35, 0.1]], ["between 0 and 1", [0.45, 0.45, 0.1]], ["leans to 1", [0.35, 0.55, 0.1]],
  ["knows nothing", [0.34, 0.33, 0.33]], ["sure of 2", [0.04, 0.06, 0.9]],
];

/** q of the whole set: the windows above, then others, of which a share (0 to 1) are of cluster 0 and the rest are of the others alike. */
export function unequalSet(share) {
  const ofZero = Math.round(share * OTHERS), rows = WINDOWS.map(([, q]) => q);
  for (let i = 0; i < OTHERS; i++) {
    const own = i < ofZero ? 0 : 1 + (i - ofZero) % 2, far = 0.04 + 0.12 * ((i * 7919) % 101) / 101; // not all alike, and no chance in it
    rows.push([0, 1, 2].map(j => (j === own ? 1 - 2 * far : far)));
  }
  return Float64Array.from(rows.flat());
}

/** p in cluster 0 of a window that has q there and the rest in cluster 1. */
export function sharpened(q, f, balanced = true) {
  const [a, b] = balanced ? [q * q / f[0], (1 - q) ** 2 / f[1]] : [q * q, (1 - q) ** 2];
  return a / (a + b);
}

/**
 * Controls: share (% of windows of cluster 0), balanced (a checkbox: divide by f), again, undo.
 * Charts: windows (bars), curve (p against q), sizes (f). Reports: share, balanced, rounds, turning (the q that stays as it is), sure_before and
 * sure_after (mean of the largest q and p), f_j, and of window i q_i_j, p_i_j.
 * @param {Stage} stage
 */
export function sharpening(stage) {
  const {context, values} = stage;
  let rounds = [], hidden = false;

  const share = decRange(stage, "share", "Windows of cluster 0", {min: 5, max: 90, step: 1, value: 33, said: v => `${v} %`, oninput: begin});
  const divide = element("input", {type: "checkbox", "aria-label": "divide by f"});
  divide.checked = values.balanced ?? true;
  context.listen(divide, "change", begin);
  const again = decButton(stage, "again", "Sharpen again", "Take p as the new q", () => { rounds.push(targetOf(rounds.at(-1), K, divide.checked)); changed(); });
  const undo = decButton(stage, "undo", "Undo", "One sharpening less", () => { if (rounds.length > 1) rounds.pop(); changed(); });

  const curve = new DecPlot(stage, {
    name: "curve", title: "p against q of a window between clusters 0 and 1", className: "zx-decsmall", paint: paintCurve,
    truth: q => sharpened(q, softSizes(rounds.at(-1), K), divide.checked),
    x: {label: "q in cluster 0", from: 0, to: 1}, y: {label: "p in cluster 0", from: 0, to: 1}, covering: show,
  });
  const sizes = new DecPlot(stage, {
    name: "sizes", title: "f: the sum of q over all windows", paint: paintSizes,
    x: {label: "cluster", from: -0.6, to: K - 0.4, marks: [0, 1, 2].map(j => [j, String(j)])}, y: {label: "f (windows)", from: 0, to: OTHERS},
  });
  const rows = element("div.zx-decwindows"), head = element("div.zx-charthead", {}, element("span", {}, "q (full) and its target p (outlined) of six windows out of 303"));
  const bars = element("div", {"data-chart": "windows"}, head, rows);
  const words = element("p.zx-decsaid", {"aria-live": "polite"});
  stage.chart("windows", {element: rows, domain: {x: [0, 1], y: [0, WINDOWS.length]}, toData: (x, y) => [x / rows.clientWidth, y / rows.clientHeight * WINDOWS.length],
    toPixels: (x, y) => [x * rows.clientWidth, y / WINDOWS.length * rows.clientHeight], cover(on) { hidden = on; show(); }});
  stage.place.append(
    decBar("sharpening", share, stage.control("balanced", "Divide by f", divide), again, undo), words,
    element("div.zx-decgrid", {}, bars, element("div.zx-decside", {}, curve.element, sizes.element)));

  function begin() {
    rounds = [unequalSet(share.value / 100)];
    changed();
  }

  function changed() {
    const q = rounds.at(-1), f = softSizes(q, K), p = targetOf(q, K, divide.checked), most = (array, i) => Math.max(...array.slice(i * K, i * K + K));
    const mean = array => { let sum = 0; for (let i = 0; i < array.length / K; i++) sum += most(array, i); return sum / (array.length / K); };
    const numbers = {share: share.value, balanced: Number(divide.checked), rounds: rounds.length - 1, sure_before: mean(q), sure_after: mean(p), turning: turning(f)};
    f.forEach((value, j) => { numbers[`f_${j}`] = value; });
    WINDOWS.forEach((_, i) => { for (let j = 0; j < K; j++) { numbers[`q_${i}_${j}`] = q[i * K + j]; numbers[`p_${i}_${j}`] = p[i * K + j]; } });
    for (const [name, value] of Object.entries(numbers)) stage.report(name, value);
    undo.input.disabled = rounds.length < 2;
    Object.assign(context.root.dataset, {rounds: rounds.length - 1, turning: turning(f).toFixed(4)});
    show();
  }

  /** The q at which p is q: above it sharpening makes more of it, below it less. */
  function turning(f) { return divide.checked ? f[0] / (f[0] + f[1]) : 0.5; }

  function show() {
    if (!rounds.length) return;
    const q = rounds.at(-1), p = targetOf(q, K, divide.checked), f = softSizes(q, K), colours = clusterColours(stage, K);
    rows.replaceChildren(...WINDOWS.map(([name], i) => element("div.zx-decwindow", {role: "group", "aria-label": `window ${i}`},
      element("span.zx-decwindowname", {}, `window ${i}`, element("span.zx-quiet", {}, rounds.length > 1 ? `was: ${name}` : name)),
      element("div.zx-decpairs", {}, ...[0, 1, 2].map(j => pair(j, q[i * K + j], hidden ? null : p[i * K + j], colours[j]))))));
    const at = turning(f).toFixed(2), known = !hidden && !curve.covered;
    const why = divide.checked ? `: ${at} is f₀/(f₀ + f₁), so a large cluster must be surer of its windows.` : ", however large the clusters are.";
    words.replaceChildren(element("b", {}, `p = ${divide.checked ? "q²/f" : "q²"}, and each row divided by its sum. `),
      known ? `Between clusters 0 and 1, a q above ${at} in cluster 0 grows and a smaller one shrinks` : "", known ? why : "");
    curve.now.textContent = rounds.length > 1 ? `sharpened ${rounds.length - 1} ×` : "";
    curve.draw();
    sizes.draw();
  }

  function pair(j, q, p, colour) {
    const bar = (value, outlined) => {
      const fill = element(outlined ? "b.zx-decoutlined" : "b");
      fill.style.width = `${100 * (value ?? 0)}%`;
      fill.style[outlined ? "borderColor" : "background"] = colour;
      return element("span.zx-decpair", {}, element("i", {}, fill), element("span.zx-number", {}, (outlined ? "p " : "q ") + (value === null ? "–" : value.toFixed(2))));
    };
    return element("div", {"data-cluster": j}, element("span.zx-decpairname", {}, String(j)), element("div", {}, bar(q, false), bar(p, true)));
  }

  function paintCurve(g) {
    if (!rounds.length) return;
    const {theme} = context, f = softSizes(rounds.at(-1), K), at = turning(f);
    curve.curve(g, [[0, 0], [1, 1]], {colour: theme.css("muted"), dash: [3, 4], width: 1});
    if (curve.covered) return;
    curve.curve(g, [[at, 0], [at, 1]], {colour: theme.css("muted"), dash: [3, 4], width: 1});
    g.fillStyle = theme.css("muted");
    g.textAlign = "left";
    g.textBaseline = "middle";
    g.save();
    g.translate(curve.px(at) + (at > 0.85 ? -9 : 9), curve.py(at > 0.5 ? 0.04 : 0.96));
    g.rotate(-Math.PI / 2);
    g.textAlign = at > 0.5 ? "left" : "right";
    g.fillText(`turns at ${at.toFixed(2)}`, 0, 0);
    g.restore();
    curve.curve(g, Array.from({length: CURVE_POINTS}, (_, t) => t / (CURVE_POINTS - 1)).map(q => [q, sharpened(q, f, divide.checked)]), {colour: theme.css("fg"), width: 2.25});
  }

  function paintSizes(g) {
    if (!rounds.length) return;
    const f = softSizes(rounds.at(-1), K), colours = clusterColours(stage, K);
    f.forEach((size, j) => {
      const [left, right, top] = [sizes.px(j - 0.3), sizes.px(j + 0.3), sizes.py(size)];
      g.fillStyle = colours[j];
      g.fillRect(left, top, right - left, sizes.py(0) - top);
      g.fillStyle = context.theme.css("fg");
      g.textAlign = "center";
      g.fillText(size.toFixed(0), (left + right) / 2, Math.max(14, top - 5));
    });
  }

  begin();
}
