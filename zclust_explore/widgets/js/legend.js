// Legend: a chip for each cluster with its size at this step; a click shows only that cluster.

import {UNCLUSTERED} from "./core/colormap.js";
import {element} from "./core/element.js";

export function legend(context, host) {
  const {record, store} = context;
  const bar = host.appendChild(element("div.zx-legend", {role: "group", "aria-label": "clusters"}));
  const chips = Array.from({length: record.clusters}, (_, k) => {
    const count = element("span.zx-number");
    const chip = element("button.zx-chip", {
      title: `Show only cluster ${k}; with shift, add it to or take it from those shown`,
      "data-cluster": k,
      onclick: event => isolate(k, event.shiftKey),
    }, element("i.zx-swatch", {style: `background:${record.palette[k % record.palette.length]}`}), `C${k}`, count);
    bar.append(chip);
    return {chip, count};
  });
  const none = bar.appendChild(element("span.zx-chip.zx-plain", {},
    element("i.zx-swatch", {style: `background:${UNCLUSTERED}`}), "not clustered yet"));
  const all = bar.appendChild(element("button.zx-text", {title: "Show all clusters again", onclick: () => isolate(null)}, "show all"));

  function isolate(cluster, more) {
    const before = store.get("isolated");
    let after = [];
    if (cluster !== null && more)
      after = before.includes(cluster) ? before.filter(k => k !== cluster) : [...before, cluster].sort((a, b) => a - b);
    else if (cluster !== null && !(before.length === 1 && before[0] === cluster)) after = [cluster];
    store.set({isolated: after});
    store.commit();
  }

  function draw() {
    const sizes = record.sizesAt(context.step), isolated = store.get("isolated");
    const clustered = record.labelsAt(context.step)[0] !== 255;
    chips.forEach(({chip, count}, k) => {
      count.textContent = clustered ? String(sizes[k]) : "–";
      chip.classList.toggle("zx-off", isolated.length > 0 && !isolated.includes(k));
      chip.setAttribute("aria-pressed", String(isolated.includes(k)));
      chip.setAttribute("aria-label", clustered ? `cluster ${k}, ${sizes[k]} windows` : `cluster ${k}`);
    });
    none.style.visibility = clustered ? "hidden" : "visible"; // keeps its place: nothing jumps
    all.style.display = isolated.length ? "" : "none";
  }
  store.on(["step", "isolated"], draw, context.signal);
  draw();
  return bar;
}
