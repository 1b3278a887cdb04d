/** The map's computations: non-overlapping text, turn counts per cell, speakers' means, a sentence. No drawing. */
import { shares } from "./summary.js";

/**
 * @typedef {[number, number]} Point
 */

const ROUNDS = 60;

/**
 * Place words above or below their points, and move apart those that would overlap.
 * @param {Point[]} points
 * @param {number[]} widths
 * @param {number} height of a line
 * @param {number} away minimum distance of a word from its point
 * @returns {Point[]} middle and baseline of each word
 */
export function placeWords(points, widths, height, away) {
  const middle = points.reduce((sum, [, y]) => sum + y, 0) / Math.max(1, points.length);
  /** @type {Point[]} */
  const found = points.map(([x, y]) => [x, y < middle ? y - away - height / 4 : y + away + height * 0.75]);
  for (let round = 0; round < ROUNDS; round += 1) {
    let moved = false;
    for (let one = 0; one < found.length; one += 1) {
      for (let other = one + 1; other < found.length; other += 1) {
        const near = (widths[one] + widths[other]) / 2 + height / 2 - Math.abs(found[one][0] - found[other][0]);
        const under = height - Math.abs(found[one][1] - found[other][1]);
        if (near <= 0 || under <= 0.01) continue;
        const sign = found[one][1] < found[other][1] || (found[one][1] === found[other][1] && points[one][1] <= points[other][1]) ? -1 : 1;
        found[one][1] += (sign * under) / 2;
        found[other][1] -= (sign * under) / 2;
        moved = true;
      }
    }
    if (!moved) break;
  }
  return found;
}

/**
 * Count points in the cells of a grid.
 * @param {(Point | undefined)[]} points
 * @param {(string | undefined)[]} labels
 * @param {number} size of a cell
 * @returns {{x: number, y: number, label: string, turns: number[]}[]} `label` is the most frequent one there
 */
export function cells(points, labels, size) {
  /** @type {Map<string, {x: number, y: number, turns: number[]}>} */
  const found = new Map();
  points.forEach((point, turn) => {
    if (!point) return;
    const [x, y] = point.map((each) => Math.floor(each / size));
    const cell = found.get(`${x} ${y}`) ?? { x: (x + 0.5) * size, y: (y + 0.5) * size, turns: [] };
    cell.turns.push(turn);
    found.set(`${x} ${y}`, cell);
  });
  return [...found.values()].map((cell) => ({ ...cell, label: commonest(cell.turns.map((turn) => labels[turn] ?? "")) }));
}

/** @param {string[]} names */
function commonest(names) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].reduce((best, each) => (each[1] > best[1] ? each : best))[0];
}

/**
 * Return the mean of each speaker's points, most turns first.
 * @param {(Point | undefined)[]} points
 * @param {import("./types.js").Turn[]} turns
 * @returns {{name: string, at: Point, turns: number}[]}
 */
export function means(points, turns) {
  /** @type {Map<string, {x: number, y: number, turns: number}>} */
  const sums = new Map();
  points.forEach((point, turn) => {
    const name = turns[turn]?.speaker;
    if (!point || !name) return;
    const sum = sums.get(name) ?? { x: 0, y: 0, turns: 0 };
    sums.set(name, { x: sum.x + point[0], y: sum.y + point[1], turns: sum.turns + 1 });
  });
  return [...sums].map(([name, { x, y, turns: many }]) => ({ name, at: /** @type {Point} */ ([x / many, y / many]), turns: many })).sort((a, b) => b.turns - a.turns);
}

/**
 * Describe the map: which turns are farthest from neutral, and which emotion sets the two main speakers apart.
 * @param {import("./types.js").Turn[]} turns
 * @param {(string | undefined)[]} labels
 * @param {(Point | undefined)[]} points
 * @param {Point | undefined} neutral its place
 * @param {string | null} nothing the neutral label
 */
export function story(turns, labels, points, neutral, nothing) {
  const found = ["Turns that read alike are close together."];
  const far = (/** @type {number} */ turn) => (points[turn] && neutral ? Math.hypot(points[turn][0] - neutral[0], points[turn][1] - neutral[1]) : -1);
  const felt = [...labels.keys()].filter((turn) => labels[turn] !== undefined && labels[turn] !== nothing).sort((a, b) => far(b) - far(a));
  if (neutral && felt.length) found.push(`Farthest from ${nothing}: ${felt.slice(0, 2).map((turn) => `turn ${turn + 1} (${labels[turn]})`).join(" and ")}.`);
  const leans = lean(turns, labels, nothing);
  if (leans.length === 2) found.push(`${leans[0].name} leans towards ${leans[0].label}, ${leans[1].name} towards ${leans[1].label}.`);
  return found.join(" ");
}

/**
 * The emotion that each of the two main speakers shows most in excess of the other.
 * @param {import("./types.js").Turn[]} turns
 * @param {(string | undefined)[]} labels
 * @param {string | null} neutral
 */
function lean(turns, labels, neutral) {
  const two = shares(turns, labels).filter(({ name, turns: many }) => name && many >= 5).slice(0, 2);
  if (two.length < 2) return [];
  const part = (/** @type {import("./summary.js").Share} */ of, /** @type {string} */ label) => (of.counts.get(label) ?? 0) / of.turns;
  return two.flatMap((own, at) => {
    const ahead = [...own.counts.keys()].filter((label) => label !== neutral).sort((a, b) => part(own, b) - part(two[1 - at], b) - part(own, a) + part(two[1 - at], a))[0];
    return ahead !== undefined && part(own, ahead) > part(two[1 - at], ahead) ? [{ name: own.name, label: ahead }] : [];
  });
}
