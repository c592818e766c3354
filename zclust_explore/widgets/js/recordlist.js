// The list of records: thousands of rows of which those in sight are there, a search, previous and next.

import {typed} from "./core/columns.js";
import {element} from "./core/element.js";
import {length} from "./core/axes.js";

const ROW = 34, MOST_ROWS = 5, BEYOND = 4;

/** Records as arrays, with what is said of each. */
class Records {
  constructor(raw) {
    Object.assign(this, {n: raw.n, raw});
    this.trace = typed(raw.trace.codes, Uint32Array);
    this.file = typed(raw.file.codes, Uint32Array);
    this.startMs = typed(raw.start_ms, Float64Array);
    this.seconds = typed(raw.seconds, Float32Array);
    this.rate = typed(raw.rate, Float32Array);
  }

  name(k) { return this.raw.trace.words[this.trace[k]]; }

  from(k) { return this.raw.file.words[this.file[k]]; }

  time(k) { return new Date(this.startMs[k]).toISOString().slice(0, 19).replace("T", " "); }

  facts(k) { return `${this.time(k)}, ${length(this.seconds[k])}, ${Number(this.rate[k].toPrecision(4))} Hz`; }

  /** Records in which all words occur: in the name, the file or the time. */
  found(words) {
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean), all = Array.from({length: this.n}, (_, k) => k);
    if (!wanted.length) return all;
    return all.filter(k => { const text = `${this.name(k)} ${this.from(k)} ${this.time(k)}`.toLowerCase(); return wanted.every(word => text.includes(word)); });
  }
}

/** @param {function(number)} choose is called with the number of a record */
export function recordList(context, host, choose) {
  const {model} = context, unique = Math.random().toString(36).slice(2);
  const search = element("input.zx-search", {type: "search", placeholder: "search: name, file, date", "aria-label": "search records"});
  const count = element("span.zx-quiet.zx-number", {role: "status"});
  const back = element("button.zx-icon.zx-step-button", {title: "Previous record", "aria-label": "previous record", onclick: () => move(-1)}, "‹");
  const on = element("button.zx-icon.zx-step-button", {title: "Next record", "aria-label": "next record", onclick: () => move(1)}, "›");
  const nothing = element("div.zx-quiet.zx-nofound", {hidden: true}, "No record has all these words.");
  const sheet = element("div.zx-sheet"), scroll = element("div.zx-scroll.zx-recordscroll", {role: "listbox", tabindex: 0, "aria-label": "records"}, sheet, nothing);
  const told = element("details.zx-told");
  const root = host.appendChild(element("section.zx-records", {"aria-label": "records"},
    element("div.zx-recordbar", {}, search, back, on), scroll, element("div.zx-recordfoot", {}, count), told));
  let records = null, found = [], chosen = 0;

  function read() {
    records = new Records(model.get("records"));
    find();
    const {n_skipped: n, skipped} = records.raw;
    told.hidden = !n;
    told.replaceChildren(element("summary", {}, `${n} left out`),
      ...skipped.map(([what, why]) => element("p", {}, element("b", {}, what), ` ${why}`)),
      ...(n > skipped.length ? [element("p.zx-quiet", {}, `and ${n - skipped.length} more`)] : []));
  }

  function find() {
    found = records.found(search.value);
    sheet.style.height = `${found.length * ROW}px`;
    scroll.style.height = `${Math.min(MOST_ROWS, records.n) * ROW}px`; // whatever is found: nothing below it moves
    nothing.hidden = Boolean(found.length) || !records.n;
    draw();
  }

  function draw() {
    const first = Math.max(0, Math.floor(scroll.scrollTop / ROW) - BEYOND);
    const rows = found.slice(first, first + MOST_ROWS + 2 * BEYOND).map((k, i) => element("div.zx-record", {
      id: `${unique}-${k}`, role: "option", "data-record": k, "aria-selected": String(k === chosen), "aria-setsize": found.length,
      "aria-posinset": first + i + 1, style: `top:${(first + i) * ROW}px`, title: records.from(k) || records.name(k), onclick: () => go(k),
    }, element("div.zx-recordname", {}, element("span", {}, records.name(k)), element("span.zx-quiet", {}, records.from(k).split("/").pop())),
    element("div.zx-quiet.zx-number", {}, records.facts(k))));
    sheet.replaceChildren(...rows);
    if (found.includes(chosen)) scroll.setAttribute("aria-activedescendant", `${unique}-${chosen}`);
    const at = found.indexOf(chosen), {n_read: read, n_files: files, done} = records.raw, some = search.value.trim() !== "";
    back.disabled = !found.some(k => k < chosen);
    on.disabled = !found.some(k => k > chosen);
    count.textContent = [at < 0 ? `${found.length} found` : `${at + 1} of ${found.length}${some ? " found" : ""}`, some && `${records.n} in all`,
      !done && `reading headers: ${read} of ${files} files`].filter(Boolean).join(" · ");
    root.dataset.n = records.n;
    root.dataset.found = found.length;
  }

  /** Choose a record here, as if by hand. */
  function go(k) {
    show(k);
    choose(k);
  }

  function move(by) {
    const next = by > 0 ? found.find(k => k > chosen) : found.findLast(k => k < chosen);
    if (next !== undefined) go(next);
  }

  /** Mark a record and bring it into sight. */
  function show(k) {
    chosen = k;
    const at = found.indexOf(k), y = at * ROW;
    if (at >= 0 && y < scroll.scrollTop) scroll.scrollTop = y;
    else if (at >= 0 && y + ROW > scroll.scrollTop + scroll.clientHeight) scroll.scrollTop = y + ROW - scroll.clientHeight;
    draw();
  }

  const keys = {ArrowDown: 1, ArrowUp: -1, PageDown: MOST_ROWS, PageUp: -MOST_ROWS, Home: -Infinity, End: Infinity};
  context.listen(scroll, "keydown", event => {
    if (!(event.key in keys) || !found.length) return;
    const at = Math.max(0, found.indexOf(chosen)) + keys[event.key];
    go(found[Math.min(found.length - 1, Math.max(0, at))]);
    event.preventDefault();
    event.stopPropagation();
  });
  context.listen(scroll, "scroll", draw);
  context.listen(search, "input", () => { scroll.scrollTop = 0; find(); });
  context.listen(search, "keydown", event => {
    if (event.key === "Enter" && found.length && !found.includes(chosen)) go(found[0]);
    else if (event.key === "ArrowDown") { scroll.focus(); event.preventDefault(); }
  });
  context.onModel(["records"], context.guarded(read));
  read();
  return {show, get n() { return records.n; }, name: k => records.name(k), startMs: k => records.startMs[k]};
}
