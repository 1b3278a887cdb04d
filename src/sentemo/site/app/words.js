/** Which of a turn's own words speak for its label: leave each out and label again (`sentemo.explanation.influence`). */
import { speakerNumbers } from "./speakers.js";

const [AROUND, CLOSE] = [[2, 8, 16], 0.1]; // turns of context on either side: the fewest with which the label is as sure
const MOST = 24; // parts that a turn is cut into

/**
 * @param {import("./graph-model.js").GraphModel} model
 * @param {{speaker: string, text: string}[]} turns
 * @param {number} turn
 * @param {{label: string, score: number}} told in the whole conversation
 * @param {boolean} causal
 * @returns {Promise<{text: string, change: number}[]>} none for a turn of one word
 */
export async function weighWords(model, turns, turn, told, causal) {
  const parts = cut(turns[turn].text);
  if (parts.length < 2) return [];
  const reader = (/** @type {number} */ around) => {
    const first = Math.max(0, turn - around);
    const near = turns.slice(first, turn + around + 1);
    const [texts, speakers] = [near.map(({ text }) => text), speakerNumbers(near)];
    return async (/** @type {string} */ text) => (await model.label(texts.with(turn - first, text), speakers, causal))[turn - first];
  };
  let read = reader(AROUND[0]);
  let whole = await read(turns[turn].text);
  for (const around of AROUND.slice(1)) {
    if (whole.label === told.label && Math.abs(whole.score - told.score) <= CLOSE) break;
    read = reader(around);
    whole = await read(turns[turn].text);
  }
  const found = [];
  for (const [place, text] of parts.entries()) {
    const { probabilities } = await read(parts.toSpliced(place, 1).join(""));
    found.push({ text, change: whole.probabilities[told.label] - probabilities[told.label] });
  }
  return found;
}

/**
 * Split a text into words, or into at most `MOST` parts with equal numbers of words; joined they are the text.
 * @param {string} text
 */
function cut(text) {
  const words = text.match(/\S+\s*|\s+/g) ?? [];
  if (words.length > 1 && !words[0].trim()) words.splice(0, 2, words[0] + words[1]);
  const size = Math.ceil(words.length / MOST);
  return Array.from({ length: Math.ceil(words.length / size) }, (_, place) => words.slice(place * size, (place + 1) * size).join(""));
}
