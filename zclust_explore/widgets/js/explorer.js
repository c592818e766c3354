// The explorer: map, gallery, timeline and close-up in one widget.

import {widget} from "./core/context.js";
import {element} from "./core/element.js";
import {closeUp} from "./closeup.js";
import {gallery} from "./gallery.js";
import {keys} from "./keys.js";
import {neighbourRows} from "./neighbours.js";
import {embeddingMap} from "./map.js";
import {ribbon} from "./ribbon.js";
import {TilePages} from "./tilepage.js";
import {timeline} from "./timeline.js";

export function render(host) {
  return widget(host, "explorer", context => {
    context.pages = new TilePages(context);
    const upper = context.root.appendChild(element("div.zx-upper"));
    const map = embeddingMap(context, upper);
    const {cards} = gallery(context, upper);
    const strip = timeline(context, context.root);
    const close = closeUp(context, context.root).element;
    ribbon(context, close, strip.go);
    neighbourRows(context, close);
    keys(context, {map, timeline: strip, cards});
    context.root.dataset.painted = "true";
  });
}
