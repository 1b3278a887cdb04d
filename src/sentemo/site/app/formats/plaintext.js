/** Plain text: one turn per line, `Name: text`; a blank line starts the next conversation (`sentemo.formats.plaintext`). */
import { turnOf } from "./lines.js";

const NAMED = /^\s*(?<name>(?=\p{L})[^:\s]+(?:[ \t][^:\s]+){0,3})\s*:(?:\s+|$)(?<text>[^]*)$/u;
const LONGEST_NAME = 40;

/**
 * @param {import("./lines.js").Line[]} lines
 * @returns {import("./lines.js").Talk[]}
 */
export function readPlaintext(lines) {
  /** @type {import("./lines.js").Turn[][]} */
  const runs = [];
  let blank = true;
  for (const { number, text } of lines) {
    if (text.trim()) {
      if (blank) runs.push([]);
      runs[runs.length - 1].push(turn(text, number));
    }
    blank = !text.trim();
  }
  return runs.map((turns, place) => ({ id: `chat-${place}`, turns }));
}

/**
 * @param {string} line
 * @param {number} number
 */
function turn(line, number) {
  const { name, text } = NAMED.exec(line)?.groups ?? {};
  return name === undefined || [...name].length > LONGEST_NAME ? turnOf(line.trim(), "", number) : turnOf(text.trim(), name, number);
}
