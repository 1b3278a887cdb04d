/** Keep the conversation in this browser if the reader wants that, and offer a kept one on the start page. */
import { ask } from "./ask.js";
import { byId, el } from "./dom.js";
import { Fault } from "./api.js";
import { tell } from "./notice.js";
import { newTalk, state, watch } from "./store.js";
import { count } from "./words.js";

const KEY = "sentemo-kept";
const PAUSE_MS = 500;

let keeping = false;
let timer = 0;

/**
 * Let the reader keep the conversation, and open or delete a kept one.
 * @param {(chat: import("./start.js").Chat) => void} begin
 */
export function offerKeep(begin) {
  byId("keep").addEventListener("change", async () => {
    const other = kept();
    if (byId("keep").checked && other && !(await ask("Keep this one instead?", `This browser keeps \u201c${other.title}\u201d. It can keep one conversation.`, "Keep this one"))) {
      byId("keep").checked = false;
      return;
    }
    keeping = byId("keep").checked;
    if (keeping) save();
    else localStorage.removeItem(KEY);
  });
  watch(["talk", "readings"], () => {
    if (!keeping) return;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE_MS);
  });
  watch(["talk"], () => drawResume(begin));
  drawResume(begin);
}

/** Whether the shown conversation is kept. */
export const isKept = () => keeping;

/** Save once more, and don't keep later conversations. */
export function stopKeeping() {
  if (keeping) save();
  setKeeping(false);
}

/** @param {boolean} on */
function setKeeping(on) {
  clearTimeout(timer);
  keeping = on;
  byId("keep").checked = on;
}

function save() {
  const { title, source, live, current, talks, corrections } = state;
  if (!keeping || !talks.length) return;
  const content = {
    saved: new Date().toISOString(), title, source, live, current,
    talks: talks.map(({ id, turns }) => ({ id, turns })),
    corrections: corrections.flatMap(({ talk, turn, label }) => (talks.includes(talk) ? [{ talk: talks.indexOf(talk), turn, label }] : [])),
  };
  try {
    localStorage.setItem(KEY, JSON.stringify(content));
  } catch {
    setKeeping(false);
    tell(new Fault(0, { cause: "This browser has no space for the conversation, or storage is disabled", next_step: "Save it as a file instead" }));
  }
}

/** @returns {any} what was kept, or null */
function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "null");
  } catch {
    return null; // storage may be disabled, or contain something else
  }
}

/** @param {(chat: import("./start.js").Chat) => void} begin */
function drawResume(begin) {
  const found = kept();
  byId("resume").hidden = !found;
  if (!found) return byId("resume").replaceChildren();
  const { title, saved, talks, corrections } = found;
  const turns = talks.reduce((/** @type {number} */ sum, /** @type {any} */ each) => sum + each.turns.length, 0);
  const facts = [count(turns, "turn"), ...(corrections.length ? [count(corrections.length, "correction")] : [])].join(", ");
  return byId("resume").replaceChildren(
    el("p", {}, el("strong", {}, title), ` (${facts}), kept in this browser since ${new Date(saved).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" })}.`),
    el("div", { class: "row" },
      el("button", { type: "button", id: "resume-open", onclick: () => open(found, begin) }, "Open"),
      el("button", { type: "button", class: "quiet", id: "resume-delete", onclick: () => { setKeeping(false); localStorage.removeItem(KEY); drawResume(begin); } }, "Delete")));
}

/**
 * @param {any} found
 * @param {(chat: import("./start.js").Chat) => void} begin
 */
function open({ title, source, live, talks, corrections, current }, begin) {
  const opened = talks.map((/** @type {any} */ { id, turns }) => newTalk(id, turns));
  begin({ talks: opened, title, source, live, current, corrections: corrections.map((/** @type {any} */ { talk, turn, label }) => ({ talk: opened[talk], turn, label, learnt: false })) });
  setKeeping(true);
}
