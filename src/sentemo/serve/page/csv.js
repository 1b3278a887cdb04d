/** Labelled conversations as tables: one turn per row, which `sentemo predict` also reads; a sensitivity has its own column. */
import { correction, judged, sensitivity } from "./store.js";

const BREAKS = /[",\r\n]/;
const FORMULA = /^[=+\-@\t\r]/;

/**
 * @param {import("./types.js").Talk[]} talks
 * @returns {string} comma-separated values
 */
export const asCsv = (talks) => `${table(talks, true).map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;

/**
 * @param {import("./types.js").Talk[]} talks
 * @returns {string} tab-separated values, for pasting into spreadsheets and documents, without the single probabilities
 */
export const asTabs = (talks) => table(talks, false).map((row) => row.map((each) => String(each).replace(/[\t\r\n]+/g, " ")).join("\t")).join("\n");

/**
 * @param {import("./types.js").Talk[]} talks
 * @param {boolean} shares whether each label's probability has a column
 * @returns {(string | number)[][]} a head and rows
 */
function table(talks, shares) {
  const names = shares ? [...new Set(talks.flatMap(({ readings }) => readings.flatMap((each) => Object.keys(each?.probabilities ?? {}))))] : [];
  const moved = sensitivity() ? [sensitivity()] : [];
  const [timed, named] = [talks.some(({ turns }) => turns.some(({ time }) => time)), talks.some(({ turns }) => turns.some(({ id }) => id))];
  const head = ["conversation", "turn", ...(named ? ["id"] : []), ...(timed ? ["time"] : []), "speaker", "text", "label", "score", "corrected", ...moved.map(() => "sensitivity"), ...names.map((name) => `p(${name})`)];
  const rows = talks.flatMap((talk) => talk.turns.map(({ speaker, text, time, id }, turn) => {
    const reading = judged(turn, talk);
    const own = correction(turn, talk);
    const label = own ?? reading?.label ?? "";
    const known = [...(named ? [words(id ?? "")] : []), ...(timed ? [time ?? ""] : [])];
    return [words(talk.id), turn + 1, ...known, words(speaker), words(text), words(label), share(reading?.probabilities[label]), own === undefined ? "" : "yes", ...moved, ...names.map((name) => share(reading?.probabilities[name]))];
  }));
  return [head.map(words), ...rows];
}

/** @param {number | undefined} value */
const share = (value) => (value === undefined ? "" : value.toFixed(6));

/**
 * Prefix text that a spreadsheet would take for a formula with an apostrophe.
 * @param {string} text
 */
const words = (text) => (FORMULA.test(text) ? `'${text}` : text);

/** @param {string | number} value */
const cell = (value) => (BREAKS.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
