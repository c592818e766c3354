// The preview of signals as a widget.

import {widget} from "./core/context.js";
import {signalPreview} from "./preview.js";

export function render(host) {
  return widget(host, "preview", signalPreview);
}
