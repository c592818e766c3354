// A lesson as a page of its own: no kernel, no network; the browser keeps the answers, where it allows that.

import {widget} from "../core/context.js";
import {openLesson} from "./lesson.js";

/** Open the lesson that the document carries. */
export function render(document) {
  const state = decoded(JSON.parse(document.querySelector("#state").textContent));
  const model = pageModel(state, `zclust lesson ${state.lesson.name}`);
  return widget({model, el: document.querySelector("#lesson")}, "lesson", context => openLesson(context, {alone: true}));
}

/** {"base64": "…"} -> DataView, at any depth. */
function decoded(value) {
  if (Array.isArray(value)) return value.map(decoded);
  if (value === null || typeof value !== "object") return value;
  if ("base64" in value) return new DataView(Uint8Array.from(atob(value.base64), letter => letter.charCodeAt(0)).buffer);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, decoded(entry)]));
}

const KEPT = "answers are kept in this browser; save them as a file to hand them in";

/** What anywidget's model is to a widget, with the browser's storage in place of Python. */
function pageModel(state, key) {
  const all = {student: "", sheet: {}, saved: "", ...state}, target = new EventTarget(), wrapped = new Map();
  try {
    all.sheet = JSON.parse(localStorage.getItem(key) ?? "{}");
    if (all.sheet.steps?.length) all.saved = KEPT;
    all.student = all.sheet.student ?? "";
  } catch { // a browser may forbid storage to pages from a stick
    all.sheet = {};
  }
  return {
    get: name => all[name],
    set(name, value) {
      if (all[name] === value) return;
      all[name] = value;
      target.dispatchEvent(new Event(`change:${name}`));
    },
    on(event, listener) { wrapped.set(listener, () => listener()); target.addEventListener(event, wrapped.get(listener)); },
    off(event, listener) { target.removeEventListener(event, wrapped.get(listener)); },
    send() {},
    save_changes() {
      let said = KEPT;
      try {
        localStorage.setItem(key, JSON.stringify(all.sheet));
      } catch {
        said = "this browser keeps no answers for pages like this one: save them as a file before you close it";
      }
      this.set("saved", said);
    },
  };
}
