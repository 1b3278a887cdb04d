/** The start page: a box for a chat, files, an example, or a live chat. */
import { byId } from "./dom.js";
import { plainRow } from "./conversation.js";
import { EXAMPLE, PREVIEW } from "./example.js";
import { Fault } from "./api.js";
import { showCheck } from "./check.js";
import { inspect, readAll, takeApart } from "./reader.js";
import { newTalk, state, watch } from "./store.js";
import { company } from "./speakers.js";
import { quiet, tell } from "./notice.js";

const example = newTalk("example", EXAMPLE);

/**
 * @typedef {{talks: import("./types.js").Talk[], title: string, source: string, live?: boolean, current?: number,
 *   corrections?: typeof state.corrections}} Chat `source` names downloads
 */

/** @type {(chat: Chat) => void} */
let begin;

/**
 * Set up the start page.
 * @param {(chat: Chat) => void} then
 */
export function offerStart(then) {
  begin = then;
  drawExample();
  watch(["readings"], drawExample);
  byId("try-example").addEventListener("click", () => begin({ talks: [example], title: `Example: ${company(EXAMPLE)}`, source: "example" }));
  byId("go-live").addEventListener("click", () => begin({ talks: [newTalk("live", [])], title: "Live chat", source: "live-chat", live: true }));
  byId("paste-form").addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    take(byId("paste").value, "");
  });
  byId("paste").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) byId("paste-form").requestSubmit();
  });
  byId("open-file").addEventListener("click", () => byId("file").click());
  byId("file").addEventListener("change", () => {
    const [file] = byId("file").files;
    if (file) takeFile(file);
    byId("file").value = "";
  });
  offerDrop(takeFile);
}

/** Label the example in advance; errors are shown once it is opened. */
export const readExample = () => readAll([example]).then(drawExample, () => {});

const drawExample = () => byId("example-preview").replaceChildren(...PREVIEW.map((turn) => plainRow(example, turn)));

/** @param {File} file */
async function takeFile(file) {
  const most = state.limits.body_bytes;
  if (file.size > most) return tell(new Fault(413, { cause: `The file has ${Math.round(file.size / 1024)} kB; the server accepts ${Math.round(most / 1024)} kB at once`, next_step: "Open a part of it" }));
  return take(await file.arrayBuffer(), file.name);
}

/**
 * Inspect a chat; how a file was read, or what was left out of a pasted text, is shown before it is labelled.
 * @param {string | ArrayBuffer} chat
 * @param {string} file its name; empty for a pasted text
 * @param {string} [format]
 * @param {string} [columns] of a table
 */
async function take(chat, file, format = "auto", columns = "") {
  if (typeof chat === "string" && !chat.trim()) {
    byId("paste").focus();
    return tell(new Fault(422, { cause: "The box is empty", next_step: "Paste a chat into it, or try the example" }));
  }
  const open = async () => {
    const talks = await takeApart(chat, format, columns);
    const title = file || company(talks[0].turns) || "Pasted chat";
    begin({ talks, title, source: file ? file.replace(/\.[^.]*$/, "") : "chat" });
  };
  return doing(async () => {
    const found = await inspect(chat, format, columns);
    if (!file && !Object.keys(found.left_out).length && found.error === null) return open();
    return showCheck(found, file || "Pasted chat", () => doing(open), (...other) => take(chat, file, ...other));
  });
}

/**
 * Run something that the server may refuse; offer to try again if that can help.
 * @param {() => any} act
 */
async function doing(act) {
  byId("read").disabled = true;
  try {
    await act();
    quiet();
  } catch (error) {
    tell(error, error instanceof Fault && error.status === 422 ? null : () => doing(act));
  } finally {
    byId("read").disabled = false;
  }
}

/**
 * Accept files dropped anywhere.
 * @param {(file: File) => void} then
 */
function offerDrop(then) {
  let depth = 0; // of nested elements under the dragged file
  const over = (/** @type {number} */ step) => {
    depth = Math.max(0, depth + step);
    byId("drop").hidden = depth === 0;
  };
  const ofFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragenter", (event) => ofFiles(event) && over(1));
  document.addEventListener("dragleave", (event) => ofFiles(event) && over(-1));
  document.addEventListener("dragover", (event) => ofFiles(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!ofFiles(event)) return;
    event.preventDefault();
    depth = 0;
    over(0);
    const file = event.dataTransfer?.files[0];
    if (file) then(file);
  });
}
