// Honesty: what the map on show says that is not so in latent space, window by window; asked for as colours.

import {bytes, Memory} from "./core/courier.js";
import {motion} from "./core/motion.js";

const SETTLED_MS = 150; // no question while steps fly by

/** Measures by name, as the colours want them: {title(step), at(step), key(step), label, hint}; from 0 to 1. */
export class Honesty {
  /** @param {function()} changed called when an answer has come */
  constructor(context, changed) {
    Object.assign(this, {context, changed, known: new Memory(80), motions: new WeakMap(), count: 0, timer: 0, asked: ""});
    context.atEnd(() => clearTimeout(this.timer));
    this.measures = new Map([["invented", {
      title: step => {
        const found = this.invented(step);
        return found ? `invented neighbours, ${Math.round(100 * found.mean)} % in all` : "invented neighbours: computing …";
      },
      at: step => this.invented(step)?.values, key: step => [this.method, step, this.known.has([this.method, step].join(" "))].join(" "),
      label: "invented neighbours", hint: "Share of the 10 nearest windows on the map that are not among the 10 nearest in latent space",
    }]]);
    if (context.record.steps > 2) this.measures.set("motion", {
      title: () => "motion that is real", at: () => this.motion.each, key: () => this.motion.number,
      label: "motion that is real", hint: "Each window's correlation of drawn with true displacement over the steps: 1 if it moves as in latent space",
    });
  }

  get method() { return this.context.projection.method; }

  /** Of the projection on show: {all, each}. */
  get motion() {
    const {projection, record} = this.context;
    if (!this.motions.has(projection)) this.motions.set(projection, {...motion(projection.xy, record.moved, record.n), number: this.count++});
    return this.motions.get(projection);
  }

  /** {values, mean} of a step, or undefined until Python has answered; turning the map changes no neighbours. */
  invented(step) {
    const key = `${this.method} ${step}`, found = this.known.get(key);
    if (!found && this.asked !== key) {
      clearTimeout(this.timer);
      this.asked = key;
      this.timer = setTimeout(() => this.ask(key, this.method, step), SETTLED_MS);
    }
    return found;
  }

  async ask(key, method, step) {
    try {
      const {buffers, k} = await this.context.courier.ask("invented", {method, step});
      const values = Float32Array.from(bytes(buffers[0]), count => count / k);
      this.known.set(key, {values, mean: values.reduce((sum, value) => sum + value, 0) / values.length});
      if (!this.context.signal.aborted) this.changed();
    } catch (error) {
      if (!this.context.signal.aborted) this.context.fail(error);
    }
  }
}
