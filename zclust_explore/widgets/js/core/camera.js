// Camera: from the map's grid (0 … 65535, y up) to CSS pixels (y down) and back. One scale for both axes.

export class Camera {
  constructor() {
    this.width = this.height = 1;
    this.bounds = [0, 0, 65535, 65535];
    this.reset();
  }

  /** Whether nobody has moved or zoomed it: then it may follow the data. */
  get atHome() {
    const [x0, y0, x1, y1] = this.bounds;
    return this.zoom === 1 && this.x === (x0 + x1) / 2 && this.y === (y0 + y1) / 2;
  }

  /** Show all of the bounds again. */
  reset() { this.zoom = 1; this.x = (this.bounds[0] + this.bounds[2]) / 2; this.y = (this.bounds[1] + this.bounds[3]) / 2; }

  /** CSS pixels for one grid unit. */
  get scale() {
    const [x0, y0, x1, y1] = this.bounds;
    const pad = Math.min(28, 0.08 * Math.min(this.width, this.height));
    const fit = Math.min((this.width - 2 * pad) / Math.max(1, x1 - x0), (this.height - 2 * pad) / Math.max(1, y1 - y0));
    return Math.max(1e-6, fit) * this.zoom;
  }

  /** Show all between two bounds: 0 is the first, 1 the second. */
  frame(from, to, fraction) {
    this.bounds = fraction >= 1 ? to : from.map((value, k) => value + (to[k] - value) * fraction);
    this.reset();
  }

  toScreen(x, y) {
    const s = this.scale;
    return [(x - this.x) * s + this.width / 2, (this.y - y) * s + this.height / 2];
  }

  toGrid(sx, sy) {
    const s = this.scale;
    return [(sx - this.width / 2) / s + this.x, this.y - (sy - this.height / 2) / s];
  }

  /** Move by CSS pixels. */
  pan(dx, dy) { const s = this.scale; this.x -= dx / s; this.y += dy / s; }

  /** Zoom so that the place under the cursor stays there. */
  zoomAt(sx, sy, factor) {
    const [gx, gy] = this.toGrid(sx, sy);
    this.zoom = Math.min(200, Math.max(0.5, this.zoom * factor));
    const [nx, ny] = this.toGrid(sx, sy);
    this.x += gx - nx;
    this.y += gy - ny;
  }
}
