// Columns from Python: little-endian bytes to typed arrays.

/** A typed array over a copy of the bytes: a view into a message need not be aligned. */
export function typed(view, Type) {
  if (!view || !view.byteLength) return new Type(0);
  return new Type(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}

const TYPES = {f4: Float32Array, f8: Float64Array, u1: Uint8Array, u2: Uint16Array};

/** What a run was, as arrays. `labels` and `q`: (n_snapshots, n), `sizes`, `mass`: (n_snapshots, n_clusters). */
export class RunRecord {
  constructor(raw) {
    this.n = raw.n;
    this.steps = raw.n_snapshots;
    this.clusters = raw.n_clusters;
    this.palette = raw.palette;
    this.labels = typed(raw.labels, Uint8Array);
    this.q = typed(raw.q, Uint8Array);
    this.sizes = typed(raw.sizes, Int32Array);
    this.mass = typed(raw.mass, Float32Array);
    this.phases = raw.phases;
    this.epochs = raw.epochs;
    this.curves = Object.fromEntries(Object.entries(raw.curves).map(([name, view]) => [name, typed(view, Float32Array)]));
    this.certainty = typed(raw.certainty, Float32Array);
    this.margin = typed(raw.margin, Float32Array);
    this.columns = new Map(raw.columns.map(c => [c.name, {...c, values: typed(c.values, TYPES[c.dtype])}]));
    this.dropped = raw.dropped;
    this.renumbered = raw.renumbered ?? {};
    const of = (name, kind) => (this.columns.get(name)?.kind === kind ? this.columns.get(name) : {values: [], words: []});
    this.startMs = of("starttime", "time").values;
    this.minute = of("minute", "number").values;
    const text = name => ({codes: of(name, "text").values, words: of(name, "text").words});
    [this.trace, this.label] = [text("trace_id"), text("label")];
    this.tile = raw.tile;
    this.moved = typed(raw.moved, Uint16Array); // true displacements, (steps - 1, n): only where there is a map
  }

  /** Of a cluster; grey before there are any. */
  colour(cluster) { return cluster === 255 ? "#8c8c8c" : this.palette[cluster % this.palette.length]; }

  labelsAt(step) { return this.labels.subarray(step * this.n, (step + 1) * this.n); }

  /** Labels one step before, in this step's numbers: where clusters were merged or dropped by hand, numbers changed. */
  before(step) {
    const labels = this.labelsAt(step - 1), map = this.renumbered[step];
    return map ? labels.map(label => map[label]) : labels;
  }

  qAt(step) { return this.q.subarray(step * this.n, (step + 1) * this.n); }

  /** Largest soft assignment and its margin over the second, as exact as Python has them; null before clustering. */
  exactAt(step) {
    const {n} = this, at = step - this.steps + this.certainty.length / n;
    return at < 0 ? null : {q: this.certainty.subarray(at * n, (at + 1) * n), margin: this.margin.subarray(at * n, (at + 1) * n)};
  }

  sizesAt(step) { return this.sizes.subarray(step * this.clusters, (step + 1) * this.clusters); }

  /** A step of the state as a number from 0: -1 is the last. */
  step(value) { return value < 0 || value >= this.steps ? this.steps - 1 : value; }

  phase(step) { return this.phases[step] === "cluster" ? "clustering" : "pretraining"; }

  /** First step with clusters, or -1. */
  get firstClustered() { return this.phases.indexOf("cluster"); }

  /** When a window begins, in words. */
  time(index) {
    const ms = this.startMs[index];
    return Number.isFinite(ms) ? new Date(ms).toISOString().slice(0, 19).replace("T", " ") + " UTC" : "";
  }

  /** The same, as short as can be: for a tile. */
  shortTime(index) {
    if (Number.isFinite(this.minute[index])) return `min ${this.minute[index].toFixed(1)}`;
    const ms = this.startMs[index];
    return Number.isFinite(ms) ? new Date(ms).toISOString().slice(11, 19) : `#${index}`;
  }
}

/** A projection as arrays: `xy` (n_snapshots, n, 2) on the grid 0 … 65535; null where there is none. */
export function readProjection(raw) {
  if (!raw || !raw.xy) return null;
  return {...raw, xy: typed(raw.xy, Uint16Array), centroids: typed(raw.centroids, Float32Array)};
}
