// Questions to Python and their answers, and a memory of the latest.

/** Asks by custom message; every question is answered, or fails with a sentence. */
export class Courier {
  constructor(model, signal) {
    this.model = model;
    this.waiting = new Map();
    this.prefix = Math.random().toString(36).slice(2); // several views of one model all hear every answer
    this.next = 0;
    const hear = (content, buffers) => {
      const promise = this.waiting.get(content?.id);
      if (!promise) return;
      this.waiting.delete(content.id);
      clearTimeout(promise.timer);
      if (content.error) promise.reject(new Error(content.error));
      else promise.resolve({...content, buffers: buffers ?? []});
    };
    model.on("msg:custom", hear);
    signal.addEventListener("abort", () => {
      model.off("msg:custom", hear);
      for (const {timer} of this.waiting.values()) clearTimeout(timer);
      this.waiting.clear();
    });
  }

  /** @returns {Promise<{buffers: DataView[]}>} */
  ask(kind, content, timeoutS = 60) {
    const id = `${this.prefix}-${this.next++}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new Error("no answer: is the kernel running?"));
      }, timeoutS * 1000);
      this.waiting.set(id, {resolve, reject, timer});
      try {
        this.model.send({id, kind, ...content});
      } catch (error) {
        clearTimeout(timer);
        this.waiting.delete(id);
        reject(new Error(`no kernel: ${error.message}`));
      }
    });
  }
}

/** A map that forgets what was not used for longest. */
export class Memory {
  constructor(size) { this.size = size; this.map = new Map(); }

  get(key) {
    const value = this.map.get(key);
    if (value !== undefined) { this.map.delete(key); this.map.set(key, value); }
    return value;
  }

  has(key) { return this.map.has(key); }

  set(key, value) {
    this.map.delete(key);
    this.map.set(key, value);
    if (this.map.size > this.size) this.map.delete(this.map.keys().next().value);
  }

  clear() { this.map.clear(); }
}

/** Bytes of an answer's buffer. */
export function bytes(view) { return new Uint8Array(view.buffer, view.byteOffset, view.byteLength); }

/** Float32 numbers of an answer's buffer. */
export function floats(view) { return new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength)); }
