// Points to cluster: seeded, with the kinds that they were made from.

/** Numbers in [0, 1) that are the same for the same seed, on every machine (mulberry32). */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A pair of normal numbers from two uniform ones (Box and Muller). */
function normals(random) {
  const r = Math.sqrt(-2 * Math.log(1 - random())), angle = 2 * Math.PI * random();
  return [r * Math.cos(angle), r * Math.sin(angle)];
}

/** Name of a set: its blobs as [count, x, y, spread]. */
export const POINT_SETS = {
  "three blobs": [[80, -2.3, -1.3, 0.6], [80, 2.3, -1.1, 0.6], [80, 0, 2.2, 0.6]],
  "two unequal": [[210, -1.3, 0, 0.8], [30, 2, 0.3, 0.4]],
  overlapping: [[80, -1.2, -0.8, 0.85], [80, 1.2, -0.8, 0.85], [80, 0, 1.2, 0.85]],
};

/**
 * @param {string} name one of POINT_SETS
 * @returns {{points: Float64Array, kinds: Uint8Array, k: number}} in order of their kinds
 */
export function pointSet(name, seed = 0) {
  const blobs = POINT_SETS[name], random = seeded(seed);
  const points = blobs.flatMap(([count, x, y, spread]) => Array.from({length: count}, () => {
    const [a, b] = normals(random);
    return [x + spread * a, y + spread * b];
  })).flat();
  return {points: Float64Array.from(points), kinds: Uint8Array.from(blobs.flatMap(([count], kind) => Array(count).fill(kind))), k: blobs.length};
}

/** An order of 0 … n - 1 by chance (Fisher and Yates). */
export function shuffled(n, random) {
  const order = Array.from({length: n}, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
