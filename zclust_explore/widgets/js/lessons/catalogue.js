// The widgets of lessons, by name.

import {softAssignment} from "./assignment.js";
import {bottleneck} from "./bottleneck.js";
import {breakIt} from "./breakit.js";
import {byHand} from "./byhand.js";
import {chooseK} from "./choosek.js";
import {sharpening} from "./sharpening.js";
import {stftPlayground} from "./stftplayground.js";

/** Draws the widget of that name on a stage. */
export function showOnStage(name, stage) {
  const found = {
    stft_playground: stftPlayground, bottleneck, soft_assignment: softAssignment, sharpening, by_hand: byHand, break_it: breakIt, choose_k: chooseK,
  }[name];
  if (!found) throw new Error(`there is no lesson widget ${name}.`);
  found(stage);
}
