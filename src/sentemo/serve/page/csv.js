/** Labelled conversations as CSV: one turn a row, as `sentemo predict` reads it too; a sensitivity has a column. */
import { correction, judged, sensitivity } from "./store.js";

const BREAKS = /[",\r\n]/;
const FORMULA = /^[=+\-@\t\r]/;

/**
 * @param {import("./types.js").Talk[]} talks
 * @returns {string}
 */
export function asCsv(talks) {
  const names = [...new Set(talks.flatMap(({ readings }) => readings.flatMap((each) => Object.keys(each?.probabilities ?? {}))))];
  const moved = sensitivity() ? [sensitivity()] : [];
  const head = ["conversation", "turn", "speaker", "text", "label", "score", "corrected", ...moved.map(() => "sensitivity"), ...names.map((name) => `p(${name})`)];
  const rows = talks.flatMap((talk) => talk.turns.map(({ speaker, text }, turn) => {
    const reading = judged(turn, talk);
    const own = correction(turn, talk);
    const label = own ?? reading?.label ?? "";
    const shares = names.map((name) => share(reading?.probabilities[name]));
    return [words(talk.id), turn + 1, words(speaker), words(text), words(label), share(reading?.probabilities[label]), own === undefined ? "" : "yes", ...moved, ...shares];
  }));
  return `${[head.map(words), ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

/** @param {number | undefined} value */
const share = (value) => (value === undefined ? "" : value.toFixed(6));

/**
 * What a spreadsheet would take for a formula gets an apostrophe before it.
 * @param {string} text
 */
const words = (text) => (FORMULA.test(text) ? `'${text}` : text);

/** @param {string | number} value */
const cell = (value) => (BREAKS.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
