// What a person may change while the training waits: settings, clusters, and another run from here.

import {element} from "./core/element.js";
import {counted} from "./core/mask.js";
import {colourOf} from "./livemap.js";

const SETTINGS = {
  learning_rate: ["learning rate", "How far each batch moves the weights: lower it where the losses jump, by a factor of 3 or 10", 0],
  n_epochs: ["epochs in all", "Passes over the data in this phase, those that are done included", 1],
  reconstruction_weight: ["reconstruction weight", "Of the reconstruction beside the KL divergence: 0 lets go of the spectrograms, more keeps clusters nearer to them", 0],
  update_interval: ["update every", "How long a target distribution stays as it is, in epochs unless asked otherwise: longer is calmer", 1],
};

export function steerBar(context, chips, host, board) {
  const {model} = context, {palette} = model.get("record"), fields = {};
  const button = (kind, text, title, content) => {
    const made = element("button.zx-button", {title, "data-act": kind, onclick: () => board.act(kind, content())}, text);
    return made;
  };
  for (const [name, [words, title, least]] of Object.entries(SETTINGS)) {
    const input = element("input.zx-count-input.zx-setting", {type: "number", min: least, step: "any", title, "data-setting": name, oninput: show,
      onkeydown: event => { if (event.key === "Enter" && !apply.disabled) apply.click(); }});
    fields[name] = {input, row: element("label.zx-quiet", {title}, `${words} `, input), given: undefined};
  }
  const apply = button("steer", "Apply", "Use these from here on; recorded as a step of the run", () => ({settings: changed()}));
  const merge = button("merge", "Merge", "Make one cluster of the two that are chosen", () => ({clusters: board.clusters}));
  const split = button("split", "Split", "Make two clusters of the chosen one, by k-means of its windows", () => ({clusters: board.clusters}));
  const drop = button("drop", "Drop", "Take the chosen cluster away: its windows go to the next nearest", () => ({clusters: board.clusters}));
  const add = button("add", "Add", "A new cluster at the mean of the windows selected on the map", () => ({windows: selected()}));
  const undo = button("undo", "Undo", "Return to the step before the last change, in a new run beside this one", () => ({}));
  const fork = button("fork", "Fork here", "Go on in a new run that begins as this one is at its last step; this one stays as it is", () => ({}));
  const hint = element("span.zx-quiet");
  const edits = element("div.zx-steer", {role: "group", "aria-label": "clusters"}, element("b", {}, "Clusters"), merge, split, drop, add, hint);
  host.append(element("div.zx-steer", {role: "group", "aria-label": "settings"}, element("b", {}, "From here on"), ...Object.values(fields).map(({row}) => row), apply),
    edits, element("div.zx-steer", {role: "group", "aria-label": "runs"}, element("b", {}, "Runs"), fork, undo, element("span.zx-quiet.zx-runname")));
  const runName = host.querySelector(".zx-runname");

  function changed() {
    const found = {};
    for (const [name, {input, given, row}] of Object.entries(fields))
      if (!row.hidden && input.value !== "" && Number(input.value) !== given) found[name] = Number(input.value);
    return found;
  }

  function selected() { return board.mask ? [...board.mask.keys()].filter(i => board.mask[i]) : []; }

  function show() {
    const some = board.clusters.length, picked = counted(board.mask);
    const closed = board.busy || !board.open;
    apply.disabled = closed || !Object.keys(changed()).length;
    merge.disabled = closed || some !== 2;
    split.disabled = drop.disabled = closed || some !== 1;
    add.disabled = closed || !picked;
    fork.disabled = undo.disabled = closed;
    for (const {input} of Object.values(fields)) input.disabled = closed;
    add.textContent = picked ? `Add of ${picked}` : "Add";
    hint.textContent = board.busy ? "working …" : !board.open ? "pause to change them" : some || picked ? ""
      : "choose one or two below, or draw around windows on the map, or drag a number there";
    const {sizes = []} = model.get("map");
    chips.replaceChildren(...(sizes.length ? sizes.map((size, c) => element("button.zx-chip", {"data-cluster": c, disabled: !board.open,
      "aria-pressed": String(board.clusters.includes(c)), title: board.open ? `Choose cluster ${c}` : `Cluster ${c}: pause to change it`, onclick: () => board.toggle(c)},
      element("i.zx-swatch", {style: `background:${colourOf(palette, c)}`}), `C${c}`, element("span.zx-number", {}, String(size)))) : []));
  }

  function settings() {
    const {settings: now = {}, phase, undo: last, run = ""} = model.get("progress");
    for (const [name, field] of Object.entries(fields)) {
      const value = now[name], mine = field.given !== undefined && field.input.value !== "" && Number(field.input.value) !== field.given;
      field.row.hidden = value === undefined;
      // what a person is typing stays, until it is in force
      if (value !== field.given) { field.given = value; if (!mine || Number(field.input.value) === value) field.input.value = value ?? ""; }
    }
    edits.hidden = phase !== "cluster" || !model.get("map").sizes?.length;
    undo.hidden = !last;
    undo.title = `Return to the step before: ${last}`;
    runName.textContent = run.split(/[\\/]/).slice(-2).join("/");
    runName.title = run;
    host.hidden = !model.get("map").xy; // and then it stays: nothing jumps when the training is paused
    show();
  }

  context.onModel(["progress", "map"], context.guarded(settings));
  board.changed(context.guarded(settings));
  settings();
}
