/** What the reader teaches: corrections and custom labels, which together make one model. */
import { call } from "./api.js";
import { changed, correction, judged, model, state, shownLabel, talk } from "./store.js";
import { around, forgetReadings, readShown, said } from "./reader.js";

const AROUND = 40; // turns of context on either side of an example
const LONGEST = 64;

/** @typedef {{name: string, description: string, texts: string[], picked: {talk: import("./types.js").Talk, turn: number}[]}} OwnLabel */

/** @returns {{name: string, base: string, title: string, mode: "extend" | "replace", labels: OwnLabel[]}} */
const nothing = () => ({ name: "", base: "", title: "", mode: "extend", labels: [] });

/** What has been taught since the page was opened, and in which chat; it is lost with the page. */
export const lesson = nothing();

/** @type {{lesson: typeof lesson, corrections: typeof state.corrections} | null} */
let earlier = null;

/** Return the lesson of an earlier chat, if it isn't in use. */
export const aside = () => earlier?.lesson ?? null;

/** Leave a chat: what was learnt only from its corrections is not used for the next one, unless the reader chooses so. */
export function setAside() {
  if (lesson.labels.length) return; // taught on purpose: corrections are part of it
  if (lesson.name) {
    earlier = { lesson: { ...lesson }, corrections: state.corrections };
    if (state.model === lesson.name) state.model = lesson.base;
    Object.assign(lesson, nothing());
  }
  state.corrections = [];
  changed("models");
}

/** Use an earlier chat's corrections here too. */
export function takeUp() {
  if (!earlier) return use(state.model, false);
  Object.assign(lesson, earlier.lesson);
  state.corrections = [...earlier.corrections, ...state.corrections];
  earlier = null;
  return use(lesson.name, false);
}

/**
 * Return an unused model name, based on a stem.
 * @param {string} stem
 */
export function freshName(stem) {
  const taken = new Set(state.models.map(({ name }) => name));
  const plain = asName(stem);
  const names = [plain, ...Array.from({ length: 98 }, (_, place) => `${plain.slice(0, LONGEST - 3)}-${place + 2}`)];
  return names.find((name) => !taken.has(name)) ?? `${plain.slice(0, LONGEST - 14)}-${Date.now()}`;
}

/**
 * Return a name that the server accepts.
 * @param {string} name
 */
export const asName = (name) => name.trim().replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+|-+$/g, "").slice(0, LONGEST) || "my-labels";

/**
 * Record a correction (null undoes it), without learning from it; return whether the model has learnt an earlier one of this turn.
 * @param {number} turn
 * @param {string | null} label
 */
export function note(turn, label) {
  const shown = talk();
  const learnt = state.corrections.find((each) => each.talk === shown && each.turn === turn)?.learnt ?? false;
  state.corrections = state.corrections.filter((each) => each.talk !== shown || each.turn !== turn);
  if (label !== null) state.corrections.push({ talk: shown, turn, label, learnt });
  changed("readings");
  return learnt;
}

/**
 * Return which other turns would get another label if the corrections were learnt; of a long conversation, those around a turn.
 * @param {number} turn
 */
export async function previewCorrections(turn) {
  const { first, turns } = around(talk().turns, turn, state.limits.turns);
  const { changes } = await call("POST", "v1/adapt", { ...asked(withCorrections()), preview: [{ turns }] });
  /** @type {{turn: number, before: string, after: string}[]} */
  const moved = changes.map((/** @type {any} */ each) => ({ turn: each.turn + first, before: each.before.label, after: each.after.label }));
  const isNew = (/** @type {typeof moved[0]} */ each) => each.before !== each.after && each.after !== shownLabel(each.turn);
  return { examined: turns.length, turns: moved.filter((each) => correction(each.turn) === undefined && isNew(each)) };
}

/** The lesson that the corrections go into: the one in use, or a new one. */
function withCorrections() {
  const goesOn = lesson.name && (state.model === lesson.name || state.model === lesson.base);
  return goesOn ? lesson : { ...nothing(), name: freshName(`${state.model}-corrected`), base: state.model, title: state.title };
}

/**
 * Learn from the corrections, and from the reader's own labels if there are any.
 * @returns {Promise<Changes>}
 */
export async function learnCorrections() {
  Object.assign(lesson, withCorrections());
  return examples(lesson).length ? teach() : forget(lesson.name, lesson.base);
}

/**
 * Learn everything that has been taught.
 * @returns {Promise<Changes>}
 */
export async function teach() {
  const reply = await call("POST", "v1/adapt", asked(lesson));
  for (const each of state.corrections) each.learnt = true;
  state.models = [...state.models.filter(({ name }) => name !== reply.model.name), reply.model];
  return use(reply.model.name, true);
}

/**
 * A lesson as a request.
 * @param {typeof lesson} of
 */
function asked(of) {
  const described = of.labels.filter(({ description }) => description.trim());
  return {
    name: of.name, base: of.base, labels: of.mode, examples: examples(of),
    descriptions: Object.fromEntries(described.map(({ name, description }) => [name, description.trim()])),
  };
}

/**
 * Remove a model, and switch to another if it was in use.
 * @param {string} name
 * @param {string} [next]
 * @returns {Promise<Changes>}
 */
export async function forget(name, next = state.fallback) {
  if (state.models.some((each) => each.name === name)) await call("DELETE", `v1/models/${encodeURIComponent(name)}`);
  state.models = state.models.filter((each) => each.name !== name);
  if (name === lesson.name || name === lesson.base) Object.assign(lesson, nothing());
  if (name === earlier?.lesson.name || name === earlier?.lesson.base) earlier = null;
  return state.model === name ? use(next, false) : (changed("models"), { model: null, turns: [] });
}

/**
 * @typedef {{turn: number, before: string, after: string, yours: boolean, agrees: boolean}} ChangedTurn
 * @typedef {{model: import("./types.js").Model | null, turns: ChangedTurn[]}} Changes
 */

/**
 * Use a model; return which labels of the conversation it changes.
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

/**
 * All examples: the reader's own sentences, picked turns and corrections, the latter in their conversation.
 * @param {typeof lesson} of
 */
export function examples({ labels, mode }) {
  const typed = labels.flatMap(({ name, texts }) => texts.map((text) => ({ turns: [{ speaker: "", text, label: name }] })));
  const picked = labels.flatMap(({ name, picked: turns }) => turns.map((each) => ({ ...each, label: name })));
  const own = new Set(labels.map(({ name }) => name));
  const corrected = state.corrections.filter(({ label }) => mode === "extend" || own.has(label));
  /** @type {Map<import("./types.js").Talk, Map<number, string>>} */
  const byTalk = new Map();
  for (const each of [...picked, ...corrected]) {
    if (!byTalk.has(each.talk)) byTalk.set(each.talk, new Map());
    byTalk.get(each.talk)?.set(each.turn, each.label); // a correction is later, and wins
  }
  return [...typed, ...[...byTalk].flatMap(([of, labels]) => pieces(of, labels))];
}

/**
 * The parts of a conversation that contain examples.
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
    turns: said(of.turns.slice(start, stop)).map((turn, place) => {
      const label = labels.get(start + place);
      return label === undefined ? turn : { ...turn, label };
    }),
  }));
}
