// How far clusters are the kinds that points were made from, and what is in them.

/** Points in each cluster, (k,). */
export function clusterSizes(labels, k) {
  const sizes = new Int32Array(k);
  for (const label of labels) sizes[label]++;
  return sizes;
}

function pairs(count) { return count * (count - 1) / 2; }

/** Adjusted Rand index (Hubert and Arabie 1985): 1 if the clusters are the kinds, about 0 if they are drawn by lot. */
export function agreementOf(labels, kinds) {
  const rows = Math.max(...labels) + 1, columns = Math.max(...kinds) + 1, table = new Int32Array(rows * columns);
  for (let i = 0; i < labels.length; i++) table[labels[i] * columns + kinds[i]]++;
  const together = counts => counts.reduce((sum, count) => sum + pairs(count), 0);
  const a = together(clusterSizes(labels, rows)), b = together(clusterSizes(kinds, columns));
  const expected = a * b / pairs(labels.length), most = (a + b) / 2;
  return most === expected ? 1 : (together(table) - expected) / (most - expected);
}
