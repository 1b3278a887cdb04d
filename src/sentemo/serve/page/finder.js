/** Find turns by words, by emotion or by speaker, and step through them. */
import { announce, byId, el } from "./dom.js";
import { steer } from "./pointing.js";
import { cast } from "./speakers.js";
import { count } from "./words.js";
import { changed, choose, correction, judged, labels, shownLabel, state, talk, watch } from "./store.js";
import { scrollToTurn } from "./conversation.js";

const SURE = 0.5;

/** Search options in addition to single labels. */
const KINDS = {
  "*emotion": "any emotion",
  "*unsure": "less than 50 % sure",
  "*corrected": "corrected by you",
};

/** Let the reader find turns. */
export function offerFinder() {
  byId("find-text").addEventListener("input", () => set({ text: byId("find-text").value }));
  byId("find-emotion").addEventListener("change", () => set({ emotion: byId("find-emotion").value }));
  byId("find-speaker").addEventListener("change", () => set({ speaker: byId("find-speaker").value }));
  byId("find-previous").addEventListener("click", () => go(-1));
  byId("find-clear").addEventListener("click", () => {
    set({ text: "", emotion: "", speaker: "" });
    byId("find-text").focus();
  });
  byId("finder").addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    go(1);
  });
  watch(["talk"], clear);
  watch(["readings", "models"], show);
}

/** @type {import("./types.js").Talk | undefined} */
let last;

/** Reset the filter for another conversation. */
function clear() {
  if (last !== talk()) Object.assign(state.filter, { text: "", emotion: "", speaker: "" });
  last = talk();
  show();
}

/**
 * Change the search.
 * @param {Partial<typeof state.filter>} change
 */
export function set(change) {
  Object.assign(state.filter, change);
  changed("filter");
  show();
  const found = hits();
  announce(found ? `${count(found.size, "turn")} found.` : "All turns are shown.");
}

/** @returns {Set<number> | null} the turns found; null without a search */
export function hits() {
  const { text, emotion, speaker } = state.filter;
  if (!text.trim() && !emotion && !speaker) return null;
  const wanted = text.trim().toLocaleLowerCase();
  const fits = (/** @type {import("./types.js").Turn} */ each, /** @type {number} */ turn) =>
    (!wanted || each.text.toLocaleLowerCase().includes(wanted)) && (!speaker || each.speaker === speaker) && (!emotion || feels(turn, emotion));
  return new Set(talk().turns.flatMap((each, turn) => (fits(each, turn) ? [turn] : [])));
}

/**
 * @param {number} turn
 * @param {string} emotion
 */
function feels(turn, emotion) {
  const label = shownLabel(turn);
  if (label === undefined) return false;
  if (emotion === "*emotion") return label !== state.models.find(({ name }) => name === state.model)?.neutral;
  if (emotion === "*unsure") return correction(turn) === undefined && (judged(turn)?.score ?? 1) < SURE;
  if (emotion === "*corrected") return correction(turn) !== undefined;
  return label === emotion;
}

/**
 * Return a text with the search words marked.
 * @param {string} text
 * @returns {(string | Node)[]}
 */
export function marked(text) {
  const wanted = state.filter.text.trim().toLocaleLowerCase();
  const low = text.toLocaleLowerCase();
  if (!wanted || low.length !== text.length) return [text];
  /** @type {(string | Node)[]} */
  const parts = [];
  let from = 0;
  for (let at = low.indexOf(wanted); at >= 0; at = low.indexOf(wanted, from)) {
    parts.push(text.slice(from, at), el("mark", {}, text.slice(at, at + wanted.length)));
    from = at + wanted.length;
  }
  return [...parts, text.slice(from)];
}

/**
 * Go to the next or previous turn found, wrapping around.
 * @param {number} step
 */
function go(step) {
  const found = [...(hits() ?? talk().turns.keys())];
  if (!found.length) return announce("No turn matches.");
  const here = state.near ?? state.chosen;
  const after = step > 0 ? found.find((turn) => here === null || turn > here) : found.findLast((turn) => here === null || turn < here);
  const to = after ?? (step > 0 ? found[0] : found[found.length - 1]);
  if (state.chosen === null) steer(to);
  else choose(to);
  scrollToTurn(to);
  show();
  return announce(`${found.indexOf(to) + 1} of ${found.length}`);
}

/** Update the controls. */
function show() {
  const { turns } = talk();
  const { text, emotion, speaker } = state.filter;
  const found = hits();
  const told = turns.map((_, turn) => shownLabel(turn));
  const names = [...new Set([...labels(), ...told.filter((each) => each !== undefined)])];
  const kinds = [...names.map((name) => [name, name]), ...Object.entries(KINDS)];
  const options = kinds.map(([value, name]) => el("option", { value }, `${name} (${turns.filter((_, turn) => feels(turn, value)).length})`));
  fill(byId("find-emotion"), [el("option", { value: "" }, "All emotions"), ...options], emotion);
  const { names: speakers } = cast(turns);
  fill(byId("find-speaker"), [el("option", { value: "" }, "Everyone"), ...speakers.filter(Boolean).map((name) => el("option", { value: name }, name))], speaker);
  byId("find-speaker").hidden = speakers.length < 2;
  if (byId("find-text").value !== text) byId("find-text").value = text;
  const here = found ? [...found].indexOf(state.near ?? state.chosen ?? -1) : -1;
  byId("find-count").textContent = found === null ? "" : `${here >= 0 ? `${here + 1} of ` : ""}${found.size} ${here >= 0 ? "" : "found"}`;
  byId("find-clear").hidden = found === null;
  byId("finder").hidden = turns.length < 2;
}

/**
 * @param {HTMLSelectElement} select
 * @param {any[]} options
 * @param {string} value
 */
function fill(select, options, value) {
  const same = options.map(({ text }) => text).join("\n") === [...select.options].map(({ text }) => text).join("\n");
  if (!same) select.replaceChildren(...options);
  select.value = value;
}
