// The gallery: spectrograms of the selected windows, only as many in the page as can be seen.

import {FrequencyAxis, said, saidTime, ticks, timeEdges} from "./core/axes.js";
import {sequential} from "./core/colormap.js";
import {anchor, element, sized} from "./core/element.js";
import {letters, place, stack, taller, waves} from "./core/picture.js";
import {clusterCards} from "./cards.js";
import {Orders} from "./order.js";
import {saidShift, stackRow} from "./stackrow.js";
import {opening, tileImage} from "./tilepage.js";

const REST_MS = 500; // a hand that rests this long has stopped scrubbing
const GAP = 8, AXIS = 34, CAPTION = 16, WAVE = 22, WANTED = 118;
const SORTS = {typical: "typical first", doubtful: "doubtful first", time: "by time", error: "largest error first", loud: "loudest first"};
const ALIGNS = {none: "as recorded", onset: "aligned: onset", correlation: "aligned: correlation"};

export function gallery(context, host) {
  const {record, store, theme} = context, {tile} = record, table = sequential();
  const root = host.appendChild(element("section.zx-gallery", {"aria-label": "gallery"}));
  const head = element("span.zx-galleryhead"), note = element("span.zx-quiet.zx-gallerynote");
  const sort = choice("sort", "Order. Error: root mean square of the residual. Loudest: largest value", SORTS);
  const align = choice("align", "How windows are shifted in time", ALIGNS);
  const level = choice("level", "What the colours mean", {background: "above background", absolute: "absolute"});
  const bar = element("canvas.zx-bar", {title: "One colour scale for all windows"});
  const scroll = element("div.zx-scroll", {tabindex: 0, "aria-label": "members"});
  const sheet = element("div.zx-sheet"), pictures = element("canvas.zx-pictures"), axis = element("canvas.zx-timeaxis"), empty = element("div.zx-empty");
  root.append(element("div.zx-gallerybar", {}, head, sort, align, element("span.zx-scaled", {}, level, bar)), scroll, axis, note);
  scroll.append(sheet);
  sheet.append(pictures);
  const orders = new Orders(context, context.guarded(collect)), lead = stackRow(context, sheet, () => request());
  const cards = clusterCards(context, root, {head, windows: [sort, align, scroll, axis, note, empty], scale: [level, bar], shown: collect});
  root.append(empty);
  const frequency = new FrequencyAxis(tile.frequencies), [t0, t1] = timeEdges(tile.times);
  const nodes = new Map();
  let members = [], cells = [], overview = false, layout = null, frame = 0, generation = 0, painted = -1, failed = "", quiet = "";

  function choice(key, title, options) {
    const select = element("select.zx-select", {title, "aria-label": title, onchange: () => {
      store.set({[key]: select.value});
      store.commit();
    }}, ...Object.entries(options).map(([value, text]) => element("option", {value}, text)));
    select.dataset.key = key;
    return select;
  }

  /** Who is shown: the selection, or else the isolated clusters. */
  function collect() {
    const mask = store.mask, isolated = context.only, {step} = context;
    level.value = store.get("level");
    colourBar();
    if (cards.open) return;
    const labels = record.labelsAt(step), visible = context.visible();
    const order = store.get("sort");
    members = mask || isolated.length ? orders.ranked(order, step).filter(i => visible(i) && (!mask || mask[i])) : [];
    const name = mask ? "selection" : isolated.join(" · "), clustered = labels[0] !== 255;
    const plural = members.length === 1 ? "window" : mask ? "windows" : "members";
    overview = !mask && !isolated.length && clustered;
    head.textContent = overview ? "clusters · typical windows" : members.length ? `${name} · ${members.length.toLocaleString("en")} ${plural}` : "gallery";
    const hint = overview ? "Draw around windows on a map, or click a cluster in the legend, to see all of them." : "";
    note.textContent = quiet = members.length ? orders.told : hint;
    sort.value = order;
    align.value = store.get("align");
    note.hidden = false;
    Object.assign(root.dataset, {members: members.length, painted: "true", order, sorted: String(!orders.told)});
    empty.replaceChildren(...(mask || isolated.length
      ? [element("p", {}, "No window of this selection is on show."), element("p.zx-quiet", {}, "Show all clusters again, or select others.")]
      : [element("p", {}, "Draw around windows on a map to see them here."),
        element("p.zx-quiet", {}, clustered ? "Or click a cluster in the legend to see its members." : "Clusters appear with the clustering phase.")]));
    const some = members.length > 0 || overview;
    empty.hidden = some;
    for (const part of [scroll, axis, level, bar]) part.hidden = !some;
    sort.hidden = !members.length;
    align.hidden = lead.element.hidden = overview || members.length < 2;
    lead.expect(members);
    generation++;
    nodes.forEach(node => node.remove());
    nodes.clear();
    scroll.scrollTop = 0;
    arrange();
  }

  function arrange() {
    const room = scroll.clientWidth - AXIS - 2;
    if (room < 40) return;
    const columns = Math.max(1, Math.floor((room + GAP) / (WANTED + GAP)));
    const width = Math.floor((room + GAP) / columns) - GAP, more = taller(tile);
    const picture = Math.round(Math.min(width * 0.78, 110) * more), traces = tile.waves ? Math.round(WAVE * more) : 0;
    const height = picture + traces + CAPTION;
    cells = overview ? typical(columns) : members;
    if (!cells.length) return;
    const rows = Math.ceil(cells.length / columns), above = lead.element.hidden ? 0 : picture + CAPTION + GAP;
    layout = {columns, width, picture, traces, height, rows, above};
    sheet.style.height = `${above + rows * (height + GAP)}px`;
    timeAxis();
    request();
  }

  /** With nothing chosen: a row of the surest members for each cluster, filled up with -1. */
  function typical(columns) {
    const labels = record.labelsAt(context.step), rows = Array.from({length: record.clusters}, () => []);
    for (const i of orders.ranked("typical", context.step)) rows[labels[i]].push(i);
    return rows.filter(row => row.length).flatMap(row => Array.from({length: columns}, (_, k) => row[k] ?? -1));
  }

  function request() { frame ||= requestAnimationFrame(context.guarded(draw)); }

  /** The first row that is painted: one above what can be seen, as there is one below. */
  function firstRow() {
    const {height, above} = layout;
    return Math.max(0, Math.floor((scroll.scrollTop - above) / (height + GAP)) - 1);
  }

  /** One canvas for all that can be seen: it scrolls with the sheet, and moves only when rows come and go. */
  function draw() {
    frame = 0;
    if (cards.open || !layout || !cells.length || !context.hasRoom(scroll, arrange)) return;
    const {columns, width, height, above} = layout, pitch = height + GAP, row = painted = firstRow();
    const rows = Math.ceil(scroll.clientHeight / pitch) + 3, first = row * columns, last = Math.min(cells.length, first + rows * columns);
    if (above && !row) lead.draw({...layout, axis: AXIS, gap: GAP, caption: CAPTION, frequencyAxis, table});
    const seen = new Set(cells.slice(first, last)), g = sized(pictures, AXIS + columns * (width + GAP), rows * pitch);
    g.font = theme.font;
    pictures.style.transform = `translateY(${above + row * pitch}px)`;
    nodes.forEach((node, index) => { if (!seen.has(index)) { node.remove(); nodes.delete(index); } });
    for (let k = first; k < last; k++) {
      const index = cells[k];
      if (index < 0) continue; // a cluster with fewer windows than columns
      const node = nodes.get(index) ?? create(index), x = AXIS + k % columns * (width + GAP), y = Math.floor(k / columns) * pitch;
      node.style.cssText = `width:${width}px;height:${height}px;transform:translate(${x}px, ${above + y}px)`;
      g.save();
      g.translate(x, y - row * pitch);
      paint(g, node, index, k % columns === 0); // the first column has the frequency axis
      g.restore();
    }
    note.textContent = failed || quiet;
    const mine = generation, wanted = () => mine === generation && row === painted && !context.signal.aborted;
    fetch(cells.slice(first, Math.min(cells.length, last + 2 * columns)).filter(i => i >= 0), wanted)
      .then(() => { if (above && mine === generation) lead.want(members, store.get("align"), store.get("level")); }); // pictures first
  }

  async function fetch(indices, wanted) {
    const shade = store.get("level");
    if (indices.every(i => context.tiles.has(`${shade} ${i}`))) return;
    try {
      await context.pages.fetch(indices, shade, wanted);
      failed = "";
    } catch (error) {
      if (context.signal.aborted) return;
      failed = `Spectrograms could not be fetched: ${error.message}`;
      note.textContent = failed;
      return;
    }
    if (wanted()) request();
  }

  function create(index) {
    const made = element("button.zx-tile", {"data-index": index, "aria-label": `window ${index}, ${record.shortTime(index)}`});
    nodes.set(index, made);
    return sheet.appendChild(made);
  }

  function paint(g, node, index, edge) {
    const {width, picture, traces, height} = layout, shown = tileImage(context, index, store.get("level"), table);
    const label = record.labelsAt(context.step)[index], shift = lead.shift(index), left = shift / tile.duration_s * width;
    Object.assign(node.dataset, {painted: Boolean(shown), shift: shift.toFixed(3)});
    node.setAttribute("aria-current", String(store.get("opened") === index));
    if (shown) {
      g.save();
      g.beginPath();
      g.rect(0, 0, width, height - CAPTION);
      g.clip();
      place(g, shown.canvas, left, 0, width, picture);
      if (shown.wave) waves(g, shown.wave, tile, 127, left, picture + 2, width, traces - 4, theme.css("muted"));
      g.restore();
      letters(g, tile, theme.font, 0, 0, picture);
    } else { g.fillStyle = theme.css("line"); g.globalAlpha = 0.35; g.fillRect(0, 0, width, picture); g.globalAlpha = 1; }
    const bottom = height - CAPTION;
    g.fillStyle = record.colour(label);
    g.beginPath();
    g.arc(4, bottom + 8, 3.5, 0, 2 * Math.PI);
    g.fill();
    g.fillStyle = theme.css("fg");
    g.textBaseline = "middle";
    g.fillText(label === 255 || !overview ? record.shortTime(index) : `C${label} · ${record.shortTime(index)}`, 12, bottom + 8.5);
    g.fillStyle = theme.css("muted");
    g.textAlign = "right";
    g.fillText(shift ? saidShift(shift) : orders.word(overview ? "typical" : store.get("sort"), context.step, index), width, bottom + 8.5);
    if (edge) frequencyAxis(g, picture);
  }

  function frequencyAxis(g, height) {
    anchor(g, "right", "middle");
    for (const band of stack(tile).bands) for (const {hz, at} of frequency.ticks(band.height * height / 22)) {
      const y = height * (band.top + band.height * (1 - at));
      g.fillText(said(hz), -6, Math.min(height - 5, Math.max(5, y)));
      g.fillRect(-4, Math.round(y), 3, 1);
    }
    g.save();
    g.translate(-AXIS + 1, height / 2);
    g.rotate(-Math.PI / 2);
    anchor(g, "center", "top");
    g.fillText(tile.words.hz, 0, 0);
    g.restore();
  }

  /** One time axis for every column, below them all. */
  function timeAxis() {
    const {columns, width} = layout, g = sized(axis, scroll.clientWidth, 26);
    g.font = theme.font;
    g.fillStyle = theme.css("muted");
    g.textBaseline = "top";
    for (let column = 0; column < Math.min(columns, cells.length); column++) {
      const left = AXIS + column * (width + GAP), marks = ticks(t0, t1, width / 42);
      for (const s of marks) {
        const x = left + (s - t0) / (t1 - t0) * width;
        g.fillRect(Math.round(x), 0, 1, 4);
        g.textAlign = x - left > width - 9 ? "right" : x - left < 9 ? "left" : "center";
        g.fillText(s === marks[marks.length - 1] ? saidTime(s, tile) : said(s), x, 6);
      }
    }
  }

  function colourBar() {
    const [low, high] = tile.limits[store.get("level")], width = 132, g = sized(bar, width, 26);
    for (let x = 0; x < 100; x++) {
      const c = 3 * Math.round(x / 99 * 255);
      g.fillStyle = `rgb(${table[c]},${table[c + 1]},${table[c + 2]})`;
      g.fillRect(x, 1, 1.5, 9);
    }
    g.fillStyle = theme.css("muted");
    g.font = theme.font;
    g.textBaseline = "top";
    g.fillText(said(low), 0, 13);
    g.textAlign = "center";
    g.fillText(said(Math.round((low + high) / 2)), 50, 13);
    g.textAlign = "right";
    g.fillText(said(high), 101, 13);
    anchor(g, "left", "middle");
    g.fillText(tile.words.unit, 108, 6);
  }

  opening(context, sheet);
  context.listen(scroll, "scroll", () => { if (layout && firstRow() !== painted) request(); });
  context.listen(scroll, "keydown", event => {
    const at = cells.indexOf(Number(document.activeElement?.dataset?.index));
    if (at < 0 || !layout) return;
    const by = {ArrowDown: layout.columns, ArrowUp: -layout.columns}[event.key];
    const next = cells[at + (by ?? 0)];
    if (!by || next === undefined) return;
    event.preventDefault();
    nodes.get(next)?.focus();
  });
  context.onResize(scroll, arrange);
  store.on(["mask", "isolated", "sort", "align", "level"], context.guarded(collect), context.signal);
  store.on(["opened"], request, context.signal);
  let pending = 0;
  store.on(["step"], () => { // members of a cluster change with the step: once the hand rests
    clearTimeout(pending);
    pending = setTimeout(context.guarded(() => (context.only.length || !["time", "loud"].includes(store.get("sort")) ? collect() : arrange())), REST_MS);
  }, context.signal);
  context.atEnd(() => { cancelAnimationFrame(frame); clearTimeout(pending); });
  theme.on(collect);
  collect();
  return {element: root, cards};
}
