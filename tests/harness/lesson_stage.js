// A stage without a frame: what a lesson's widget stands on when nothing but the widget is tested.

import {widget} from "../core/context.js";
import {element} from "../core/element.js";
import {WIDGET} from "../lessons/FILE";

export function render(anywidget) {
  return widget(anywidget, "lesson", context => {
    const {model} = anywidget;
    window.stage = {
      context, place: context.root.appendChild(element("div.zx-lessonplace")), data: model.get("data"), values: model.get("values") ?? {},
      reports: {}, charts: {},
      control(name, label, made) {
        made.dataset.control = name;
        const tag = label && made.matches("input, select, textarea") ? "label" : "div";
        return element("fieldset.zx-control", {}, element(tag, {}, label ? element("span.zx-controlname", {}, label) : "", made));
      },
      report(name, value) { this.reports[name] = value; },
      chart(name, chart) {
        this.charts[name] = chart;
        if (model.get("covered")?.includes(name)) chart.cover(true);
      },
    };
    WIDGET(window.stage);
  });
}
