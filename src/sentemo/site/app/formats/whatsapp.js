/** WhatsApp's export of a chat, as text; the app's own notices are left out (`sentemo.formats.whatsapp`). */
import { refuse, turnOf } from "./lines.js";
import { secondsOf, timesOf } from "./whatsapp-dates.js";

const DIRECTIONS = "\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff";
const MARK = "\u200e";
const DATE = String.raw`(?<date>\d{1,4}(?<mark>[./-])\s?\d{1,2}\k<mark>\s?\d{1,4})[^\d\n]{1,12}`;
const TIME = String.raw`(?<hour>\d{1,2})[:.](?<minute>\d\d)(?:[:.](?<second>\d\d))?(?:\s?(?<half>[ap])\.?\s?m\.?)?`;
const HEADS = [new RegExp(String.raw`^[${DIRECTIONS}]*\[${DATE}${TIME}\]\s`, "i"), new RegExp(String.raw`^[${DIRECTIONS}]*${DATE}${TIME}\s[-–]\s`, "i")];
const EDITED = "<this message was edited>";
const KINDS = "image|video|video note|audio|gif|sticker|document|contact card|media";
const PLACEHOLDER = new RegExp(`^(?:${[
  "<media omitted>|<medien ausgeschlossen>|<médias omis>|<multimedia omitido>|<archivo omitido>|<mídia oculta>",
  "<arquivo de mídia oculto>|<media omessi>|<media weggelaten>",
  `(?:${KINDS}) omitted`,
  "<attached: [^<>]{1,250}>",
  String.raw`.{1,250} \(file attached\)`,
  String.raw`(?:this message was deleted|you deleted this message)(?: (?:by|as) .{1,100})?\.?`,
  "missed (?:group )?(?:voice|video) call(?: .{1,100})?",
  String.raw`waiting for this message\..{0,100}`,
  String.raw`(?:live )?location(?: shared|: https:\/\/\S{1,250})`,
  "null",
].join("|")})$`, "i");
const ADDED = new RegExp(`^${MARK}(?:<[^<>]{1,250}>|(?:${KINDS}) omitted)$`, "i");
const EVENT = /(?:created|changed) (?:the |this )?(?:group|community|subject)\b.{0,100}["“]/i;
const SILENCE_S = 8 * 3600; // a longer pause ends a conversation

/** @typedef {{number: number, stamp: import("./whatsapp-dates.js").Stamp, sender: string, lines: string[]}} Message */

/**
 * The start of a message, if a line is one.
 * @param {string} line
 */
export function headOf(line) {
  for (const [form, pattern] of HEADS.entries()) {
    const found = pattern.exec(line);
    const stamp = found?.groups && secondsOf(found.groups);
    if (found && stamp) return { form, stamp, rest: line.slice(found[0].length) };
  }
  return null;
}

/**
 * @param {import("./lines.js").Line[]} lines
 * @returns {import("./lines.js").Talk[]}
 */
export function readWhatsapp(lines) {
  const found = messages(lines);
  const times = timesOf(found.map(({ stamp }) => stamp));
  /** @type {import("./lines.js").Turn[][]} */
  const runs = [];
  let before = -Infinity;
  for (const [place, { number, sender, lines: written }] of found.entries()) {
    const text = sender && withoutNotices(written);
    if (!text) continue;
    if (!runs.length || times[place] - before > SILENCE_S) runs.push([]);
    runs[runs.length - 1].push(turnOf(text, sender, number));
    before = times[place];
  }
  return runs.map((turns, place) => ({ id: `chat-${place}`, turns }));
}

/**
 * Put the lines of each message together; all messages have the form of the first.
 * @param {import("./lines.js").Line[]} lines
 */
function messages(lines) {
  /** @type {Message[]} */
  const found = [];
  let form;
  for (const { number, text } of lines) {
    const head = headOf(text);
    if (head && (form ??= head.form) === head.form) found.push(message(number, head));
    else if (found.length) found[found.length - 1].lines.push(text);
    else if (text.trim()) refuse(number, "Start the chat with a message, as WhatsApp exports it");
  }
  return found;
}

/**
 * @param {number} number
 * @param {{stamp: import("./whatsapp-dates.js").Stamp, rest: string}} head
 * @returns {Message}
 */
function message(number, { stamp, rest }) {
  const colon = rest.indexOf(": ");
  const sender = colon < 0 ? "" : rest.slice(0, colon);
  if (!sender || EVENT.test(sender)) return { number, stamp, sender: "", lines: [] };
  return { number, stamp, sender: visible(sender).replace(/^~/, "").trim(), lines: [rest.slice(colon + 2)] };
}

/** @param {string} text */
const visible = (text) => text.replace(new RegExp(`[${DIRECTIONS}]`, "g"), "").trim();

/**
 * The part of a message that a person wrote.
 * @param {string[]} lines
 */
function withoutNotices(lines) {
  const written = lines.filter((line) => !line.startsWith(MARK)).map(withoutEnd).map(visible);
  return written.filter((line) => !PLACEHOLDER.test(line)).join("\n").trim();
}

/**
 * Remove the note that a message was edited, and the attachment under a caption.
 * @param {string} line
 */
function withoutEnd(line) {
  let kept = line.trimEnd();
  if (kept.toLowerCase().endsWith(EDITED)) kept = kept.slice(0, -EDITED.length).trimEnd().replace(new RegExp(`${MARK}$`), "").trimEnd();
  const start = kept.lastIndexOf(MARK);
  return start >= 0 && ADDED.test(kept.slice(start)) ? kept.slice(0, start) : kept;
}
