// A stretch of a record: its waveform on a clock, and below it the windows, kept and dropped, one of them chosen.

import {clockTicks, readable, said} from "./core/axes.js";
import {floats} from "./core/courier.js";
import {anchor, element, sized} from "./core/element.js";
import {wave} from "./core/picture.js";

const SNR = "Signal-to-noise ratio, 10 log₁₀(S²/N²) dB. S and N: 95th percentiles of the absolute amplitude in the window and in as long a time before it, as prepared and without their means (definition of STEAD, Mousavi et al. 2019). 0 dB: as loud as before.";
const LEFT = 52, RIGHT = 8, WAVE = 92, GAP = 8, LANE = 17, MOST_LANES = 4, AXIS = 34;

/** @param {function(number)} choose is called with the place of a window among those shown */
export function stretchView(context, host, choose) {
  const {theme} = context, canvas = element("canvas");
  const root = host.appendChild(element("div.zx-stretch.zx-surface-focus", {tabindex: 0, role: "slider", "aria-label": "window", "aria-valuemin": 1, "aria-description": `← and → choose a window. ${SNR}`}, canvas));
  const snr = root.appendChild(element("abbr.zx-snr", {title: SNR, hidden: true}, "SNR (dB)"));
  const line = host.appendChild(element("div.zx-stretchline.zx-quiet"));
  let seen = null, chosen = -1, hovered = -1, prepared = true, boxes = [], drawn = null;

  function lanes() {
    const {starts_s: s, window_s: window} = seen, step = s.length > 1 ? Math.min(...s.slice(1).map((v, k) => v - s[k])) : window;
    return Math.max(1, Math.min(MOST_LANES, Math.ceil(window / Math.max(step, 1e-9) - 1e-6), s.length || 1));
  }

  function draw() {
    if (!seen || !context.hasRoom(root, draw)) return;
    const width = root.clientWidth, n = lanes(), height = WAVE + GAP + n * LANE + AXIS, g = sized(canvas, width, height);
    const inner = width - LEFT - RIGHT, x = s => LEFT + s / seen.seconds * inner;
    g.font = theme.font;
    waveform(g, inner);
    boxes = seen.starts_s.map((start, k) => {
      // where more windows lie over each other than there are lanes, each has the part that no other covers
      const stop = k + n < seen.starts_s.length ? Math.min(start + seen.window_s, seen.starts_s[k + n]) : start + seen.window_s;
      return {x: x(start), y: WAVE + GAP + (k + seen.first) % n * LANE, width: Math.max(1.5, x(stop) - x(start) - 1), height: LANE - 3};
    });
    boxes.forEach((box, k) => bar(g, box, k));
    if (chosen >= 0) mark(g, x);
    label(n);
    clock(g, x, inner, height - AXIS + 2);
    Object.assign(root.dataset, {painted: "true", shown: boxes.length, chosen: chosen >= 0 ? seen.first + chosen : -1,
      dropped: seen.reasons.filter(Boolean).length, boxes: JSON.stringify(boxes.map(b => [b.x + b.width / 2, b.y + b.height / 2].map(Math.round)))});
  }

  function waveform(g, inner) {
    if (drawn?.seen !== seen || drawn.prepared !== prepared) { // kept: redrawn while the pointer moves
      const envelope = floats((prepared && seen.prepared?.byteLength ? seen.prepared : seen.recorded));
      drawn = {seen, prepared, envelope, peak: envelope.reduce((most, v) => (Math.abs(v) > most ? Math.abs(v) : most), 0)};
    }
    const {envelope, peak} = drawn, middle = WAVE / 2 + 2;
    wave(g, envelope, peak || 1, LEFT, 4, inner, WAVE - 4, theme.css("fg"));
    hatchGaps(g, envelope, inner);
    const unit = prepared && seen.prepared?.byteLength ? seen.unit : seen.recorded_unit;
    const short = readable(peak, unit), lines = [`±${said(Number((peak / short.factor).toPrecision(2)))}`, ...short.unit.split(" ")].filter(Boolean);
    g.fillStyle = theme.css("muted");
    anchor(g, "right", "middle");
    lines.forEach((text, k) => g.fillText(text, LEFT - 8, middle + (k - (lines.length - 1) / 2) * 13));
  }

  /** What was not recorded. */
  function hatchGaps(g, envelope, inner) {
    const n = envelope.length / 2, each = inner / n;
    for (let i = 0; i < n; i++) {
      if (!Number.isNaN(envelope[2 * i])) continue;
      const from = i;
      while (i < n && Number.isNaN(envelope[2 * i])) i++;
      if ((i - from) * each >= 3) hatch(g, LEFT + from * each, 4, (i - from) * each, WAVE - 4, theme.css("line"));
    }
  }

  function hatch(g, x, y, width, height, colour) {
    g.save();
    g.beginPath();
    g.rect(x, y, width, height);
    g.clip();
    g.strokeStyle = colour;
    g.lineWidth = 1;
    g.beginPath();
    for (let at = x - height - (x % 6); at < x + width; at += 6) { g.moveTo(at, y + height); g.lineTo(at + height, y); }
    g.stroke();
    g.restore();
  }

  function bar(g, {x, y, width, height}, k) {
    const snr = seen.snr_db[k];
    if (seen.reasons[k]) {
      hatch(g, x, y, width, height, theme.css("muted"));
      g.strokeStyle = theme.css("muted");
      g.lineWidth = 1;
      g.strokeRect(x + 0.5, y + 0.5, Math.max(0.5, width - 1), height - 1);
      return;
    }
    g.globalAlpha = snr === null ? 0.16 : 0.16 + 0.4 * Math.min(1, Math.max(0, snr / 30));
    g.fillStyle = theme.css("accent");
    g.fillRect(x, y, width, height);
    g.globalAlpha = 1;
    g.fillStyle = theme.css("fg");
    if (seen.notes[k]) { // a corner turned down
      g.beginPath();
      g.moveTo(x + width - Math.min(7, width), y);
      g.lineTo(x + width, y);
      g.lineTo(x + width, y + 7);
      g.fill();
    }
    const text = snr === null ? "–" : said(Math.round(snr));
    if (g.measureText(text).width + 6 > width) return;
    anchor(g, "center", "middle");
    g.fillText(text, x + width / 2, y + height / 2 + 0.5);
  }

  function mark(g, x) {
    const box = boxes[chosen], start = seen.starts_s[chosen], left = x(start), width = x(start + seen.window_s) - left;
    g.globalAlpha = 0.14;
    g.fillStyle = theme.css("accent");
    g.fillRect(left, 4, width, WAVE - 4);
    g.globalAlpha = 1;
    g.strokeStyle = theme.css("accent");
    g.lineWidth = 1;
    g.beginPath();
    for (const at of [left, left + width]) { g.moveTo(at, 4); g.lineTo(at, WAVE); }
    g.stroke();
    g.strokeStyle = theme.css("fg");
    g.lineWidth = 2;
    g.strokeRect(box.x, box.y, Math.max(2, box.width), box.height);
  }

  /** What the numbers in the windows are: not on the canvas, so that it can say more when it is pointed at. */
  function label(n) {
    snr.hidden = !seen.starts_s.length;
    snr.style.cssText = `top:${WAVE + GAP}px;height:${n * LANE - 3}px;width:${LEFT - 8}px`;
  }

  function clock(g, x, inner, top) {
    g.fillStyle = theme.css("line");
    g.fillRect(LEFT, top, inner, 1);
    g.fillStyle = theme.css("muted");
    anchor(g, "center", "top");
    for (const {ms, text} of clockTicks(seen.start_ms, seen.start_ms + 1000 * seen.seconds, inner / 84)) {
      const at = x((ms - seen.start_ms) / 1000), half = g.measureText(text).width / 2;
      g.fillRect(Math.round(at), top, 1, 4);
      g.fillText(text, Math.min(LEFT + inner + RIGHT - half, at), top + 6);
    }
    g.fillText(`time on ${new Date(seen.start_ms).toISOString().slice(0, 10)} (UTC)`, LEFT + inner / 2, top + 19);
  }

  /** In words what lies under the pointer, or how many windows are kept. */
  function say() {
    line.textContent = hovered >= 0 ? words(hovered) : summary();
  }

  function words(k) {
    const start = new Date(seen.start_ms + 1000 * seen.starts_s[k]).toISOString().slice(11, 23).replace(/\.?0+$/, "");
    const what = seen.reasons[k] ? `dropped: ${seen.reasons[k]}` : ["kept", seen.snr_db[k] === null ? "SNR unknown" : `SNR ${said(Number(seen.snr_db[k].toFixed(1)))} dB`, seen.notes[k] && `noted: ${seen.notes[k]}`].filter(Boolean).join(" · ");
    return `window ${seen.first + k + 1} of ${seen.n} · ${start} UTC · ${what}`;
  }

  function summary() {
    if (!seen?.starts_s.length) return "";
    const counts = new Map();
    for (const reason of seen.reasons) if (reason) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    const dropped = [...counts].map(([reason, n]) => `${n} dropped: ${reason}`), noted = seen.notes.filter(Boolean).length;
    const kept = seen.reasons.length - seen.reasons.filter(Boolean).length;
    return [`${kept} of ${seen.reasons.length} windows here are kept`, ...dropped, noted && `${noted} noted (turned-down corner)`].filter(Boolean).join(" · ");
  }

  function under(event) {
    const {left, top} = canvas.getBoundingClientRect(), px = event.clientX - left, py = event.clientY - top;
    const hit = boxes.findIndex(b => px >= b.x && px <= b.x + b.width && py >= b.y && py <= b.y + LANE);
    if (hit >= 0 || !seen || py > WAVE) return hit;
    // on the waveform: the window whose middle is nearest
    const s = (px - LEFT) / (root.clientWidth - LEFT - RIGHT) * seen.seconds - seen.window_s / 2;
    if (s < -seen.window_s || !boxes.length) return -1;
    return seen.starts_s.reduce((best, start, k) => (Math.abs(start - s) < Math.abs(seen.starts_s[best] - s) ? k : best), 0);
  }

  context.listen(root, "pointermove", event => { hovered = under(event); root.style.cursor = hovered >= 0 ? "pointer" : ""; say(); });
  context.listen(root, "pointerleave", () => { hovered = -1; say(); });
  context.listen(root, "click", event => { const k = under(event); if (k >= 0) choose(k); });
  context.onResize(root, draw);
  theme.on(draw);

  return {
    element: root,
    show(look) { seen = look; hovered = -1; this.choose(look.chosen); },
    /** Mark a window as chosen. */
    choose(k) {
      chosen = k;
      root.setAttribute("aria-valuemax", Math.max(1, seen.n));
      root.setAttribute("aria-valuenow", Math.max(1, seen.first + k + 1));
      root.setAttribute("aria-valuetext", k >= 0 ? words(k) : seen.reason);
      say();
      draw();
    },
    words: k => words(k),
    setPrepared(value) { prepared = value; draw(); },
  };
}
