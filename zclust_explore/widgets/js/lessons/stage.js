// The stage on which a lesson's widget stands: its data, its place, and what the lesson file may do with it.

import {element} from "../core/element.js";

/** @typedef {{element: HTMLElement, domain: {x: number[], y: number[]}, toData: Function, toPixels: Function, cover: Function, truth?: Function}} GuessChart */

export class Stage {
  /** @param {(name: string) => void} changed called after each report */
  constructor(context, place, data, values, changed) {
    Object.assign(this, {context, place, data, values, changed});
    this.controls = new Map();
    this.charts = new Map();
    this.reports = new Map();
    this.covered = new Set(); // charts that were told so
    this.states = {};
  }

  /** Register a control; returns it with its label. */
  control(name, label, made) {
    made.dataset.control = name;
    const words = label ? element("span.zx-controlname", {}, label) : "";
    // a fieldset locks what is in it whatever the widget itself enables and disables
    const row = element("fieldset.zx-control", {}, element(words && made.matches("input, select, textarea") ? "label" : "div", {}, words, made));
    this.controls.set(name, {row, made});
    this.apply(name);
    return row;
  }

  /** A number or text that checks refer to. */
  report(name, value) {
    this.reports.set(name, value);
    this.changed(name);
  }

  /** A chart on which a guess may be clicked or drawn. */
  chart(name, chart) {
    this.charts.set(name, chart); // covered by the next `set`: the widget is not ready yet
    this.changed(name);
  }

  /** Show, hide and lock controls; cover and uncover charts. */
  set({controls, covered}) {
    this.states = controls;
    for (const name of this.controls.keys()) this.apply(name);
    for (const [name, chart] of this.charts) {
      if (this.covered.has(name) === covered.has(name)) continue;
      if (covered.has(name)) this.covered.add(name); else this.covered.delete(name);
      chart.cover(covered.has(name));
    }
  }

  apply(name) {
    const {row, made} = this.controls.get(name), state = this.states[name] ?? "shown";
    row.hidden = state === "hidden";
    row.disabled = state === "locked";
    row.inert = state === "locked" && !made.matches("button, input, select, textarea"); // a fieldset stops only these
    for (const node of [row, made]) node.toggleAttribute("data-locked", state === "locked");
  }

  /** Move a control as a hand would. */
  move(name, value) {
    const made = this.controls.get(name)?.made;
    if (!made) throw new Error(`the lesson sets a control ${name}, but there is none.`);
    if (made.type === "checkbox") made.checked = Boolean(value);
    else made.value = String(value);
    for (const type of ["input", "change"]) made.dispatchEvent(new Event(type, {bubbles: true}));
  }
}
