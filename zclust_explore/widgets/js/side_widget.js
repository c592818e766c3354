// One of two runs that are compared: its map and its steps; windows that the other run groups differently stand out.

import {widget} from "./core/context.js";
import {rgb, UNCLUSTERED} from "./core/colormap.js";
import {bytes} from "./core/courier.js";
import {element} from "./core/element.js";
import {keys} from "./keys.js";
import {embeddingMap} from "./map.js";
import {TilePages} from "./tilepage.js";
import {timeline} from "./timeline.js";

const DIFFERENT = "#e66100"; // apart from the grey in lightness and in hue, for every kind of colour blindness

export function render(host) {
  return widget(host, "single", context => {
    const {record, root} = context, told = host.model.get("record"), differs = bytes(told.contrast), counts = [];
    const at = step => differs.subarray(record.n * step, record.n * (step + 1));
    const count = step => (counts[step] ??= at(step).reduce((sum, one) => sum + one, 0));
    const table = () => Uint8Array.from({length: 768}, (_, i) => rgb(i < 384 ? UNCLUSTERED : DIFFERENT)[i % 3]);
    context.measures = [["differs", {
      label: "differs from the other run", hint: "Windows that the other run groups differently at this step, whatever the numbers of the clusters",
      title: step => `${count(step).toLocaleString("en")} windows differ`, at, key: String, ends: ["same", "differs"], clustering: true, table,
    }]];
    context.pages = new TilePages(context);
    root.append(element("h3.zx-sidetitle", {}, told.title));
    const map = embeddingMap(context, root);
    keys(context, {map, timeline: timeline(context, root, {charts: false})});
  });
}
