// Motion: how far what moves on the map has moved in latent space.

/** Pearson's coefficient from sums; NaN where one side never varies. */
function correlation(m, x, y, xx, yy, xy) {
  const vx = xx - x * x / m, vy = yy - y * y / m;
  return vx > 1e-9 * xx && vy > 1e-9 * yy ? Math.max(-1, Math.min(1, (xy - x * y / m) / Math.sqrt(vx * vy))) : NaN;
}

/**
 * Correlation of drawn with true displacements from step to step.
 * @param {ArrayLike<number>} xy (steps, n, 2)
 * @param {Uint16Array} moved true displacements, in any unit, (steps - 1, n)
 * @returns {{all: number, each: Float32Array}} over all windows and steps, and over the steps of each window; NaN where
 *   one of them is the same throughout
 */
export function motion(xy, moved, n) {
  const pairs = moved.length / n, total = new Float64Array(5), each = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    let [x, y, xx, yy, both] = [0, 0, 0, 0, 0];
    for (let s = 0; s < pairs; s++) {
      const at = 2 * (s * n + i), next = at + 2 * n, dx = xy[next] - xy[at], dy = xy[next + 1] - xy[at + 1];
      const d = Math.sqrt(dx * dx + dy * dy), t = moved[s * n + i];
      x += d; y += t; xx += d * d; yy += t * t; both += d * t;
    }
    each[i] = correlation(pairs, x, y, xx, yy, both);
    [x, y, xx, yy, both].forEach((sum, k) => { total[k] += sum; });
  }
  return {all: correlation(pairs * n, ...total), each};
}
