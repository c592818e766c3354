// Flows: how many windows went from which cluster to which between two steps, and where a river draws them.

/** Counts (k, k) of windows: rows by cluster before, columns by cluster after; of some windows only, if they are numbered. */
export function contingency(before, after, k, some = null) {
  const table = new Int32Array(k * k), {length} = some ?? before;
  for (let j = 0; j < length; j++) {
    const i = some ? some[j] : j;
    if (before[i] < k && after[i] < k) table[before[i] * k + after[i]]++;
  }
  return table;
}

/** The windows that went from one cluster to another, as a mask. */
export function flowed(before, after, source, target) {
  return before.map((label, i) => (label === source && after[i] === target ? 1 : 0));
}

/** Steps from the first to the last, evenly thinned to at most about `most`; both ends are kept. */
export function thinned(first, last, most) {
  const every = Math.max(1, Math.ceil((last - first) / Math.max(1, most - 1))), steps = [];
  for (let step = first; step < last; step += every) steps.push(step);
  if (steps.length > 1 && last - steps.at(-1) <= every / 2) steps.pop(); // the last gap is not much narrower
  return [...steps, last];
}

/**
 * Where the columns and streams of a river lie. All heights are in proportion to counts.
 * @param {Int32Array[]} sizes windows of each cluster, for each column
 * @param {Int32Array[]} tables contingency between each column and the next
 * @returns {{bars: {column, cluster, count, top, height}[], streams: {pair, source, target, count, top0, top1, height}[][]}}
 */
export function riverbed(sizes, tables, k, n, height) {
  const gap = Math.min(4, 0.25 * height / Math.max(1, k)), unit = (height - gap * (k - 1)) / Math.max(1, n), bars = [];
  const tops = sizes.map((counts, column) => {
    let top = 0;
    return Array.from(counts, (count, cluster) => {
      const at = top;
      bars.push({column, cluster, count, top, height: count * unit});
      top += count * unit + gap;
      return at;
    });
  });
  const streams = tables.map((table, pair) => {
    const left = [...tops[pair]], right = [...tops[pair + 1]], found = [];
    for (let source = 0; source < k; source++) for (let target = 0; target < k; target++) {
      const count = table[source * k + target];
      if (!count) continue;
      found.push({pair, source, target, count, top0: left[source], top1: right[target], height: count * unit});
      left[source] += count * unit;
      right[target] += count * unit;
    }
    return found;
  });
  return {bars, streams, unit};
}

/** The stream under a place between two columns: `u` from 0 to 1, `y` from the top. The thinnest wins: it lies on top. */
export function streamAt(streams, u, y, reach = 4) {
  const eased = u * u * (3 - 2 * u); // the height of a Bézier curve whose handles lie level, at thirds
  let best = null;
  for (const stream of streams) {
    const top = stream.top0 + (stream.top1 - stream.top0) * eased, slack = Math.max(0, reach - stream.height / 2);
    if (y < top - slack || y > top + stream.height + slack) continue;
    if (!best || stream.height < best.height) best = stream;
  }
  return best;
}
