// Selections as byte masks, and which points lie in a polygon.

const BANDS = 512;

/**
 * Points in a polygon by the even-odd rule: a ray to the right crosses the outline an odd number of times. An edge counts
 * where one end is above the point and the other is not, so a shared corner is counted once. The map's points lie on a
 * grid and so does the polygon, from which the camera has been taken out once: the answer is exact.
 * @param {ArrayLike<number>} xy (n, 2)
 * @param {number[][]} polygon corners [x, y]; closed by itself
 * @param {function(number): boolean} visible
 */
export function polygonMask(xy, n, polygon, visible) {
  const mask = new Uint8Array(n), [xs, ys] = [0, 1].map(axis => polygon.map(corner => corner[axis]));
  const [x0, y0, x1, y1] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  // only edges at its own height can be crossed: each band of heights has a list of its own
  const band = y => Math.floor((y - y0) / (y1 - y0 || 1) * BANDS), edges = Array.from({length: BANDS + 1}, () => []);
  polygon.forEach(([xi, yi], i) => {
    const [xj, yj] = polygon.at(i - 1);
    for (let k = band(Math.min(yi, yj)); k <= band(Math.max(yi, yj)); k++) edges[k].push(xi, yi, xj, yj);
  });
  for (let i = 0; i < n; i++) {
    const x = xy[2 * i], y = xy[2 * i + 1];
    if (!(x >= x0 && x <= x1 && y >= y0 && y <= y1 && visible(i))) continue;
    const list = edges[band(y)];
    let inside = 0;
    for (let k = 0; k < list.length; k += 4) {
      const xi = list[k], yi = list[k + 1], xj = list[k + 2], yj = list[k + 3];
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside ^= 1;
    }
    mask[i] = inside;
  }
  return mask;
}

/**
 * Points that a round brush has touched: no farther than `radius` from the path of its middle, all on the map's grid.
 * @param {number[][]} path one place or more
 */
export function strokeMask(xy, n, path, radius, visible) {
  const mask = new Uint8Array(n), reach = radius * radius, edge = radius + 1;
  for (let k = 0; k < path.length; k++) {
    const [ax, ay] = path[Math.max(0, k - 1)], [bx, by] = path[k], dx = bx - ax, dy = by - ay, length = dx * dx + dy * dy;
    const x0 = Math.min(ax, bx) - edge, x1 = Math.max(ax, bx) + edge, y0 = Math.min(ay, by) - edge, y1 = Math.max(ay, by) + edge;
    for (let i = 0; i < n; i++) {
      const x = xy[2 * i], y = xy[2 * i + 1];
      if (x < x0 || x > x1 || y < y0 || y > y1 || mask[i]) continue;
      const t = length ? Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
      const ex = x - (ax + t * dx), ey = y - (ay + t * dy);
      if (ex * ex + ey * ey <= reach && visible(i)) mask[i] = 1;
    }
  }
  return mask;
}

/** What is done with the selection before: more with shift, less with alt. */
export function heldKeys(event) { return event.shiftKey ? "add" : event.altKey ? "remove" : "replace"; }

/** A selection and a new one together. @param {"replace"|"add"|"remove"} how */
export function combined(old, added, how) {
  if (!old || how === "replace") return how === "remove" ? new Uint8Array(added.length) : added;
  return old.map((value, i) => (how === "add" ? value | added[i] : value & (1 - added[i])));
}

/** Everything visible that is not selected. */
export function inverted(old, n, visible) {
  const mask = new Uint8Array(n);
  for (let i = 0; i < n; i++) mask[i] = visible(i) && !(old && old[i]) ? 1 : 0;
  return mask;
}

/** Number of windows in a mask. */
export function counted(mask) {
  let total = 0;
  if (mask) for (let i = 0; i < mask.length; i++) total += mask[i];
  return total;
}
