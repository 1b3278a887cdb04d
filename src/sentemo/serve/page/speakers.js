/** The speakers of a conversation: numbers in order of appearance, sides for two, initials for more. */

/**
 * @typedef {{names: string[], number: number[], several: boolean, right: boolean[], starts: boolean[], initials: string[]}} Cast
 *   `number` is each turn's speaker, `right` whether it stands on the right, `starts` whether its speaker must be shown.
 */

/** @type {WeakMap<import("./types.js").Turn[], {length: number, cast: Cast}>} */
const known = new WeakMap();

/**
 * Return who speaks; turns without a name are assumed to alternate between two people.
 * @param {import("./types.js").Turn[]} turns
 * @returns {Cast}
 */
export function cast(turns) {
  const held = known.get(turns);
  if (held && held.length === turns.length) return held.cast;
  const found = assign(turns);
  known.set(turns, { length: turns.length, cast: found });
  return found;
}

/** @param {import("./types.js").Turn[]} turns */
function assign(turns) {
  const names = [...new Set(turns.map(({ speaker }) => speaker))];
  const place = new Map(names.map((name, at) => [name, at]));
  const number = turns.map(({ speaker }) => place.get(speaker) ?? 0);
  const several = names.length > 2;
  const nameless = names.length === 1 && !names[0];
  const right = number.map((each, turn) => !several && (nameless ? turn % 2 === 1 : each === 1));
  return { names, number, several, right, starts: firsts(turns, right), initials: initialsOf(names) };
}

/**
 * Where the name must be shown: where somebody else spoke before on that side.
 * @param {import("./types.js").Turn[]} turns
 * @param {boolean[]} right
 */
function firsts(turns, right) {
  /** @type {Record<string, string | undefined>} */
  const last = {};
  return turns.map(({ speaker }, turn) => {
    const side = String(right[turn]);
    const starts = last[side] !== speaker;
    last[side] = speaker;
    return Boolean(speaker) && starts;
  });
}

/**
 * One or two letters for each name, unique if possible.
 * @param {string[]} names
 */
function initialsOf(names) {
  /** @type {Set<string>} */
  const taken = new Set();
  return names.map((name) => {
    const signs = [...name.toLocaleUpperCase()].filter((sign) => /[\p{L}\p{N}]/u.test(sign));
    const words = name.toLocaleUpperCase().split(/\s+/).map((word) => [...word][0]).filter(Boolean);
    const options = [words.slice(0, 2).join(""), ...signs.slice(1).map((sign) => `${signs[0]}${sign}`), signs[0] ?? "?"];
    const found = options.find((each) => each && !taken.has(each)) ?? options[0];
    taken.add(found);
    return found;
  });
}

/**
 * Return the CSS class that distinguishes a speaker.
 * @param {number} number
 */
export const voice = (number) => `voice-${number % 8}`;

/**
 * Name a conversation after its speakers.
 * @param {import("./types.js").Turn[]} turns
 * @returns {string} empty if nobody has a name
 */
export function company(turns) {
  const names = cast(turns).names.filter(Boolean);
  if (names.length < 3) return names.join(" & ");
  return `${names.slice(0, 2).join(", ")} and ${names.length - 2} more`;
}
