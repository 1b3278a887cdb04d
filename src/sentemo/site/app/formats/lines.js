/** From bytes to numbered lines, and validation of every format's turns (`sentemo.formats`). */
import { Refusal } from "../refusal.js";

/** @typedef {{number: number, text: string}} Line */
/** @typedef {{speaker: string, text: string}} Turn */
/** @typedef {{id: string, turns: Turn[]}} Talk */

const LONGEST = 1_000_000;

/**
 * @param {Uint8Array} bytes
 * @returns {Line[]}
 */
export function linesOf(bytes) {
  const rows = decoded(bytes).split("\n");
  if (rows.at(-1) === "") rows.pop();
  return rows.map((text, place) => ({ number: place + 1, text: text.replace(/\r+$/, "") }));
}

/** @param {Uint8Array} bytes */
function decoded(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal(422, "The chat can't be read", "Save it as UTF-8");
  }
}

/**
 * Refuse the content of a line.
 * @param {number} line
 * @param {string} nextStep
 * @returns {never}
 */
export function refuse(line, nextStep) {
  throw new Refusal(422, "The chat can't be read", nextStep, `line ${line}`);
}

/**
 * Return a turn from untrusted values.
 * @param {unknown} text
 * @param {unknown} speaker
 * @param {number} line
 * @returns {Turn}
 */
export function turnOf(text, speaker, line) {
  if (typeof text !== "string") return refuse(line, "Write the utterance as text");
  if (typeof (speaker ?? "") !== "string") return refuse(line, "Write the speaker as text");
  if (!text.trim()) refuse(line, "Give it a text or leave the turn out");
  if (text.length > LONGEST) refuse(line, "Split or shorten it");
  return { speaker: /** @type {string} */ (speaker ?? ""), text };
}
