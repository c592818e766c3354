// The ribbon: how sure one window was of every cluster, over the steps, and where the training pulled it.

import {ticks} from "./core/axes.js";
import {story} from "./core/changes.js";
import {rgb} from "./core/colormap.js";
import {floats, Memory} from "./core/courier.js";
import {anchor, element, sized} from "./core/element.js";

const LEFT = 40, RIGHT = 34, TOP = 6, BOTTOM = 18;
// who leafs through windows asks for none of them; before the close-up asks, whose first answer may load PyTorch
const WAIT_MS = 50;

/** @param {function(number): void} go moves the timeline */
export function ribbon(context, host, go) {
  const {record, store, theme} = context, {clusters: k, firstClustered: first} = record, last = record.steps - 1;
  if (first < 0 || first >= last) return;
  const name = element("span"), now = element("span.zx-number"), tale = element("div.zx-story", {"aria-live": "polite"});
  const canvas = element("canvas"), cursor = element("div.zx-cursor"), plot = element("div.zx-plot.zx-ribbonplot", {}, canvas, cursor);
  const note = element("div.zx-quiet.zx-note", {hidden: true});
  const root = host.appendChild(element("div.zx-chart.zx-ribbon", {hidden: true}, tale, element("div.zx-charthead", {}, name, now), plot, note));
  const kept = new Memory(40); // window -> q (steps, k)
  let index = -1, q = null, p = null, width = 0, height = 0, timer = 0;

  const x = step => LEFT + (step - first) / (last - first) * (width - LEFT - RIGHT);
  const y = share => height - BOTTOM - share * (height - BOTTOM - TOP);
  const label = step => record.labels[step * record.n + index];

  function update() {
    const opened = store.get("opened");
    root.hidden = opened < 0;
    if (opened === index) { if (opened >= 0) move(); return; }
    index = opened;
    clearTimeout(timer);
    delete root.dataset.painted;
    if (index < 0) return;
    take(kept.get(index) ?? null);
    if (!q) timer = setTimeout(() => ask(index), WAIT_MS);
  }

  async function ask(wanted) {
    // until there is an answer, or without a kernel, the page's own labels are drawn, and that is said
    const waiting = setTimeout(() => { if (wanted === index && !q) { say("asking the kernel for the other clusters …"); draw(); } }, 300);
    try {
      const {buffers} = await context.courier.ask("assignments", {index: wanted});
      kept.set(wanted, floats(buffers[0]));
      if (wanted === index && !context.signal.aborted) take(kept.get(wanted));
    } catch (error) {
      if (wanted !== index || context.signal.aborted) return;
      say(`Only the largest q of each step, which the page has; q of the other clusters could not be fetched: ${error.message}`);
      draw();
    } finally {
      clearTimeout(waiting);
    }
  }

  function say(text) { note.textContent = text; note.hidden = !text; }

  function take(values) {
    q = values;
    p = values && targets(values);
    say("");
    if (q) draw();
    else { sized(canvas, 1, 1); move(); }
  }

  /** Target distribution of this window: q² / mass, normalised (Xie et al. 2016, equation 3). */
  function targets(values) {
    const made = new Float32Array(values.length);
    for (let s = first; s <= last; s++) {
      let sum = 0;
      for (let at = s * k; at < (s + 1) * k; at++) sum += made[at] = values[at] ** 2 / Math.max(record.mass[at], 1e-30);
      for (let at = s * k; at < (s + 1) * k; at++) made[at] /= sum;
    }
    return made;
  }

  function draw() {
    [width, height] = [plot.clientWidth, plot.clientHeight];
    if (index < 0 || root.hidden || !context.hasRoom(plot, draw)) return;
    const g = sized(canvas, width, height);
    g.font = theme.font;
    if (q) stack(g); else largest(g);
    axes(g);
    move();
    root.dataset.painted = q ? "true" : "labels";
  }

  /** One band a cluster; that of the last step lies at the bottom, where its q can be read and compared with p. */
  function stack(g) {
    const own = label(last), order = [own, ...Array.from({length: k}, (_, c) => c).filter(c => c !== own)];
    const below = new Float32Array(record.steps);
    for (const c of order) {
      const from = below.slice();
      for (let s = first; s <= last; s++) below[s] += q[s * k + c];
      band(g, from, below, record.colour(c));
      let widest = first;
      for (let s = first; s <= last; s++) if (q[s * k + c] > q[widest * k + c]) widest = s;
      mark(g, `C${c}`, x(widest), y(below[widest] - q[widest * k + c] / 2), y(0) - y(q[widest * k + c]), record.colour(c));
    }
    g.beginPath();
    for (let s = first; s <= last; s++) g.lineTo(x(s), y(p[s * k + own]));
    for (const [style, thick] of [[theme.css("bg"), 4], [theme.css("fg"), 1.5]]) { // stands out on every colour
      Object.assign(g, {strokeStyle: style, lineWidth: thick, lineJoin: "round"});
      g.stroke();
    }
    g.fillStyle = theme.css("fg");
    g.textBaseline = "middle";
    g.fillText(`p C${own}`, x(last) + 5, Math.min(y(0) - 5, Math.max(y(1) + 5, y(p[last * k + own]))));
  }

  /** Without the kernel: the largest q of each step in the colour of its cluster, and the rest as one. */
  function largest(g) {
    const sure = Float32Array.from({length: record.steps}, (_, s) => record.q[s * record.n + index] / 255);
    g.fillStyle = theme.css("line");
    g.fillRect(LEFT, y(1), x(last) - LEFT, y(0) - y(1));
    for (let s = first; s <= last; s++) {
      const half = (x(1) - x(0)) / 2, left = Math.max(LEFT, x(s) - half), right = Math.min(x(last), x(s) + half);
      g.fillStyle = record.colour(label(s));
      g.fillRect(left, y(sure[s]), right - left + 0.5, y(0) - y(sure[s]));
      if (s === first || label(s) !== label(s - 1)) mark(g, `C${label(s)}`, x(s), y(sure[s] / 2), y(0) - y(sure[s]), record.colour(label(s)));
    }
  }

  function band(g, lower, upper, style) {
    g.beginPath();
    for (let s = first; s <= last; s++) g.lineTo(x(s), y(lower[s]));
    for (let s = last; s >= first; s--) g.lineTo(x(s), y(upper[s]));
    g.closePath();
    g.fillStyle = style;
    g.fill();
    g.strokeStyle = theme.css("bg"); // neighbours stay apart, also for the colour-blind
    g.lineWidth = 0.75;
    g.stroke();
  }

  function mark(g, text, px, py, room, style) {
    if (room < 13) return;
    const [r, green, b] = rgb(style);
    g.fillStyle = 0.299 * r + 0.587 * green + 0.114 * b > 140 ? "#000000" : "#ffffff";
    anchor(g, "center", "middle");
    g.fillText(text, Math.min(x(last) - 12, Math.max(LEFT + 12, px)), py);
    g.textAlign = "left";
  }

  function axes(g) {
    Object.assign(g, {fillStyle: theme.css("muted"), textAlign: "right", textBaseline: "middle"});
    for (const share of [0, 0.5, 1]) g.fillText(String(share), LEFT - 5, Math.max(TOP + 4, y(share) - (share ? 0 : 3)));
    Object.assign(g, {textAlign: "center", textBaseline: "top"});
    const marks = ticks(first + 1, last + 1, width / 70).filter(Number.isInteger);
    for (const s of marks) g.fillText(s === marks[0] ? `step ${s}` : String(s), x(s - 1), height - BOTTOM + 4);
  }

  /** What belongs to the step on show. */
  function move() {
    if (index < 0) return;
    const {step} = context, own = label(last), at = step * k;
    tale.textContent = `Window ${index}: ${story(record, index, step, q)}.`;
    name.textContent = q ? `soft assignment q to each cluster (stacked) and target p of C${own} (line)` : "largest soft assignment q; grey: all other clusters";
    const numbered = c => `C${c}: q ${q[at + c].toFixed(2)}, p ${p[at + c].toFixed(2)}`;
    now.textContent = step < first ? "" : q ? [...new Set([label(step), own])].map(numbered).join(" · ")
      : `C${label(step)}: q ≈ ${(record.q[step * record.n + index] / 255).toFixed(2)}`;
    cursor.hidden = step < first;
    cursor.style.transform = `translateX(${x(step)}px)`;
    cursor.style.height = `${height - BOTTOM - TOP}px`;
    const numbers = values => (values && step >= first ? Array.from(values.subarray(at, at + k), v => v.toFixed(7)).join(" ") : "");
    Object.assign(root.dataset, {index, step, q: numbers(q), p: numbers(p)});
  }

  const scrub = event => {
    if (event.type === "pointerdown") plot.setPointerCapture(event.pointerId);
    else if (!plot.hasPointerCapture(event.pointerId)) return;
    const share = (event.clientX - plot.getBoundingClientRect().left - LEFT) / (width - LEFT - RIGHT);
    go(first + Math.round(Math.min(1, Math.max(0, share)) * (last - first)));
  };
  context.listen(plot, "pointerdown pointermove", scrub);
  context.onResize(plot, () => { if (q || root.dataset.painted) draw(); });
  theme.on(() => { if (q || root.dataset.painted) draw(); });
  store.on(["opened", "step"], context.guarded(update), context.signal);
  context.atEnd(() => clearTimeout(timer));
  update();
}
