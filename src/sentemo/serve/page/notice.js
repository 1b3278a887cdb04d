/** Errors as sentences: what happened, and what to do next. */
import { byId, el } from "./dom.js";
import { Fault } from "./api.js";
import { nth } from "./words.js";

/**
 * Show an error until it is dismissed; offer to try again.
 * @param {unknown} error
 * @param {(() => void) | null} [again]
 */
export function tell(error, again = null) {
  if (error instanceof DOMException && error.name === "AbortError") return;
  if (!(error instanceof Fault)) console.error(error);
  const fault = error instanceof Fault ? error : new Fault(0, { cause: "Something went wrong on this page", next_step: "Reload it" });
  show(fault.message + place(fault.where), fault.nextStep, again);
}

/**
 * Show that the server is busy and that this page is waiting.
 * @param {number} seconds
 */
export const tellBusy = (seconds) => show("The server is busy", `Trying again in ${Math.round(seconds)} s`, null);

/** Dismiss the notice. */
export function quiet() {
  byId("notice").hidden = true;
  byId("notice").replaceChildren();
}

/**
 * @param {string} cause
 * @param {string} next
 * @param {(() => void) | null} again
 */
function show(cause, next, again) {
  const buttons = [
    again && el("button", { type: "button", onclick: () => { quiet(); again(); } }, "Try again"),
    el("button", { type: "button", onclick: quiet }, "Close"),
  ];
  byId("notice").replaceChildren(el("div", {}, el("strong", {}, sentence(cause)), ...marked(next && sentence(next))), ...buttons.filter(Boolean));
  byId("notice").hidden = false;
}

/**
 * Text with `code` in it, as nodes.
 * @param {string} words
 * @returns {(string | Node)[]}
 */
export const marked = (words) => words.split("`").map((part, place) => (place % 2 ? el("code", {}, part) : part));

/** @param {string} words */
const sentence = (words) => (/[.!?]$/.test(words) ? words : `${words}.`);

/**
 * The turn or line that an error is about, counted from 1.
 * @param {string | null} where
 */
function place(where) {
  const turn = /turns\[(\d+)\]/.exec(where ?? "")?.[1];
  if (turn !== undefined) return ` (${nth(Number(turn)).toLowerCase()})`;
  return where?.startsWith("line ") ? ` (${where})` : "";
}
