/** The conversation as bubbles, each with its emotion; arrow keys go from one to the next. */
import { byId, el } from "./dom.js";
import { glyph, toneClass } from "./tones.js";
import { hedge, percent, points } from "./words.js";
import { hovering, steer } from "./pointing.js";
import { choose, correction, judged, pointAt, shownLabel, state, talk, watch } from "./store.js";

const FELT_AT_LEAST = 0.03; // a smaller change of the probability isn't marked

/** @type {HTMLOListElement} */
let list;
/** @type {any[]} the rows, one a turn */
let rows = [];
/** @type {import("./types.js").Talk | undefined} the conversation that the rows are of */
let shown;

/** Show the conversation, and follow what changes. */
export function showConversation() {
  list = byId("turns");
  list.addEventListener("keydown", onKey);
  watch(["talk"], draw);
  watch(["readings", "models"], () => rows.forEach((_, turn) => label(turn)));
  watch(["chosen", "influences", "near"], mark);
}

function draw() {
  if (shown !== talk()) {
    list.replaceChildren();
    rows = [];
    shown = talk();
  }
  const { turns } = talk();
  for (let place = rows.length; place < turns.length; place += 1) {
    rows.push(rowOf(turns, place));
    list.append(rows[place]);
    label(place);
  }
  mark();
}

/**
 * Which side a speaker stands on: the second to speak stands right.
 * @param {import("./types.js").Turn[]} turns
 * @param {number} turn
 */
export function side(turns, turn) {
  const first = turns.findIndex(({ speaker }) => speaker !== turns[0].speaker);
  if (turns.every(({ speaker }) => !speaker)) return turn % 2 ? "right" : "left"; // two people who alternate
  return first >= 0 && turns[turn].speaker === turns[first].speaker ? "right" : "left";
}

/**
 * Whether a turn's side must say who speaks there: it was another, or no one yet.
 * @param {import("./types.js").Turn[]} turns
 * @param {number} turn
 */
export function isNew(turns, turn) {
  const where = side(turns, turn);
  const before = turns.slice(0, turn).findLastIndex((_, place) => side(turns, place) === where);
  return turns[before]?.speaker !== turns[turn].speaker;
}

/**
 * A row that no one can press, for the start.
 * @param {import("./types.js").Talk} of
 * @param {number} turn
 */
export function plainRow(of, turn) {
  const { turns } = of;
  const { speaker, text } = turns[turn];
  const reading = judged(turn, of);
  const line = el("span", { class: "felt" }, ...(reading ? words(reading) : ["\u2026"]));
  const said = el("div", { class: "bubble" }, el("span", { class: "hidden" }, `${speaker}: `), el("span", { class: "said" }, text), line);
  return el("div", { class: `turn ${side(turns, turn)} ${toneClass(reading?.label)}${reading ? "" : " waiting"}` }, said);
}

/**
 * A label and how sure it is.
 * @param {import("./types.js").Reading} reading
 */
const words = ({ label: name, confidence }) => [glyph(name), el("span", { class: "label" }, `${hedge(confidence)}${name}`), el("span", { class: "sure" }, percent(confidence))];

/**
 * @param {import("./types.js").Turn[]} turns
 * @param {number} turn
 */
function rowOf(turns, turn) {
  const { speaker, text } = turns[turn];
  const bubble = el(
    "button",
    {
      type: "button", class: "bubble", tabindex: turn ? -1 : 0, "aria-expanded": "false", "aria-controls": "panel",
      onclick: () => choose(turn), onfocus: () => { rove(turn); steer(turn); }, onblur: () => pointAt(null),
      ...hovering(turn),
    },
    el("span", { class: "hidden" }, speaker ? `${speaker}: ` : ""),
    el("span", { class: "said" }, text),
    el("span", { class: "felt" }),
  );
  const name = speaker && isNew(turns, turn) && el("span", { class: "speaker", "aria-hidden": "true" }, speaker);
  return el("li", { class: "turn" }, name, bubble, el("span", { class: "weight" }));
}

/**
 * Write a turn's emotion into its row, in place.
 * @param {number} turn
 */
function label(turn) {
  const { turns, before } = talk();
  const [row, reading, own] = [rows[turn], judged(turn), correction(turn)];
  const name = own ?? reading?.label;
  const waiting = name === undefined ? " waiting" : "";
  row.className = `turn ${side(turns, turn)} ${toneClass(name)}${waiting}`;
  const line = row.querySelector(".felt");
  if (name === undefined) return line.replaceChildren("\u2026");
  const parts = own === undefined && reading ? words(reading) : [glyph(name), el("span", { class: "label" }, name), el("span", { class: "yours" }, "yours")];
  const was = before.get(turn);
  if (was !== undefined && was !== name) parts.push(el("span", { class: "was" }, "was ", el("s", {}, was)));
  return line.replaceChildren(...parts);
}

/** Mark the chosen turn, the one pointed at, and those that matter to the chosen one. */
function mark() {
  rows.forEach((row, turn) => {
    const change = state.influences.get(turn) ?? 0;
    const matters = Math.abs(change) >= FELT_AT_LEAST;
    row.classList.toggle("near", state.near === turn);
    row.classList.toggle("helps", matters && change > 0);
    row.classList.toggle("hinders", matters && change < 0);
    row.querySelector(".bubble").setAttribute("aria-expanded", String(state.chosen === turn));
    const weight = row.querySelector(".weight");
    const text = matters ? points(change) : "";
    if (weight.textContent !== text) weight.textContent = text;
    weight.toggleAttribute("title", matters);
    if (matters) weight.title = `${change > 0 ? "Speaks for" : "Speaks against"} ${state.explained ?? shownLabel(state.chosen ?? turn)}, in points of a hundred`;
  });
}

/**
 * Let Tab come back to this turn.
 * @param {number} turn
 */
function rove(turn) {
  rows.forEach((row, place) => { row.querySelector(".bubble").tabIndex = place === turn ? 0 : -1; });
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (here < 0 || to === undefined || !rows[to]) return;
  event.preventDefault();
  focusTurn(to);
}

/**
 * Put the keyboard on a turn.
 * @param {number} turn
 */
export const focusTurn = (turn) => rows[turn]?.querySelector(".bubble").focus();

/**
 * Bring a turn into sight.
 * @param {number} turn
 */
export function scrollToTurn(turn) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  rows[turn]?.scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
}

