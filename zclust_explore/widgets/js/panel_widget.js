// The training panel as a widget.

import {Context} from "./core/context.js";
import {trainingPanel} from "./panel.js";

export async function render({model, el}) {
  const context = await Context.open(model, el, "panel");
  try {
    trainingPanel(context);
  } catch (error) {
    context.fail(error);
  }
  return () => context.close();
}
