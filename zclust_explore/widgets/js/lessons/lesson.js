// A lesson: its steps beside the widget that they are about. First a guess, then what happens, then a check.

import {element} from "../core/element.js";
import {showOnStage} from "./catalogue.js";
import {askQuestion} from "./questions.js";
import {closing, conditionsOf, holds, isTask, judgeOf, lessonSituation, listed, missing, traitsOf} from "./rules.js";
import {Stage} from "./stage.js";
import {rememberedName, rememberName} from "./studentname.js";

/**
 * Build a lesson.
 * @param {Context} context
 * @param {{alone?: boolean}} how alone: a page without Python, where answers are saved by hand
 */
export function openLesson(context, {alone = false}) {
  const {model, root} = context, lesson = model.get("lesson"), {steps} = lesson;
  context.prefix = `zx${Math.random().toString(36).slice(2)}`;
  let sheet, at = 0, asked = null, mine = null, isNameAsked = false, chartLeft = null;

  // -- the parts of the page ------------------------------------------------------------------------------------------
  const name = element("input.zx-field.zx-studentname", {type: "text", "aria-label": "your name", placeholder: "your name", maxlength: 60});
  const whose = element("span.zx-whose", {role: "status"}), offer = element("div.zx-lessonoffer", {role: "status"});
  const head = element("div.zx-lessonhead", {}, element("div.zx-lessontitle", {role: "heading", "aria-level": 2}, lesson.title), element("span.zx-whorow", {}, whose, name));
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
  root.append(head, offer, element("div.zx-lessongrid", {}, panel, place), foot);

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
    name.value = model.get("student") || sheet.student || rememberedName();
    at = Math.min(steps.length - 1, Math.max(0, sheet.at ?? 0));
  }

  // -- one step -------------------------------------------------------------------------------------------------------
  function go(to) {
    const values = to === at + 1 ? steps[to].values : valuesUntil(to);
    at = to;
    whose.textContent = "";
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
    const judge = judgeOf(step);
    if (judge && entry.right !== undefined) body.append(told(entry.right, entry.right ? "Right. " : "Not quite. ", entry.right ? judge.right : judge.wrong));
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
      const entry = entryOf(k), state = !entry || isOpen(k) ? "open" : entry.right ?? entry.passed ? "good" : "done";
      return element("button.zx-dot", {type: "button", "data-state": state, "aria-current": k === at ? "step" : false, disabled: k > reached,
        "aria-label": `step ${k + 1}: ${step.title}`, title: step.title, onclick: () => go(k)});
    }));
    back.disabled = at === 0;
    next.disabled = at === steps.length - 1 || !mayGoOn();
    next.hidden = at === steps.length - 1;
    next.textContent = isOpen(at) && mayGoOn() ? "Skip" : "Next";
    ready();
    saved.textContent = model.get("saved") || (alone ? "" : "answers are kept as soon as there are some");
    showOffer();
    Object.assign(root.dataset, {at: at + 1, steps: steps.length, revealed: String(revealed(at)), passed: String(Boolean(entryOf(at)?.passed)),
      finished: String(Boolean(sheet.finished)), painted: "true"});
    if (at === steps.length - 1 && mayGoOn()) showEnd();
  }

  /** Whether a step's task is still to be passed. */
  function isOpen(k) { return isTask(steps[k]) && !entryOf(k)?.passed; }

  function showEnd() {
    const judged = sheet.steps.filter(entry => entry.right !== undefined), open = steps.flatMap((_, k) => (isOpen(k) ? [k + 1] : []));
    if (sheet.finished) verdict.append(element("p.zx-finished", {}, "That was the lesson. ", closing(judged.filter(entry => entry.right).length, judged.length)));
    else if (open.length) verdict.append(element("p.zx-finished", {}, `Still open: ${open.length > 1 ? "steps" : "step"} ${listed(open)}.`));
  }

  /** Answers of an earlier session: whoever comes back may go on there, everybody else gets a file of their own. */
  function showOffer() {
    const earlier = model.get("earlier");
    offer.hidden = !earlier?.path || sheet.steps.length > 0;
    if (offer.hidden) return;
    offer.replaceChildren(`${name.value.trim() || "Somebody without a name"} has answered here before: ${earlier.path}. `,
      button(`Go on there, at step ${earlier.at + 1}`, () => model.send({kind: "go_on"})), " Or begin here: new answers get a new file.");
  }

  function ready() { lockButton.disabled = !asked || asked.value() === null; }

  // -- guess, reveal, check -------------------------------------------------------------------------------------------
  function lock() {
    const step = steps[at], {question} = step, raw = asked.value();
    if (raw === null) return;
    const changes = {question: question.ask, kind: question.kind, raw, answer: question.kind === "choice" ? question.options[raw] : rounded(raw), at: now()};
    if (judgeOf(step)) {
      const traits = traitsOf(question.kind, raw, stage.charts.get(question.chart));
      changes.right = conditionsOf(judgeOf(step)).every(condition => holds(condition, traits[condition.answer]));
    }
    note(changes);
    show();
    if (!isNameAsked && !name.value.trim()) {
      isNameAsked = true;
      whose.textContent = "Whose answers are these?";
      name.focus();
    } else (checkButton.isConnected ? checkButton : next.hidden ? back : next).focus({preventScroll: true}); // the button that was pressed is gone
  }

  function check() {
    const conditions = conditionsOf(steps[at]), entry = entryOf(at);
    const missed = conditions.filter(condition => !holds(condition, stage.reports.get(condition.report)));
    const passed = Boolean(entry?.passed) || missed.length === 0; // whoever plays on after a pass has still passed
    const found = passed ? [] : missed.map(condition => missing(condition, stage.reports.get(condition.report)));
    note({kind: entry?.kind ?? "task", passed, tries: (entry?.tries ?? 0) + 1, found, at: entry?.at ?? now()});
    show();
  }

  /** The second click in a row: the first one asks. */
  function startOver() {
    if (!restart.dataset.sure) {
      restart.dataset.sure = "true";
      restart.textContent = alone ? "Delete my answers?" : "Really begin anew?"; // Python keeps the file of before
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
  if (!alone && name.value !== model.get("student")) { // Python looks for what this student has answered before
    model.set("student", name.value);
    model.save_changes();
  }
  context.listen(name, "change", () => {
    whose.textContent = "";
    rememberName(name.value.trim());
    keep();
    showOffer();
  });
  context.listen(restart, "blur", calmDown);
  context.listen(body, "keydown", event => { if (event.key === "Enter" && event.target.matches(".zx-amount") && !lockButton.disabled) lock(); });
  context.onResize(place, () => asked?.redraw());
  // in the order of the page the button comes before the chart: after a guess by keys, tab makes the detour to it
  context.listen(place, "keydown", event => {
    if (event.key !== "Tab" || event.shiftKey || !event.target.matches(".zx-guess") || lockButton.disabled) return;
    event.preventDefault();
    chartLeft = event.target;
    lockButton.focus();
  });
  context.listen(lockButton, "keydown", event => {
    if (event.key !== "Tab" || !chartLeft) return;
    if (event.shiftKey) event.preventDefault();
    chartLeft.focus(); // from where the browser goes on
  });
  context.listen(lockButton, "blur", () => { chartLeft = null; });
  context.onModel(["earlier"], showOffer);
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

function now() { return new Date().toISOString(); }
