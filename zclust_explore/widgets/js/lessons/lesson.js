// A lesson: its steps beside the widget that they are about. First a guess, then what happens, then a check.

import {said} from "../core/axes.js";
import {element} from "../core/element.js";
import {showOnStage} from "./catalogue.js";
import {askQuestion} from "./questions.js";
import {conditionsOf, holds, isTask, lessonSituation, traitsOf, wanted} from "./rules.js";
import {Stage} from "./stage.js";

/**
 * Build a lesson.
 * @param {Context} context
 * @param {{alone?: boolean}} how alone: a page without Python, where answers are saved by hand
 */
export function openLesson(context, {alone = false}) {
  const {model, root} = context, lesson = model.get("lesson"), {steps} = lesson;
  context.prefix = `zx${Math.random().toString(36).slice(2)}`;
  let sheet, at = 0, asked = null, mine = null;

  // -- the parts of the page ------------------------------------------------------------------------------------------
  const name = element("input.zx-field.zx-studentname", {type: "text", "aria-label": "your name", placeholder: "your name", maxlength: 60});
  const head = element("div.zx-lessonhead", {}, element("div.zx-lessontitle", {role: "heading", "aria-level": 2}, lesson.title), name);
  const dots = element("div.zx-dots", {role: "group", "aria-label": "steps"});
  const body = element("div.zx-stepbody", {"aria-live": "polite"});
  const lockButton = button("Lock in my guess", lock), checkButton = button("Check", check);
  const verdict = element("div.zx-verdict", {"aria-live": "polite"});
  const back = button("Previous", () => go(at - 1)), next = button("Next", () => go(at + 1));
  const panel = element("section.zx-lessonpanel", {"aria-label": "lesson"}, dots, body, verdict, element("div.zx-lessonnav", {}, back, next));
  const place = element("div.zx-lessonplace");
  const restart = button("Begin anew", startOver);
  const saved = element("span.zx-quiet", {role: "status"});
  const foot = element("div.zx-lessonfoot", {}, saved, button("Save answers", download), restart);
  root.append(head, element("div.zx-lessongrid", {}, panel, place), foot);

  function button(words, onclick) {
    return element("button.zx-button", {type: "button", onclick: context.guarded(onclick)}, words);
  }

  // -- the sheet of answers -------------------------------------------------------------------------------------------
  const fresh = () => ({student: name.value.trim(), lesson: lesson.name, started: now(), finished: null, at: 0, steps: []});
  const entryOf = k => sheet.steps.find(entry => entry.step === k + 1);
  const revealed = k => Boolean(steps[k].question && entryOf(k)?.at);
  const mayGoOn = () => (!steps[at].question || revealed(at)) && (!isTask(steps[at]) || entryOf(at)?.tries > 0);

  function keep() {
    mine = {...sheet, at, student: name.value.trim(), steps: [...sheet.steps].sort((a, b) => a.step - b.step)};
    sheet = mine;
    model.set("student", sheet.student);
    model.set("sheet", sheet);
    model.save_changes();
  }

  function note(changes) {
    const before = entryOf(at) ?? {step: at + 1, title: steps[at].title};
    sheet = {...sheet, steps: [...sheet.steps.filter(entry => entry !== before), {...before, ...changes}]};
    if (steps.every((step, k) => (!step.question || revealed(k)) && (!isTask(step) || entryOf(k)?.passed))) sheet.finished ??= now();
    keep();
  }

  function takeUp() {
    const given = model.get("sheet");
    sheet = given?.steps ? given : fresh();
    name.value = model.get("student") || sheet.student || "";
    at = Math.min(steps.length - 1, Math.max(0, sheet.at ?? 0));
  }

  // -- one step -------------------------------------------------------------------------------------------------------
  function go(to) {
    const values = to === at + 1 ? steps[to].values : valuesUntil(to);
    at = to;
    keep();
    show(values);
    body.querySelector(".zx-steptitle").focus({preventScroll: true}); // keys and screen readers go on from there
  }

  /** Where the controls stood at a step that is not the next one: what all steps before set, and this one. */
  function valuesUntil(to) { return Object.assign({}, ...steps.slice(0, to + 1).map(step => step.values)); }

  function show(values = {}) {
    const step = steps[at], entry = entryOf(at);
    asked?.remove();
    asked = null;
    stage.set(lessonSituation(lesson, at, revealed));
    for (const [control, value] of Object.entries(values)) stage.move(control, value);
    body.replaceChildren(...(at === 0 ? paragraphs(lesson.text, "zx-lessonintro") : []),
      element("div.zx-steptitle", {role: "heading", "aria-level": 3, tabindex: -1}, step.title), ...paragraphs(step.text));
    if (step.question) {
      asked = askQuestion(stage, step.question, at, ready);
      body.append(asked.element);
      if (revealed(at)) {
        asked.show(entry.raw);
        asked.lock();
        showReveal(step, entry);
      } else body.append(lockButton);
    }
    if (isTask(step) && (!step.question || revealed(at))) body.append(checkButton);
    showTask(step, entry);
    showProgress();
  }

  function showReveal(step, entry) {
    if (entry.right !== undefined) body.append(told(entry.right, entry.right ? "As you said. " : "It is otherwise. ", entry.right ? step.right : step.wrong));
    body.append(...paragraphs(step.reveal?.text ?? "", "zx-reveal"));
  }

  function showTask(step, entry) {
    verdict.replaceChildren();
    if (!isTask(step) || !entry?.tries) return;
    verdict.append(told(entry.passed, entry.passed ? "Done. " : "Not yet. ", entry.passed ? step.right : step.wrong));
    if (!entry.passed) verdict.append(...(entry.found ?? []).map(words => element("p.zx-quiet", {}, words)));
  }

  function told(good, lead, words) {
    return element(`p.zx-told-${good ? "right" : "wrong"}`, {}, element("b", {}, lead), words);
  }

  function showProgress() {
    const reached = Math.max(at, ...sheet.steps.map(entry => entry.step - 1));
    dots.replaceChildren(element("span.zx-quiet.zx-number", {}, `step ${at + 1} of ${steps.length}`), ...steps.map((step, k) => {
      const entry = entryOf(k), state = entry?.right || entry?.passed ? "good" : entry ? "done" : "open";
      return element("button.zx-dot", {type: "button", "data-state": state, "aria-current": k === at ? "step" : false, disabled: k > reached,
        "aria-label": `step ${k + 1}: ${step.title}`, title: step.title, onclick: () => go(k)});
    }));
    back.disabled = at === 0;
    next.disabled = at === steps.length - 1 || !mayGoOn();
    next.hidden = at === steps.length - 1;
    ready();
    saved.textContent = model.get("saved") || (alone ? "" : "answers are kept as soon as there are some");
    Object.assign(root.dataset, {at: at + 1, steps: steps.length, revealed: String(revealed(at)), passed: String(Boolean(entryOf(at)?.passed)),
      finished: String(Boolean(sheet.finished)), painted: "true"});
    if (at === steps.length - 1 && sheet.finished) verdict.append(element("p.zx-finished", {}, "That was the lesson. ",
      `${sheet.steps.filter(entry => entry.right).length} of ${sheet.steps.filter(entry => entry.right !== undefined).length} guesses were what happened. Those that were not taught you more.`));
  }

  function ready() { lockButton.disabled = !asked || asked.value() === null; }

  // -- guess, reveal, check -------------------------------------------------------------------------------------------
  function lock() {
    const step = steps[at], {question} = step, raw = asked.value();
    if (raw === null) return;
    const changes = {question: question.ask, kind: question.kind, raw, answer: question.kind === "choice" ? question.options[raw] : rounded(raw), at: now()};
    if (step.check && !isTask(step)) {
      const traits = traitsOf(question.kind, raw, stage.charts.get(question.chart));
      changes.right = conditionsOf(step).every(condition => holds(condition, traits[condition.answer]));
    }
    note(changes);
    show();
    (checkButton.isConnected ? checkButton : next.hidden ? back : next).focus({preventScroll: true}); // the button that was pressed is gone
  }

  function check() {
    const conditions = conditionsOf(steps[at]), entry = entryOf(at);
    const missed = conditions.filter(condition => !holds(condition, stage.reports.get(condition.report)));
    const found = missed.map(condition => `${condition.report} is ${shown(stage.reports.get(condition.report))}; it ${wanted(condition)}.`);
    note({kind: entry?.kind ?? "task", passed: missed.length === 0, tries: (entry?.tries ?? 0) + 1, found, at: entry?.at ?? now()});
    show();
  }

  /** The second click in a row: the first one asks. */
  function startOver() {
    if (!restart.dataset.sure) {
      restart.dataset.sure = "true";
      restart.textContent = "Delete my answers?";
      return;
    }
    calmDown();
    sheet = fresh();
    at = 0;
    keep();
    const first = Object.entries({...lesson.values, ...steps[0].values}).filter(([control]) => stage.controls.has(control));
    show(Object.fromEntries(first));
  }

  function calmDown() {
    delete restart.dataset.sure;
    restart.textContent = "Begin anew";
  }

  function download() {
    const text = JSON.stringify({format: 1, ...sheet, student: name.value.trim()}, null, 1);
    const url = URL.createObjectURL(new Blob([text], {type: "application/json"}));
    const student = name.value.trim().replace(/[^\p{L}\p{N}_-]+/gu, "-") || "anonymous";
    element("a", {href: url, download: `${student}_${lesson.name}.json`}).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  // -- beginning ------------------------------------------------------------------------------------------------------
  takeUp();
  const stage = new Stage(context, place, model.get("data") ?? {}, lesson.values ?? {}, () => asked?.redraw());
  stage.set(lessonSituation(lesson, at, revealed));
  showOnStage(lesson.widget, stage);
  show(valuesUntil(at));
  context.listen(name, "change", keep);
  context.listen(restart, "blur", calmDown);
  context.listen(body, "keydown", event => { if (event.key === "Enter" && event.target.matches(".zx-amount") && !lockButton.disabled) lock(); });
  context.onResize(place, () => asked?.redraw());
  context.onModel(["saved"], () => { saved.textContent = model.get("saved"); });
  context.onModel(["sheet"], context.guarded(() => {
    if (model.get("sheet") === mine) return; // another view of this lesson was answered, or Python has put answers in
    takeUp();
    show(valuesUntil(at));
  }));
}

function paragraphs(text, kind = "zx-steptext") {
  return text.split("\n").filter(Boolean).map(line => element(`p.${kind}`, {}, line));
}

/** A guess with as many digits as a hand can mean. */
function rounded(raw) { return Array.isArray(raw) ? raw.map(rounded) : Number(raw.toPrecision(5)); }

function shown(value) { return typeof value === "number" ? said(Number(value.toPrecision(3))) : value ?? "not known yet"; }

function now() { return new Date().toISOString(); }
