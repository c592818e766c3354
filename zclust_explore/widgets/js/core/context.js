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
    this.signal.addEventListener("abort", () => this.root.remove());
  }

  /** The step on show, from 0. */
  get step() { return this.record.step(this.store.get("step")); }

  /** The projection on show: what was asked for, as far as there is one. */
  get projection() {
    const wanted = this.store.get("projection"), {pca, umap} = this.projections;
    return wanted === "pca" ? pca : umap ?? pca;
  }

  /** Whether a window is on show: its cluster is not hidden by others being isolated. */
  visible() {
    const isolated = this.store.get("isolated");
    if (!isolated.length) return () => true;
    const labels = this.record.labelsAt(this.step), shown = new Set(isolated);
    return i => shown.has(labels[i]);
  }

  /** Listen to the widget's own model until the end. */
  onModel(keys, listener) {
    for (const key of keys) {
      this.model.on(`change:${key}`, listener);
      this.signal.addEventListener("abort", () => this.model.off(`change:${key}`, listener), {once: true});
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
    this.signal.addEventListener("abort", () => observer.disconnect());
  }

  /**
   * Whether an element has room to draw in; if not, `again` is called once it might. While JupyterLab changes its theme
   * everything has no size for a moment that is too short for a ResizeObserver.
   */
  hasRoom(target, again) {
    if (target.clientWidth && target.clientHeight) return true;
    const timer = setTimeout(() => { if (!this.signal.aborted) again(); }, RETRY_MS);
    this.signal.addEventListener("abort", () => clearTimeout(timer), {once: true});
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
  return () => context.close();
}
