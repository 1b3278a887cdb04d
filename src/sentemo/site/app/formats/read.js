/** From a pasted chat or a file to conversations, with the format detected from the content (`sentemo.formats.sniff`). */
import { Refusal } from "../refusal.js";
import { delimiterOf, readCsv } from "./csv.js";
import { readJsonl } from "./jsonl.js";
import { linesOf } from "./lines.js";
import { readPlaintext } from "./plaintext.js";
import { headOf, readWhatsapp } from "./whatsapp.js";

/**
 * @param {Uint8Array} bytes
 * @returns {{format: string, conversations: import("./lines.js").Talk[]}}
 */
export function read(bytes) {
  const start = String.fromCharCode(...bytes.subarray(0, 4));
  if (start.startsWith("PK")) throw new Refusal(422, "A zip can't be read on this page", "Open the text file that is in it");
  if (start === "PAR1") throw new Refusal(422, "Parquet can't be read on this page", "Save it as CSV");
  const lines = linesOf(bytes);
  const first = lines.find(({ text }) => text.trim())?.text ?? "";
  if (headOf(first)) return { format: "whatsapp", conversations: readWhatsapp(lines) };
  if (first.trimStart().startsWith("{")) return { format: "jsonl", conversations: readJsonl(lines) };
  const delimiter = delimiterOf(first);
  if (delimiter) return { format: "csv", conversations: readCsv(lines, delimiter) };
  return { format: "text", conversations: readPlaintext(lines) };
}

const SHOWN = 5; // number of first turns to show

/**
 * Report how a chat is read, without labelling it.
 * @param {Uint8Array} bytes
 */
export function inspect(bytes) {
  const { format, conversations } = read(bytes);
  const turns = conversations.flatMap((talk) => talk.turns);
  /** @type {Map<string, number>} */
  const speakers = new Map();
  for (const { speaker } of turns) speakers.set(speaker, (speakers.get(speaker) ?? 0) + 1);
  const [known, nothing] = [{ format, kind: "", speakers: Object.fromEntries(speakers), shown: turns.slice(0, SHOWN) }, { labelled: 0, left_out: {}, remarks: [], error: null }];
  return { ...known, ...nothing, conversations: conversations.length, turns: turns.length, other_speakers: 0, first_time: null, last_time: null };
}
