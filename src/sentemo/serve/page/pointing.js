/** Highlighting turns with the pointer and with keys: whichever moved last counts. */
import { pointAt } from "./store.js";

let steered = false; // keys are in use: ignore what scrolls under the resting pointer
let rest = ""; // where the pointer rests

for (const kind of /** @type {const} */ (["pointerover", "pointermove"])) {
  document.addEventListener(kind, (event) => {
    const place = `${event.screenX} ${event.screenY}`;
    if (place !== rest) steered = false;
    rest = place;
  }, true);
}

/**
 * Point at a turn with a key.
 * @param {number} turn
 */
export function steer(turn) {
  steered = true;
  pointAt(turn);
}

/**
 * Point at a turn, or at none, with the pointer.
 * @param {number | null} turn
 */
export function hover(turn) {
  if (!steered) pointAt(turn);
}

/**
 * Attributes that make an element highlight a turn while the pointer is over it.
 * @param {number} turn
 */
export const hovering = (turn) => ({ onpointerenter: () => hover(turn), onpointerleave: () => hover(null) });
