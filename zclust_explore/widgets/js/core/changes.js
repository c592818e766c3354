// Changes: which windows went to another cluster, when, and how that is said of one of them.

/**
 * Windows on show that changed their cluster in the last few steps, the latest to change first.
 * @param {function(number): boolean} wanted
 * @returns {Uint32Array}
 */
export function changedLately(record, step, within, wanted) {
  const found = [], seen = new Set(), first = record.firstClustered;
  for (let s = step; first >= 0 && s > Math.max(first, step - within); s--) {
    const before = record.before(s), after = record.labelsAt(s);
    for (let i = 0; i < record.n; i++)
      if (before[i] !== after[i] && !seen.has(i) && wanted(i)) { seen.add(i); found.push(i); }
  }
  return Uint32Array.from(found);
}

/**
 * What became of one window until a step, as one sentence.
 * @param {Float32Array|null} q (steps, k) of this window; without it, the largest q is known, to a 255th
 */
export function story(record, index, step, q) {
  const first = record.firstClustered, {n, clusters: k} = record, label = s => record.labels[s * n + index];
  if (first < 0) return "no centroids in this run yet";
  if (step < first) return `not clustered yet; in cluster ${label(first)} from the first centroids on, at step ${first + 1}`;
  const changes = [];
  for (let s = first + 1; s <= step; s++) if (label(s) !== (record.renumbered[s]?.[label(s - 1)] ?? label(s - 1))) changes.push(s);
  if (!changes.length) return `in cluster ${label(step)} since the first centroids`;
  const s = changes.at(-1), sure = at => (q ? q[at * k + label(at)] : record.q[at * n + index] / 255).toFixed(2);
  const often = changes.length > 1 ? `; ${changes.length} changes since the first centroids` : "";
  return `left ${label(s - 1)} for ${label(s)} at step ${s + 1} (q ${q ? "" : "≈ "}${sure(s - 1)} → ${sure(s)})${often}`;
}
