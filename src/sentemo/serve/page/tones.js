import { el, svg } from "./dom.js";

/** Shapes in a 16 × 16 box; each tone has its own, so that colour is never the only cue. */
const SHAPES = {
  neutral: "M8 3.2a4.8 4.8 0 1 0 0 9.6a4.8 4.8 0 1 0 0-9.6z",
  anger: "M8 1.5L15 14H1z",
  disgust: "M1 2.5h14L8 15z",
  fear: "M8 .8L14 8l-6 7.2L2 8z",
  happiness: "M1 5.5h14a7 7 0 0 1-14 0z",
  sadness: "M8 .8c2.7 4.2 4.8 6.4 4.8 9.2a4.8 4.8 0 0 1-9.6 0C3.2 7.2 5.3 5 8 .8z",
  surprise: "M8 0l2 6 6 2-6 2-2 6-2-6-6-2 6-2z",
  1: "M8 14.5C3 10.5 1 8 1 5.2A3.6 3.6 0 0 1 8 4a3.6 3.6 0 0 1 7 1.2c0 2.8-2 5.3-7 9.3z",
  2: "M2.5 2.5h11v11h-11z",
  3: "M6 1h4v5h5v4h-5v5H6v-5H1V6h5z",
  4: "M8 .8l6.5 3.7v7L8 15.2l-6.5-3.7v-7z",
  5: "M1 5.5h14v5H1z",
  6: "M8 1l7 5.3L12.3 15H3.7L1 6.3z",
  7: "M3.5 1L8 5.5 12.5 1 15 3.5 10.5 8l4.5 4.5-2.5 2.5L8 10.5 3.5 15 1 12.5 5.5 8 1 3.5z",
  8: "M5.5 1h5v14h-5z",
};

const SAME = {
  happiness: ["happiness", "happy", "joy", "joyful", "excited", "excitement", "amusement"],
  anger: ["anger", "angry", "mad", "annoyance", "frustrated", "frustration"],
  sadness: ["sadness", "sad", "grief", "disappointment"],
  fear: ["fear", "scared", "afraid", "nervousness", "worry"],
  surprise: ["surprise", "surprised", "realization"],
  disgust: ["disgust", "disgusted"],
  neutral: ["neutral", "no emotion", "none", "other"],
};
const SPARE = ["1", "2", "3", "4", "5", "6", "7", "8"];

/** @type {Map<string, string>} */
const given = new Map();

/**
 * Return the tone of a label: a known emotion's own, otherwise a spare one; stable while the page is open.
 * @param {string} label
 * @returns {string}
 */
export function toneOf(label) {
  const known = given.get(label);
  if (known) return known;
  const taken = new Set(given.values());
  const own = Object.entries(SAME).find(([, names]) => names.includes(label.toLowerCase()))?.[0];
  const free = own && !taken.has(own) ? own : SPARE.find((spare) => !taken.has(spare));
  const tone = free ?? SPARE[given.size % SPARE.length];
  given.set(label, tone);
  return tone;
}

/**
 * Return the CSS class with a label's colours.
 * @param {string | undefined} label
 */
export const toneClass = (label) => (label === undefined ? "tone-neutral" : `tone-${toneOf(label)}`);

/**
 * Return the outline of a label's shape, in a 16 × 16 box.
 * @param {string} label
 */
export const outline = (label) => SHAPES[/** @type {keyof typeof SHAPES} */ (toneOf(label))];

/**
 * Draw a label's shape beside text.
 * @param {string} label
 */
export const glyph = (label) =>
  svg("svg", { class: "glyph", viewBox: "0 0 16 16", "aria-hidden": "true" }, svg("path", { d: outline(label) }));

/**
 * A label's name with its shape and colour.
 * @param {string} label
 * @param {...any} after
 */
export const felt = (label, ...after) =>
  el("span", { class: `felt ${toneClass(label)}` }, glyph(label), el("span", { class: "label" }, label), ...after);
