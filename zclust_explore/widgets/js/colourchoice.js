// The list of what the colours may say.

import {titleOf} from "./colouring.js";
import {element} from "./core/element.js";

const FIRST = ["cluster", "q", "margin"];

export function colourChoice(context) {
  const {store, record, colouring} = context;
  const option = (value, text, disabled) => element("option", {value, disabled}, text);
  const {measures} = colouring, rest = colouring.names.filter(name => !FIRST.includes(name) && !measures.has(name));
  const asked = clustering => [...measures].filter(([, measure]) => Boolean(measure.clustering) === clustering).map(([name, {label, hint}]) => element("option", {value: name, title: hint}, label));
  const select = element("select.zx-select", {title: "What the colours say (o)", "aria-label": "colour by", onchange: () => {
    store.set({colour_by: select.value});
    store.commit();
  }},
  element("optgroup", {label: "clustering"}, ...FIRST.map(name => option(name, titleOf(name))), ...asked(true)),
  ...(rest.length ? [element("optgroup", {label: "record"}, ...rest.map(name => option(name, titleOf(name))),
    ...record.dropped.map(name => option(name, `${titleOf(name)}: too many different words`, true)))] : []),
  element("optgroup", {label: "is the map honest?"}, ...asked(false)));
  const show = () => { select.value = colouring.name; };
  store.on(["colour_by"], show, context.signal);
  show();
  return {element: select, focus() { select.focus(); }};
}
