// The rules of a lesson file, without a page: which controls are shown at a step, what is covered, what a check says.

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

/** The conditions of a step's check, as a list. */
export function conditionsOf(step) { return step.check === undefined ? [] : [step.check].flat(); }

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

/** A condition in words. */
export function wanted(condition) {
  if ("is" in condition) return `should be ${condition.is}`;
  if ("below" in condition) return `should be below ${condition.below}`;
  if ("above" in condition) return `should be above ${condition.above}`;
  return `should be from ${condition.between[0]} to ${condition.between[1]}`;
}
