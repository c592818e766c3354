// Legend: what the colours say. A chip for each cluster or word with its number of windows, or a scale with its ends.

import {UNCLUSTERED} from "./core/colormap.js";
import {element, pressed, sized} from "./core/element.js";
import {titleOf} from "./colouring.js";

const counted = n => n.toLocaleString("en");

/** @param {Colouring} [colouring] without one, colours are those of clusters */
export function legend(context, host, colouring = null) {
  const {record, store, theme} = context;
  const bar = host.appendChild(element("div.zx-legend", {role: "group"}));
  const all = element("button.zx-text", {title: "Show all windows again", onclick: () => { store.set({isolated: [], words: {}}); store.commit(); }}, "show all");
  const cards = record.tile && element("button.zx-text.zx-cardsbutton", {title: "Each cluster in numbers and in a few windows (k)", onclick: () => context.cards?.show(true)}, "cards");
  let built = "", update = () => {};

  /** Only this one; with shift, this one more or less. */
  function chosen(before, one, more) {
    if (more) return before.includes(one) ? before.filter(other => other !== one) : [...before, one];
    return before.length === 1 && before[0] === one ? [] : [one];
  }
  function isolate(cluster, more) {
    store.set({isolated: chosen(store.get("isolated"), cluster, more).sort((a, b) => a - b)});
    store.commit();
  }
  function keep(name, word, more) {
    const {[name]: before = [], ...others} = store.get("words"), after = chosen(before, word, more);
    store.set({words: after.length ? {...others, [name]: after} : others});
    store.commit();
  }

  function chip(colour, text, what, onclick, attributes = {}) {
    const count = element("span.zx-number"), name = element("span.zx-chipname", {}, text);
    const made = element("button.zx-chip", {title: `Show only ${what}; with shift, add it to or take it from those shown`,
      onclick: event => onclick(event.shiftKey), ...attributes}, element("i.zx-swatch", {style: `background:${colour}`}), name, count);
    return {made, show(words, on, some) {
      count.textContent = words;
      made.classList.toggle("zx-off", some && !on);
      pressed(made, on);
      made.setAttribute("aria-label", words === "–" ? what : `${what}, ${words} windows`);
    }};
  }
  const plain = (colour, text, title) => element("span.zx-chip.zx-plain", {title}, element("i.zx-swatch", {style: `background:${colour}`}), text);

  function clusters() {
    const chips = Array.from({length: record.clusters}, (_, k) =>
      chip(record.colour(k), `C${k}`, `cluster ${k}`, more => isolate(k, more), {"data-cluster": k}));
    const none = plain(UNCLUSTERED, "not clustered yet");
    update = () => {
      const sizes = record.sizesAt(context.step), isolated = store.get("isolated"), clustered = record.labelsAt(context.step)[0] !== 255;
      chips.forEach(({show}, k) => show(clustered ? counted(sizes[k]) : "–", isolated.includes(k), isolated.length > 0));
      none.style.visibility = clustered ? "hidden" : "visible"; // keeps its place: nothing jumps
    };
    return [...chips.map(({made}) => made), none];
  }

  function words({name, title, classes, others, unknown, table}) {
    const css = k => `rgb(${table.subarray(3 * k, 3 * k + 3).join()})`;
    const chips = classes.map(({word, place}) => chip(css(place), word, `${title} ${word}`, more => keep(name, word, more), {"data-word": word}));
    const made = chips.map(entry => entry.made), rest = [];
    if (others.words) rest.push(plain(css(12), `${counted(others.words)} others ${counted(others.count)}`, `The twelve most frequent have colours; ${counted(others.words)} others share this one`));
    if (unknown) rest.push(plain(css(255), `unknown ${counted(unknown)}`));
    const known = new Set(classes.map(({word}) => word));
    update = () => {
      const some = store.get("words")[name] ?? [];
      rest.forEach(part => part.classList.toggle("zx-off", some.length > 0 && some.every(word => known.has(word))));
      chips.forEach(({show}, k) => show(counted(classes[k].count), some.includes(classes[k].word), some.length > 0));
    };
    return [...made, ...rest];
  }

  function scale({title, ends, limits, unknown, table}) {
    const canvas = element("canvas"), g = sized(canvas, 128, 10);
    for (let x = 0; x < 128; x++) {
      const at = 3 * Math.round(x / 127 * 254);
      g.fillStyle = limits[1] > limits[0] ? `rgb(${table.subarray(at, at + 3).join()})` : `rgb(${table.subarray(0, 3).join()})`;
      g.fillRect(x, 0, 1.5, 10);
    }
    update = () => {};
    const made = [element("span.zx-scale", {role: "img", "aria-label": `colours: ${title} from ${ends[0]} to ${ends[1]}`},
      element("span.zx-quiet", {}, title), element("span.zx-number", {}, ends[0]), canvas, element("span.zx-number", {}, ends[1]))];
    if (unknown) made.push(plain(UNCLUSTERED, `unknown ${counted(unknown)}`));
    return made;
  }

  /** What is hidden by a legend that is not on show now. */
  function elsewhere(name) {
    const isolated = store.get("isolated"), lists = Object.entries(store.get("words")).filter(([other]) => other !== name);
    if (isolated.length && name !== "cluster") lists.unshift(["cluster", isolated]);
    return lists.map(([other, some]) => element("button.zx-chip.zx-only", {title: `Only ${titleOf(other)} ${some.join(", ")}: show all again`, onclick: () => {
      const {[other]: _, ...rest} = store.get("words");
      store.set(other === "cluster" ? {isolated: []} : {words: rest});
      store.commit();
    }}, `${titleOf(other)} ${some.join(", ")} ×`));
  }

  function draw() {
    const spec = colouring?.at(context.step) ?? {name: "cluster", title: "cluster"}, moving = spec.unknown ?? "";
    const key = JSON.stringify([spec.name, spec.title, theme.dark, spec.ends ?? "", moving]);
    if (key !== built) {
      built = key;
      bar.replaceChildren(...(spec.name === "cluster" ? clusters() : spec.byClass ? words(spec) : scale(spec)), all, ...(cards && spec.name === "cluster" ? [cards] : []));
      bar.setAttribute("aria-label", `colours: ${spec.title}`);
      bar.dataset.by = spec.name;
    }
    update();
    bar.querySelectorAll(".zx-only").forEach(chip => chip.remove());
    all.before(...elsewhere(spec.name));
    all.style.display = store.get("isolated").length || Object.keys(store.get("words")).length ? "" : "none";
  }
  store.on(["step", "isolated", "colour_by", "projection"], draw, context.signal);
  theme.on(draw);
  draw();
  return {element: bar, draw};
}
