// The timeline on its own.

import {widget} from "./core/context.js";
import {keys} from "./keys.js";
import {timeline} from "./timeline.js";

export function render(host) {
  return widget(host, "single", context => keys(context, {timeline: timeline(context, context.root)}));
}
