// Points as pixels: writes round, smooth-edged dots straight into an ImageData, many times faster than canvas arcs.

const PHASES = 4; // places within a pixel, each way: a dot that glides by less than a pixel still moves

/** Coverage of one dot and of the gap around it, for every place within a pixel. */
function stamps(radius, gap) {
  const reach = Math.ceil(radius + gap + 1), made = [];
  for (let py = 0; py < PHASES; py++) for (let px = 0; px < PHASES; px++) {
    const dx = [], dy = [], fill = [], around = [];
    for (let y = -reach; y <= reach; y++) for (let x = -reach; x <= reach; x++) {
      const distance = Math.hypot(x + 0.5 - (px + 0.5) / PHASES, y + 0.5 - (py + 0.5) / PHASES);
      const inner = Math.min(1, Math.max(0, radius + 0.5 - distance));
      const outer = gap ? Math.min(1, Math.max(0, radius + gap + 0.5 - distance)) : 0;
      if (inner <= 0 && outer <= 0) continue;
      dx.push(x); dy.push(y); fill.push(Math.round(inner * 256)); around.push(Math.round(outer * 256));
    }
    made.push({dx: Int16Array.from(dx), dy: Int16Array.from(dy), fill: Int32Array.from(fill), around: Int32Array.from(around)});
  }
  return {reach, made};
}

/** Draws points on a canvas. */
export class PointRaster {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.cache = new Map();
  }

  /** Size in CSS pixels. */
  resize(width, height, ratio = window.devicePixelRatio || 1) {
    this.ratio = ratio;
    const [w, h] = [Math.max(1, Math.round(width * this.ratio)), Math.max(1, Math.round(height * this.ratio))];
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    if (this.image && this.image.width === w && this.image.height === h) return;
    [this.canvas.width, this.canvas.height] = [w, h];
    this.image = this.context.createImageData(w, h);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.kept = null;
  }

  clear([r, g, b]) {
    this.background = [r, g, b];
    this.pixels.fill(((255 << 24) | (b << 16) | (g << 8) | r) >>> 0);
  }

  /**
   * Draw some points over what is there; returns how many of them lie in the picture.
   * @param {Float32Array} xy grid coordinates, (n, 2)
   * @param {Uint32Array} order which points, the last on top
   * @param {Uint8Array} values one a point, index into the table
   * @param {Uint8Array} table 256 colours, (256, 3)
   * @param {{camera: Camera, radius: number, gap: number, gapColour: number[], strength: number}} style CSS pixels; strength 0 … 1
   */
  points(xy, order, values, table, {camera, radius, gap, gapColour = this.background, strength}) {
    const key = `${(radius * this.ratio).toFixed(2)} ${(gap * this.ratio).toFixed(2)}`;
    if (!this.cache.has(key)) {
      if (this.cache.size > 40) this.cache.clear();
      this.cache.set(key, stamps(radius * this.ratio, gap * this.ratio));
    }
    const {reach, made} = this.cache.get(key), {pixels, ratio} = this, {width, height} = this.image;
    const scale = camera.scale * ratio, left = camera.width / 2 * ratio - camera.x * scale, top = camera.height / 2 * ratio + camera.y * scale;
    const [gr, gg, gb] = gapColour, weight = Math.round(strength * 256);
    let seen = 0;
    for (let k = 0; k < order.length; k++) {
      const i = order[k], x = xy[2 * i] * scale + left, y = top - xy[2 * i + 1] * scale, ix = Math.floor(x), iy = Math.floor(y);
      if (!(ix >= -reach && iy >= -reach && ix < width + reach && iy < height + reach)) continue;
      if (ix >= 0 && iy >= 0 && ix < width && iy < height) seen++;
      const stamp = made[Math.floor((y - iy) * PHASES) * PHASES + Math.floor((x - ix) * PHASES)];
      const inside = ix >= reach && iy >= reach && ix < width - reach && iy < height - reach;
      const c = 3 * values[i], r = table[c], g = table[c + 1], b = table[c + 2];
      for (let j = 0; j < stamp.dx.length; j++) {
        const px = ix + stamp.dx[j], py = iy + stamp.dy[j];
        if (!inside && (px < 0 || py < 0 || px >= width || py >= height)) continue;
        const at = py * width + px, old = pixels[at], f = (stamp.fill[j] * weight) >> 8;
        let or = old & 255, og = (old >> 8) & 255, ob = (old >> 16) & 255;
        if (gap) {
          const a = (stamp.around[j] * weight) >> 8;
          or += ((gr - or) * a) >> 8; og += ((gg - og) * a) >> 8; ob += ((gb - ob) * a) >> 8;
        }
        or += ((r - or) * f) >> 8; og += ((g - og) * f) >> 8; ob += ((b - ob) * f) >> 8;
        pixels[at] = (255 << 24) | (ob << 16) | (og << 8) | or;
      }
    }
    return seen;
  }

  /** Keep the picture as it is now, and bring it back. */
  keep() { (this.kept ??= new Uint32Array(this.pixels.length)).set(this.pixels); }
  back() { this.pixels.set(this.kept); }

  /** Bring it to the screen. */
  show() { this.context.putImageData(this.image, 0, 0); }
}

/**
 * Sure points first, doubtful ones last, so on top where they are seen; within one step, by counting.
 * @param {?Uint8Array} shown who is on show; null for all
 * @param {?Uint8Array} mask a selection, and whether those in it are `wanted` (1) or the others (0)
 */
export function orderByDoubt(certainty, shown, mask, wanted) {
  const starts = new Uint32Array(257), include = i => (!shown || shown[i] === 1) && (!mask || mask[i] === wanted);
  let total = 0;
  for (let i = 0; i < certainty.length; i++) if (include(i)) { starts[256 - certainty[i]]++; total++; }
  for (let k = 1; k < 257; k++) starts[k] += starts[k - 1];
  const order = new Uint32Array(total);
  for (let i = certainty.length - 1; i >= 0; i--) if (include(i)) order[--starts[256 - certainty[i]]] = i;
  return order;
}
