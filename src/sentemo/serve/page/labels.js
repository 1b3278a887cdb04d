/** The editor for custom labels: examples in, a model out. */
import { announce, byId, el } from "./dom.js";
import { labelCard, readCards } from "./label-card.js";
import { asName, examples, freshName, lesson, teach } from "./lesson.js";
import { state, watch } from "./store.js";
import { count, expectation } from "./words.js";
import { Fault } from "./api.js";
import { marked, tell } from "./notice.js";

const WHY_NOT = "This server doesn't learn new labels. To allow it, its operator must start it with `sentemo serve --adapted DIR`.";

/** @type {HTMLDialogElement} */
let dialog;

/** Let a button open the editor, once the models are known. */
export function offerLabels() {
  watch(["models"], () => { byId("open-labels").disabled = false; });
  dialog = byId("labels-dialog");
  byId("open-labels").addEventListener("click", () => {
    draw();
    dialog.showModal();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
}

/**
 * @param {string} [said] message under the form
 * @param {boolean} [wrong]
 */
function draw(said = "", wrong = false) {
  const cards = el("div", { class: "cards", id: "label-cards" }, ...(lesson.labels.length ? lesson.labels : [undefined, undefined]).map(labelCard));
  const add = el("button", { type: "button", onclick: () => {
    cards.append(labelCard());
    cards.lastElementChild.querySelector("input").focus();
  } }, "Another label");
  const form = el("form", { onsubmit: learn, novalidate: true },
    el("header", {}, el("h2", { id: "labels-title" }, "My labels"), el("button", { type: "button", class: "quiet icon", "aria-label": "Close", onclick: () => dialog.close() }, "\u2715")),
    el("p", { class: "muted" }, "Teach the model your own labels from a few examples each: one per line, or turns of the conversation, which are learnt in their context."),
    state.adaptable ? null : el("p", {}, ...marked(WHY_NOT)),
    cards, el("div", { class: "row" }, add),
    el("fieldset", { class: "choices" }, el("legend", { class: "hint" }, "These labels"), choice("extend", "are added to the model's labels"), choice("replace", "replace them")),
    el("div", { class: "row" }, field("Start from", baseChoice()), field("Name of the model", el("input", { id: "lesson-name", value: lesson.name, placeholder: "named after its labels", maxlength: 64, autocomplete: "off", spellcheck: "false" }))),
    state.corrections.length ? el("p", { class: "hint" }, `${state.corrections.length === 1 ? "Your correction" : `Your ${state.corrections.length} corrections`} will also be learnt, if the labels exist.`) : null,
    el("div", { class: "row" }, el("button", { class: "main", id: "learn", disabled: !state.adaptable }, "Learn")),
    el("p", { class: `outcome${wrong ? " wrong" : ""}`, role: "status", id: "outcome" }, said),
    el("p", { class: "hint" }, "The new model keeps the examples' texts on the server, to show them as reasons, until it is deleted under Model."),
  );
  dialog.replaceChildren(form);
}

/**
 * @param {string} name
 * @param {any} control
 */
const field = (name, control) => el("label", { class: "field" }, el("span", {}, name), control);

/**
 * @param {"extend" | "replace"} value
 * @param {string} words
 */
const choice = (value, words) => el("label", {}, el("input", { type: "radio", name: "mode", value, checked: lesson.mode === value }), words);

function baseChoice() {
  const now = lesson.base || (state.model === lesson.name ? state.fallback : state.model);
  const names = state.models.map(({ name }) => name).filter((name) => name !== lesson.name);
  return el("select", { id: "lesson-base" }, ...names.map((name) => el("option", { value: name, selected: name === now }, name)));
}

/**
 * The model's name: the reader's, or one made from its labels.
 * @param {string} typed
 */
function chosenName(typed) {
  if (typed.trim()) return asName(typed);
  const names = lesson.labels.map(({ name }) => name).join("-");
  return freshName(lesson.mode === "extend" ? `${lesson.base}-${names}` : names);
}

/** @param {SubmitEvent} event */
async function learn(event) {
  event.preventDefault();
  const mode = /** @type {HTMLInputElement | null} */ (dialog.querySelector("[name=mode]:checked"))?.value;
  Object.assign(lesson, { mode, base: byId("lesson-base").value, title: state.title, labels: readCards(byId("label-cards")) });
  lesson.name = chosenName(byId("lesson-name").value);
  const lacking = lesson.labels.find(({ name, texts, picked, description }) => !name || !(texts.length || picked.length || description));
  if (lacking) return say(lacking.name ? `Give \u201c${lacking.name}\u201d an example, or a description.` : "Give each label a name.", true);
  if (!lesson.labels.length && !examples(lesson).length) return say("Name a label, and give it an example or two.", true);
  if (lesson.name === lesson.base) return say("A model can't replace the one that it starts from: choose another name.", true);
  say("Learning\u2026");
  byId("learn").disabled = true;
  try {
    const { model, turns } = await teach();
    const differ = turns.filter(({ before, after }) => before !== after).length;
    const effect = turns.length ? ` In the conversation ${count(differ, "turn")} changed.` : "";
    draw(`${model?.adapted ? expectation(model.adapted) : "Learnt."}${effect}`);
    announce(byId("outcome").textContent ?? "");
    byId("learn").focus({ preventScroll: true });
  } catch (error) {
    byId("learn").disabled = false;
    if (error instanceof Fault) say(`${error.message}. ${error.nextStep}`, true);
    else tell(error);
  }
  return undefined;
}

/**
 * @param {string} words
 * @param {boolean} [wrong]
 */
function say(words, wrong = false) {
  byId("outcome").textContent = words;
  byId("outcome").classList.toggle("wrong", wrong);
}
