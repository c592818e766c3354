// The card beside the pointer: which window this is, and what it looks like.

import {titleOf} from "./colouring.js";
import {said} from "./core/axes.js";
import {clusterTable, sequential} from "./core/colormap.js";
import {element} from "./core/element.js";
import {stack, taller} from "./core/picture.js";
import {tileImage} from "./tilepage.js";

const THUMB = 96; // height of a picture in CSS pixels
const WAIT_MS = 60; // a pointer that only passes by asks for nothing

export function hoverCard(context, host) {
  const {record, store} = context;
  const card = host.appendChild(element("div.zx-card", {hidden: true}));
  let wanted = -1, timer = 0;

  function show(index, x, y) {
    if (index < 0) { card.hidden = true; wanted = -1; clearTimeout(timer); return; }
    card.hidden = false;
    if (index !== wanted) {
      wanted = index;
      fill(index); // first, because its height decides where it fits
    }
    const left = x > host.clientWidth - 220;
    Object.assign(card.style, {
      left: left ? "" : `${x + 14}px`, right: left ? `${host.clientWidth - x + 14}px` : "",
      top: `${Math.max(0, Math.min(y - 20, host.clientHeight - card.offsetHeight - 4))}px`,
    });
  }

  function value({kind, values, words}, index) {
    if (kind === "text") return words[values[index]] ?? "unknown";
    return Number.isNaN(values[index]) ? "unknown" : kind === "flag" ? ["no", "yes"][values[index]] : said(values[index]);
  }

  function fill(index) {
    const {step} = context, label = record.labelsAt(step)[index], table = clusterTable(record.palette);
    const head = label === 255 ? "not clustered yet" : `C${label} · q ${(record.qAt(step)[index] / 255).toFixed(2)}`;
    const by = context.colouring.name, field = ["cluster", "q"].includes(by) ? null : context.fields.get(by, step);
    const worth = field && field.kind !== "time" && !["trace_id", "label", "minute"].includes(by) ? [[titleOf(by), value(field, index)]] : [];
    const words = [...worth, ["time", record.time(index)], ["minute", Number.isFinite(record.minute[index]) ? record.minute[index].toFixed(1) : ""],
      ["trace", record.trace.words[record.trace.codes[index]]], ["label", record.label.words[record.label.codes[index]]]];
    const room = element("div.zx-thumb");
    if (record.tile) room.style.height = `${Math.round(THUMB * taller(record.tile))}px`;
    card.replaceChildren(
      element("div.zx-cardhead", {}, element("i.zx-swatch", {style: `background:rgb(${table.subarray(3 * label, 3 * label + 3).join()})`}), head),
      ...words.filter(([, word]) => word).map(([name, word]) => element("div", {}, element("span.zx-quiet", {}, `${name} `), word)),
      ...(record.tile ? [room] : []));
    clearTimeout(timer);
    if (!record.tile) return;
    const kept = tileImage(context, index, store.get("level"), sequential());
    const fill = canvas => room.replaceChildren(canvas, ...stack(record.tile).bands.filter(({letter}) => letter)
      .map(({letter, top}) => element("b.zx-letter", {style: `top:${100 * top}%`}, letter)));
    if (kept) fill(kept.canvas);
    else timer = setTimeout(async () => {
      try {
        await context.pages.fetch([index], store.get("level"), () => wanted === index);
        if (wanted === index) fill(tileImage(context, index, store.get("level"), sequential()).canvas);
      } catch (error) {
        if (wanted === index) room.textContent = "";
      }
    }, WAIT_MS);
  }

  context.atEnd(() => clearTimeout(timer));
  return {show};
}
