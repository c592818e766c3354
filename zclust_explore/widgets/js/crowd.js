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

/**
 * Remembers who is drawn in which order, so that only what has changed is made anew, and nothing while points glide.
 * @returns {function(object, Context, ?Uint8Array): {who: Uint32Array, all: object[], chosen: object[]}} from what colours
 *   say and who is on show: windows, their layers, and layers of the selected among them
 */
export function drawingOrder() {
  const sure = lasting(), everyone = lasting(), selected = lasting();
  return (spec, {record, step, projection, store}, shown) => {
    const view = store.get("mask"), {mask} = store; // the bytes as they came are the same as long as the selection is
    const who = sure([step, shown], () => orderByDoubt(record.qAt(step), shown)), from = [who, spec.key ?? spec.name, projection];
    const take = some => layers(spec.values, some, projection.xy.subarray(2 * record.n * step), spec.byClass);
    return {who, all: everyone(from, () => take(who)), chosen: selected([...from, view], () => (mask ? take(who.filter(i => mask[i])) : []))};
  };
}

/** Sure points first, doubtful ones last, so on top where they are seen; within one step, by counting. */
function orderByDoubt(certainty, shown) {
  const starts = new Uint32Array(257), n = certainty.length;
  let total = 0;
  for (let i = 0; i < n; i++) if (!shown || shown[i]) { starts[256 - certainty[i]]++; total++; }
  for (let k = 1; k < 257; k++) starts[k] += starts[k - 1];
  const order = new Uint32Array(total);
  for (let i = n - 1; i >= 0; i--) if (!shown || shown[i]) order[--starts[256 - certainty[i]]] = i;
  return order;
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
  const counts = new Uint32Array(256), starts = new Uint32Array(256), n = doubtful.length, order = new Uint32Array(n);
  for (let k = 0; k < n; k++) counts[values[doubtful[k]]]++;
  const colours = [...counts.keys()].filter(k => counts[k]).sort((a, b) => counts[b] - counts[a]);
  let total = 0;
  for (const k of colours) { starts[k] = total; total += counts[k]; }
  for (let k = 0; k < n; k++) order[starts[values[doubtful[k]]]++] = doubtful[k];
  const places = new Uint16Array(SIDE * SIDE);
  if (!byClass) return [{order, crowd: crowdOf(order, xy, places)}];
  return colours.map(k => {
    const own = order.subarray(starts[k] - counts[k], starts[k]);
    return {order: own, crowd: crowdOf(own, xy, places)};
  });
}

/** Beyond the grid, where a map that was turned may reach, places begin again. */
function placeOf(xy, i) { return (xy[i + 1] >> SHIFT & SIDE - 1) * SIDE + (xy[i] >> SHIFT & SIDE - 1); }

function crowdOf(order, xy, places) {
  let pairs = 0;
  for (let k = 0; k < order.length; k++) { const i = 2 * order[k]; pairs += 2 * places[placeOf(xy, i)]++; }
  for (let k = 0; k < order.length; k++) { const i = 2 * order[k]; places[placeOf(xy, i)] = 0; }
  return order.length ? pairs / order.length : 0;
}

/** How many dots of a radius (CSS pixels) cover a point of its own kind at this zoom. */
export function overlap(crowd, radius, scale) {
  const side = scale * (1 << SHIFT);
  return crowd * Math.PI * radius * radius / (side * side);
}

/** Strength of a layer: full as long as its points leave each other room. */
export function strength(covered) { return covered <= FREE ? 1 : Math.max(LEAST, Math.sqrt(FREE / covered)); }
