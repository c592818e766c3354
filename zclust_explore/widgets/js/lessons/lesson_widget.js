// A lesson as a widget of a notebook; Python keeps the answers.

import {widget} from "../core/context.js";
import {openLesson} from "./lesson.js";

export function render(host) {
  return widget(host, "lesson", context => openLesson(context, {}));
}
