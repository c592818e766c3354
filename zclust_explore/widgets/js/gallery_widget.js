// The gallery on its own, with the close-up below.

import {widget} from "./core/context.js";
import {closeUp} from "./closeup.js";
import {gallery} from "./gallery.js";
import {keys} from "./keys.js";
import {legend} from "./legend.js";
import {neighbourRows} from "./neighbours.js";
import {TilePages} from "./tilepage.js";

export function render(host) {
  return widget(host, "single", context => {
    context.pages = new TilePages(context);
    legend(context, context.root);
    const {cards} = gallery(context, context.root);
    neighbourRows(context, closeUp(context, context.root).element);
    keys(context, {cards});
  });
}
