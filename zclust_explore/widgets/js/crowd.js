// Crowds: in which order points are drawn and how strongly, so that none hides all others where many share a place.

const SHIFT = 8, SIDE = 65536 >> SHIFT; // places: squares of 256 grid units
const FREE = 3, LEAST = 0.2;

/** What was made last, as long as it is made from the same things. */
function lasting() {
  let before = [], made = null;
  return (from, make) => {
    if (from.some((one, k) => one !== before[k])) [before, made] = [from, make()];
    return made;
  };
}

/** Windows by a byte that each has, stable; in which order its values come, says `sequence` of the number of each. */
function byByte(windows, bytes, sequence) {
  const counts = new Uint32Array(256), ends = new Uint32Array(256), n = windows.length, order = new Uint32Array(n);
  for (let k = 0; k < n; k++) counts[bytes[windows[k]]]++;
  const values = sequence(counts);
  let total = 0;
  for (const value of values) { ends[value] = total; total += counts[value]; }
  for (let k = 0; k < n; k++) order[ends[bytes[windows[k]]]++] = windows[k];
  return {order, parts: values.map(value => order.subarray(ends[value] - counts[value], ends[value]))};
}

const RISING = [...Array(256).keys()], FALLING = RISING.map(k => 255 - k);

/**
 * Remembers who is drawn in which order, so that only what has changed is made anew, and nothing while points glide.
 * @returns {function(object, Context, ?Uint8Array): {who: Uint32Array, all: object[], chosen: object[]}} from what colours
 *   say and who is on show: windows, their layers, and layers of the selected among them
 */
export function drawingOrder() {
  const sure = lasting(), everyone = lasting(), selected = lasting();
  return (spec, {record, step, projection, store}, shown) => {
    const view = store.get("mask"), {mask} = store; // the bytes as they came are the same as long as the selection is
    const xy = projection.xy.subarray(2 * record.n * step);
    const who = sure([step, shown, projection], () => {
      const rows = new Uint8Array(record.n), all = new Uint32Array(record.n);
      let some = 0;
      for (let i = 0; i < record.n; i++) if (!shown || shown[i]) { rows[i] = xy[2 * i + 1] >> 8; all[some++] = i; }
      // sure points first, doubtful ones last, so on top where they are seen; the equally sure row by row, for then the
      // pixels that are written lie together
      return byByte(byByte(all.subarray(0, some), rows, () => RISING).order, record.qAt(step), () => FALLING).order;
    });
    const from = [who, spec.key ?? spec.name], take = some => layers(spec.values, some, xy, spec.byClass);
    return {who, all: everyone(from, () => take(who)), chosen: selected([...from, view], () => (mask ? take(who.filter(i => mask[i])) : []))};
  };
}

/**
 * Points in order of drawing: what is rare lies on top of what is frequent, and among equals the doubtful on top.
 * @param {Uint8Array} values colour of each window
 * @param {Uint32Array} doubtful who is drawn, the surest first
 * @param {ArrayLike<number>} xy
 * @param {boolean} byClass whether colours are kinds, each with a strength of its own; else they are shades of one
 * @returns {{order: Uint32Array, crowd: number}[]} `crowd`: how many others share a point's place, on average
 */
function layers(values, doubtful, xy, byClass) {
  const {order, parts} = byByte(doubtful, values, counts => RISING.filter(k => counts[k]).sort((a, b) => counts[b] - counts[a]));
  const places = new Uint16Array(SIDE * SIDE);
  return (byClass ? parts : [order]).map(own => ({order: own, crowd: crowdOf(own, xy, places)}));
}

/** Beyond the grid, where a map that was turned may reach, places begin again. */
function placeOf(xy, i) { return (xy[i + 1] >> SHIFT & SIDE - 1) * SIDE + (xy[i] >> SHIFT & SIDE - 1); }

function crowdOf(order, xy, places) {
  const n = order.length, every = Math.max(1, n >> 13); // of many, some thousands tell
  let pairs = 0;
  for (let k = 0; k < n; k += every) { const i = 2 * order[k]; pairs += 2 * places[placeOf(xy, i)]++; }
  for (let k = 0; k < n; k += every) { const i = 2 * order[k]; places[placeOf(xy, i)] = 0; }
  return n ? pairs * every * every / n : 0;
}

/** How many dots of a radius (CSS pixels) cover a point of its own kind at this zoom. */
export function overlap(crowd, radius, scale) {
  const side = scale * (1 << SHIFT);
  return crowd * Math.PI * radius * radius / (side * side);
}

/** Strength of a layer: full as long as its points leave each other room. */
export function strength(covered) { return covered <= FREE ? 1 : Math.max(LEAST, Math.sqrt(FREE / covered)); }
