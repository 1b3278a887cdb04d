/** Why a turn has its label: which of its words and which other turns speak for it and against it, and the nearest examples. */
import { announce, byId, el } from "./dom.js";
import { call } from "./api.js";
import { around } from "./reader.js";
import { felt } from "./tones.js";
import { count, nearness, nth, points } from "./words.js";
import { changed, choose, judged, state, talk } from "./store.js";
import { tell } from "./notice.js";

const MOST_REASONS = 6;
const LEAST_CHANGE = 0.005;
const [MOST_WORDS, LEAST_WORD] = [5, 0.02];

/** @type {AbortController | null} */
let asking = null;
/** @type {any} the section for the server's answer */
let part;

/** Return the panel's section for the reasons, still empty. */
export function why() {
  part = el("section", { class: "why", "aria-label": "Why this label", "aria-busy": "true" }, el("h3", {}, "Why this label"), waiting());
  return part;
}

const waiting = () => el("p", { class: "hint" }, "Looking\u2026 ", el("button", { type: "button", class: "link", onclick: stop }, "Stop"));

/** Stop looking for reasons. */
export function cancel() {
  asking?.abort();
}

function stop() {
  cancel();
  part.removeAttribute("aria-busy");
  part.replaceChildren(el("h3", {}, "Why this label"), el("p", { class: "hint" }, "Stopped. ", el("button", { type: "button", class: "link", onclick: resume }, "Look again")));
}

function resume() {
  part.setAttribute("aria-busy", "true");
  part.replaceChildren(el("h3", {}, "Why this label"), waiting());
  if (state.chosen !== null) ask(state.chosen);
}

/**
 * Ask the server for the reasons; for a long conversation, only the part around the turn is sent.
 * @param {number} turn
 */
export async function ask(turn) {
  cancel();
  asking = new AbortController();
  const { signal } = asking;
  const { first, turns } = around(talk().turns, turn, state.limits.explained_turns);
  try {
    const reply = await call("POST", "v1/explain", { conversation: { id: "1", turns }, turn: turn - first, words: true, model: state.model || undefined, causal: state.live }, signal);
    if (!signal.aborted && state.chosen === turn) show(reply.turns[0], first);
  } catch (error) {
    if (signal.aborted) return;
    part.removeAttribute("aria-busy");
    part.replaceChildren(el("h3", {}, "Why this label"), el("p", { class: "hint" }, "The reasons couldn't be determined."));
    tell(error, () => ask(turn));
  }
}

/**
 * @param {import("./types.js").Explained} found
 * @param {number} first position of the part in the conversation
 */
function show({ turn, label, influences, nearest, words }, first) {
  const moved = influences.map((each) => ({ ...each, turn: each.turn + first }));
  state.influences = new Map(moved.map((each) => [each.turn, each.change]));
  state.explained = label;
  changed("influences");
  const strong = moved.filter(({ change }) => Math.abs(change) >= LEAST_CHANGE).sort((a, b) => Math.abs(b.change) - Math.abs(a.change));
  part.removeAttribute("aria-busy");
  part.replaceChildren(
    el("p", { class: "hint", id: "explained-note", hidden: true }),
    el("h3", {}, `Words that speak for ${label}, or against it`),
    weighty(words),
    el("h3", {}, `Other turns that speak for ${label}, or against it`),
    strong.length ? el("ul", { class: "reasons" }, ...strong.slice(0, MOST_REASONS).map(influence)) : el("p", { class: "hint" }, "None: the turn alone would get much the same label."),
    el("h3", {}, "Nearest examples"),
    nearest.length ? el("ul", { class: "reasons" }, ...nearest.map(near)) : el("p", { class: "hint" }, "It has none."),
  );
  byId("quote").replaceChildren(...words.map(marked));
  noteExplained(judged(turn + first)?.label ?? label);
  announce(`${nth(turn + first)} explained: ${label}. ${count(strong.length, "other turn matters", "other turns matter")}.`);
}

/**
 * Note if the reasons are for a label other than the one shown: the server ignores the sensitivity here.
 * @param {string} label
 */
export function noteExplained(label) {
  const note = byId("explained-note");
  if (!note || state.explained === undefined) return;
  note.hidden = label === state.explained;
  note.textContent = `At sensitivity 0 this turn is ${state.explained}; these are the reasons for that.`;
}

/** @typedef {{text: string, change: number}} Word */

/** @param {Word[]} words */
function weighty(words) {
  const strong = words.filter(({ change }) => Math.abs(change) >= LEAST_WORD).sort((a, b) => Math.abs(b.change) - Math.abs(a.change)).slice(0, MOST_WORDS);
  if (strong.length) return el("ul", { class: "weighty" }, ...strong.map(({ text, change }) => el("li", {}, `\u201c${text.trim()}\u201d `, el("span", { class: "number" }, points(change)))));
  return el("p", { class: "hint" }, words.length ? "No single word is decisive: without any one of them the model would be about as sure." : "It is a single word.");
}

/**
 * A word of the turn, marked where it matters.
 * @param {Word} word
 */
function marked({ text, change }) {
  if (Math.abs(change) < LEAST_WORD) return document.createTextNode(text);
  const end = text.trimEnd().length;
  return el("span", {}, el("span", { class: `word ${change > 0 ? "for" : "against"}${Math.abs(change) >= 0.1 ? " strong" : ""}` }, text.slice(0, end)), text.slice(end));
}

/** @param {{turn: number, change: number}} other */
function influence({ turn, change }) {
  const { speaker, text } = talk().turns[turn] ?? { speaker: "", text: "" };
  const go = el("button", { type: "button", class: "link", onclick: () => choose(turn) }, `${nth(turn)}${speaker ? `, ${speaker}` : ""}`);
  const short = text.length > 70 ? `${text.slice(0, 68)}\u2026` : text;
  return el("li", {}, el("span", {}, go, ` \u201c${short}\u201d`), el("span", { class: "number" }, points(change), el("span", { class: "hidden" }, " points")));
}

/** @param {{text: string, label: string, distance: number}} example */
function near({ text, label, distance }) {
  return el("li", {}, el("span", {}, `\u201c${text}\u201d`), felt(label), el("span", { class: "hint" }, nearness(distance)));
}
