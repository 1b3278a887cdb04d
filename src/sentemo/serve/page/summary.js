/** The summary of a labelled conversation: shares of emotions, by speaker, and where they cluster. */

const LEAST_TURNS = 20; // of a speaker to compare with others
const CLEAR = 2.58; // standard errors: 99 in 100

/**
 * @typedef {{name: string, turns: number, counts: Map<string, number>}} Share
 * @typedef {{label: string, start: number, stop: number}} Cluster
 */

/**
 * Count labels by speaker, most turns first.
 * @param {import("./types.js").Turn[]} turns
 * @param {(string | undefined)[]} labels one per turn; turns without one are left out
 * @returns {Share[]}
 */
export function shares(turns, labels) {
  /** @type {Map<string, Share>} */
  const found = new Map();
  turns.forEach(({ speaker: name }, turn) => {
    const label = labels[turn];
    if (label === undefined) return;
    const own = found.get(name) ?? { name, turns: 0, counts: new Map() };
    own.turns += 1;
    own.counts.set(label, (own.counts.get(label) ?? 0) + 1);
    found.set(name, own);
  });
  return [...found.values()].sort((a, b) => b.turns - a.turns);
}

/**
 * Sum over speakers.
 * @param {Share[]} parts
 * @param {string} [name]
 * @returns {Share}
 */
export function total(parts, name = "") {
  const counts = new Map();
  for (const part of parts) for (const [label, count] of part.counts) counts.set(label, (counts.get(label) ?? 0) + count);
  return { name, turns: parts.reduce((sum, { turns }) => sum + turns, 0), counts };
}

/**
 * Return the emotion in which a speaker differs most from the others, if the difference is clear (two proportions, z test).
 * @param {Share[]} parts
 * @param {string | null} neutral
 * @returns {{name: string, label: string, own: number, others: number} | null}
 */
export function contrast(parts, neutral) {
  let best = null;
  let widest = CLEAR;
  for (const part of parts) {
    const others = total(parts.filter((each) => each !== part));
    if (part.turns < LEAST_TURNS || others.turns < LEAST_TURNS) continue;
    for (const label of part.counts.keys()) {
      const [own, rest] = [(part.counts.get(label) ?? 0) / part.turns, (others.counts.get(label) ?? 0) / others.turns];
      const both = ((part.counts.get(label) ?? 0) + (others.counts.get(label) ?? 0)) / (part.turns + others.turns);
      const error = Math.sqrt(both * (1 - both) * (1 / part.turns + 1 / others.turns));
      const z = error ? (own - rest) / error : 0;
      if (label === neutral || z <= widest) continue;
      [best, widest] = [{ name: part.name, label, own, others: rest }, z];
    }
  }
  return best;
}

/**
 * Return the stretch with the densest cluster of an emotion, if it is clearly denser there than elsewhere.
 * @param {(string | undefined)[]} labels
 * @param {string | null} neutral
 * @returns {Cluster | null}
 */
export function cluster(labels, neutral) {
  const size = Math.max(8, Math.round(labels.length / 20));
  if (labels.length < 3 * size) return null;
  let best = null;
  let widest = CLEAR + 1; // many stretches are tried
  for (const label of new Set(labels)) {
    if (label === undefined || label === neutral) continue;
    const share = labels.filter((each) => each === label).length / labels.length;
    const error = Math.sqrt((share * (1 - share)) / size);
    let inside = labels.slice(0, size).filter((each) => each === label).length;
    for (let start = 0; start + size <= labels.length; start += 1) {
      const z = (inside / size - share) / error;
      if (z > widest) [best, widest] = [{ label, start, stop: start + size }, z];
      inside += Number(labels[start + size] === label) - Number(labels[start] === label);
    }
  }
  return best;
}

/**
 * Return the turn with the highest probability of each emotion.
 * @param {(import("./types.js").Reading | undefined)[]} readings
 * @param {(string | undefined)[]} labels
 * @param {string | null} neutral
 * @returns {{label: string, turn: number}[]} the most frequent emotion first
 */
export function moments(readings, labels, neutral) {
  /** @type {Map<string, {turn: number, count: number}>} */
  const found = new Map();
  labels.forEach((label, turn) => {
    if (label === undefined || label === neutral) return;
    const sure = (/** @type {number} */ at) => readings[at]?.probabilities[label] ?? 0;
    const held = found.get(label);
    found.set(label, { turn: held && sure(held.turn) >= sure(turn) ? held.turn : turn, count: (held?.count ?? 0) + 1 });
  });
  return [...found].sort(([, a], [, b]) => b.count - a.count).map(([label, { turn }]) => ({ label, turn }));
}
