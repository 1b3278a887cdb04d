/** The page's state, with notification of changes. */
import { weighed } from "./weigh.js";

/**
 * @type {{
 *   models: import("./types.js").Model[], model: string, fallback: string, adaptable: boolean,
 *   limits: {conversations: number, turns: number, characters: number, body_bytes: number, explained_turns: number},
 *   live: boolean, title: string, source: string,
 *   talks: import("./types.js").Talk[], current: number,
 *   chosen: number | null, near: number | null, influences: Map<number, number>,
 *   explained: string | undefined, sensitivity: number,
 *   filter: {text: string, emotion: string, speaker: string}, span: {start: number, stop: number} | null,
 *   corrections: {talk: import("./types.js").Talk, turn: number, label: string, learnt: boolean}[],
 * }}
 */
export const state = {
  models: [],
  model: "",
  fallback: "",
  adaptable: false,
  limits: { conversations: 64, turns: 1024, characters: 4000, body_bytes: 1048576, explained_turns: 1024 },
  live: false,
  title: "",
  source: "",
  talks: [],
  current: 0,
  chosen: null,
  near: null,
  influences: new Map(), // on the probability of the label `explained`
  explained: undefined,
  sensitivity: 0,
  filter: { text: "", emotion: "", speaker: "" },
  span: null, // the turns that the timeline shows; null for all
  corrections: [],
};

/** @typedef {"models" | "talk" | "readings" | "chosen" | "near" | "influences" | "filter" | "span"} Change */

/** @type {Map<Change, (() => void)[]>} */
const watchers = new Map();

/**
 * Call a function on each change of these kinds.
 * @param {Change[]} changes
 * @param {() => void} then
 */
export function watch(changes, then) {
  for (const change of changes) watchers.set(change, [...(watchers.get(change) ?? []), then]);
}

/**
 * Notify those who watch a kind of change.
 * @param {Change} change
 */
export function changed(change) {
  for (const then of watchers.get(change) ?? []) then();
}

/**
 * Return the conversation shown; one without turns if there is none.
 * @returns {import("./types.js").Talk}
 */
export const talk = () => state.talks[state.current] ?? NONE;

/**
 * Return the model in use.
 * @returns {import("./types.js").Model | undefined}
 */
export const model = () => state.models.find((each) => each.name === state.model);

/**
 * Start a conversation.
 * @param {string} id
 * @param {import("./types.js").Turn[]} turns
 * @returns {import("./types.js").Talk}
 */
export const newTalk = (id, turns) => ({ id, turns, readings: [], before: new Map(), stamp: "" });

const NONE = newTalk("", []);

/**
 * Return the effective sensitivity: 0 if the model has no neutral label.
 * @returns {number}
 */
export const sensitivity = () => ((model()?.neutral ?? null) === null ? 0 : state.sensitivity);

/**
 * Return the model's reading of a turn, if there is one, at the current sensitivity.
 * @param {number} turn
 * @param {import("./types.js").Talk} [of]
 */
export const judged = (turn, of = talk()) => weighed(of.readings[turn], model()?.neutral ?? null, state.sensitivity);

/**
 * Return the label that the reader gave a turn, if any.
 * @param {number} turn
 * @param {import("./types.js").Talk} [of]
 */
export const correction = (turn, of = talk()) =>
  state.corrections.find((each) => each.talk === of && each.turn === turn)?.label;

/**
 * Return the label shown for a turn: the reader's own, or the model's.
 * @param {number} turn
 * @param {import("./types.js").Talk} [of]
 */
export const shownLabel = (turn, of = talk()) => correction(turn, of) ?? judged(turn, of)?.label;

/**
 * Point at a turn, or at none.
 * @param {number | null} turn
 */
export function pointAt(turn) {
  if (state.near === turn) return;
  state.near = turn;
  changed("near");
}

/**
 * Choose a turn to explain, or none.
 * @param {number | null} turn
 */
export function choose(turn) {
  state.chosen = turn;
  state.influences = new Map();
  state.explained = undefined;
  changed("influences");
  changed("chosen");
}

/**
 * The labels in drawing order: neutral last.
 * @returns {string[]}
 */
export function labels() {
  const used = model();
  if (!used) return [];
  const { labels: names, neutral } = used;
  return [...names.filter((name) => name !== neutral), ...(neutral === null ? [] : [neutral])];
}
