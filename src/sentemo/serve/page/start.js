/** The start: an example, a box for one's own chat, files, or a live chat. */
import { byId } from "./dom.js";
import { plainRow } from "./conversation.js";
import { EXAMPLE, PREVIEW } from "./example.js";
import { Fault } from "./api.js";
import { readAll, takeApart } from "./reader.js";
import { newTalk, state, watch } from "./store.js";
import { quiet, tell } from "./notice.js";

const example = newTalk("example", EXAMPLE);

/**
 * Let the reader begin; `begin` is called with conversations, where they come from, and whether they go on live.
 * @param {(talks: import("./types.js").Talk[], source: string, live: boolean) => void} begin
 */
export function offerStart(begin) {
  drawExample();
  watch(["readings"], drawExample);
  byId("try-example").addEventListener("click", () => begin([example], "An example", false));
  byId("go-live").addEventListener("click", () => begin([newTalk("live", [])], "Live", true));
  byId("paste-form").addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    take(byId("paste").value, "Pasted", begin);
  });
  byId("paste").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) byId("paste-form").requestSubmit();
  });
  byId("open-file").addEventListener("click", () => byId("file").click());
  byId("file").addEventListener("change", () => {
    const [file] = byId("file").files;
    if (file) takeFile(file, begin);
    byId("file").value = "";
  });
  offerDrop((file) => takeFile(file, begin));
}

/** Have the example read before anyone asks; a fault is told when someone does. */
export const readExample = () => readAll([example]).then(drawExample, () => {});

const drawExample = () => byId("example-preview").replaceChildren(...PREVIEW.map((turn) => plainRow(example, turn)));

/**
 * @param {File} file
 * @param {any} begin
 */
async function takeFile(file, begin) {
  const most = state.limits.body_bytes;
  if (file.size > most) return tell(new Fault(413, { cause: `The file has ${Math.round(file.size / 1024)} kB; the server takes ${Math.round(most / 1024)} kB at once`, next_step: "Open a part of it" }));
  return take(await file.arrayBuffer(), file.name, begin);
}

/**
 * @param {string | ArrayBuffer} chat
 * @param {string} source
 * @param {any} begin
 */
async function take(chat, source, begin) {
  if (typeof chat === "string" && !chat.trim()) {
    byId("paste").focus();
    return tell(new Fault(422, { cause: "The box is empty", next_step: "Paste a chat into it, or read the example" }));
  }
  byId("read").disabled = true;
  try {
    const talks = await takeApart(chat);
    quiet();
    begin(talks, source, false);
  } catch (error) {
    tell(error, error instanceof Fault && error.status === 422 ? null : () => take(chat, source, begin));
  } finally {
    byId("read").disabled = false;
  }
  return undefined;
}

/**
 * Take files that are dropped anywhere.
 * @param {(file: File) => void} then
 */
function offerDrop(then) {
  let depth = 0; // of elements that the file is over
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
