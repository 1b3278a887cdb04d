/** Tell the reader what an earlier chat's corrections mean for this one. */
import { byId, el } from "./dom.js";
import { tell } from "./notice.js";
import { aside, lesson, takeUp, use } from "./lesson.js";
import { state, watch } from "./store.js";

/** Keep the line up to date. */
export function showCarried() {
  watch(["talk", "models"], draw);
}

function draw() {
  const line = byId("carried");
  const found = words();
  line.hidden = !found;
  if (!found) return line.replaceChildren();
  const [text, button, act] = found;
  const run = () => act().then(draw, (/** @type {unknown} */ error) => tell(error, run));
  return line.replaceChildren(text, " ", el("button", { type: "button", class: "link", onclick: run }, button));
}

/** @returns {[string, string, () => Promise<any>] | null} the message, and the possible action */
function words() {
  const held = aside();
  if (held && state.model === held.base) {
    return [`Labelled by ${held.base}, without your corrections of \u201c${held.title}\u201d.`, "Use them here too", takeUp];
  }
  if (lesson.name && state.model === lesson.name && lesson.labels.length && lesson.title !== state.title) {
    return [`Labelled by your model ${lesson.name}.`, `Use ${lesson.base} instead`, () => use(lesson.base, false)];
  }
  return null;
}
