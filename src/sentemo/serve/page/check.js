/** How a chat was read, before it is labelled; it can be read in another way. */
import { byId, el } from "./dom.js";
import { count } from "./words.js";
import { period } from "./times.js";
import { go } from "./views.js";

const MOST_SPEAKERS = 8;

/** The formats that the server reads. */
const FORMATS = {
  auto: "detect automatically", text: "lines of Name: text", whatsapp: "WhatsApp", log: "a chat log", signal: "Signal", html: "Telegram (HTML)",
  slack: "Slack", json: "JSON (Telegram, Discord, Messenger and others)", jsonl: "JSON lines", csv: "CSV", xlsx: "a workbook",
  subtitles: "subtitles", parquet: "Parquet", convokit: "ConvoKit",
};

/**
 * Show it, and continue when the reader confirms.
 * @param {import("./types.js").Understood} found
 * @param {string} source
 * @param {() => void} analyse
 * @param {(format: string, columns: string) => void} otherwise read it again
 */
export function showCheck(found, source, analyse, otherwise) {
  const proceed = el("button", { type: "button", class: "main", id: "go-on", onclick: analyse, disabled: found.error !== null }, "Analyse");
  const notes = [...found.remarks, ...(found.error === null ? [] : [`Reading ended early: ${found.error}`])];
  byId("check").replaceChildren(
    el("div", { class: "lead" }, el("h1", { id: "check-title" }, source), el("p", {}, "This is how it was read. Nothing has been labelled yet.")),
    el("div", { class: "ways" },
      el("section", { class: "way", "aria-label": "What was read" },
        el("dl", { class: "facts" }, ...understood(found).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
        ...notes.map((note) => el("p", { class: "hint" }, note)), again(found, otherwise)),
      el("section", { class: "way", "aria-labelledby": "first-title" }, el("h2", { id: "first-title" }, "How it begins"), beginning(found))),
    el("div", { class: "row after" }, proceed, el("button", { type: "button", onclick: () => go("start") }, "Choose another")));
  go("check");
  proceed.focus({ preventScroll: true });
}

/**
 * @param {import("./types.js").Understood} found
 * @returns {[string, string][]}
 */
function understood(found) {
  const named = Object.entries(found.speakers).slice(0, MOST_SPEAKERS).map(([name, turns]) => `${name || "without a name"} (${turns.toLocaleString("en")})`);
  const others = Object.keys(found.speakers).length - named.length + found.other_speakers;
  return [
    ["Format", found.kind || found.format],
    ["Conversations", found.conversations.toLocaleString("en")],
    ["Turns", found.turns.toLocaleString("en")],
    ["Speakers", [...named, ...(others ? [`and ${count(others, "other")}`] : [])].join(", ")],
    ...(found.first_time && found.last_time ? [/** @type {[string, string]} */ (["Time", period(found.first_time, found.last_time)])] : []),
    ["Left out", Object.entries(found.left_out).map(([what, times]) => `${what} (${times.toLocaleString("en")})`).join("; ") || "nothing"],
  ];
}

/** @param {import("./types.js").Understood} found */
const beginning = ({ shown }) => el("ol", { class: "beginning" }, ...shown.map(({ speaker, text }) =>
  el("li", {}, speaker && el("strong", {}, `${speaker} `), text.length > 160 ? `${text.slice(0, 158)}\u2026` : text)));

/**
 * Another format, other columns.
 * @param {import("./types.js").Understood} found
 * @param {(format: string, columns: string) => void} otherwise
 */
function again(found, otherwise) {
  const format = el("select", { id: "other-format" }, ...Object.entries(FORMATS).map(([value, name]) => el("option", { value, selected: value === found.format }, name)));
  const columns = el("input", { id: "other-columns", placeholder: "text=body,speaker=agent", autocomplete: "off", spellcheck: "false" });
  return el("details", {}, el("summary", {}, "Not right? Change how it is read"),
    el("form", { class: "otherwise", onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      otherwise(format.value, columns.value.trim());
    } },
    el("label", { class: "field" }, el("span", {}, "Format"), format),
    el("label", { class: "field" }, el("span", {}, "Columns of a table"), columns),
    el("button", {}, "Read it again")));
}
