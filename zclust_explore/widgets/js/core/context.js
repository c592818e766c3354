// What every view of one widget shares, from the first paint to the clean-up.

import {readProjection, RunRecord} from "./columns.js";
import {Courier, Memory} from "./courier.js";
import {element} from "./element.js";
import {Store} from "./store.js";
import {Theme} from "./theme.js";

const RETRY_MS = 250;

/** Root element, state, colours, data, questions to Python; `signal` aborts when the widget goes. */
export class Context {
  static async open(model, el, kind) {
    const context = new Context(model, el, kind);
    context.store = await Store.of(model);
    return context;
  }

  constructor(model, el, kind) {
    this.model = model;
    this.controller = new AbortController();
    this.signal = this.controller.signal;
    el.dataset.lmSuppressShortcuts = "true"; // JupyterLab would take single keys for its own
    this.root = el.appendChild(element(`div.zx.zx-${kind}`));
    this.theme = new Theme(this.root, this.signal);
    this.courier = new Courier(model, this.signal);
    this.tiles = new Memory(600);
    this.record = model.get("record")?.n ? new RunRecord(model.get("record")) : null;
    this.projections = {pca: readProjection(model.get("pca")), umap: readProjection(model.get("umap"))};
    this.onModel(["pca"], () => { this.projections.pca = readProjection(model.get("pca")); });
    this.onModel(["umap"], () => { this.projections.umap = readProjection(model.get("umap")); });
    this.atEnd(() => this.root.remove());
  }

  /** The step on show, from 0. */
  get step() { return this.record.step(this.store.get("step")); }

  /** The projection on show: what was asked for, as far as there is one, turned at each step if windows are held still. */
  get projection() {
    const wanted = this.store.get("projection"), {pca, umap} = this.projections;
    const chosen = wanted === "pca" ? pca : umap ?? pca;
    return this.held ? this.held(chosen) : chosen;
  }

  /** Whether a window is on show: its cluster is not hidden by others being isolated, nor one of its words. */
  visible() {
    const shown = this.shown();
    return shown ? i => shown[i] === 1 : () => true;
  }

  /** What is on show, in words: empty for all. */
  get only() {
    const isolated = this.store.get("isolated"), words = Object.values(this.store.get("words")).filter(some => some.length);
    return [...(isolated.length ? [`cluster ${isolated.join(", ")}`] : []), ...words.map(some => some.join(", "))];
  }

  /** The same as one byte a window, null for all; the same array as long as nothing changes. */
  shown() {
    const {store, record, step} = this, isolated = store.get("isolated"), words = store.get("words");
    const columns = Object.entries(words).filter(([name, some]) => some.length && record.columns.get(name)?.kind === "text");
    if (!isolated.length && !columns.length) return null;
    const key = JSON.stringify([isolated.length ? step : -1, isolated, columns]);
    if (key === this.shownKey) return this.shownMask;
    const mask = new Uint8Array(record.n).fill(1), keep = (codes, wanted) => { for (let i = 0; i < mask.length; i++) if (!wanted.has(codes[i])) mask[i] = 0; };
    if (isolated.length) keep(record.labelsAt(step), new Set(isolated));
    for (const [name, some] of columns) {
      const {values, words: all} = record.columns.get(name);
      keep(values, new Set(some.map(word => all.indexOf(word))));
    }
    this.shownKey = key;
    return (this.shownMask = mask);
  }

  /** Do something when the widget goes. */
  atEnd(last) { this.signal.addEventListener("abort", last, {once: true}); }

  /** Listen to the widget's own model until the end. */
  onModel(keys, listener) {
    for (const key of keys) {
      this.model.on(`change:${key}`, listener);
      this.atEnd(() => this.model.off(`change:${key}`, listener));
    }
  }

  /** Listen to an element until the end; what fails is shown. */
  listen(target, types, listener, options = {}) {
    for (const type of types.split(" "))
      target.addEventListener(type, this.guarded(listener), {signal: this.signal, ...options});
  }

  /** Watch the width of an element until the end. */
  onResize(target, listener) {
    const observer = new ResizeObserver(this.guarded(listener));
    observer.observe(target);
    this.atEnd(() => observer.disconnect());
  }

  /**
   * Whether an element has room to draw in; if not, `again` is called once it might. While JupyterLab changes its theme
   * everything has no size for a moment that is too short for a ResizeObserver.
   */
  hasRoom(target, again) {
    if (target.clientWidth && target.clientHeight) return true;
    const timer = setTimeout(() => { if (!this.signal.aborted) again(); }, RETRY_MS);
    this.atEnd(() => clearTimeout(timer));
    return false;
  }

  /** The same function, but what it throws is shown in the widget. */
  guarded(run) {
    return (...args) => {
      try {
        return run(...args);
      } catch (error) {
        this.fail(error);
        return undefined;
      }
    };
  }

  /** Say in the widget what went wrong. */
  fail(error) {
    this.pane?.remove();
    const text = error?.message ?? String(error);
    this.pane = element("div.zx-error", {role: "alert"},
      element("b", {}, "Something went wrong in this view. "), text,
      element("button", {title: "Dismiss", onclick: () => this.pane.remove()}, "dismiss"));
    this.root.prepend(this.pane);
  }

  close() { this.controller.abort(); }
}

/** Render a widget: build its views in a context, show what fails, return the clean-up. */
export async function widget({model, el}, kind, build) {
  const context = await Context.open(model, el, kind);
  try {
    build(context);
  } catch (error) {
    context.fail(error);
  }
  countViews(model, 1);
  return () => {
    context.close();
    countViews(model, -1);
  };
}

/** Tell Python whether anybody can see this widget: it closes those of an earlier run of a cell when nobody can. */
function countViews(model, more) {
  model.zxViews = (model.zxViews ?? 0) + more;
  if (model.zxViews > 1 || (more > 0 && !model.zxUnseen)) return;
  model.zxUnseen = model.zxViews === 0;
  try {
    model.send({kind: "views", count: model.zxViews});
  } catch {
    // no kernel: nobody to tell
  }
}
