// Runs of DEC that go wrong, each for one reason, and the same runs with that reason mended.

import {Dec2d, divergence, gradientOf, hardLabels, softAssign, targetOf} from "./dec2d.js";
import {pointSet, seeded, shuffled} from "./decpoints.js";
import {agreementOf, clusterSizes} from "./decscores.js";
import {badStart, kMeansStart} from "./decstarts.js";

export const DISASTER_ITERATIONS = 60;
const SET = "three blobs", BATCH = 40, KINDS = 3, TOO_MANY = 8, POINT_RATE = 0.2, RATE = 3, FAR_TOO_FAST = 800;

/** What a run looks like after each iteration. */
function looked(z, mu, kinds) {
  const k = mu.length / 2, q = softAssign(z, mu), labels = hardLabels(q, k);
  return {z, mu, labels, kl: divergence(targetOf(q, k), q, k), agreement: agreementOf(labels, kinds), sizes: clusterSizes(labels, k)};
}

/** Whole-set iterations. */
function plainRun({points, kinds}, centroids, centroidRate = RATE) {
  const dec = new Dec2d({points, centroids, centroidRate, pointRate: POINT_RATE}), seen = [looked(dec.state.z, dec.state.mu, kinds)];
  while (dec.state.iteration < DISASTER_ITERATIONS) {
    dec.step();
    seen.push(looked(dec.state.z, dec.state.mu, kinds));
  }
  return seen;
}

/** Mini-batches; an iteration is once through all points. P of each batch by itself, or of the whole set once an iteration. */
function batchRun({points, kinds}, centroids, {sorted, whole}, seed) {
  const n = points.length / 2, k = centroids.length / 2, random = seeded(seed + 7), seen = [looked(points, centroids, kinds)];
  let z = points, mu = centroids;
  for (let t = 0; t < DISASTER_ITERATIONS; t++) {
    const target = targetOf(softAssign(z, mu), k), order = sorted ? Array.from({length: n}, (_, i) => i) : shuffled(n, random);
    z = z.slice();
    for (let from = 0; from < n; from += BATCH) {
      const batch = order.slice(from, from + BATCH), some = Float64Array.from(batch.flatMap(i => [z[2 * i], z[2 * i + 1]]));
      const q = softAssign(some, mu), p = whole ? Float64Array.from(batch.flatMap(i => [...target.subarray(i * k, i * k + k)])) : targetOf(q, k);
      const slope = gradientOf(some, mu, q, p);
      batch.forEach((i, at) => { z[2 * i] -= POINT_RATE * slope.z[2 * at]; z[2 * i + 1] -= POINT_RATE * slope.z[2 * at + 1]; });
      mu = mu.map((x, at) => x - RATE * slope.mu[at]);
    }
    seen.push(looked(z, mu, kinds));
  }
  return seen;
}

/** What may have gone wrong: the key of the cause and what it is called. */
export const CAUSES = {
  start: "A bad start: all centroids began in one kind", count: "K is too large: more clusters than kinds",
  order: "Sorted batches: each batch holds one kind, and has its own P", rate: "Steps far too long: the centroids are thrown away (collapse)",
};

/** The cases, by the letter that a student sees; `broken` and `mended` make the states after each iteration. */
export const DISASTERS = {
  A: {
    cause: "start", mend: "The best of ten k-means starts",
    symptom: "KL begins far lower than in a good run, and no cluster is empty. But shapes and colours do not agree: a cluster holds several kinds, a kind is shared by several clusters.",
    diagnosis: "All centroids began within one kind. DEC moves centroids only a little and makes its first guess surer; it does not find the other kinds. Start from the best of many k-means runs, and train more than once.",
    broken: set => plainRun(set, badStart(set.points, KINDS)),
    mended: set => plainRun(set, kMeansStart(set.points, KINDS)),
  },
  B: {
    cause: "rate", mend: `Steps of the centroids ${Math.round(FAR_TOO_FAST / RATE)} times shorter`,
    symptom: "KL jumps about and ends near 0. Clusters become empty; at the end one has every window, and the centroids lie far outside.",
    diagnosis: "The centroids made steps so long that they flew past all points. Seen from far away all points look alike: q is nearly the same for each of them, so P is nearly Q, KL nearly 0, and there is nothing left to learn. A small KL is no proof of good clusters.",
    broken: set => plainRun(set, kMeansStart(set.points, KINDS), FAR_TOO_FAST),
    mended: set => plainRun(set, kMeansStart(set.points, KINDS)),
  },
  C: {
    cause: "order", mend: "Batches drawn by chance, P of the whole set",
    symptom: "KL falls as it should, and every cluster has its share. But the colours run through the shapes: the clusters are no longer the kinds they were at the start.",
    diagnosis: "Each batch held windows of one kind, as files in a catalogue lie. Within such a batch q²/f makes the three clusters equally large, so one kind is torn into three. Shuffle, and make P from all windows.",
    broken: (set, seed) => batchRun(set, kMeansStart(set.points, KINDS), {sorted: true, whole: false}, seed),
    mended: (set, seed) => batchRun(set, kMeansStart(set.points, KINDS), {sorted: false, whole: true}, seed),
  },
  D: {
    cause: "count", mend: "K = 3",
    symptom: "All clusters become tight, and none is empty. But each shape has several colours: kinds are split into clusters that mean nothing.",
    diagnosis: "Eight clusters were asked for and there are three kinds. DEC always delivers: each kind was cut into pieces, and the pieces pulled apart until they looked real. Choose K before, from the K report, and compare several.",
    broken: set => plainRun(set, kMeansStart(set.points, TOO_MANY)),
    mended: set => plainRun(set, kMeansStart(set.points, KINDS)),
  },
};

/** The points of every case, and both runs. */
export function disasterRuns(letter, seed) {
  const set = pointSet(SET, seed), {broken, mended} = DISASTERS[letter];
  return {set, broken: broken(set, seed), mended: mended(set, seed)};
}
