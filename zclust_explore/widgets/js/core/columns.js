// Columns from Python: little-endian bytes to typed arrays.

/** A typed array over a copy of the bytes: a view into a message need not be aligned. */
export function typed(view, Type) {
  if (!view || !view.byteLength) return new Type(0);
  return new Type(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}

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
    this.startMs = typed(raw.start_ms, Float64Array);
    this.minute = typed(raw.minute, Float32Array);
    this.trace = {codes: typed(raw.trace.codes, Uint16Array), words: raw.trace.words};
    this.label = {codes: typed(raw.label.codes, Uint16Array), words: raw.label.words};
    this.tile = raw.tile;
  }

  labelsAt(step) { return this.labels.subarray(step * this.n, (step + 1) * this.n); }

  qAt(step) { return this.q.subarray(step * this.n, (step + 1) * this.n); }

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
