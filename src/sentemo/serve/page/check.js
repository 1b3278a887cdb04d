/** What was understood of a file, before it is labelled. */
import { byId, el } from "./dom.js";
import { count as plural } from "./words.js";
import { period } from "./times.js";
import { go } from "./views.js";

const FIRST = 4; // turns that are shown
const MOST_SPEAKERS = 8;

/**
 * Show it, and go on when the reader says so.
 * @param {{source: string, format: string, talks: import("./types.js").Talk[]}} read
 * @param {() => void} analyse
 */
export function showCheck(read, analyse) {
  const facts = understood(read);
  const go_on = el("button", { type: "button", class: "main", id: "go-on", onclick: analyse }, "Analyse");
  byId("check").replaceChildren(
    el("div", { class: "lead" }, el("h1", { id: "check-title" }, read.source), el("p", {}, "This is what was understood. Nothing has been labelled yet.")),
    el("div", { class: "ways" },
      el("section", { class: "way", "aria-label": "What was read" }, el("dl", { class: "facts" }, ...facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]))),
      el("section", { class: "way", "aria-labelledby": "first-title" }, el("h2", { id: "first-title" }, "How it begins"), first(read.talks[0]))),
    el("div", { class: "row after" }, go_on, el("button", { type: "button", onclick: () => go("start") }, "Choose another")));
  go("check");
  go_on.focus({ preventScroll: true });
}

/**
 * @param {{format: string, talks: import("./types.js").Talk[]}} read
 * @returns {[string, string][]}
 */
function understood({ format, talks }) {
  const turns = talks.flatMap((each) => each.turns);
  const times = turns.flatMap(({ time }) => (time ? [time] : [])).sort();
  return [
    ["Format", format],
    ["Conversations", talks.length.toLocaleString("en")],
    ["Turns", turns.length.toLocaleString("en")],
    ["Speakers", speakers(turns)],
    ...(times.length ? [/** @type {[string, string]} */ (["Time", period(times[0], times[times.length - 1])])] : []),
  ];
}

/** @param {import("./types.js").Turn[]} turns */
function speakers(turns) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { speaker } of turns) counts.set(speaker, (counts.get(speaker) ?? 0) + 1);
  const found = [...counts].sort(([, a], [, b]) => b - a);
  const named = found.slice(0, MOST_SPEAKERS).map(([name, count]) => `${name || "without a name"} (${count.toLocaleString("en")})`);
  return [...named, ...(found.length > MOST_SPEAKERS ? [`and ${plural(found.length - MOST_SPEAKERS, "other")}`] : [])].join(", ");
}

/** @param {import("./types.js").Talk} talk */
function first({ turns }) {
  return el("ol", { class: "beginning" }, ...turns.slice(0, FIRST).map(({ speaker, text }) =>
    el("li", {}, speaker && el("strong", {}, `${speaker} `), text.length > 160 ? `${text.slice(0, 158)}\u2026` : text)));
}
