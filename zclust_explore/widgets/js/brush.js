// The brush: a round tip that selects what it touches.

import {element, within} from "./core/element.js";

const RADII = [4, 8, 14, 22, 34, 52]; // CSS pixels, from fine to broad

/** The tip beside the pointer. `radius` and `resize(by)`; `shown(on)` when the brush is taken up or put away. */
export function brush(context, stage, surface) {
  const tip = stage.appendChild(element("div.zx-tip", {hidden: true}));
  let size = 2, on = false, last = [0, 0];

  function place() {
    const r = RADII[size], [x, y] = last, box = stage.getBoundingClientRect();
    Object.assign(tip.style, {width: `${2 * r}px`, height: `${2 * r}px`, transform: `translate(${x - box.left - r}px, ${y - box.top - r}px)`});
    surface.dataset.radius = r;
  }
  context.listen(surface, "pointermove", event => { if (on) { tip.hidden = false; last = [event.clientX, event.clientY]; place(); } });
  context.listen(surface, "pointerleave", () => { tip.hidden = true; });
  return {
    get radius() { return RADII[size]; },
    resize(by) { size = Math.min(RADII.length - 1, Math.max(0, size + by)); place(); },
    shown(taken) { on = taken; tip.hidden ||= !on; place(); },
  };
}

/** The trace of the brush while it paints. */
export function drawStroke(g, theme, area, path, radius) {
  within(g, area);
  Object.assign(g, {strokeStyle: theme.css("accent"), lineCap: "round", lineJoin: "round", lineWidth: 2 * radius, globalAlpha: 0.18});
  g.beginPath();
  path.forEach(([x, y]) => g.lineTo(x, y));
  g.stroke();
  g.restore();
}
