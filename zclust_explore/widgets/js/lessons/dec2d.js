// Deep embedded clustering by hand: the points are what an encoder would move. Xie, Girshick and Farhadi (2016), ICML.
//
// z (n, 2) points and mu (k, 2) centroids as x, y, x, y, ...; q and p (n, k), rows sum to 1. Everything is float64.

/** The half-steps of one iteration, in their order. */
export const HALF_STEPS = ["q", "p", "gradient", "move"];

/** q by Student's t kernel, equation 1. In log space, as models/dec.py does, so that no far point divides 0 by 0. */
export function softAssign(z, mu, alpha = 1) {
  const n = z.length / 2, k = mu.length / 2, q = new Float64Array(n * k), power = (alpha + 1) / 2;
  for (let i = 0; i < n; i++) {
    let most = -Infinity, sum = 0;
    for (let j = 0; j < k; j++) {
      const dx = z[2 * i] - mu[2 * j], dy = z[2 * i + 1] - mu[2 * j + 1];
      most = Math.max(most, q[i * k + j] = -power * Math.log1p((dx * dx + dy * dy) / alpha));
    }
    for (let j = i * k; j < i * k + k; j++) sum += q[j] = Math.exp(q[j] - most);
    for (let j = i * k; j < i * k + k; j++) q[j] /= sum;
  }
  return q;
}

/** f: how many points a cluster has, counted by q; (k,). */
export function softSizes(q, k) {
  const f = new Float64Array(k);
  for (let at = 0; at < q.length; at++) f[at % k] += q[at];
  return f;
}

/** p, equation 3: q squared over f, each row divided by its sum. Without `balanced`, f is left out. */
export function targetOf(q, k, balanced = true) {
  const p = new Float64Array(q.length), f = softSizes(q, k);
  for (let i = 0; i < q.length; i += k) {
    let sum = 0;
    for (let j = 0; j < k; j++) sum += p[i + j] = q[i + j] ** 2 / (balanced ? Math.max(f[j], Number.MIN_VALUE) : 1);
    for (let j = 0; j < k; j++) p[i + j] /= sum;
  }
  return p;
}

/** KL(P‖Q), equation 2, as the mean over the points, in nats. */
export function divergence(p, q, k) {
  let sum = 0;
  for (let at = 0; at < p.length; at++) if (p[at] > 0) sum += p[at] * Math.log(p[at] / q[at]);
  return sum / (p.length / k);
}

/**
 * Equations 4 and 5: the slope of each point's own KL at that point, and of the mean KL at each centroid; p is held.
 * @returns {{z: Float64Array, mu: Float64Array}} (n, 2) and (k, 2)
 */
export function gradientOf(z, mu, q, p, alpha = 1) {
  const n = z.length / 2, k = mu.length / 2, slope = {z: new Float64Array(2 * n), mu: new Float64Array(2 * k)};
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < k; j++) {
      const dx = z[2 * i] - mu[2 * j], dy = z[2 * i + 1] - mu[2 * j + 1];
      const pull = (alpha + 1) / alpha * (p[i * k + j] - q[i * k + j]) / (1 + (dx * dx + dy * dy) / alpha);
      slope.z[2 * i] += pull * dx;
      slope.z[2 * i + 1] += pull * dy;
      slope.mu[2 * j] -= pull * dx / n;
      slope.mu[2 * j + 1] -= pull * dy / n;
    }
  }
  return slope;
}

/** The cluster with the largest q of each point. */
export function hardLabels(q, k) {
  return Uint8Array.from({length: q.length / k}, (_, i) => {
    let best = 0;
    for (let j = 1; j < k; j++) if (q[i * k + j] > q[i * k + best]) best = j;
    return best;
  });
}

/** The next place by gradient descent, and the velocity there; neither argument is changed. */
function descended(place, velocity, slope, rate, momentum) {
  const next = Float64Array.from(velocity, (v, at) => momentum * v + slope[at]);
  return {place: place.map((x, at) => x - rate * next[at]), velocity: next};
}

/**
 * Points, centroids and how they came there. A state is never changed, each act makes the next one: so `back` brings
 * back the very arrays that were there before, and sharing what did not change costs nothing.
 */
export class Dec2d {
  /**
   * @param {{points: Float64Array, centroids: Float64Array, alpha?: number, pointRate?: number, centroidRate?: number,
   *   momentum?: number, balanced?: boolean}} start rates are of the slopes that `gradientOf` returns
   */
  constructor({points, centroids, alpha = 1, pointRate = 1, centroidRate = 1, momentum = 0, balanced = true}) {
    this.n = points.length / 2;
    this.k = centroids.length / 2;
    Object.assign(this, {pointRate, centroidRate, momentum, balanced});
    this.past = [];
    this.state = {
      iteration: 0, done: 0, alpha, q: null, p: null, slope: null, z: Float64Array.from(points), mu: Float64Array.from(centroids),
      zVelocity: new Float64Array(points.length), muVelocity: new Float64Array(centroids.length),
    };
  }

  /** The half-step that comes next. */
  get next() { return HALF_STEPS[this.state.done]; }

  /** q where the points are now, whether or not that half-step was made. */
  get q() { return this.state.q ?? softAssign(this.state.z, this.state.mu, this.state.alpha); }

  /** KL of q and its own target, where the points are now. */
  get kl() {
    const {q} = this;
    return divergence(targetOf(q, this.k, this.balanced), q, this.k);
  }

  /** KL of each iteration whose P was made: pairs of iteration and nats, oldest first. */
  get curve() {
    const found = new Map();
    for (const {iteration, done, kl} of [...this.past, this.state]) if (done >= 2) found.set(iteration, kl);
    return [...found];
  }

  become(changes) {
    this.past.push(this.state);
    this.state = {...this.state, ...changes};
  }

  /** One half-step. */
  half() {
    const {z, mu, alpha, q, p, slope, iteration, done} = this.state;
    if (done === 0) this.become({done: 1, q: softAssign(z, mu, alpha)});
    else if (done === 1) {
      const target = targetOf(q, this.k, this.balanced);
      this.become({done: 2, p: target, kl: divergence(target, q, this.k)});
    }
    else if (done === 2) this.become({done: 3, slope: gradientOf(z, mu, q, p, alpha)});
    else {
      const points = descended(z, this.state.zVelocity, slope.z, this.pointRate, this.momentum);
      const centroids = descended(mu, this.state.muVelocity, slope.mu, this.centroidRate, this.momentum);
      this.become({
        iteration: iteration + 1, done: 0, q: null, p: null, slope: null, z: points.place, mu: centroids.place,
        zVelocity: points.velocity, muVelocity: centroids.velocity,
      });
    }
  }

  /** Half-steps until the points have moved. */
  step() {
    const {iteration} = this.state;
    while (this.state.iteration === iteration) this.half();
  }

  /** Undo the last act; false where there is none. */
  halfBack() {
    if (!this.past.length) return false;
    this.state = this.past.pop();
    return true;
  }

  /** Undo to the beginning of the iteration, or of the one before if this one has just begun. */
  back() {
    if (!this.halfBack()) return false;
    while (this.state.done && this.halfBack());
    return true;
  }

  /** Put a centroid somewhere; the iteration begins again. `sameAct` joins it to the act before, as in one drag. */
  place(j, x, y, sameAct = false) {
    if (sameAct) this.halfBack();
    const mu = Float64Array.from(this.state.mu);
    [mu[2 * j], mu[2 * j + 1]] = [x, y];
    this.become({mu, muVelocity: new Float64Array(mu.length), done: 0, q: null, p: null, slope: null});
  }

  /** Another alpha; the iteration begins again. */
  widen(alpha, sameAct = false) {
    if (sameAct) this.halfBack();
    this.become({alpha, done: 0, q: null, p: null, slope: null});
  }
}
