// Times gestures in the page: from the event until the pixels that it changed can be read back.

window.pixels = () => document.querySelectorAll(".zx-points").forEach(map => map.getContext("2d").getImageData(0, 0, 1, 1));
window.frame = () => new Promise(requestAnimationFrame);

/** A pixel that always changes: a page without changes gets its next frame only after 17 ms, at any frame rate. */
window.awake = () => {
  const g = document.body.appendChild(Object.assign(document.createElement("canvas"), {width: 1, height: 1})).getContext("2d");
  const beat = now => { g.fillStyle = `rgb(${now & 255} 0 0)`; g.fillRect(0, 0, 1, 1); requestAnimationFrame(beat); };
  requestAnimationFrame(beat);
};

/** Milliseconds of each act, after some that do not count; between them the page comes to rest. */
window.timed = async (act, repeats, rest = 2) => {
  const took = [];
  for (let k = -5; k < repeats; k++) {
    for (let i = 0; i < rest; i++) await frame();
    const begun = performance.now();
    act(k + 5);
    await frame(); // asked for after the widget asked for its own, so called after it in the same frame
    pixels();
    if (k >= 0) took.push(performance.now() - begun);
  }
  return took;
};

const surface = () => document.querySelector(".zx-surface");

/** A pointer event at a place of the map, in fractions of its size. */
function point(type, x, y, more = {}) {
  const box = surface().getBoundingClientRect();
  const where = {clientX: box.left + x * box.width, clientY: box.top + y * box.height, bubbles: true, pointerId: 1, ...more};
  surface().dispatchEvent(new PointerEvent(type, where));
}

const turn = k => [0.5 + 0.35 * Math.cos(k / 7), 0.5 + 0.35 * Math.sin(k / 5)];

window.acts = {
  pan: k => point("pointermove", ...turn(k)),
  zoom: k => {
    const box = surface().getBoundingClientRect();
    surface().dispatchEvent(new WheelEvent("wheel", {
      deltaY: k % 2 ? 60 : -60, clientX: box.left + box.width / 2, clientY: box.top + box.height / 2, bubbles: true, cancelable: true,
    }));
  },
  hover: k => point("pointermove", ...turn(k)),
  recolour: k => {
    const select = document.querySelector(".zx-colour select");
    select.value = ["q", "hour", "cluster", "margin"][k % 4];
    select.dispatchEvent(new Event("change", {bubbles: true}));
  },
  scrub: k => {
    const slider = document.querySelector(".zx-slider"), last = Number(slider.max);
    slider.value = Math.abs(last - (k % (2 * last)));
    slider.dispatchEvent(new Event("input", {bubbles: true}));
  },
  scroll: k => {
    const scroll = document.querySelector(".zx-scroll");
    scroll.scrollTop = (k * 977) % (scroll.scrollHeight - scroll.clientHeight);
    scroll.dispatchEvent(new Event("scroll"));
  },
};

/** With the hand tool down; afterwards up. */
window.panning = async repeats => {
  document.querySelector("[data-tool=pan]").click();
  surface().setPointerCapture = () => {}; // a made-up pointer cannot be captured
  point("pointerdown", 0.5, 0.5, {button: 0});
  const took = await timed(acts.pan, repeats);
  point("pointerup", 0.5, 0.5);
  document.querySelector("[data-tool=lasso]").click();
  return took;
};

/** A lasso of `corners` corners: from letting go of the pointer to the new selection in map and gallery. */
window.lassoing = async (repeats, corners) => {
  surface().setPointerCapture = () => {};
  const took = [];
  for (let k = -2; k < repeats; k++) {
    const [cx, cy] = turn(3 * k + 9);
    point("pointerdown", cx + 0.2, cy, {button: 0});
    for (let i = 1; i < corners; i++) {
      const angle = 2 * Math.PI * i / corners, r = 0.2 * (1 + 0.2 * Math.sin(9 * angle));
      point("pointermove", cx + r * Math.cos(angle), cy + r * Math.sin(angle));
    }
    await frame();
    await frame();
    const begun = performance.now();
    point("pointerup", cx + 0.2, cy);
    await frame();
    pixels();
    if (k >= 0) took.push(performance.now() - begun);
  }
  return took;
};

/** Bytes that came in pieces, by name; `built` puts them where a state refers to them. */
window.pieces = new Map();
window.piece = (name, text) => {
  const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
  pieces.set(name, [...(pieces.get(name) ?? []), bytes]);
};
window.built = value => {
  if (Array.isArray(value)) return value.map(built);
  if (value === null || typeof value !== "object") return value;
  if (!("__piece" in value)) return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, built(entry)]));
  const parts = pieces.get(value.__piece) ?? [], whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  pieces.delete(value.__piece);
  return new DataView(whole.buffer);
};
