// The preview of signals: a record, its windows, the spectrogram of one, and the settings that make it.

import {FrequencyAxis, length, readable, said, timeEdges} from "./core/axes.js";
import {floats} from "./core/courier.js";
import {element, pressed} from "./core/element.js";
import {recordList} from "./recordlist.js";
import {settingsForm} from "./settingsform.js";
import {drawPanels, panelArea} from "./spectrofigure.js";
import {stretchView} from "./stretch.js";

const TYPING_MS = 160, MOVING_MS = 30, SHOWN = [10, 20, 40, 80, 160];

export function signalPreview(context) {
  const {model, root, theme} = context;
  if (!model.get("records").n && model.get("records").done) { nothing(context); return; }
  const side = element("div.zx-side"), main = element("div.zx-main"), under = element("div.zx-codebar");
  root.append(element("div.zx-previewgrid", {}, side, main), under);
  const list = recordList(context, side, record => ask({record, at_s: 0, from_s: null}, MOVING_MS));
  const form = settingsForm(context, side, {responses: model.get("records").responses}, () => ask({}, TYPING_MS));
  const state = element("span.zx-progress.zx-now", {role: "status"}), as = [["prepared", "as prepared"], ["recorded", "as recorded"]].map(([kind, text]) =>
    element("button.zx-switch", {"data-kind": kind, "aria-pressed": String(kind === "prepared"), title: `The waveform ${text}`, onclick: () => setPrepared(kind === "prepared")}, text));
  const shown = element("select.zx-select", {"aria-label": "windows shown", title: "How many windows are shown at a time", onchange: () => ask({shown: Number(shown.value)}, MOVING_MS)},
    ...SHOWN.map(n => element("option", {value: n, selected: n === 40}, `${n} windows`)));
  const back = step("‹", "Previous window (←)", -1), on = step("›", "Next window (→)", 1);
  main.append(element("div.zx-stretchbar", {}, back, on, state, element("span.zx-stretchtools", {}, element("span", {}, ...as), shown)));
  const stretch = stretchView(context, main, k => ask({at_s: seen.from_s + seen.starts_s[k]}, MOVING_MS, k));
  const far = element("input.zx-slider", {type: "range", min: 0, step: "any", "aria-label": "place in the record", title: "Place in the whole record",
    oninput: () => ask({at_s: Number(far.value), from_s: null}, TYPING_MS)}), whole = element("span.zx-quiet");
  const farRow = main.appendChild(element("div.zx-far", {hidden: true}, whole, far));
  const canvas = element("canvas"), missing = element("div.zx-missing", {hidden: true}), readout = element("div.zx-readout.zx-quiet.zx-number");
  const plot = main.appendChild(element("div.zx-panels.zx-window", {role: "img"}, canvas, missing, readout)), noted = main.appendChild(element("div.zx-quiet.zx-noted"));
  const line = element("code", {tabindex: 0, "aria-label": "Python that recreates these settings"}), copied = element("span.zx-quiet", {role: "status"});
  under.append(element("span.zx-quiet", {}, "in Python"), line, element("button.zx-button", {title: "Copy this line", onclick: copy}, "Copy"), copied);

  let seen = null, place = {record: 0, at_s: null, from_s: null, shown: 40}, timer = 0, busy = false, again = false;

  function step(text, title, by) { return element("button.zx-icon.zx-step-button", {title, "aria-label": title, onclick: () => move(by)}, text); }

  /** Ask for another look, soon; of what is asked meanwhile only the newest is sent, and only when the last was answered. */
  function ask(changes, wait, k = -1) {
    place = {...place, ...changes};
    if (k >= 0) stretch.choose(k); // at once, before the kernel knows
    clearTimeout(timer);
    timer = setTimeout(send, wait);
    root.dataset.waiting = "true";
  }

  async function send() {
    timer = 0;
    if (busy) { again = true; return; }
    [busy, again] = [true, false];
    try {
      await context.courier.ask("look", {form: form.values(), place}, 180);
    } catch (error) {
      if (!context.signal.aborted) form.complain({field: "", text: error.message});
    }
    busy = false;
    if (context.signal.aborted) return;
    if (again && !timer) send();
    else if (!timer) delete root.dataset.waiting;
  }

  const pending = () => busy ? again || timer !== 0 : timer !== 0;

  function move(by) {
    if (!seen?.starts_s.length) return;
    const all = seen.starts_s.map(s => s + seen.from_s), at = place.at_s ?? seen.at_s;
    const now = all.reduce((best, s, k) => (Math.abs(s - at) < Math.abs(all[best] - at) ? k : best), 0), k = now + by;
    if (k >= 0 && k < all.length) { ask({at_s: all[k]}, MOVING_MS, k); return; }
    const beyond = by < 0 ? seen.previous_s : seen.next_s, stepped = all.length > 1 ? all[1] - all[0] : seen.window_s;
    if (now === seen.chosen && beyond === null) return;
    ask({at_s: beyond !== null && now === seen.chosen ? beyond : at + by * stepped}, MOVING_MS);
  }

  function setPrepared(value) {
    as.forEach(button => pressed(button, (button.dataset.kind === "prepared") === value));
    stretch.setPrepared(value);
  }

  function update() {
    const look = model.get("look");
    if (!look.number) { state.textContent = "reading …"; return; }
    seen = look;
    if (!pending()) {
      place = {record: look.record, at_s: look.at_s, from_s: look.from_s, shown: look.shown ?? 40};
      form.fill(look.form, look.hints);
      list.show(look.record);
      shown.value = String(place.shown);
    }
    stretch.show(look);
    const long = look.seconds < look.end_s - 1e-6 && look.n > 0;
    farRow.hidden = !long;
    whole.textContent = length(look.end_s);
    far.max = look.end_s;
    far.value = look.at_s;
    far.style.setProperty("--zx-done", `${100 * look.at_s / look.end_s}%`);
    far.setAttribute("aria-valuetext", look.chosen >= 0 ? stretch.words(look.chosen) : "");
    back.disabled = look.previous_s == null;
    on.disabled = look.next_s == null;
    noted.textContent = look.noted?.length ? `Noted in this record: ${look.noted.join("; ")}` : "";
    state.textContent = state.title = look.chosen >= 0 ? stretch.words(look.chosen) : "";
    draw();
  }

  function draw() {
    if (!seen || !context.hasRoom(plot, draw)) return;
    const width = plot.clientWidth, height = plot.clientHeight, reason = seen.reason || seen.reasons[seen.chosen] || "";
    missing.hidden = !reason;
    canvas.hidden = Boolean(reason);
    missing.replaceChildren(element("b", {}, seen.reason ? "No window of this record is read." : "This window is dropped."), element("div", {}, reason));
    if (!reason) {
      const {tile, limits: [low, high], level} = seen, short = readable(Math.max(Math.abs(low), Math.abs(high)), level);
      context.record = {tile};
      drawPanels(context, canvas, {width, height, wave: floats(seen.wave), waveUnit: seen.unit, panels: [
        {title: `${tile.n_freqs} frequencies × ${tile.n_times} times`, values: floats(seen.values), limits: [low, high], unit: short.unit, factor: short.factor}]});
      plot.dataset.area = JSON.stringify(area());
      plot.setAttribute("aria-label", `spectrogram of ${stretch.words(seen.chosen)}, ${tile.n_freqs} frequencies from ${said(tile.frequencies[0])} to ${said(tile.frequencies[tile.n_freqs - 1])} Hz, ${tile.n_times} times, ${level}`);
    } else plot.setAttribute("aria-label", reason);
    Object.assign(root.dataset, {painted: "true", look: seen.number, record: seen.record, picture: String(!reason)});
  }

  /** Where the values lie: on the picture, each column reaches half a step to both sides of its time. */
  function area() {
    const all = panelArea(plot.clientWidth, plot.clientHeight, true, 1), [t0, t1] = timeEdges(seen.tile.times), scale = all.width / seen.tile.duration_s;
    return {left: all.left + t0 * scale, top: all.top, width: (t1 - t0) * scale, height: all.height};
  }

  function read(event) {
    readout.textContent = "";
    if (!seen || canvas.hidden || seen.chosen < 0) return;
    const {left, top} = canvas.getBoundingClientRect(), {tile} = seen, at = area();
    const fx = (event.clientX - left - at.left) / at.width, fy = 1 - (event.clientY - top - at.top) / at.height;
    if (fx < 0 || fx >= 1 || fy < 0 || fy >= 1) return;
    const column = Math.floor(fx * tile.n_times), row = Math.floor(fy * tile.n_freqs), value = floats(seen.values)[row * tile.n_times + column];
    const unit = seen.level.startsWith("dB") ? "dB" : seen.level;
    readout.textContent = `${said(tile.times[column])} s · ${said(new FrequencyAxis(tile.frequencies).at(fy))} Hz · ${unit === "dB" ? said(Number(value.toFixed(1))) : value.toPrecision(3)} ${unit}`;
  }

  async function copy() {
    try {
      await navigator.clipboard.writeText(line.textContent);
    } catch { // no permission, or a page that is not secure: the old way
      const range = document.createRange();
      range.selectNodeContents(line);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      if (!document.execCommand("copy")) { copied.textContent = "press Ctrl+C"; return; }
    }
    copied.textContent = "copied";
    setTimeout(() => { copied.textContent = ""; }, 2000);
  }

  context.listen(root, "keydown", event => {
    if (/^(select|textarea|input)$/i.test(event.target.tagName) && event.target !== far) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, (seen?.starts_s.length ?? 1) - 1), by = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    if (by) move(by);
    else if (event.target === stretch.element && event.key === "Home") ask({at_s: 0, from_s: null}, MOVING_MS);
    else if (event.target === stretch.element && event.key === "End") ask({at_s: seen.end_s, from_s: null}, MOVING_MS);
    else if (event.target === stretch.element && ["PageUp", "PageDown"].includes(event.key)) {
      const stepped = seen.starts_s.length > 1 ? seen.starts_s[1] - seen.starts_s[0] : seen.window_s;
      ask({at_s: (place.at_s ?? seen.at_s) + (event.key === "PageUp" ? -page : page) * stepped, from_s: null}, MOVING_MS);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  context.listen(plot, "pointermove", read);
  context.listen(plot, "pointerleave", () => { readout.textContent = ""; });
  context.onResize(plot, draw);
  theme.on(draw);
  context.onModel(["look"], context.guarded(update));
  context.onModel(["problem"], context.guarded(() => form.complain(model.get("problem"))));
  context.onModel(["code"], context.guarded(() => { line.textContent = model.get("code"); }));
  context.atEnd(() => clearTimeout(timer));
  line.textContent = model.get("code");
  form.complain(model.get("problem"));
  update();
}

/** A source without a single record, in words. */
function nothing({root, model}) {
  const {skipped, n_files: files, n_skipped: n} = model.get("records");
  root.append(element("div.zx-missing.zx-nothing", {role: "status"}, element("b", {}, "There is no record to look at."),
    element("div", {}, files ? `None of ${files} file(s) could be used.` : n ? "Nothing in this stream can be used." : "The stream is empty.")),
  ...skipped.slice(0, 20).map(([what, why]) => element("p.zx-quiet", {}, element("b", {}, what), ` ${why}`)));
  root.dataset.painted = "true";
}
