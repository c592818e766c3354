// Procrustes: how to turn and shift the points of one step so that some of them lie where they do at another.

const CLEARLY = 0.5; // a mirror image must halve the residual: else noise would turn the whole map over between two steps
const SURE = 10 / 180 * Math.PI; // windows that changed places at random have no angle: the whole map would spin by chance

/**
 * The best rotation and shift in the sense of least squares, without scaling: a map that is made larger or smaller at
 * each step would show windows nearing each other that do not. It is mirrored only where that fits clearly better, and
 * only shifted where the standard error of the angle is above ten degrees, so that there is nothing to turn by.
 * @param {ArrayLike<number>} from (n, 2)
 * @param {ArrayLike<number>} onto (n, 2)
 * @param {Uint32Array} chosen the points to bring together
 * @returns {{a: number, b: number, flip: number, x: number, y: number, sure: boolean, residual: number}} a point (u, v) goes to
 *   (a u - b flip v + x, b u + a flip v + y); `residual` is the sum of squared distances that is left
 */
export function fitted(from, onto, chosen) {
  const mean = (xy, k) => chosen.reduce((sum, i) => sum + xy[2 * i + k], 0) / chosen.length;
  const fx = mean(from, 0), fy = mean(from, 1), ox = mean(onto, 0), oy = mean(onto, 1);
  let [xx, xy, yx, yy, before, after] = [0, 0, 0, 0, 0, 0];
  for (const i of chosen) {
    const u = from[2 * i] - fx, v = from[2 * i + 1] - fy, p = onto[2 * i] - ox, q = onto[2 * i + 1] - oy;
    xx += u * p; xy += u * q; yx += v * p; yy += v * q; before += u * u + v * v; after += p * p + q * q;
  }
  const made = flip => {
    const cos = xx + flip * yy, sin = xy - flip * yx, size = Math.hypot(cos, sin), r = size / Math.sqrt(before * after);
    const sure = Math.sqrt(Math.max(0, 1 - r * r) / chosen.length) < SURE * r; // r: how well the shapes agree, 0 … 1
    if (!sure && flip < 0) return null;
    const a = sure ? cos / size : 1, b = sure ? sin / size : 0;
    const fit = {a, b, flip, sure, x: ox - (a * fx - b * flip * fy), y: oy - (b * fx + a * flip * fy), residual: 0};
    for (const i of chosen) {
      const [p, q] = moved(fit, from[2 * i], from[2 * i + 1]);
      fit.residual += (p - onto[2 * i]) ** 2 + (q - onto[2 * i + 1]) ** 2;
    }
    return fit;
  };
  const turned = made(1), mirrored = made(-1);
  return mirrored && mirrored.residual < CLEARLY * turned.residual ? mirrored : turned;
}

/** Where a fit brings a point. */
export function moved({a, b, flip, x, y}, u, v) { return [a * u - b * flip * v + x, b * u + a * flip * v + y]; }
