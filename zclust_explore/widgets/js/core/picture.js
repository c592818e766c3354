// Spectrograms as pictures: one pixel a value, scaled up by the canvas.

/**
 * Bytes (n_freqs, n_times), lowest frequency first, to a canvas of exactly that size, lowest frequency at the bottom.
 * @param {Uint8Array} values
 * @param {Uint8Array} table 256 colours
 */
export function picture(values, nFreqs, nTimes, table) {
  const canvas = document.createElement("canvas");
  canvas.width = nTimes;
  canvas.height = nFreqs;
  const context = canvas.getContext("2d"), image = context.createImageData(nTimes, nFreqs);
  for (let row = 0; row < nFreqs; row++) for (let column = 0; column < nTimes; column++) {
    const from = 3 * values[(nFreqs - 1 - row) * nTimes + column], to = 4 * (row * nTimes + column);
    image.data[to] = table[from];
    image.data[to + 1] = table[from + 1];
    image.data[to + 2] = table[from + 2];
    image.data[to + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** Numbers to bytes between two limits. */
export function toBytes(values, low, high) {
  const scaled = new Uint8Array(values.length), factor = 255 / (high - low);
  for (let i = 0; i < values.length; i++) scaled[i] = Math.min(255, Math.max(0, Math.round((values[i] - low) * factor)));
  return scaled;
}

/** Draw a picture into a rectangle, every value a rectangle of its own: nothing is smoothed. */
export function place(context, source, x, y, width, height) {
  context.imageSmoothingEnabled = false;
  context.drawImage(source, x, y, width, height);
}

/** Draw an envelope (width, 2) around a middle line; `peak` is half the height in the envelope's units. */
export function wave(context, envelope, peak, x, y, width, height, colour) {
  const n = envelope.length / 2, middle = y + height / 2, scale = height / 2 / (peak || 1), step = width / n;
  context.fillStyle = colour;
  context.beginPath();
  for (let i = 0; i < n; i++) {
    let low = envelope[2 * i], high = envelope[2 * i + 1];
    if (i > 0) { // a line has no gap where it is steep
      low = Math.min(low, envelope[2 * i - 1]);
      high = Math.max(high, envelope[2 * i - 2]);
    }
    const thick = Math.max((high - low) * scale, 0.8);
    context.rect(x + i * step, middle - (high + low) / 2 * scale - thick / 2, Math.max(0.6, step), thick);
  }
  context.fill();
}
