// The training panel as a widget.

import {widget} from "./core/context.js";
import {trainingPanel} from "./panel.js";

export function render(host) { return widget(host, "panel", trainingPanel); }
