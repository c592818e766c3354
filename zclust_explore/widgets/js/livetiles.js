// A few windows while the network learns: as they go in, as they come out, what is left; fixed, chosen and worst ones.

import {FrequencyAxis, said, saidTime, ticks, timeEdges, unitAt} from "./core/axes.js";
import {diverging, sequential} from "./core/colormap.js";
import {bytes} from "./core/courier.js";
import {anchor, element, sized} from "./core/element.js";
import {channels, letters, picture, place, stack, taller} from "./core/picture.js";

const LEFT = 40, GAP = 8, HEAD = 18, FOOT = 26, SIDE = 16;
const NAMES = {fixed: "always shown", chosen: "chosen on the map", worst: "worst just now"};

export function liveTiles(context, host) {
  const {model, root, theme} = context, {tile} = model.get("record");
  const head = element("div.zx-charthead"), canvas = element("canvas"), plot = element("div.zx-live", {}, canvas);
  host.append(head, plot);

  function draw() {
    if (!context.hasRoom(host, draw)) return;
    const {indices = [], kinds = [], inputs, outputs, residuals, residual_limit: limit, missing, step, n_searched: searched} = model.get("images"), n = indices.length;
    if (!n) return;
    const all = host.clientWidth, width = (all - LEFT - SIDE - GAP * (n - 1)) / n, rows = outputs?.byteLength ? 3 : 1;
    const free = Math.max(200, host.clientHeight - 20) - HEAD - FOOT - 2 * 6;
    const height = Math.round(Math.min(width * 1.4 * taller(tile), free / 3)), g = sized(canvas, all, HEAD + 3 * (height + 6) + FOOT);
    const size = channels(tile) * tile.n_freqs * tile.n_times, x = k => LEFT + k * (width + GAP), tables = [sequential(), sequential(), diverging(theme.rgb("bg"))];
    g.font = theme.font;
    kinds.forEach((kind, k) => {
      if (kind === kinds[k - 1]) return;
      const many = kinds.filter(other => other === kind).length, room = many * (width + GAP) - GAP;
      g.fillStyle = theme.css("muted");
      g.textBaseline = "top";
      g.fillText(g.measureText(NAMES[kind]).width > room ? kind : NAMES[kind], x(k), 2);
      g.fillStyle = theme.css("line");
      if (k) g.fillRect(Math.round(x(k) - GAP / 2), 2, 1, HEAD + 3 * (height + 6) - 8);
    });
    [inputs, outputs, residuals].slice(0, rows).forEach((view, row) => {
      const top = HEAD + row * (height + 6);
      for (let k = 0; k < n; k++) {
        place(g, picture(bytes(view).subarray(k * size, (k + 1) * size), tile, tables[row]), x(k), top, width, height);
        letters(g, tile, theme.font, x(k), top, height);
        g.strokeStyle = theme.css("line");
        g.lineWidth = 1;
        if (row === 2) g.strokeRect(x(k) + 0.5, top + 0.5, width - 1, height - 1);
      }
      frequencies(g, top, height);
      side(g, ["input", "output", "residual"][row], all, top, height);
    });
    times(g, HEAD + rows * (height + 6), x, width, n);
    head.replaceChildren(element("span", {title: `The worst are those of ${searched} windows, spread over the record, with the largest mean squared error`},
      missing || (rows === 3 ? `reconstructions at step ${step + 1} (${unitAt("background", tile)}; residual ± ${said(limit)} ${tile.words.unit})` : `windows as they go in (${unitAt("background", tile)})`)));
    root.dataset.painted = "true";
    root.dataset.step = step ?? -1;
    root.dataset.tiles = indices.join(" ");
  }

  function side(g, text, right, top, height) {
    g.save();
    g.fillStyle = theme.css("muted");
    g.translate(right - 2, top + height / 2);
    g.rotate(-Math.PI / 2);
    anchor(g, "center", "bottom");
    g.fillText(text, 0, 0, height);
    g.restore();
  }

  function frequencies(g, top, height) {
    g.fillStyle = theme.css("muted");
    anchor(g, "right", "middle");
    const axis = new FrequencyAxis(tile.frequencies);
    for (const band of stack(tile).bands) for (const {hz, at} of axis.ticks(band.height * height / 22)) {
      const y = top + height * (band.top + band.height * (1 - at));
      g.fillRect(LEFT - 4, Math.round(y), 3, 1);
      g.fillText(said(hz), LEFT - 6, y);
    }
    g.textAlign = "left";
    g.fillText(tile.words.hz, 0, top + 6);
  }

  function times(g, top, x, width, n) {
    const [t0, t1] = timeEdges(tile.times), marks = ticks(t0, t1, width / 46);
    g.fillStyle = theme.css("muted");
    g.textBaseline = "top";
    for (let k = 0; k < n; k++) for (const s of marks) {
      const at = x(k) + (s - t0) / (t1 - t0) * width, last = s === marks.at(-1);
      g.textAlign = last ? "right" : "center";
      g.fillRect(Math.round(at), top - 4, 1, 4);
      g.fillText(last ? saidTime(s, tile) : said(s), last ? Math.min(at + 8, x(k) + width) : at, top + 2);
    }
  }

  context.onResize(host, draw);
  context.onModel(["images"], context.guarded(draw));
  theme.on(draw);
  draw();
}
