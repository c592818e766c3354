// Reconstructions over the steps of a run.

import {widget} from "./core/context.js";
import {keys} from "./keys.js";
import {reconstructions} from "./reconstructions.js";
import {timeline} from "./timeline.js";

export function render(host) {
  return widget(host, "single", context => {
    const strip = timeline(context, context.root, {charts: false});
    reconstructions(context, context.root, host.model.get("indices"));
    keys(context, {timeline: strip});
  });
}
