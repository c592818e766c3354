// The rules of a lesson file, without a page: which controls are shown at a step, what is covered, what a check says.

import {said} from "../core/axes.js";

/**
 * What the frame shows at a step, after all that came before it.
 * @param {object} lesson
 * @param {number} at the step, from 0
 * @param {(step: number) => boolean} revealed whether the question of a step was answered
 * @returns {{controls: Object<string, string>, covered: Set<string>}}
 */
export function lessonSituation(lesson, at, revealed) {
  const controls = {...lesson.controls}, covered = new Set();
  lesson.steps.slice(0, at + 1).forEach((step, k) => {
    Object.assign(controls, step.controls);
    for (const name of step.cover ?? []) covered.add(name);
    // who went on without an answer is shown what the others see
    if (k < at || revealed(k)) {
      Object.assign(controls, step.reveal?.controls);
      for (const name of step.reveal?.uncover ?? []) covered.delete(name);
    }
  });
  return {controls, covered};
}

/** Whether a step is checked by numbers that the widget reports: a task, not a guess. */
export function isTask(step) { return conditionsOf(step).some(condition => "report" in condition); }

/** The conditions of a check, as a list. */
export function conditionsOf({check}) { return check === undefined ? [] : [check].flat(); }

/** What judges the guess of a step, with its words for right and wrong: the question's own check, or the step's if that is no task. */
export function judgeOf(step) { return step.question?.check ? step.question : step.check && !isTask(step) ? step : null; }

/** What a check may ask of an answer. `truth` gives the y of the chart's own curve at an x, where the chart tells it. */
export function traitsOf(kind, answer, chart) {
  if (kind === "choice") return {option: answer};
  if (kind === "number") return {value: answer};
  if (kind === "click") return {x: answer[0], y: answer[1]};
  const ys = answer.map(point => point[1]), [low, high] = [Math.min(...ys), Math.max(...ys)];
  const traits = {start: ys[0], end: ys.at(-1), change: ys.at(-1) - ys[0],
    lowest: answer[ys.indexOf(low)][0], highest: answer[ys.indexOf(high)][0]};
  if (chart?.truth) {
    const [bottom, top] = chart.domain.y, off = answer.map(([x, y]) => Math.abs(y - chart.truth(x))).filter(Number.isFinite);
    traits.deviation = off.reduce((sum, value) => sum + value, 0) / Math.max(1, off.length) / (top - bottom);
  }
  return traits;
}

/** Whether a condition holds for a value: "is", "below", "above", "between" (ends included). */
export function holds(condition, value) {
  if ("is" in condition) return value === condition.is || (typeof value === "number" && Math.abs(value - condition.is) < 1e-9);
  if (typeof value !== "number" || Number.isNaN(value)) return false;
  if ("below" in condition) return value < condition.below;
  if ("above" in condition) return value > condition.above;
  return value >= condition.between[0] && value <= condition.between[1];
}

/** What is said of a condition that does not hold: in the words of the lesson file, where {} is the number. */
export function missing(condition, value) {
  const number = typeof value === "number" ? said(Number(value.toPrecision(3))) : value ?? "not known yet";
  return condition.missed?.replaceAll("{}", number) ?? `${condition.report} is ${number}; it ${wanted(condition)}.`;
}

/** The last sentence of a lesson. */
export function closing(right, guesses) {
  const others = guesses - right, words = ["", "", "two", "three", "four", "five", "six", "seven", "eight"];
  if (!guesses) return "";
  if (!right) return guesses === 1 ? "Your guess was not right: that is where you learned most." : `None of your ${guesses} guesses was right: each of them is where you learned something.`;
  if (!others) return guesses === 1 ? "Your guess was right." : `You guessed all ${guesses} right.`;
  const rest = others === 1 ? "one is" : (words[others] ?? others) + " are";
  return `You guessed ${right} of ${guesses} right; the other ${rest} where you learned most.`;
}

/** 2, 3 -> "2 and 3". */
export function listed(numbers) { return numbers.length < 2 ? numbers.join("") : `${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}`; }

/** A condition in words. */
function wanted(condition) {
  if ("is" in condition) return `should be ${condition.is}`;
  if ("below" in condition) return `should be below ${condition.below}`;
  if ("above" in condition) return `should be above ${condition.above}`;
  return `should be from ${condition.between[0]} to ${condition.between[1]}`;
}
