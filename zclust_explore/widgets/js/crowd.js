// Crowds: in which order points are drawn and how strongly, so that none hides all others where many share a place.

import {orderByDoubt} from "./core/raster.js";

const SHIFT = 8, SIDE = 65536 >> SHIFT; // places: squares of 256 grid units
const FREE = 3, LEAST = 0.2;

/**
 * Points in order of drawing: what is rare lies on top of what is frequent, and among equals the doubtful on top.
 * @param {Uint8Array} values colour of each window
 * @param {Uint8Array} certainty 0 … 255
 * @param {function(number): boolean} include
 * @param {Uint16Array} xy
 * @param {boolean} byClass whether colours are kinds, each with a strength of its own; else they are shades of one
 * @returns {{order: Uint32Array, crowd: number}[]} `crowd`: how many others share a point's place, on average
 */
export function layers(values, certainty, include, xy, byClass) {
  const doubtful = orderByDoubt(certainty, include), counts = new Uint32Array(256);
  for (const i of doubtful) counts[values[i]]++;
  const colours = [...counts.keys()].filter(k => counts[k]).sort((a, b) => counts[b] - counts[a]);
  const starts = new Uint32Array(256), order = new Uint32Array(doubtful.length);
  let total = 0;
  for (const k of colours) { starts[k] = total; total += counts[k]; }
  for (const i of doubtful) order[starts[values[i]]++] = i;
  const places = new Uint16Array(SIDE * SIDE);
  if (!byClass) return [{order, crowd: crowdOf(order, xy, places)}];
  return colours.map(k => {
    const own = order.subarray(starts[k] - counts[k], starts[k]);
    return {order: own, crowd: crowdOf(own, xy, places)};
  });
}

function crowdOf(order, xy, places) {
  const at = i => ((xy[2 * i + 1] >> SHIFT) * SIDE) + (xy[2 * i] >> SHIFT);
  let pairs = 0;
  for (const i of order) pairs += 2 * places[at(i)]++;
  for (const i of order) places[at(i)] = 0;
  return order.length ? pairs / order.length : 0;
}

/** How many dots of a radius (CSS pixels) cover a point of its own kind at this zoom. */
export function overlap(crowd, radius, scale) {
  const side = scale * (1 << SHIFT);
  return crowd * Math.PI * radius * radius / (side * side);
}

/** Strength of a layer: full as long as its points leave each other room. */
export function strength(covered) { return covered <= FREE ? 1 : Math.max(LEAST, Math.sqrt(FREE / covered)); }
