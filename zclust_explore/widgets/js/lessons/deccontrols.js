// Controls of a lesson: made, labelled by the stage, and listened to.

import {element} from "../core/element.js";

/** A slider with its number behind it. `value` reads it; a lesson may set where it starts. */
export function decRange(stage, name, label, {min, max, step, value, said = String, oninput}) {
  const input = element("input.zx-decrange", {type: "range", min, max, step, "aria-label": label});
  const number = element("output.zx-number");
  const show = () => { number.textContent = said(Number(input.value)); };
  input.value = stage.values[name] ?? value;
  show();
  stage.context.listen(input, "input", () => { show(); oninput(Number(input.value)); });
  const wrapper = stage.control(name, label, input);
  (wrapper.querySelector("label") ?? wrapper).append(number);
  return {wrapper, input, show, get value() { return Number(input.value); }, set value(wanted) { input.value = wanted; show(); }};
}

/** A list to choose from: names, or pairs of name and what is shown. */
export function decChoice(stage, name, label, options, {value, onchange}) {
  const pairs = options.map(option => (Array.isArray(option) ? option : [option, option]));
  const input = element("select.zx-select", {"aria-label": label}, ...pairs.map(([key, words]) => element("option", {value: key}, words)));
  input.value = stage.values[name] ?? value ?? pairs[0][0];
  stage.context.listen(input, "change", () => onchange(input.value));
  return {wrapper: stage.control(name, label, input), input, get value() { return input.value; }};
}

/** A button that does one thing. */
export function decButton(stage, name, words, title, onclick) {
  const input = element("button.zx-button", {type: "button", title}, words);
  stage.context.listen(input, "click", onclick);
  return {wrapper: stage.control(name, "", input), input};
}

/** A row of controls with a name for people who cannot see it. */
export function decBar(name, ...controls) {
  return element("div.zx-decbar", {role: "group", "aria-label": name}, ...controls.map(control => control.wrapper ?? control));
}
