// The search box: a question about the windows, how many it is true for, and what is wrong with it.

import {element, icon} from "./core/element.js";
import {counted, heldKeys} from "./core/mask.js";
import {answer, QueryError} from "./query.js";

const TIP = "Select windows by what is known of them: == != < > in [..], ~ \"text\" for contains, and or not ( ). "
  + "Enter selects; shift + Enter adds, alt + Enter removes; Esc leaves.";

export function queryBox(context, host) {
  const {record, store, fields} = context;
  const root = host.appendChild(element("div.zx-query", {role: "search"}));
  const input = element("input.zx-queryinput", {type: "text", spellcheck: "false", autocomplete: "off", title: TIP,
    "aria-label": "query: select windows by their columns", placeholder: "query, such as cluster == 3 & q < 0.6"});
  const said = element("span.zx-querysaid.zx-quiet", {role: "status", "aria-live": "polite"});
  const clear = element("button.zx-icon", {title: "Empty the query", "aria-label": "empty the query", hidden: true, onclick: () => { write(""); store.commit(); input.focus(); }}, icon("close"));
  const columns = element("div.zx-columns", {hidden: true, role: "group", "aria-label": "columns"}, element("span.zx-quiet", {}, "columns"),
    ...fields.names.map(name => element("button.zx-name", {title: about(name), onclick: () => insert(name), onpointerdown: event => event.preventDefault()}, name)),
    ...record.dropped.map(name => element("span.zx-quiet", {title: "This column has more than 65,535 different words"}, `${name} (too many words)`)));
  root.append(element("span.zx-quiet.zx-queryicon", {}, icon("search")), input, clear, said, columns);
  let mask = null;

  function about(name) {
    const field = fields.get(name, context.step);
    const own = {cluster: "cluster at the step on show", q: "largest soft assignment at the step on show, 0 … 1", margin: "largest q minus second largest, at the step on show",
      hour: "hour of the day, UTC, 0 … 23", window: "number of the window, from 0", station: "network and station"}[name];
    const some = field.words?.length ? `: ${field.words.slice(0, 6).join(", ")}${field.words.length > 6 ? " …" : ""}` : "";
    return own ?? {number: "number", flag: "True or False", time: 'time (UTC): compare with "2024-01-31T18:05:00"', text: "text"}[field.kind] + some;
  }

  function insert(name) {
    const plain = /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) && !/^(and|or|not|in|true|false)$/i.test(name);
    input.focus();
    input.setRangeText(plain ? name : `\`${name}\``, input.selectionStart, input.selectionEnd, "end");
    write(input.value);
  }

  function write(text) { if (text !== store.get("query")) store.set({query: text}); } // heard by `check`, in every view

  /** Answer what is written, at the step on show and among the windows on show. */
  function check() {
    const text = store.get("query"), {step} = context;
    if (input.value !== text) input.value = text;
    clear.hidden = !text;
    mask = null;
    let failed = null;
    if (text.trim()) {
      try {
        const shown = context.shown(), found = answer(text, record.n, name => fields.get(name, step), fields.names);
        mask = shown ? found.map((one, i) => one & shown[i]) : found;
        const total = shown ? counted(shown) : record.n;
        said.textContent = `${counted(mask).toLocaleString("en")} of ${total.toLocaleString("en")} windows${shown ? " on show" : ""}`;
      } catch (error) {
        if (!(error instanceof QueryError)) throw error;
        failed = error;
        explain(text, error);
      }
    } else said.textContent = "";
    input.setAttribute("aria-invalid", String(Boolean(failed && !failed.unfinished)));
    Object.assign(root.dataset, {found: mask ? counted(mask) : "", error: failed ? failed.message : "", at: failed ? failed.at : ""});
  }

  /** The words before the place, the place itself, and what is wrong with it. */
  function explain(text, {message, at, end, unfinished}) {
    const from = at > 18 ? text.lastIndexOf(" ", at - 12) + 1 : 0, bad = text.slice(at, end);
    said.replaceChildren(element("span.zx-querycode", {}, (from ? "…" : "") + text.slice(from, at), element("mark", {}, bad.slice(0, 20) || " ")), ` ${message}`);
    said.classList.toggle("zx-warn", !unfinished);
  }

  context.listen(input, "input", () => write(input.value));
  context.listen(input, "keydown", event => {
    if (event.key === "Enter") {
      check();
      if (mask) store.select(mask, heldKeys(event));
    } else if (event.key === "Escape") host.querySelector(".zx-surface").focus();
    else { event.stopPropagation(); return; } // letters are no shortcuts here
    event.preventDefault();
    event.stopPropagation();
  });
  context.listen(input, "focus", () => { columns.hidden = false; });
  context.listen(root, "focusout", event => {
    if (root.contains(event.relatedTarget)) return;
    columns.hidden = true;
    store.commit(); // Python learns of what was typed when the hand leaves
  });
  const later = () => { said.classList.remove("zx-warn"); check(); };
  store.on(["query", "step", "isolated"], context.guarded(later), context.signal);
  later();
  return {focus() { input.focus(); input.select(); }};
}
