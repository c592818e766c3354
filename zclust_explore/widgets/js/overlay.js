// What lies over the points of the map: axes, centroids and their paths, the outline being drawn.

import {said, ticks} from "./core/axes.js";
import {anchor, within} from "./core/element.js";

/** Thin axes along the left and lower edge. `area`: {left, top, width, height} of the points in CSS pixels. */
export function drawAxes(g, theme, area, camera, projection) {
  const {left, top, width, height} = area, bottom = top + height;
  g.strokeStyle = theme.css("line");
  g.fillStyle = theme.css("muted");
  g.font = theme.font;
  g.lineWidth = 1;
  g.beginPath();
  g.moveTo(left - 0.5, top);
  g.lineTo(left - 0.5, bottom + 0.5);
  g.lineTo(left + width, bottom + 0.5);
  g.stroke();
  if (projection.method === "pca" && !projection.base) { // UMAP's distances have no unit: numbers would say what is not there; turned axes have no names
    const unit = projection.span / 65535, [x0, y1] = camera.toGrid(0, 0), [x1, y0] = camera.toGrid(width, height);
    const [ox, oy] = projection.origin;
    anchor(g, "center", "top");
    for (const value of ticks(ox + x0 * unit, ox + x1 * unit, width / 90)) {
      const x = left + camera.toScreen((value - ox) / unit, 0)[0];
      g.fillRect(Math.round(x), bottom, 1, 4);
      g.fillText(said(value), x, bottom + 6);
    }
    anchor(g, "right", "middle");
    for (const value of ticks(oy + y0 * unit, oy + y1 * unit, height / 70)) {
      const y = top + camera.toScreen(0, (value - oy) / unit)[1];
      g.fillRect(left - 5, Math.round(y), 4, 1);
      g.fillText(said(value), left - 7, y);
    }
  }
  anchor(g, "center", "bottom");
  g.fillText(projection.axes[0], left + width / 2, bottom + 32);
  g.save();
  g.translate(2, top + height / 2);
  g.rotate(-Math.PI / 2);
  g.textBaseline = "top";
  g.fillText(projection.axes[1], 0, 0);
  g.restore();
}

/** Centroids at a step, numbered, with the `paths` they came; `shown` hides those of clusters that are not isolated. */
export function drawCentroids(g, theme, area, camera, record, projection, step, fraction, from, shown, paths) {
  const k = record.clusters, first = record.firstClustered;
  if (!k || first < 0 || step < first) return;
  const {centroids} = projection;
  const point = (s, c) => {
    const at = 2 * (s * k + c);
    return camera.toScreen(centroids[at], centroids[at + 1]);
  };
  within(g, area);
  g.lineJoin = "round";
  for (let c = 0; c < k; c++) {
    if (!shown(c)) continue;
    const now = point(step, c), before = from >= first ? point(from, c) : now;
    const place = [0, 1].map(a => before[a] + (now[a] - before[a]) * fraction); // glides as the points do
    if (!place.every(Number.isFinite)) continue;
    g.globalAlpha = 0.55;
    g.strokeStyle = theme.css("fg");
    g.lineWidth = 1;
    g.beginPath();
    for (let s = first; paths && s < step; s++) g.lineTo(...point(s, c));
    g.lineTo(...place);
    g.stroke();
    g.globalAlpha = 1;
    badge(g, theme, place, String(c), record.colour(c));
  }
  g.restore();
}

/** A centroid with its number. */
export function badge(g, theme, [x, y], text, colour) {
  g.beginPath();
  g.arc(x, y, 8.5, 0, 2 * Math.PI);
  g.fillStyle = theme.css("bg");
  g.fill();
  g.lineWidth = 2;
  g.strokeStyle = colour;
  g.stroke();
  g.fillStyle = theme.css("fg");
  g.font = `600 ${theme.font}`;
  anchor(g, "center", "middle");
  g.fillText(text, x, y + 0.5);
}

/** The lasso or box while it is being drawn. */
export function drawOutline(g, theme, area, outline) {
  g.save();
  g.translate(area.left, area.top);
  g.beginPath();
  outline.forEach(([x, y]) => g.lineTo(x, y));
  g.closePath();
  g.fillStyle = theme.css("accent");
  g.globalAlpha = 0.1;
  g.fill();
  g.globalAlpha = 1;
  g.strokeStyle = theme.css("accent");
  g.lineWidth = 1.25;
  g.stroke();
  g.restore();
}
