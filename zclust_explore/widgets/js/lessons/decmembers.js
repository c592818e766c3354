// One point in numbers: its distance to each centroid, the q that follows, and the p that q shall become.

import {element} from "../core/element.js";

/** A table with a row a cluster; columns are {key, name, bar?: boolean, title}. */
export function memberTable(columns, caption) {
  const body = element("tbody");
  const head = element("tr", {}, element("th", {scope: "col"}, "cluster"), ...columns.map(({name, title}) => element("th", {scope: "col", title}, name)));
  const words = element("caption", {}, caption);
  const table = element("table.zx-decmembers", {}, words, element("thead", {}, head), body);
  return {
    element: table,
    caption(text) { words.textContent = text; },
    /** @param {Object<string, ?number>[]} rows null where a number is not known yet */
    show(rows, colours, hidden = false) {
      body.replaceChildren(...rows.map((row, j) => element("tr", {"data-cluster": j},
        element("th", {scope: "row"}, swatch(colours[j]), String(j)),
        ...columns.map(({key, bar}) => (bar ? barCell(hidden ? null : row[key], colours[j], bar) : element("td.zx-number", {"data-key": key}, told(row[key]))).cloneNode(true)))));
    },
  };
}

function swatch(colour) {
  const made = element("i.zx-swatch");
  made.style.background = colour;
  return made;
}

function told(value) { return value === null || value === undefined ? "–" : value.toFixed(2); }

/** `bar` is "outlined" for what shall be, anything else for what is. */
function barCell(value, colour, bar) {
  const fill = element("b"), known = value !== null && value !== undefined;
  fill.style.width = `${known ? 100 * value : 0}%`;
  fill.style[bar === "outlined" ? "borderColor" : "background"] = colour;
  if (bar === "outlined") fill.className = "zx-decoutlined";
  return element("td.zx-decbarcell", {}, element("i", {}, fill), element("span.zx-number", {}, told(value)));
}
