// Holding a selection still: every step is turned and shifted so that the windows chosen stay where they are now.

import {element, pressed} from "./core/element.js";
import {counted} from "./core/mask.js";
import {fitted, moved} from "./core/procrustes.js";

const LEAST = 3;

/** A projection whose steps are brought onto one of them by some of its windows; all else goes with these. */
export function heldStill(projection, record, chosen, onto) {
  const {n, steps, clusters: k} = record, at = step => projection.xy.subarray(2 * n * step, 2 * n * (step + 1));
  const xy = new Float32Array(projection.xy.length), centroids = new Float32Array(projection.centroids.length);
  const fits = Array.from({length: steps}, (_, step) => fitted(at(step), at(onto), chosen));
  fits.forEach(({a, b, flip, x, y}, step) => {
    for (let i = 2 * n * step, end = i + 2 * n; i < end; i += 2) {
      const u = projection.xy[i], v = flip * projection.xy[i + 1];
      xy[i] = a * u - b * v + x;
      xy[i + 1] = b * u + a * v + y;
    }
    for (let c = 2 * k * step; c < 2 * k * (step + 1); c += 2)
      [centroids[c], centroids[c + 1]] = moved(fits[step], projection.centroids[c], projection.centroids[c + 1]);
  });
  const mirrored = fits.filter(fit => fit.flip < 0).length, shifted = fits.filter(fit => !fit.sure).length;
  return {...projection, xy, centroids, base: projection, held: chosen.length, fits, axes: [`turned so that ${chosen.length.toLocaleString("en")} windows stand still`, ""], mirrored, shifted};
}

/** The switch in the map's toolbar. `context.held` is what it does to a projection, or null. */
export function holding(context, stage, redraw) {
  const {store, record} = context, number = element("span.zx-number");
  const button = element("button.zx-switch.zx-hold", {"aria-label": "hold my selection still", onclick: toggle}, "hold ", number);
  const note = stage.appendChild(element("div.zx-mapnote", {role: "status", hidden: true}));
  let made = new Map();

  function toggle() {
    const {mask} = store, count = counted(mask), {step} = context;
    note.hidden = true;
    if (context.held) context.held = null;
    else if (count < LEAST) {
      note.textContent = `To hold windows still, select at least ${LEAST} of them first. Selected now: ${count}.`;
      note.hidden = false;
    } else {
      const chosen = Uint32Array.from({length: record.n}, (_, i) => i).filter(i => mask[i]);
      made = new Map();
      context.held = projection => {
        if (!made.has(projection)) {
          const begun = performance.now();
          made.set(projection, heldStill(projection, record, chosen, step));
          button.dataset.ms = performance.now() - begun;
        }
        return made.get(projection);
      };
    }
    show();
    redraw();
  }

  const some = (count, what) => (count ? `${count} of ${record.steps} steps are ${what}` : "");

  function show() {
    const {held, projection} = context;
    pressed(button, Boolean(held));
    number.textContent = held ? projection.held.toLocaleString("en") : "";
    button.title = held
      ? "Every step is shifted and turned, never stretched, so that these windows stay where they are. "
        + some(projection.shifted, "only shifted, because these windows keep no shape that could be turned. ")
        + some(projection.mirrored, "mirrored, where that fits far better. ") + "Press again to let go."
      : "Hold my selection still: turn and shift every step so that the selected windows move as little as possible";
  }

  store.on(["projection"], show, context.signal);
  store.on(["mask"], () => { note.hidden = true; }, context.signal);
  show();
  return {button, show};
}
