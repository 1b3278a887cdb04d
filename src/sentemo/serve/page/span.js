/** Which turns the timeline shows: all of them, or some after zooming in; the chosen turn stays among them. */
import { changed, state, talk } from "./store.js";

export const LEAST = 12; // minimum number of turns shown

/** @returns {{start: number, stop: number}} the turns that are shown */
export function span() {
  const turns = talk().turns.length;
  if (!state.span) return { start: 0, stop: turns };
  return { start: Math.min(state.span.start, Math.max(0, turns - LEAST)), stop: Math.min(state.span.stop, turns) };
}

/**
 * Show some of the turns.
 * @param {number} start
 * @param {number} stop
 */
export function setSpan(start, stop) {
  const turns = talk().turns.length;
  const size = Math.max(LEAST, Math.min(turns, Math.round(stop - start)));
  const first = Math.max(0, Math.min(turns - size, Math.round(start)));
  state.span = size >= turns ? null : { start: first, stop: first + size };
  changed("span");
}

/**
 * Show more turns or fewer, around the one pointed at.
 * @param {number} factor
 */
export function zoom(factor) {
  const { start, stop } = span();
  const turns = talk().turns.length;
  const size = Math.min(turns, Math.max(LEAST, (stop - start) * factor));
  const middle = state.near ?? state.chosen ?? (start + stop) / 2;
  setSpan(middle - size / 2, middle + size / 2);
}

/**
 * Scroll if the turn pointed at or chosen isn't among those shown.
 * @returns {boolean} whether it had to
 */
export function follow() {
  const turn = state.near ?? state.chosen;
  const { start, stop } = span();
  if (turn === null || !state.span || (turn >= start && turn < stop)) return false;
  setSpan(turn - (stop - start) / 2, turn + (stop - start) / 2);
  return true;
}
