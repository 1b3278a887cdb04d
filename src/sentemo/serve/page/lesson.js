/** What the reader teaches: corrections and labels of their own, together one model. */
import { call } from "./api.js";
import { changed, judged, model, state, shownLabel, talk } from "./store.js";
import { forgetReadings, readShown } from "./reader.js";

const NAME = "my-labels";
const AROUND = 40; // turns on either side of an example that go with it, as its context

/** @typedef {{name: string, description: string, texts: string[], picked: {talk: import("./types.js").Talk, turn: number}[]}} OwnLabel */

/** What has been taught since the page was opened; it is gone with it. */
export const lesson = {
  name: "",
  base: "",
  /** @type {"extend" | "replace"} */
  mode: "extend",
  /** @type {OwnLabel[]} */
  labels: [],
};

/** Give a name that no model has that this page didn't make. */
export function freshName() {
  const taken = new Set(state.models.map(({ name }) => name));
  const names = [NAME, ...Array.from({ length: 98 }, (_, place) => `${NAME}-${place + 2}`)];
  return names.find((name) => !taken.has(name)) ?? `${NAME}-${Date.now()}`;
}

/**
 * A name as the server takes it.
 * @param {string} name
 */
export const asName = (name) => name.trim().replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "").slice(0, 64) || freshName();

/**
 * Put a correction down (null takes it back), without learning yet.
 * @param {number} turn
 * @param {string | null} label
 */
export function note(turn, label) {
  const shown = talk();
  state.corrections = state.corrections.filter((each) => each.talk !== shown || each.turn !== turn);
  if (label !== null) state.corrections.push({ talk: shown, turn, label });
  changed("readings");
}

/**
 * Learn from the corrections, and from the reader's own labels where there are any.
 * @returns {Promise<Changes>}
 */
export async function learnCorrections() {
  const goesOn = lesson.name && (state.model === lesson.name || state.model === lesson.base);
  if (!goesOn) Object.assign(lesson, { name: freshName(), base: state.model, labels: [], mode: "extend" });
  return examples().length ? teach() : forget(lesson.name, lesson.base);
}

/**
 * Learn all that has been taught.
 * @returns {Promise<Changes>}
 */
export async function teach() {
  const described = lesson.labels.filter(({ description }) => description.trim());
  const reply = await call("POST", "v1/adapt", {
    name: lesson.name, base: lesson.base, labels: lesson.mode, examples: examples(),
    descriptions: Object.fromEntries(described.map(({ name, description }) => [name, description.trim()])),
  });
  state.models = [...state.models.filter(({ name }) => name !== reply.model.name), reply.model];
  return use(reply.model.name, true);
}

/**
 * Remove a model, and use another where it was in use.
 * @param {string} name
 * @param {string} [next]
 * @returns {Promise<Changes>}
 */
export async function forget(name, next = state.fallback) {
  if (state.models.some((each) => each.name === name)) await call("DELETE", `v1/models/${encodeURIComponent(name)}`);
  state.models = state.models.filter((each) => each.name !== name);
  if (name === lesson.name || name === lesson.base) Object.assign(lesson, { name: "", base: "", labels: [], mode: "extend" });
  return state.model === name ? use(next, false) : (changed("models"), { model: null, turns: [] });
}

/**
 * @typedef {{turn: number, before: string, after: string, yours: boolean, agrees: boolean}} ChangedTurn
 * @typedef {{model: import("./types.js").Model | null, turns: ChangedTurn[]}} Changes
 */

/**
 * Use a model; tell which labels of the conversation it changes.
 * @param {string} name
 * @param {boolean} taught
 * @returns {Promise<Changes>}
 */
export async function use(name, taught) {
  const shown = talk();
  const old = shown.turns.map((_, turn) => judged(turn)?.label);
  state.model = name;
  if (taught) forgetReadings();
  changed("models");
  await readShown();
  if (shown !== talk()) return { model: model() ?? null, turns: [] };
  const turns = shown.turns.flatMap((_, turn) => compare(turn, old[turn]));
  shown.before = new Map(taught ? turns.filter(({ before, after }) => before !== after).map(({ turn, before }) => [turn, before]) : []);
  changed("readings");
  return { model: model() ?? null, turns };
}

/**
 * @param {number} turn
 * @param {string | undefined} before
 * @returns {ChangedTurn[]}
 */
function compare(turn, before) {
  const [after, says] = [shownLabel(turn), judged(turn)?.label];
  const yours = state.corrections.some((each) => each.talk === talk() && each.turn === turn);
  if (before === undefined || after === undefined || (before === after && says === before)) return [];
  return [{ turn, before, after, yours, agrees: says === after }];
}

/** All examples: the reader's own sentences, picked turns and corrections, the latter in their conversation. */
export function examples() {
  const typed = lesson.labels.flatMap(({ name, texts }) => texts.map((text) => ({ turns: [{ speaker: "", text, label: name }] })));
  const picked = lesson.labels.flatMap(({ name, picked: turns }) => turns.map((each) => ({ ...each, label: name })));
  const own = new Set(lesson.labels.map(({ name }) => name));
  const corrected = state.corrections.filter(({ label }) => lesson.mode === "extend" || own.has(label));
  /** @type {Map<import("./types.js").Talk, Map<number, string>>} */
  const byTalk = new Map();
  for (const each of [...picked, ...corrected]) {
    if (!byTalk.has(each.talk)) byTalk.set(each.talk, new Map());
    byTalk.get(each.talk)?.set(each.turn, each.label); // a correction is later, and wins
  }
  return [...typed, ...[...byTalk].flatMap(([of, labels]) => pieces(of, labels))];
}

/**
 * The parts of a conversation in which there are examples.
 * @param {import("./types.js").Talk} of
 * @param {Map<number, string>} labels
 */
function pieces(of, labels) {
  /** @type {[number, number][]} */
  const spans = [];
  for (const turn of [...labels.keys()].sort((a, b) => a - b)) {
    const [start, stop] = [Math.max(0, turn - AROUND), Math.min(of.turns.length, turn + AROUND + 1)];
    const last = spans[spans.length - 1];
    if (last && start <= last[1]) last[1] = stop;
    else spans.push([start, stop]);
  }
  return spans.map(([start, stop]) => ({
    turns: of.turns.slice(start, stop).map(({ speaker, text }, place) => {
      const label = labels.get(start + place);
      return label === undefined ? { speaker, text } : { speaker, text, label };
    }),
  }));
}
