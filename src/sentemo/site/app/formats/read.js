/** A pasted chat or a file to conversations, by what is in it (`sentemo.formats.sniff`). */
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
