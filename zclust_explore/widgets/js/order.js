// Order: which window comes first; of equal ones, the one with the lower number.

import {said} from "./core/axes.js";
import {floats, Memory} from "./core/courier.js";

// which way each is sorted, and what it is called where it cannot be
const KINDS = {typical: -1, doubtful: 1, time: 1, error: -1, loud: -1};
const NAMES = {error: "reconstruction error", loud: "level"};

/** Sort window numbers by values[number], the smallest first (sign 1) or the largest (-1); unknown ones last. */
function sortBy(members, values, sign) {
  if (values instanceof Float32Array) return sortedByBits(members, values, sign);
  const key = i => (Number.isNaN(values[i]) ? Infinity : sign * values[i]);
  return members.sort((a, b) => key(a) - key(b) || a - b); // Infinity - Infinity is NaN, which is no order either
}

/** Much faster than by comparing: floats are ordered as their bits are, and a window's number fits below them. */
function sortedByBits(members, values, sign) {
  const float = new Float32Array(1), bits = new Int32Array(float.buffer);
  const keys = Float64Array.from(members, i => {
    const value = sign * values[i] + 0; // no -0
    float[0] = value === value ? value : Infinity;
    return ((bits[0] < 0 ? ~bits[0] : bits[0] | 0x80000000) >>> 0) * 2 ** 21 + i;
  });
  return Array.from(keys.sort(), key => key % 2 ** 21);
}

/** What windows are sorted by, of which Python has to compute some. */
export class Orders {
  /** @param {function(): void} again called when what was missing has come, or cannot come */
  constructor(context, again) { Object.assign(this, {context, again, kept: new Memory(8), told: ""}); }

  /** All windows in their order at a step, kept until another is wanted; `told` says in words what is missing. */
  ranked(order, step) {
    const values = this.values(order, step), key = [order, step, !values].join();
    if (key !== this.key) {
      const all = [...Array(this.context.record.n).keys()];
      Object.assign(this, {key, all: values ? sortBy(all, values, KINDS[order]) : all});
    }
    return this.all;
  }

  values(order, step) {
    const {record} = this.context, exact = record.exactAt(step);
    this.told = "";
    if (order === "typical") return exact?.q;
    if (order === "doubtful") return exact?.margin;
    if (order === "time") return record.startMs.length ? record.startMs : null;
    const key = order === "error" ? `error ${step}` : order, kept = this.kept.get(key);
    if (kept instanceof Float32Array) return kept;
    if (kept === undefined) this.fetch(key, order, step);
    this.told = kept || `computing the ${NAMES[order]} …`;
    return null;
  }

  async fetch(key, by, step) {
    const {courier, signal} = this.context, failed = why => `Not sorted by ${NAMES[by]}: ${why}.`;
    this.kept.set(key, "");
    try {
      const {missing, buffers} = await courier.ask("measure", {by, step}, 300);
      this.kept.set(key, missing ? failed(missing) : floats(buffers[0]));
    } catch (error) {
      this.kept.set(key, failed(error.message));
    }
    if (!signal.aborted) this.again();
  }

  /** What a window is sorted by, with its unit. */
  word(order, step, index) {
    const {record} = this.context, value = this.values(order, step)?.[index], exact = record.exactAt(step);
    if (order === "error" || order === "loud") return value === undefined ? "" : `${said(Number(value.toFixed(1)))} ${record.tile.words.unit}`.trim();
    return !exact ? "" : order === "doubtful" ? `margin ${value.toFixed(2)}` : `q ${exact.q[index].toFixed(2)}`;
  }
}
