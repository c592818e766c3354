// Colouring: what the colours of the map say, and the table they are drawn with.

import {said} from "./core/axes.js";
import {clusterTable, cyclic, rgb, standingOut, UNCLUSTERED} from "./core/colormap.js";
import {named} from "./fields.js";

const MOST = 12, OTHERS = 12, UNKNOWN = 255, TOP = 254;
const TITLES = {q: "certainty q", hour: "hour (UTC)", starttime: "time", window: "number"};

/** A name as a person reads it, with its unit. */
export function titleOf(name) {
  const [words, unit] = named(name);
  return TITLES[name] ?? (unit ? `${words} (${unit})` : words);
}

/**
 * `at(step)` says how to paint: {name, title, values, table, classes} or {…, limits, ends, unknown}. `values` has one
 * byte a window, an index into `table`; the same array as long as nothing changes.
 */
export class Colouring {
  constructor(context) {
    Object.assign(this, {context, kept: new Map(), measures: new Map()});
  }

  /** Names to choose from. */
  get names() { return [...this.context.fields.names.filter(name => name !== "window" && !this.measures.has(name)), ...this.measures.keys()]; }

  /** What is asked for, or clusters where there is no such column. */
  get name() {
    const wanted = this.context.store.get("colour_by");
    return this.names.includes(wanted) ? wanted : "cluster";
  }

  at(step) {
    const {record, theme} = this.context, {name} = this;
    if (name === "cluster")
      return {name, title: "cluster", values: record.labelsAt(step), table: clusterTable(record.palette), byClass: true};
    const measure = this.measures.get(name), moves = measure || name === "q" || name === "margin", key = moves ? `${name} ${measure ? measure.key(step) : step}` : name;
    const last = moves && [...this.kept.keys()].find(other => other.startsWith(`${name} `) && other !== key);
    if (last) this.kept.delete(last); // of what changes with the step, only the step on show
    if (!this.kept.has(key)) this.kept.set(key, {...this.read(name, step), key});
    const made = this.kept.get(key);
    if (made.byClass) return {...made, table: this.words()};
    const table = measure?.table?.() ?? (name === "hour" ? cyclic() : standingOut(theme.dark));
    table.set(rgb(UNCLUSTERED), 3 * UNKNOWN);
    return {...made, table};
  }

  read(name, step) {
    const {record, fields} = this.context, measure = this.measures.get(name), title = measure ? measure.title(step) : titleOf(name);
    const field = measure ? {kind: "number", values: measure.at(step) ?? new Float32Array(record.n).fill(NaN)} : fields.get(name, step);
    if (field.kind === "text") return {name, title, byClass: true, ...ranked(field)};
    const fixed = {q: [0, 1], margin: [0, 1], hour: [0, 24]}[name] ?? (measure || field.kind === "flag" ? [0, 1] : null);
    const {limits, cut} = fixed ? {limits: fixed, cut: [false, false]} : limitsOf(field.values);
    const [low, high] = limits, values = new Uint8Array(field.values.length), factor = TOP / (high - low || 1);
    let unknown = 0;
    for (let i = 0; i < values.length; i++) {
      const value = field.values[i];
      if (value !== value) { values[i] = UNKNOWN; unknown++; } // NaN
      else values[i] = Math.min(TOP, Math.max(0, Math.round((value - low) * factor)));
    }
    const write = field.kind === "time" ? ms => time(ms, high - low) : said;
    const ends = measure?.ends ?? limits.map((value, k) => (Number.isFinite(value) ? `${cut[k] ? "≤≥"[k] + " " : ""}${write(value)}` : "–"));
    return {name, title, byClass: false, values, limits, ends, unknown};
  }

  /** The twelve colours of clusters, the grey of all other words, and a paler one where nothing is known. */
  words() {
    const {record, theme} = this.context, table = new Uint8Array(768);
    for (let k = 0; k < MOST; k++) table.set(rgb(record.colour(k)), 3 * k);
    table.set(rgb(UNCLUSTERED), 3 * OTHERS);
    table.set(theme.dark ? [80, 80, 80] : [200, 200, 200], 3 * UNKNOWN);
    return table;
  }
}

/** Words by how many windows they have: the first twelve get colours of their own. */
function ranked({values: codes, words}) {
  const counts = new Uint32Array(words.length), values = new Uint8Array(codes.length);
  for (const code of codes) if (code < words.length) counts[code]++;
  const order = words.map((_, code) => code).sort((a, b) => counts[b] - counts[a] || (words[a] < words[b] ? -1 : 1));
  const rank = new Uint8Array(words.length);
  order.forEach((code, place) => { rank[code] = Math.min(place, OTHERS); });
  let unknown = 0;
  for (let i = 0; i < codes.length; i++) {
    values[i] = rank[codes[i]] ?? UNKNOWN;
    if (values[i] === UNKNOWN) unknown++;
  }
  const classes = order.slice(0, MOST).map((code, place) => ({word: words[code], count: counts[code], place}));
  const rest = order.slice(MOST);
  return {values, classes, unknown, others: {words: rest.length, count: rest.reduce((sum, code) => sum + counts[code], 0)}};
}

/** Smallest and largest; where single values would take most of the scale, the 1st and 99th percentile. */
function limitsOf(values) {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort(), n = sorted.length;
  if (!n) return {limits: [NaN, NaN], cut: [false, false]};
  const [low, high, p1, p99] = [sorted[0], sorted[n - 1], sorted[Math.floor(0.01 * (n - 1))], sorted[Math.ceil(0.99 * (n - 1))]];
  const cut = high - low > 3 * (p99 - p1) && p99 > p1;
  return {limits: cut ? [p1, p99] : [low, high], cut: [cut && p1 > low, cut && p99 < high]};
}

/** A time as short as the span allows. */
function time(ms, span) {
  const text = new Date(ms).toISOString();
  if (span > 3 * 86400000) return text.slice(0, 10);
  return text.slice(span > 3600000 ? 5 : 11, span > 3600000 ? 16 : 19).replace("T", " ");
}
