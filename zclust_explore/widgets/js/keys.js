// The keyboard of a widget, and the pop-over that explains it.

import {element, icon} from "./core/element.js";
import {inverted} from "./core/mask.js";

const HELP = [
  ["← →", "step back, step on (with shift: ten)"], ["Home End f", "first, last step, first centroids"], ["space", "play, pause"],
  ["drag", "lasso, box or brush; shift adds, alt removes"], ["space + drag", "move the map (also the middle button)"], ["wheel", "zoom about the pointer"],
  ["l b p h", "lasso, box, brush (paint), hand"], ["[ ]", "smaller, larger brush"], ["0", "show everything"],
  ["k", "windows or cluster cards in the gallery"], ["i", "invert the selection"], ["c", "clear the selection"], ["/", "query: select by any column"], ["o", "choose what the colours say"], ["Esc", "close the close-up, then clear the selection"],
  ["click", "open a window; shift and alt change the selection"], ["?", "this list"],
];

/** @param {{map?, timeline?, cards?}} parts what there is in this widget */
export function keys(context, parts) {
  const {root, store, record} = context;
  const list = element("dl", {}, ...HELP.flatMap(([key, text]) => [element("dt", {}, ...key.split(" ").map(k => (k === "+" ? " + " : element("kbd", {}, k)))), element("dd", {}, text)]));
  const help = element("div.zx-help", {hidden: true, role: "dialog", "aria-label": "keys and gestures"}, list);
  const button = element("button.zx-icon.zx-helpbutton", {title: "Keys and gestures (?)", "aria-label": "keys and gestures", onclick: toggle}, icon("help"));
  root.append(button, help);
  let dragged = false, held = false;

  function toggle() { help.hidden = !help.hidden; button.setAttribute("aria-expanded", String(!help.hidden)); }

  function escape() {
    if (!help.hidden) toggle();
    else if (store.get("opened") >= 0) { store.set({opened: -1}); store.commit(); }
    else if (store.mask) store.select(null);
    else if (context.shown()) { store.set({isolated: [], words: {}}); store.commit(); }
  }

  const typing = target => /^(select|textarea)$/i.test(target.tagName) || (target.tagName === "INPUT" && target.type !== "range");
  const actions = {
    Escape: escape, "?": toggle, i: () => store.select(inverted(store.mask, record.n, context.visible())), c: () => store.select(null),
    p: () => parts.map?.setTool("brush"), "[": () => parts.map?.brush.resize(-1), "]": () => parts.map?.brush.resize(1),
    k: () => parts.cards?.show(),
    "/": () => parts.map?.search.focus(), o: () => parts.map?.colour.focus(),
    l: () => parts.map?.setTool("lasso"), b: () => parts.map?.setTool("box"), h: () => parts.map?.setTool("pan"), 0: () => parts.map?.reset(),
  };

  context.listen(root, "keydown", event => {
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " && event.target.closest?.("button")) return; // presses the button
    if (event.key === " " && event.target.closest?.(".zx-map")) { held = true; event.preventDefault(); return; } // play or hold to move: the release tells
    const action = actions[event.key];
    if (action) action();
    else if (!parts.timeline?.key(event)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  context.listen(root, "pointermove", event => { if (held && event.buttons) dragged = true; });
  context.listen(root, "focusout", event => { if (!root.contains(event.relatedTarget)) held = dragged = false; }); // the release will not be heard
  context.listen(root, "keyup", event => {
    if (event.key !== " " || !held) return;
    if (!dragged) parts.timeline?.key(event);
    held = dragged = false;
  });
}
