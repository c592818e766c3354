// The fields of the signal settings: each with its unit, what it would be by itself, and what is wrong with it.

import {element} from "./core/element.js";

// name of the argument, label, unit or choices, what it does
const GROUPS = [
  ["Window", [
    ["window_s", "length", "s", "Length of a window"],
    ["step_s", "step", "s", "From one window to the next; by itself half a window"],
  ]],
  ["Spectrogram", [
    ["segment_s", "segment", "s", "Length of an FFT segment: 1 / segment is the frequency resolution in Hz"],
    ["hop_s", "hop", "s", "From one segment to the next"],
    ["fmin_hz", "band from", "Hz", "Lower edge of the band"],
    ["fmax_hz", "band to", "Hz", "Upper edge of the band"],
    ["frequency_axis", "axis", [["log", "logarithmic"], ["linear", "linear"], ["bins", "FFT bins"]], "Bands of equal width in octaves or in Hz, or the FFT's own bins"],
    ["n_freqs", "frequencies", "", "Number of bands; FFT bins follow from the band"],
    ["scale", "values", [["db", "dB"], ["power", "power"], ["amplitude", "amplitude"]], "Decibels of the power spectral density, the density itself, or its square root"],
    ["floor_db", "floor", "dB", "Values below become this; only in decibels"],
  ]],
  ["Preparation", [
    ["detrend", "detrend", [["", "no"], ["constant", "mean"], ["linear", "line"]], "What is taken out of each continuous piece"],
    ["taper_s", "taper", "s", "Length of the cosine taper at each end of a piece"],
    ["output", "motion", [["", "as recorded"], ["displacement", "displacement"], ["velocity", "velocity"], ["acceleration", "acceleration"]], "Removes the response"],
    ["sampling_rate", "resample", "Hz", "New sampling rate"],
    ["freqmin_hz", "high-pass", "Hz", "Lower corner of the Butterworth filter"],
    ["freqmax_hz", "low-pass", "Hz", "Upper corner of the Butterworth filter"],
    ["corners", "order", "", "Order (corners) of the filter"],
  ]],
];
const WHOLE = new Set(["n_freqs", "corners"]);

/** @param {{responses: boolean}} options @param {function()} changed is called at every change */
export function settingsForm(context, host, {responses}, changed) {
  const unique = Math.random().toString(36).slice(2), fields = {};
  const general = element("p.zx-warn", {role: "alert", hidden: true});
  const root = host.appendChild(element("section.zx-settings", {"aria-label": "settings"}));
  for (const [title, rows] of GROUPS) root.append(element("fieldset", {}, element("legend", {}, title),
    ...rows.filter(([name]) => name !== "output" || responses).flatMap(row => field(...row))));
  root.append(general);

  function field(name, label, unit, title) {
    const id = `${unique}-${name}`, wrong = element("p.zx-warn.zx-wrong", {id: `${id}-wrong`, role: "alert", hidden: true, "data-wrong": name});
    const shared = {id, "data-field": name, title: `${name}: ${title}`, "aria-describedby": `${id}-wrong`};
    const input = Array.isArray(unit)
      ? element("select.zx-select", shared, ...unit.map(([value, text]) => element("option", {value}, text)))
      : element("input.zx-field", {...shared, type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false"});
    context.listen(input, input.tagName === "SELECT" ? "change" : "input", () => { shut(); changed(); });
    if (input.tagName === "INPUT") context.listen(input, "keydown", event => nudge(event, name, input));
    fields[name] = {input, wrong};
    return [element("div.zx-fieldrow", {}, element("label", {for: id, title: shared.title}, label), input,
      element("span.zx-quiet", {}, Array.isArray(unit) ? "" : unit)), wrong];
  }

  /** Up and down change a number by about a tenth, with shift by about itself. */
  function nudge(event, name, input) {
    const sign = {ArrowUp: 1, ArrowDown: -1}[event.key], value = Number((input.value || input.placeholder).replace("−", "-"));
    if (!sign || !Number.isFinite(value)) return;
    let step = name === "floor_db" ? 1 : 10 ** (Math.floor(Math.log10(Math.abs(value) || 1)) - 1);
    if (WHOLE.has(name)) step = Math.max(1, step);
    input.value = String(Number((value + sign * step * (event.shiftKey ? 10 : 1)).toPrecision(10)));
    event.preventDefault();
    changed();
  }

  /** Fields that others leave nothing to say. */
  function shut() {
    fields.n_freqs.input.disabled = fields.frequency_axis.input.value === "bins";
    fields.floor_db.input.disabled = fields.scale.input.value !== "db";
    fields.corners.input.disabled = !fields.freqmin_hz.input.value.trim() && !fields.freqmax_hz.input.value.trim();
  }

  return {
    values: () => Object.fromEntries(Object.entries(fields).map(([name, {input}]) => [name, input.value])),

    /** Show values; a field that somebody is typing in is left alone. */
    fill(values, hints) {
      for (const [name, {input}] of Object.entries(fields)) {
        if (input !== input.getRootNode().activeElement || input.tagName === "SELECT") input.value = values[name] ?? "";
        if (input.tagName === "INPUT") input.placeholder = hints[name] ?? "–";
      }
      // how many bins there are is a consequence, not a choice
      if (values.frequency_axis === "bins") fields.n_freqs.input.value = "";
      shut();
    },

    /** Say what is wrong beside the field it is about; nothing where all is well. */
    complain({field: about, text} = {}) {
      for (const [name, {input, wrong}] of Object.entries(fields)) {
        const here = Boolean(text) && name === about;
        input.setAttribute("aria-invalid", String(here));
        wrong.hidden = !here;
        wrong.textContent = here ? text : "";
      }
      general.hidden = !text || about in fields;
      general.textContent = general.hidden ? "" : text;
    },
  };
}
