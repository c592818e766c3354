// Which part of the map to show at a step, when nobody has zoomed.

const SLACK = 0.15; // a frame that is nearly large enough stays: the camera moves seldom

/**
 * Bounds [x0, y0, x1, y1] for every step: each holds its own step and all later ones, so the view is as tight as the
 * result allows, and only ever opens on the way back to a wilder beginning.
 * @param {{xy: ArrayLike<number>}} projection (steps, n, 2)
 */
export function frames(projection, steps, n) {
  const made = new Array(steps);
  let box = null;
  for (let step = steps - 1; step >= 0; step--) {
    let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 2 * n * step; i < 2 * n * (step + 1); i += 2) {
      x0 = Math.min(x0, projection.xy[i]);
      x1 = Math.max(x1, projection.xy[i]);
      y0 = Math.min(y0, projection.xy[i + 1]);
      y1 = Math.max(y1, projection.xy[i + 1]);
    }
    if (!box) box = grown([x0, y0, x1, y1]);
    else if (x0 < box[0] || y0 < box[1] || x1 > box[2] || y1 > box[3])
      box = grown([Math.min(x0, box[0]), Math.min(y0, box[1]), Math.max(x1, box[2]), Math.max(y1, box[3])]);
    made[step] = box;
  }
  return made;
}

function grown([x0, y0, x1, y1]) {
  const more = SLACK / 2 * Math.max(x1 - x0, y1 - y0);
  return [x0 - more, y0 - more, x1 + more, y1 + more];
}
