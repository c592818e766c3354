// Points as pixels: writes round, smooth-edged dots straight into an ImageData, many times faster than canvas arcs.

const PHASES = 4; // places within a pixel, each way: a dot that glides by less than a pixel still moves
const LARGEST = 14; // CSS pixels: the picture has a margin of so much around it, in which no dot needs to be cut off

/** How much a dot and the gap around it cover of each pixel nearby, 0 … 256, for every place within a pixel. */
function stamps(radius, gap, row) {
  const reach = Math.ceil(radius + gap + 1), made = [];
  for (let py = 0; py < PHASES; py++) for (let px = 0; px < PHASES; px++) {
    const at = [], fill = [], around = [];
    for (let y = -reach; y <= reach; y++) for (let x = -reach; x <= reach; x++) {
      const distance = Math.hypot(x + 0.5 - (px + 0.5) / PHASES, y + 0.5 - (py + 0.5) / PHASES);
      const covered = size => Math.round(256 * Math.min(1, Math.max(0, size + 0.5 - distance)));
      if (!covered(radius + gap)) continue;
      at.push(y * row + x); fill.push(covered(radius)); around.push(covered(radius + gap));
    }
    made.push({at, fill, around});
  }
  return {reach, made};
}

/** A pixel with 0 … 256 parts of a colour over it; red and blue in one product, for each has room above it. */
function blend(old, colour, part) {
  const rest = 256 - part;
  return 255 << 24 | (Math.imul(old & 0xff00ff, rest) + Math.imul(colour & 0xff00ff, part)) >>> 8 & 0xff00ff
    | (Math.imul(old & 0xff00, rest) + Math.imul(colour & 0xff00, part)) >>> 8 & 0xff00;
}

function packed([r, g, b]) { return 255 << 24 | b << 16 | g << 8 | r; }

/** Draws points on a canvas. */
export class PointRaster {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
  }

  /** Size in CSS pixels. */
  resize(width, height, ratio = window.devicePixelRatio || 1) {
    const [w, h] = [width, height].map(size => Math.max(1, Math.round(size * ratio))), {canvas} = this;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    if (this.image && ratio === this.ratio && canvas.width === w && canvas.height === h) return;
    const margin = Math.ceil(LARGEST * ratio);
    [canvas.width, canvas.height] = [w, h];
    this.image = this.context.createImageData(w + 2 * margin, h + 2 * margin);
    Object.assign(this, {ratio, margin, pixels: new Int32Array(this.image.data.buffer), kept: {}, cache: new Map()});
  }

  clear(colour) {
    this.background = packed(colour);
    this.pixels.fill(this.background);
  }

  /**
   * Draw some points over what is there; returns how many of them lie in the picture.
   * @param {Float32Array} xy grid coordinates, (n, 2)
   * @param {Uint32Array} order which points, the last on top
   * @param {Uint8Array} values one a point, index into the table
   * @param {Uint8Array} table 256 colours, (256, 3)
   * @param {{camera: Camera, radius: number, gap: number, gapColour: number[], strength: number, skip: ?Uint8Array}} style
   *   CSS pixels, radius and gap together less than LARGEST; strength 0 … 1; `skip` marks those that are counted but not drawn
   */
  points(xy, order, values, table, {camera, radius, gap, gapColour, strength, skip}) {
    const {pixels, ratio, margin, cache, canvas: {width, height}} = this, row = width + 2 * margin, key = `${radius} ${gap}`;
    if (!cache.has(key)) {
      if (cache.size > 40) cache.clear();
      cache.set(key, stamps(radius * ratio, gap * ratio, row));
    }
    const {reach, made} = cache.get(key), weighted = parts => Int32Array.from(parts, part => part * strength);
    const dots = made.map(({at, fill, around}) => ({at: Int32Array.from(at), fill: weighted(fill), around: weighted(around)}));
    const scale = camera.scale * ratio, left = camera.width / 2 * ratio - camera.x * scale, top = camera.height / 2 * ratio + camera.y * scale;
    const ground = gapColour ? packed(gapColour) : this.background, colours = Int32Array.from({length: 256}, (_, k) => packed(table.subarray(3 * k)));
    let seen = 0;
    for (let k = 0; k < order.length; k++) {
      const i = order[k], x = xy[2 * i] * scale + left, y = top - xy[2 * i + 1] * scale, ix = Math.floor(x), iy = Math.floor(y);
      if (!(ix >= -reach && iy >= -reach && ix < width + reach && iy < height + reach)) continue;
      if (ix >= 0 && iy >= 0 && ix < width && iy < height) seen++;
      if (skip?.[i]) continue;
      const {at, fill, around} = dots[Math.floor((y - iy) * PHASES) * PHASES + Math.floor((x - ix) * PHASES)];
      const colour = colours[values[i]], home = (iy + margin) * row + ix + margin;
      for (let j = 0; j < at.length; j++) {
        const place = home + at[j], old = pixels[place];
        pixels[place] = blend(gap ? blend(old, ground, around[j]) : old, colour, fill[j]);
      }
    }
    return seen;
  }

  /** Let only so much of the picture stand out from the background, 0 … 1. */
  fade(strength) {
    const {pixels, background} = this, part = Math.round(256 * (1 - strength));
    for (let at = 0; at < pixels.length; at++) pixels[at] = blend(pixels[at], background, part);
  }

  /** Keep the picture as it is now under a name, and bring it back. */
  keep(name) { (this.kept[name] ??= new Int32Array(this.pixels.length)).set(this.pixels); }
  back(name) { this.pixels.set(this.kept[name]); }

  /** Bring it to the screen. */
  show() { this.context.putImageData(this.image, -this.margin, -this.margin); }
}
