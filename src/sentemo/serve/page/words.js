/** Formatting of numbers. */

/**
 * A share as a percentage; never 100 % or 0 % unless it is exact.
 * @param {number} share
 */
export function percent(share) {
  if (share > 0.99 && share < 1) return "> 99 %";
  if (share > 0 && share < 0.01) return "< 1 %";
  return `${Math.round(100 * share)} %`;
}

/**
 * A word before a label that shows how sure it is.
 * @param {number} score
 */
export const hedge = (score) => (score < 0.5 ? "perhaps " : "");

/**
 * A turn's number, counted from 1.
 * @param {number} turn
 */
export const nth = (turn) => `Turn ${turn + 1}`;

/**
 * A count with its noun in the singular or plural.
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 */
export const count = (count, one, many = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

/**
 * A change of a probability, in percentage points.
 * @param {number} change
 */
export function points(change) {
  const whole = Math.round(100 * change);
  return `${whole > 0 ? "+" : whole < 0 ? "\u2212" : "\u00b1"}${Math.abs(whole)}`;
}

/**
 * A signed number with one decimal; 0 has no sign.
 * @param {number} value
 */
export const signed = (value) => (value === 0 ? "0" : `${value > 0 ? "+" : "\u2212"}${Math.abs(value).toFixed(1)}`);

/**
 * The distance of an example in words, from 0 (the same) to 2 (the opposite).
 * @param {number} distance
 */
export function nearness(distance) {
  const word = distance < 0.5 ? "very close" : distance < 0.85 ? "close" : distance < 1.15 ? "loosely similar" : "far off";
  return `${word} (${distance.toFixed(2)})`;
}

/**
 * The expected quality of labels learnt from examples, in sentences.
 * @param {import("./types.js").Adapted} adapted
 * @returns {string}
 */
export function expectation(adapted) {
  const examples = Object.values(adapted.examples).reduce((sum, each) => sum + each, 0);
  const from = `Learnt from ${count(examples, "example")} of ${count(Object.keys(adapted.examples).length, "label")}.`;
  const tags = Object.entries(adapted.tags);
  return [from, ...(tags.length ? tags.map(tagFound) : [found(adapted)])].join(" ");
}

/** @param {import("./types.js").Adapted} adapted */
function found({ accuracy, interval, chance }) {
  if (accuracy === null || interval === null) {
    return "Its accuracy can't be estimated from so few: add at least two examples of each label.";
  }
  const [low, high] = interval;
  const range = `${percent(accuracy)} (between ${percent(low)} and ${percent(high)}, 19 times in 20)`;
  const wide = high - low > 0.35 ? " That is a wide range; more examples narrow it." : "";
  return `Of turns like these examples, expect it to get about ${range} right; guessing would give ${percent(chance)}.${wide}`;
}

/**
 * The expected quality of a tag.
 * @param {[string, import("./types.js").Expected]} tag
 */
function tagFound([name, { recall, recall_interval: [low, high] }]) {
  if (recall === null) return `How much of \u201c${name}\u201d will be found can't be estimated from one example: add a few more.`;
  const little = recall < 0.5 ? " It will miss more than it finds; more examples help." : "";
  return `Expect ${percent(recall)} of \u201c${name}\u201d to be found (between ${percent(low)} and ${percent(high)}, 19 times in 20).${little}`;
}
