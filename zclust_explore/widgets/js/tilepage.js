// Tiles: pages of spectrograms as bytes, asked for once and kept while there is room.

import {bytes} from "./core/courier.js";
import {channels, picture} from "./core/picture.js";

const PAGE = 32, AT_ONCE = 2; // pages that Python is asked for: what is wanted next need not wait for more

/** Fetches tiles; those already kept or on their way are not asked for again. */
export class TilePages {
  constructor(context) { Object.assign(this, {context, onTheWay: new Map(), waiting: [], asked: 0}); }

  /** Resolves when all these windows are kept, or are not `wanted` any more. The latest come first. */
  async fetch(indices, level, wanted = () => true) {
    const {tiles} = this.context, key = i => `${level} ${i}`, pages = [];
    const missing = indices.filter(i => !tiles.has(key(i)) && !this.onTheWay.has(key(i)));
    for (let k = 0; k < missing.length; k += PAGE) {
      const page = {indices: missing.slice(k, k + PAGE), level, wanted};
      page.done = new Promise(resolve => { page.begin = resolve; }).finally(() => page.indices.forEach(i => this.onTheWay.delete(key(i))));
      page.done.catch(() => {}); // whoever waits for it hears of it
      page.indices.forEach(i => this.onTheWay.set(key(i), page.done));
      pages.push(page);
    }
    this.waiting.unshift(...pages);
    this.next();
    const came = await Promise.all(indices.map(i => this.onTheWay.get(key(i))));
    if (came.includes(false) && wanted()) await this.fetch(indices, level, wanted); // others wanted them, but not for long
  }

  /** Ask for the next pages; those that nobody waits for any more end as `false`. */
  next() {
    while (this.waiting.length && this.asked < AT_ONCE) {
      const page = this.waiting.shift(), wanted = page.wanted();
      this.asked += wanted;
      page.begin(wanted && this.ask(page).finally(() => { this.asked--; this.next(); }));
    }
  }

  async ask({indices, level}) {
    const {courier, tiles, record} = this.context, {tile} = record, size = channels(tile) * tile.n_freqs * tile.n_times;
    const {buffers} = await courier.ask("tiles", {indices, level});
    const images = bytes(buffers[0]), waves = buffers[1]?.byteLength ? new Int8Array(bytes(buffers[1]).slice().buffer) : null;
    const width = waves ? waves.length / indices.length : 0;
    indices.forEach((index, k) => tiles.set(`${level} ${index}`, {
      values: images.slice(k * size, (k + 1) * size), wave: waves && waves.slice(k * width, (k + 1) * width),
    }));
  }
}

/** A kept tile with its picture, or null. */
export function tileImage(context, index, level, table) {
  const tile = context.tiles.get(`${level} ${index}`);
  if (!tile) return null;
  tile.canvas ??= picture(tile.values, context.record.tile, table);
  return tile;
}

/** What has a data-index below an element is lit on the map under the pointer, and opened by a click. */
export function opening(context, host) {
  const {store} = context, of = event => Number(event.target.closest("[data-index]")?.dataset.index ?? -1);
  context.listen(host, "click", event => { if (of(event) >= 0) { store.set({opened: of(event)}); store.commit(); } });
  context.listen(host, "pointerover", event => store.set({hover: of(event)}));
  context.listen(host, "pointerleave", () => store.set({hover: -1}));
}

/** Show a picture in an element's canvas. */
export function copy(host, source) {
  const canvas = host.querySelector("canvas");
  [canvas.width, canvas.height] = [source.width, source.height];
  canvas.getContext("2d").drawImage(source, 0, 0);
  host.dataset.painted = "true";
}

/** Paint the windows of all elements below one that have a data-index. */
export async function paintTiles(context, host, level, table) {
  const parts = [...host.querySelectorAll("[data-index]")], indices = parts.map(part => Number(part.dataset.index));
  await context.pages.fetch([...new Set(indices)], level);
  parts.forEach((part, k) => copy(part, tileImage(context, indices[k], level, table).canvas));
}
