// Cluster cards: each cluster in numbers and in a few of its windows, where the gallery is.

import {sequential} from "./core/colormap.js";
import {bytes, Memory} from "./core/courier.js";
import {element, pressed, tree} from "./core/element.js";
import {channels, picture, taller} from "./core/picture.js";
import {copy, opening, paintTiles} from "./tilepage.js";

const REST_MS = 300, THUMB = 62;

/** @param {{head, windows: Element[], scale: Element[], shown: function}} gallery what of it gives way; `shown` is called when it is back */
export function clusterCards(context, host, {head, windows, scale, shown}) {
  const {record, store} = context, {tile} = record, size = channels(tile) * tile.n_freqs * tile.n_times, kept = new Memory(16), table = sequential();
  const list = host.appendChild(element("div.zx-cards", {tabindex: 0, hidden: true, "aria-label": "cluster cards"}));
  const buttons = [["windows", "The windows themselves (k)"], ["cards", "Each cluster in numbers and in a few windows (k)"]].map(([name, title]) =>
    element("button.zx-switch", {"data-view": name, title, onclick: () => show(name === "cards")}, name));
  head.before(element("span.zx-group", {role: "group", "aria-label": "gallery"}, ...buttons));
  list.style.setProperty("--zx-thumb", `${Math.round(THUMB * taller(tile))}px`);
  const self = context.cards = {open: false, show};
  let wanted = "", timer = 0;

  function press(open) { buttons.forEach((button, k) => pressed(button, Boolean(k) === open)); }

  function show(open = !self.open) {
    self.open = open;
    list.hidden = !open;
    press(open);
    for (const part of scale) part.hidden = false;
    if (!open) return shown();
    for (const part of windows) part.hidden = true;
    wanted = "";
    update();
    list.focus({preventScroll: true});
  }

  function update() {
    const {step} = context, level = store.get("level"), key = `${step} ${level}`;
    if (!self.open) return;
    head.textContent = `clusters · step ${step + 1}`;
    if (key === wanted) return only();
    wanted = key;
    if (record.labelsAt(step)[0] === 255) { say("Clusters appear with the clustering phase."); list.dataset.painted = "none"; }
    else fill(step, level, key);
  }

  function say(text) { list.replaceChildren(element("p.zx-quiet", {}, text)); }

  /** Only the clusters that are on show. */
  function only() {
    const isolated = store.get("isolated");
    for (const card of list.querySelectorAll("article")) card.hidden = isolated.length > 0 && !isolated.includes(Number(card.dataset.cluster));
  }

  /** The numbers first, then the pictures; what needs the network last. */
  async function fill(step, level, key) {
    const {courier, signal} = context, gone = () => key !== wanted || signal.aborted;
    const paint = (name, values) => list.querySelectorAll(`[data-${name}]`).forEach(part => {
      const at = size * part.dataset[name];
      copy(part, picture(values.subarray(at, at + size), tile, table));
    });
    let part = "cards";
    try {
      if (!list.childElementCount) say("measuring the windows …");
      if (!kept.has(key)) kept.set(key, await courier.ask("cards", {step, level}, 300));
      const answer = kept.get(key), top = list.scrollTop;
      if (gone()) return;
      list.replaceChildren(...answer.page.map(tree));
      list.scrollTop = top;
      only();
      paint("mean", bytes(answer.buffers[0]));
      delete list.dataset.decoded;
      Object.assign(list.dataset, {step, painted: "true"});
      part = "pictures";
      await paintTiles(context, list, level, table);
      answer.decoded ??= await courier.ask("decoded", {step, level});
      if (gone()) return;
      const {missing, buffers} = answer.decoded;
      if (missing) list.querySelectorAll("[data-centroid]").forEach(place => place.firstChild.replaceWith(element("span.zx-quiet.zx-nopicture", {}, missing)));
      else paint("centroid", bytes(buffers[0]));
      list.dataset.decoded = missing ? "missing" : "true";
    } catch (error) {
      if (gone()) return;
      if (part === "cards") { wanted = ""; list.replaceChildren(); }
      list.prepend(element("p.zx-warn", {}, `The ${part} could not be fetched: ${error.message}`));
    }
  }

  press(false);
  opening(context, list);
  context.listen(list, "click", event => {
    const cluster = event.target.closest("button[data-cluster]")?.dataset.cluster;
    if (cluster) store.select(Uint8Array.from(record.labelsAt(context.step), label => Number(label === Number(cluster))));
  });
  store.on(["level", "isolated"], context.guarded(update), context.signal);
  store.on(["step"], () => { clearTimeout(timer); timer = setTimeout(context.guarded(update), REST_MS); }, context.signal);
  context.atEnd(() => clearTimeout(timer));
  return self;
}
