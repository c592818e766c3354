// A fake anywidget host: window.mount(esm, state, css, name) draws one front end in a bare page.
// window.model and window.el are the last one mounted; window.models has all, by name.

window.models = {};

/** An anywidget model without a kernel: `sent` has what the widget sent, `saved` what each save_changes() carried. */
function fakeModel(state) {
  const listeners = new Map();
  const fire = (event, ...args) => [...(listeners.get(event) ?? [])].forEach(listener => listener(...args));
  let dirty = {};
  const model = {
    state, sent: [], saved: [],
    get: key => state[key],
    set(key, value) {
      if (typeof key === "object") { for (const [name, entry] of Object.entries(key)) model.set(name, entry); return; }
      if (state[key] === value) return;
      state[key] = dirty[key] = value;
      fire(`change:${key}`, model, value);
      fire("change", model);
    },
    save_changes() { model.saved.push(dirty); dirty = {}; },
    on(events, listener) {
      for (const event of events.split(/\s+/)) listeners.set(event, [...(listeners.get(event) ?? []), listener]);
    },
    off(events, listener) {
      for (const event of events ? events.split(/\s+/) : [...listeners.keys()])
        listeners.set(event, listener ? (listeners.get(event) ?? []).filter(other => other !== listener) : []);
    },
    send(content, callbacks, buffers) { model.sent.push({content, buffers: buffers ?? []}); },
    /** As if the kernel had sent a message, or changed a trait. */
    receive: (content, buffers = []) => fire("msg:custom", content, buffers),
    update(changes) {
      Object.assign(state, changes);
      for (const key of Object.keys(changes)) fire(`change:${key}`, model, changes[key]);
      fire("change", model);
    },
    lose: () => fire("comm_live_update"), // as ipywidgets does when the kernel is gone
    listening: () => [...listeners.values()].reduce((sum, list) => sum + list.length, 0),
    widget_manager: {
      async get_model(id) {
        if (!(id in window.models)) throw new Error(`no model ${id}`);
        return window.models[id];
      },
    },
  };
  return model;
}

/** {"__b64": "..."} -> DataView, at any depth: how Python's bytes arrive. */
function decoded(value) {
  if (Array.isArray(value)) return value.map(decoded);
  if (value === null || typeof value !== "object" || value instanceof DataView) return value;
  if ("__b64" in value) return new DataView(Uint8Array.from(atob(value.__b64), c => c.charCodeAt(0)).buffer);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, decoded(entry)]));
}

window.decoded = decoded;

window.mount = async (esm, state, css, name) => {
  if (css) document.head.appendChild(Object.assign(document.createElement("style"), {textContent: css}));
  const url = URL.createObjectURL(new Blob([esm], {type: "text/javascript"}));
  let definition = (await import(url)).default;
  URL.revokeObjectURL(url);
  if (typeof definition === "function") definition = await definition();
  const model = window.models[name] = window.model = fakeModel(decoded(state));
  const controller = new AbortController();
  const context = {model, signal: controller.signal, experimental: {}};
  const cleanUps = [await definition.initialize?.(context)];
  /** Another view of the same model, as Lab's "Create New View for Cell Output" makes. */
  window.addView = async () => {
    const el = window.el = document.body.appendChild(document.createElement("div"));
    const unRender = await definition.render?.({...context, el});
    cleanUps.unshift(async () => { await unRender?.(); el.remove(); });
  };
  /** As if the cell were cleared: everything the widget registered should be gone afterwards. */
  window.unmount = async () => {
    controller.abort();
    for (const cleanUp of cleanUps) await cleanUp?.();
  };
  await window.addView();
};
