// Pointer gestures on the map: lasso, box, brush, pan, zoom, hover, click.

import {heldKeys, polygonMask, strokeMask} from "./core/mask.js";

const CLICK = 4; // CSS pixels a hand moves without meaning to

/**
 * @param {Context} context
 * @param {HTMLElement} surface the element that takes the pointer; its own coordinates are the camera's
 * @param {object} map camera, reset(), moved(), tool(), radius(), redraw(), pick(x, y) -> index or -1, xy() of the step on show
 */
export function gestures(context, surface, map) {
  const {store, record} = context;
  let drag = null, space = false, lastWheel = -250;

  const at = event => {
    const box = surface.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  context.listen(surface, "pointerdown", event => {
    if (event.button > 1) return;
    const [x, y] = at(event);
    const kind = event.button === 1 || space || map.tool() === "pan" ? "pan" : map.tool();
    const how = heldKeys(event);
    drag = {kind, how, start: [x, y], last: [x, y], trail: [[x, y]], moved: false};
    surface.setPointerCapture(event.pointerId);
    if (event.button === 1) event.preventDefault();
  });

  context.listen(surface, "pointermove", event => {
    const [x, y] = at(event);
    if (!drag) { map.hover(map.pick(x, y), x, y); return; }
    if (!drag.moved && Math.hypot(x - drag.start[0], y - drag.start[1]) < CLICK) return;
    drag.moved = true;
    map.hover(-1);
    if (drag.kind === "pan") map.camera.pan(x - drag.last[0], y - drag.last[1]);
    else if (drag.kind !== "box") {
      // what the pointer did between two frames belongs to the line as well
      for (const part of event.getCoalescedEvents?.() ?? []) drag.trail.push(at(part));
      drag.trail.push([x, y]);
    } else {
      const [x0, y0] = drag.start;
      drag.trail = [[x0, y0], [x, y0], [x, y], [x0, y]];
    }
    drag.last = [x, y];
    map.redraw();
  });

  context.listen(surface, "pointerup", event => {
    if (!drag) return;
    const done = drag;
    drag = null;
    if (!done.moved) {
      const index = map.pick(...done.start);
      if (index >= 0) open(index, done.how);
    } else if (done.kind === "pan") map.moved();
    else if (done.kind === "brush" || done.trail.length > 2) enclose(done);
    map.redraw();
  });

  context.listen(surface, "pointercancel lostpointercapture", event => {
    if (drag && event.type === "pointercancel") { drag = null; map.redraw(); }
  });
  context.listen(surface, "pointerleave", () => map.hover(-1));
  context.listen(surface, "dblclick", () => map.reset());

  // A page that is being scrolled goes on scrolling when the map comes under the pointer.
  context.listen(window, "wheel", event => {
    if (!surface.contains(event.target) || event.timeStamp - lastWheel < 250) lastWheel = event.timeStamp;
  }, {passive: true, capture: true});
  context.listen(surface, "wheel", event => {
    if (lastWheel === event.timeStamp) return;
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    map.camera.zoomAt(...at(event), Math.exp(-event.deltaY * lines * 0.0016));
    map.moved();
    map.redraw();
  }, {passive: false});

  context.listen(surface, "keydown", event => { if (event.key === " ") space = true; });
  context.listen(surface, "keyup", event => { if (event.key === " ") space = false; });
  context.listen(surface, "blur", () => { space = false; });

  function open(index, how) {
    if (how === "replace") { store.set({opened: index}); store.commit(); return; }
    const one = new Uint8Array(record.n);
    one[index] = 1;
    store.select(one, how);
  }

  function enclose({trail, how, kind}) {
    // The outline is brought to the map's grid once: the points there are whole numbers, and the answer is exact.
    const polygon = trail.map(([x, y]) => map.camera.toGrid(x, y));
    const radius = kind === "brush" ? map.radius() / map.camera.scale : 0, visible = context.visible();
    const mask = radius ? strokeMask(map.xy(), record.n, polygon, radius, visible) : polygonMask(map.xy(), record.n, polygon, visible);
    map.enclosed(polygon, radius);
    store.select(mask, how);
  }

  /** What is being drawn, in CSS pixels: an outline, or the path of the brush; or null. */
  const drawn = kinds => (drag?.moved && kinds.includes(drag.kind) ? drag.trail : null);
  return {outline: () => drawn(["lasso", "box"]), stroke: () => drawn(["brush"])};
}
