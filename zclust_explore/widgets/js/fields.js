// Fields: all that is known of a window, by the names that a query and the colours use.

const UNITS = {s: "s", ms: "ms", hz: "Hz", khz: "kHz", db: "dB", km: "km", m: "m", deg: "°", percent: "%"};
const OWN = ["cluster", "q", "margin", "window"];

/** "snr_db" to ["snr", "dB"]: columns carry their unit in the name. */
export function named(name) {
  const parts = name.split("_"), unit = parts.length > 1 ? UNITS[parts[parts.length - 1].toLowerCase()] : undefined;
  return [(unit ? parts.slice(0, -1) : parts).join(" "), unit ?? ""];
}

/** A field is {name, kind: "number"|"flag"|"time"|"text", values, words?}; unknown is NaN, or the code 65535. */
export class Fields {
  constructor(record) {
    this.record = record;
    this.kept = new Map();
    this.sources = new Map(OWN.map(name => [name, step => this.own(name, step)]));
    // the run's own cluster is meant where the metadata have one of that name, too
    for (const column of record.columns.values())
      this.sources.set(OWN.includes(column.name) ? `metadata_${column.name}` : column.name, () => column);
    const add = (name, make) => { if (!this.sources.has(name)) this.sources.set(name, make); };
    if (record.startMs.length) add("hour", () => this.once("hour", () => this.hour()));
    if (record.trace.words.some(word => word.includes("."))) add("station", () => this.once("station", () => this.station()));
    this.names = [...this.sources.keys()];
    add("confidence", step => this.own("q", step)); // another word for the same
  }

  /** A field at a step, or null. */
  get(name, step) {
    const source = this.sources.get(name);
    return source ? {...source(step), name} : null;
  }

  once(key, make) {
    if (!this.kept.has(key)) this.kept.set(key, make());
    return this.kept.get(key);
  }

  own(name, step) {
    const {record} = this, {n} = record;
    if (name === "window") return this.once(name, () => ({kind: "number", values: Float64Array.from({length: n}, (_, i) => i)}));
    if (name === "cluster") {
      const values = Float32Array.from(record.labelsAt(step), label => (label === 255 ? NaN : label));
      return {kind: "number", values};
    }
    return {kind: "number", values: record.exactAt(step)?.[name] ?? this.once("none", () => new Float32Array(n).fill(NaN))};
  }

  /** Hour of the day in which a window begins, UTC, a whole number. */
  hour() {
    const day = 86400000, hours = ms => Math.floor((((ms % day) + day) % day) / 3600000);
    return {kind: "number", values: Float32Array.from(this.record.startMs, ms => hours(Math.floor(ms)))};
  }

  /** NET.STA of NET.STA.LOC.CHA. */
  station() {
    const {codes, words} = this.record.trace, short = words.map(word => word.split(".").slice(0, 2).join("."));
    const unlike = [...new Set(short)], to = short.map(word => unlike.indexOf(word));
    return {kind: "text", values: Uint16Array.from(codes, code => to[code] ?? 65535), words: unlike};
  }
}
