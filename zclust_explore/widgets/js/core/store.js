// The state that views share: the step, the selection, what is under the pointer.

import {combined} from "./mask.js";

const DEFAULTS = {
  step: -1, mask: null, isolated: [], colour_by: "cluster", hover: -1, opened: -1,
  projection: "auto", sort: "typical", align: "none", level: "background", trails: true, speed: 8, loop: false, words: {}, query: "", camera: [],
};

// Clusters and words both hide windows: who listens to one of them means what is on show.
const JOINED = {isolated: ["isolated", "words"]};

/** A stand-in for a host that cannot hand out the state's model: everything works but stays in the page. */
function localModel() {
  const state = {...DEFAULTS}, target = new EventTarget(), wrapped = new Map();
  return {
    get: key => state[key],
    set(changes) {
      for (const [key, value] of Object.entries(changes)) {
        if (state[key] === value) continue;
        state[key] = value;
        target.dispatchEvent(new Event(`change:${key}`));
      }
    },
    on(event, listener) { wrapped.set(listener, () => listener()); target.addEventListener(event, wrapped.get(listener)); },
    off(event, listener) { target.removeEventListener(event, wrapped.get(listener)); },
    save_changes() {},
  };
}

/** Wraps the state's model. `set` stays in the page; `commit` tells Python all that was set since the last time. */
export class Store {
  constructor(model) { this.model = model; }

  /** The state that a widget's model refers to. */
  static async of(model) {
    const id = String(model.get("state") ?? "").replace("IPY_MODEL_", "");
    try {
      return new Store(await model.widget_manager.get_model(id));
    } catch {
      return new Store(localModel());
    }
  }

  get(key) { return this.model.get(key) ?? DEFAULTS[key]; }

  set(changes) { this.model.set(changes); }

  commit() { this.model.save_changes(); }

  /** Call `listener` when one of the keys changes, until the signal says stop. */
  on(keys, listener, signal) {
    for (const key of keys.flatMap(name => JOINED[name] ?? [name])) {
      this.model.on(`change:${key}`, listener);
      signal.addEventListener("abort", () => this.model.off(`change:${key}`, listener), {once: true});
    }
  }

  /** The selection, one byte a window, or null when nothing is selected. */
  get mask() {
    const view = this.model.get("mask");
    if (!view || !view.byteLength) return null;
    return view instanceof Uint8Array ? view : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  }

  /** Select, with what was selected before or without; `null` or a mask without a window clears. Python is told. */
  select(added, how = "replace") {
    const mask = combined(this.mask, added, how), any = mask?.some(Boolean);
    // a copy in its own buffer: what was handed to the model must never change afterwards
    this.set({mask: new DataView(any ? mask.slice().buffer : new ArrayBuffer(0))});
    this.commit();
  }
}
