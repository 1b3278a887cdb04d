/** JSON lines: a conversation a line, `{"id"?, "turns": [{"speaker"?, "text"} | "text", ...]}` (`sentemo.formats.jsonl`). */
import { refuse, turnOf } from "./lines.js";

const SHAPE = 'Write {"turns": [{"speaker": "Ann", "text": "Hello"}]}';

/**
 * @param {import("./lines.js").Line[]} lines
 * @returns {import("./lines.js").Talk[]}
 */
export const readJsonl = (lines) => lines.filter(({ text }) => text.trim()).map(talk);

/**
 * @param {import("./lines.js").Line} line
 * @param {number} place
 */
function talk({ number, text }, place) {
  const { id, turns } = parsed(text, number);
  if (!Array.isArray(turns) || !turns.length) return refuse(number, SHAPE);
  const known = id === null || id === undefined || id === "" ? `chat-${place}` : id;
  if (typeof known !== "string" && !Number.isInteger(known)) return refuse(number, "Write the id as text");
  return { id: String(known), turns: turns.map((each) => turn(each, number)) };
}

/**
 * @param {string} text
 * @param {number} number
 */
function parsed(text, number) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse(number, "Write one flat JSON object a line");
  }
  return value !== null && typeof value === "object" ? value : refuse(number, SHAPE);
}

/**
 * @param {unknown} value
 * @param {number} number
 */
function turn(value, number) {
  if (typeof value === "string") return turnOf(value, "", number);
  if (value === null || typeof value !== "object") return refuse(number, SHAPE);
  const { text, speaker } = /** @type {any} */ (value);
  return turnOf(text, speaker, number);
}
