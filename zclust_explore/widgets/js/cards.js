// Cluster cards: each cluster in numbers and in a few of its windows, where the gallery is.

import {said, unitAt} from "./core/axes.js";
import {sequential} from "./core/colormap.js";
import {bytes, Memory} from "./core/courier.js";
import {element, sized} from "./core/element.js";
import {channels, picture, taller} from "./core/picture.js";
import {tileImage} from "./tilepage.js";

const REST_MS = 300, THUMB = 62, STATIONS = 5;
const MEANING = {
  hz: "Frequency of the largest value of the mean spectrogram above the background",
  s: "Median over the members of the time that holds the central 90 % of a window's energy above the background",
  db: "Median over the members of the loudest moment's power over the background, averaged over the frequencies",
};

/**
 * @param {{head, windows: Element[], scale: Element[], shown: function}} gallery what of it gives way; `shown` is called when it is back
 */
export function clusterCards(context, host, {head, windows, scale, shown}) {
  const {record, store, theme} = context, {tile} = record, size = channels(tile) * tile.n_freqs * tile.n_times;
  const list = element("div.zx-cards", {tabindex: 0, hidden: true, "aria-label": "cluster cards"}), kept = new Memory(16);
  const views = {windows: "windows", cards: "cards"}, buttons = Object.entries(views).map(([name, text]) => element("button.zx-switch", {
    "data-view": name, title: name === "cards" ? "Each cluster in numbers and in a few windows (k)" : "The windows themselves (k)", onclick: () => show(name === "cards")}, text));
  head.before(element("span.zx-group", {role: "group", "aria-label": "gallery"}, ...buttons));
  host.append(list);
  const self = {open: false, show, element: list};
  context.cards = self;
  let wanted = "", timer = 0;

  function press() { buttons.forEach(button => button.setAttribute("aria-pressed", String((button.dataset.view === "cards") === self.open))); }

  function show(open = !self.open) {
    self.open = open;
    list.hidden = !open;
    press();
    host.dataset.view = open ? "cards" : "windows";
    if (!open) { shown(); return; }
    for (const part of windows) part.hidden = true;
    for (const part of scale) part.hidden = false;
    wanted = "";
    update();
    list.focus({preventScroll: true});
  }

  function update() {
    if (!self.open) return;
    const {step} = context, level = store.get("level"), clustered = record.labelsAt(step)[0] !== 255, key = `${step} ${level}`;
    head.textContent = `clusters · step ${step + 1}`;
    if (!clustered) { list.replaceChildren(element("p.zx-quiet", {}, "Clusters appear with the clustering phase.")); wanted = ""; list.dataset.painted = "none"; return; }
    const only = store.get("isolated").join();
    if (wanted === `${key} ${only}`) return;
    wanted = `${key} ${only}`;
    const answer = kept.get(key);
    if (answer) build(answer, wanted);
    else ask(step, level, key, wanted);
  }

  async function ask(step, level, key, mine) {
    if (!list.childElementCount) list.append(element("p.zx-quiet", {}, "measuring the windows …"));
    try {
      const {cards, buffers} = await context.courier.ask("cards", {step, level}, 300);
      kept.set(key, {cards, step, level, means: bytes(buffers[0]).slice(), decoded: null});
    } catch (error) {
      if (mine === wanted && !context.signal.aborted) list.replaceChildren(element("p.zx-warn", {}, `The cards could not be made: ${error.message}`));
      return;
    }
    if (mine === wanted && !context.signal.aborted) build(kept.get(key), mine);
  }

  const colour = cluster => record.palette[cluster % record.palette.length];
  const swatch = cluster => element("i.zx-swatch", {style: `background:${colour(cluster)}`});
  const part = (values, k) => picture(values.subarray(k * size, (k + 1) * size), tile, sequential());

  function frame(caption, label, index = -1) {
    const canvas = element("canvas", {style: `height:${Math.round(THUMB * taller(tile))}px`});
    const attributes = index < 0 ? {} : {"data-index": index, "aria-label": `${label}: window ${index}, ${record.shortTime(index)}`, title: `${label}: window ${index}, ${record.time(index)}`,
      onclick: () => { store.set({opened: index}); store.commit(); }, onpointerenter: () => store.set({hover: index}), onpointerleave: () => store.set({hover: -1})};
    const made = element(index < 0 ? "div.zx-cardpicture" : "button.zx-cardpicture", attributes, canvas, element("span.zx-quiet", {}, ...[caption].flat()));
    return {made, draw(source) {
      [canvas.width, canvas.height] = [source.width, source.height];
      canvas.getContext("2d").drawImage(source, 0, 0);
      made.dataset.painted = "true";
    }};
  }

  function build(answer, mine) {
    const {frequencies, duration_s: duration, words} = tile, [low, high] = tile.limits[answer.level], isolated = store.get("isolated");
    const shown = answer.cards.filter(({cluster, size: members}) => members && (!isolated.length || isolated.includes(cluster)));
    const wait = [], decoded = [], top = list.scrollTop;
    const made = shown.map(card => one(card, answer, wait, decoded));
    list.replaceChildren(element("p.zx-quiet.zx-cardnote", {}, `Pictures: ${said(frequencies[0])} to ${said(frequencies[frequencies.length - 1])} ${words.hz} upwards, ${said(duration)} ${words.s} across, ${said(low)} to ${said(high)} ${unitAt(answer.level, tile)}. A click opens a window.`), ...made);
    list.scrollTop = top;
    list.dataset.step = answer.step;
    list.dataset.painted = "true";
    fill(wait, decoded, answer, mine);
  }

  /** Pictures after the numbers; what needs the network last. */
  async function fill(wait, decoded, answer, mine) {
    const gone = () => mine !== wanted || context.signal.aborted;
    try {
      await context.pages.fetch(wait.map(({index}) => index), answer.level);
      if (gone()) return;
      for (const {index, draw} of wait) draw(tileImage(context, index, answer.level, sequential()).canvas);
      if (!answer.decoded) {
        const {missing, buffers} = await context.courier.ask("decoded", {step: answer.step, level: answer.level});
        answer.decoded = missing ? {missing} : {values: bytes(buffers[0]).slice()};
      }
    } catch (error) {
      answer.decoded ??= {missing: error.message};
    }
    if (gone()) return;
    list.dataset.decoded = answer.decoded.missing ? "missing" : "true";
    for (const {cluster, made, draw} of decoded) {
      if (answer.decoded.values) draw(part(answer.decoded.values, cluster));
      else { made.title = answer.decoded.missing; made.firstChild.replaceWith(element("span.zx-quiet.zx-nopicture", {style: `height:${Math.round(THUMB * taller(tile))}px`}, answer.decoded.missing)); }
    }
  }

  function one(card, answer, wait, decoded) {
    const {cluster} = card, {hz, s, unit} = tile.words, mean = frame("mean", "mean spectrogram"), centroid = frame("centroid", "centroid, decoded");
    mean.draw(part(answer.means, cluster));
    centroid.made.title = "The centroid as the network decodes it, where the medoid lies in its window";
    decoded.push({cluster, ...centroid});
    const window = (caption, label, index) => { const made = frame(caption, label, index); wait.push({index, ...made}); return made.made; };
    const number = (name, key, unit_) => (card[key] === null ? [] : [element("span", {title: MEANING[key]}, element("span.zx-quiet", {}, `${name} `), `${said(Number(card[key].toPrecision(3)))} ${unit_}`)]);
    const stations = card.stations.slice(0, STATIONS).map(([name, n]) => `${name} ${n.toLocaleString("en")}`), more = card.stations.length - stations.length;
    return element("article.zx-clustercard", {"data-cluster": cluster, "aria-label": `cluster ${cluster}`},
      element("header", {}, element("span.zx-cardhead", {}, swatch(cluster), `C${cluster}`),
        element("span.zx-number", {}, `${card.size.toLocaleString("en")} windows · ${(100 * card.share).toFixed(1)} %`),
        ...(hz ? number("dominant", "hz", hz) : []), ...(s ? number("lasts", "s", s) : []), ...(unit === "dB" ? number("SNR", "db", "dB") : []),
        element("button.zx-text", {"aria-label": `select the members of cluster ${cluster}`, onclick: () => select(cluster)}, "select members")),
      element("div.zx-cardpictures", {}, mean.made, centroid.made, window("medoid", "medoid, nearest to the members' mean in latent space", card.medoid),
        ...card.exemplars.map(index => window("typical", "typical", index)),
        ...card.borderline.map((index, k) => window(["or ", swatch(card.others[k]), `C${card.others[k]}`], `between C${cluster} and C${card.others[k]}`, index))),
      element("div.zx-cardwhen", {}, hours(card), element("span.zx-quiet", {title: card.stations.map(([name, n]) => `${name} ${n}`).join("\n")}, stations.join(" · ") + (more > 0 ? ` · and ${more} more` : ""))));
  }

  /** Bars of the 24 hours of the day. */
  function hours({cluster, hours: counts}) {
    if (!counts.some(Boolean)) return "";
    const most = Math.max(...counts), canvas = element("canvas", {role: "img", "aria-label": `windows in each hour of the day, UTC: ${counts.join(", ")}`, title: `windows in each hour of the day, UTC; at most ${most}`});
    const g = sized(canvas, 190, 42), x = hour => 1 + hour * 6;
    Object.assign(g, {fillStyle: colour(cluster), font: theme.font});
    counts.forEach((n, hour) => g.fillRect(x(hour), 28 - n / most * 26, 5, n / most * 26));
    Object.assign(g, {fillStyle: theme.css("muted"), textBaseline: "top", textAlign: "center"});
    g.fillRect(0, 28, 145, 1);
    for (const hour of [0, 6, 12, 18, 24]) { g.fillRect(x(hour) - 1, 28, 1, 3); g.fillText(String(hour), Math.max(3, x(hour)), 32); }
    g.textAlign = "left";
    g.fillText("h UTC", 156, 32);
    return canvas;
  }

  function select(cluster) { store.select(Uint8Array.from(record.labelsAt(context.step), label => Number(label === cluster))); }

  store.on(["level", "isolated"], context.guarded(update), context.signal);
  store.on(["step"], () => { clearTimeout(timer); timer = setTimeout(context.guarded(update), REST_MS); }, context.signal);
  theme.on(() => { wanted = ""; update(); });
  context.signal.addEventListener("abort", () => clearTimeout(timer));
  press();
  return self;
}
