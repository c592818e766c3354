// The map on its own.

import {widget} from "./core/context.js";
import {keys} from "./keys.js";
import {embeddingMap} from "./map.js";
import {TilePages} from "./tilepage.js";

export function render(host) {
  return widget(host, "single", context => {
    context.pages = new TilePages(context);
    keys(context, {map: embeddingMap(context, context.root)});
  });
}
