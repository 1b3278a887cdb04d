/** CSV and TSV: one turn a row under a header (`sentemo.formats.csvfile` and `table`). */
import { refuse, turnOf } from "./lines.js";

const TEXT = ["text", "utterance", "message"];
const SPEAKER = ["speaker", "author", "name"];
const CONVERSATION = ["conversation", "dialogue", "dialogue_id", "conversation_id", "id"];
const QUOTE = "Quote cells that contain quotes, commas or line ends";
const DELIMITERS = [",", ";", "\t"];

/**
 * The delimiter with which a line is a header with a column of texts, if any.
 * @param {string} line
 */
export const delimiterOf = (line) => DELIMITERS.find((each) => line.split(each).some((name) => TEXT.includes(name.replace(/^[ \r\n"]+|[ \r\n"]+$/g, "").toLowerCase())));

/**
 * @param {import("./lines.js").Line[]} lines
 * @param {string} delimiter
 * @returns {import("./lines.js").Talk[]}
 */
export function readCsv(lines, delimiter) {
  const [header, ...rows] = records(lines, delimiter);
  const names = header.cells.map((name) => name.trim().toLowerCase());
  if (new Set(header.cells).size !== header.cells.length) refuse(1, "Give each column its own name");
  const column = (/** @type {string[]} */ known) => names.indexOf(known.find((name) => names.includes(name)) ?? "");
  const [text, speaker, conversation] = [TEXT, SPEAKER, CONVERSATION].map(column);
  /** @type {import("./lines.js").Talk[]} */
  const talks = [];
  for (const { number, cells } of rows) {
    if (cells.length !== header.cells.length) refuse(number, "Quote cells that contain the delimiter");
    const id = conversation < 0 ? "chat-0" : cells[conversation] || refuse(number, "Fill in the conversation's id for every row");
    if (talks.at(-1)?.id !== id) {
      if (talks.some((talk) => talk.id === id)) refuse(number, "Sort the rows by conversation");
      talks.push({ id, turns: [] });
    }
    talks[talks.length - 1].turns.push(turnOf(cells[text], cells[speaker], number));
  }
  return talks;
}

/**
 * The rows that are not blank, each with the line where it starts; a quoted cell may hold line ends.
 * @param {import("./lines.js").Line[]} lines
 * @param {string} delimiter
 */
function records(lines, delimiter) {
  /** @type {{number: number, cells: string[]}[]} */
  const found = [];
  /** @type {string | null | undefined} a quoted cell that continues on the next line */
  let open = null;
  for (const { number, text } of lines) {
    if (!text && open === null) continue;
    if (open === null) found.push({ number, cells: [] });
    const { number: start, cells } = found[found.length - 1];
    open = takeCells(open === null ? text : `"${open.replaceAll('"', '""')}\n${text}`, delimiter, cells);
    if (open === undefined) refuse(start, QUOTE);
  }
  if (open !== null) refuse(found[found.length - 1].number, QUOTE);
  return found;
}

/**
 * Put a line's cells to those of its row; give what is in a quoted cell that doesn't end, undefined where a quote is wrong.
 * @param {string} line
 * @param {string} delimiter
 * @param {string[]} cells
 */
function takeCells(line, delimiter, cells) {
  for (let at = 0; ; at += 1) {
    if (line[at] !== '"') {
      const stop = line.indexOf(delimiter, at);
      cells.push(line.slice(at, stop < 0 ? line.length : stop));
      at = stop < 0 ? line.length : stop;
    } else {
      const quoted = /(?:[^"]|"")*/y;
      quoted.lastIndex = at + 1;
      const inner = /** @type {string[]} */ (quoted.exec(line))[0];
      at = quoted.lastIndex + 1;
      if (at > line.length) return inner.replaceAll('""', '"');
      if (at < line.length && line[at] !== delimiter) return undefined;
      cells.push(inner.replaceAll('""', '"'));
    }
    if (at >= line.length) return null;
  }
}
