// Spectrograms as pictures: one pixel a value, scaled up by the canvas.

/** Number of channels of each window: components of a sensor, or one. */
export function channels(tile) { return tile.components.length || 1; }

/** How much higher a picture is for its channels: each is lower than one alone would be. */
export function taller(tile) { return 1 + 0.4 * (channels(tile) - 1); }

/**
 * Where the channels of a picture lie, the first on top, with empty rows between them that part them.
 * @returns {{rows: number, bands: {letter: string, first: number, top: number, height: number}[]}} first in rows, top
 *   and height as fractions of the picture
 */
export function stack({n_freqs: f, components}) {
  const n = components.length || 1, gap = n > 1 ? Math.max(1, Math.round(f / 32)) : 0, rows = n * f + (n - 1) * gap;
  const bands = Array.from({length: n}, (_, k) => {
    const first = k * (f + gap);
    return {letter: components[k] ?? "", first, top: first / rows, height: f / rows};
  });
  return {rows, bands};
}

/**
 * Bytes ([n_channels,] n_freqs, n_times), lowest frequency first, to a canvas of a pixel a value, lowest frequency at the
 * bottom of each channel.
 * @param {Uint8Array} values
 * @param {{n_freqs: number, n_times: number, components: string}} tile
 * @param {Uint8Array} table 256 colours
 */
export function picture(values, tile, table) {
  const {n_freqs: nFreqs, n_times: nTimes} = tile, {rows, bands} = stack(tile), canvas = document.createElement("canvas");
  canvas.width = nTimes;
  canvas.height = rows;
  const context = canvas.getContext("2d"), image = context.createImageData(nTimes, rows);
  bands.forEach(({first}, k) => {
    for (let row = 0; row < nFreqs; row++) for (let column = 0; column < nTimes; column++) {
      const from = 3 * values[((k + 1) * nFreqs - 1 - row) * nTimes + column], to = 4 * ((first + row) * nTimes + column);
      image.data[to] = table[from];
      image.data[to + 1] = table[from + 1];
      image.data[to + 2] = table[from + 2];
      image.data[to + 3] = 255;
    }
  });
  context.putImageData(image, 0, 0);
  return canvas;
}

/** The letter of each channel in the corner of its part of a picture; nothing where there is one channel. */
export function letters(context, tile, font, x, y, height) {
  context.save();
  context.font = `600 ${font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const {letter, top} of tile.components ? stack(tile).bands : []) {
    context.fillStyle = "rgba(0, 0, 0, 0.55)";
    context.fillRect(x, y + top * height, 14, 14);
    context.fillStyle = "#ffffff";
    context.fillText(letter, x + 7, y + top * height + 7.5);
  }
  context.restore();
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

/** Envelopes ([n_channels,] width, 2) below each other, on one scale. */
export function waves(context, envelopes, tile, peak, x, y, width, height, colour) {
  const n = channels(tile), each = envelopes.length / n;
  for (let k = 0; k < n; k++)
    wave(context, envelopes.subarray(k * each, (k + 1) * each), peak, x, y + k * height / n, width, height / n, colour);
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
