// Questions of a lesson: choices, a number, a place or a curve on a chart.

import {element} from "../core/element.js";
import {sketch} from "./sketch.js";

/**
 * Ask a question.
 * @param {Stage} stage
 * @param {object} question as in the lesson file
 * @param {number} number of the step, for names that differ
 * @param {() => void} changed called when the answer is another
 * @returns {{element: HTMLElement, value: () => any, show: (raw: any) => void, lock: () => void, redraw: () => void, remove: () => void}}
 */
export function askQuestion(stage, question, number, changed) {
  const words = element("p.zx-ask", {}, question.ask), host = element("div.zx-question", {"data-kind": question.kind}, words);
  const made = {choice, number: amount, click: onChart, draw: onChart}[question.kind];
  return {element: host, redraw() {}, remove() {}, ...made(stage, question, host, changed, `${stage.context.prefix}-${number}`)};
}

function choice({context}, question, host, changed, name) {
  const buttons = question.options.map((option, k) => element("input", {type: "radio", name, value: k}));
  const list = element("div.zx-options", {role: "radiogroup", "aria-label": question.ask},
    ...question.options.map((option, k) => element("label.zx-option", {}, buttons[k], element("span", {}, option))));
  host.append(list);
  context.listen(list, "change", changed);
  return {
    value: () => { const at = buttons.findIndex(button => button.checked); return at < 0 ? null : at; },
    show(raw) { if (buttons[raw]) buttons[raw].checked = true; },
    lock() { for (const button of buttons) button.disabled = true; },
  };
}

function amount({context}, question, host, changed) {
  const field = element("input.zx-field.zx-amount", {type: "number", step: "any", "aria-label": question.ask});
  host.append(element("div.zx-amountrow", {}, field, question.unit ?? ""));
  context.listen(field, "input", changed);
  return {
    value: () => (field.value.trim() === "" || !Number.isFinite(field.valueAsNumber) ? null : field.valueAsNumber),
    show(raw) { field.value = String(raw); },
    lock() { field.disabled = true; },
  };
}

function onChart(stage, question, host, changed) {
  const chart = stage.charts.get(question.chart);
  if (!chart) throw new Error(`the lesson asks for a guess on a chart ${question.chart}, but there is none.`);
  const isDrawing = question.kind === "draw", made = sketch(stage, chart, question.kind, {words: question.ask, changed});
  host.append(element("p.zx-quiet.zx-how", {}, isDrawing ? "Draw on the chart from its left to its right end. Draw again where you change your mind." :
    "Click on the chart. Click again if you change your mind."));
  host.append(element("p.zx-quiet.zx-how.zx-bykeys", {}, isDrawing ? "By keys: ← → draw, ↑ ↓ raise and lower the pen." : "By keys: arrows move the mark."));
  return made;
}
