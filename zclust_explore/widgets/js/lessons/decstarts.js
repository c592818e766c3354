// Where centroids start: k-means, points by chance, or all in one place.

import {seeded} from "./decpoints.js";

const MOST_ROUNDS = 100;

function squared(points, i, mu, j) { return (points[2 * i] - mu[2 * j]) ** 2 + (points[2 * i + 1] - mu[2 * j + 1]) ** 2; }

/** k-means++: each next centroid is a point, likelier the farther it is from those chosen (Arthur and Vassilvitskii 2007). */
function spreadStart(points, k, random) {
  const n = points.length / 2, mu = new Float64Array(2 * k), nearest = new Float64Array(n).fill(1);
  for (let j = 0; j < k; j++) {
    let left = random() * nearest.reduce((a, b) => a + b), chosen = 0;
    while (chosen < n - 1 && (left -= nearest[chosen]) >= 0) chosen++;
    mu.set(points.subarray(2 * chosen, 2 * chosen + 2), 2 * j);
    for (let i = 0; i < n; i++) nearest[i] = Math.min(j ? nearest[i] : Infinity, squared(points, i, mu, j));
  }
  return mu;
}

/** Lloyd's rounds until no point changes; what is left to the nearest centroid, summed, says how good it is. */
function lloyd(points, mu) {
  const n = points.length / 2, k = mu.length / 2, labels = new Int16Array(n).fill(-1);
  let rest = 0;
  for (let round = 0, moved = true; moved && round < MOST_ROUNDS; round++) {
    moved = false;
    rest = 0;
    const sums = new Float64Array(3 * k);
    for (let i = 0; i < n; i++) {
      let best = 0;
      for (let j = 1; j < k; j++) if (squared(points, i, mu, j) < squared(points, i, mu, best)) best = j;
      rest += squared(points, i, mu, best);
      if (labels[i] !== best) { labels[i] = best; moved = true; }
      sums[3 * best] += points[2 * i];
      sums[3 * best + 1] += points[2 * i + 1];
      sums[3 * best + 2]++;
    }
    for (let j = 0; j < k; j++) if (sums[3 * j + 2]) mu.set([sums[3 * j] / sums[3 * j + 2], sums[3 * j + 1] / sums[3 * j + 2]], 2 * j);
  }
  return rest;
}

/** The best of several k-means by k-means++: (k, 2), the same for the same seed. */
export function kMeansStart(points, k, seed = 0, restarts = 10) {
  const random = seeded(seed);
  let best = null, least = Infinity;
  for (let run = 0; run < restarts; run++) {
    const mu = spreadStart(points, k, random), rest = lloyd(points, mu);
    if (rest < least) [best, least] = [mu, rest];
  }
  return best;
}

/** k points by chance. */
export function chanceStart(points, k, seed = 0) {
  const random = seeded(seed + 1), chosen = new Set();
  while (chosen.size < k) chosen.add(Math.floor(random() * points.length / 2));
  return Float64Array.from([...chosen].flatMap(i => [points[2 * i], points[2 * i + 1]]));
}

/** All centroids close together, on the far side of the first kind: what k-means never gives and chance sometimes does. */
export function badStart(points, k) {
  const at = [...Array(k).keys()].map(j => 2 * j * Math.max(1, Math.floor(20 / k)));
  return Float64Array.from(at.flatMap(i => [points[i], points[i + 1]]));
}
