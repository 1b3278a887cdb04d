/** The list of models: to see, choose and delete them. */
import { byId, el } from "./dom.js";
import { Fault, call } from "./api.js";
import { ask } from "./ask.js";
import { forget, lesson, use } from "./lesson.js";
import { quiet, tell } from "./notice.js";
import { changed, model, state, watch } from "./store.js";
import { count, expectation } from "./words.js";

/** @type {HTMLDialogElement} */
let dialog;

/** Let a button open the list. */
export function offerModels() {
  dialog = byId("models-dialog");
  byId("open-models").addEventListener("click", () => {
    draw();
    dialog.showModal();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  watch(["models"], show);
}

/**
 * Ask the server for its models; retry while it starts.
 * @param {() => void} then
 * @returns {Promise<void>}
 */
export async function fetchModels(then) {
  try {
    const reply = await call("GET", "v1/models");
    Object.assign(state, { models: reply.models, adaptable: reply.adaptable, limits: reply.limits, fallback: reply.default });
    if (!model()) state.model = reply.default;
    changed("models");
    quiet();
    then();
  } catch (error) {
    tell(error, () => fetchModels(then));
    if (error instanceof Fault && error.status === 503) setTimeout(fetchModels, 1500, then);
  }
}

function show() {
  byId("open-models").disabled = !state.models.length;
  byId("model-name").textContent = state.model;
  if (dialog.open) draw();
  showFacts();
}

async function showFacts() {
  const name = state.model;
  if (!name) return; // called again once the models are known
  const card = await call("GET", `v1/model?name=${encodeURIComponent(name)}`).catch(() => null);
  if (card === null || name !== state.model) return;
  const size = card.parameters === null ? [] : [`${(card.parameters / 1e6).toFixed(0)} million parameters`];
  byId("facts").textContent = [`Model: ${name}`, ...size, card.encoder, `licence: ${card.licence}`].join(" \u00b7 ");
}

/** @param {string} [wrong] the error message, if any */
function draw(wrong = "") {
  dialog.replaceChildren(el("form", { method: "dialog" },
    el("header", {}, el("h2", { id: "models-title" }, "Models"), el("button", { class: "quiet icon", "aria-label": "Close" }, "\u2715")),
    el("ul", { class: "learnt" }, ...state.models.map(row)),
    el("p", { class: "outcome wrong", role: "status" }, wrong)));
}

/** @param {import("./types.js").Model} each */
function row({ name, labels, adapted }) {
  const used = name === state.model;
  const act = (/** @type {() => Promise<any>} */ does) => () =>
    does().then(() => draw(), (error) => draw(error instanceof Fault ? `${error.message}. ${error.nextStep}.` : "Something went wrong."));
  return el("li", {},
    el("strong", {}, name),
    el("span", { class: "row" },
      el("button", { type: "button", disabled: used, "aria-label": `Use ${name}`, onclick: act(() => use(name, false)) }, used ? "In use" : "Use"),
      adapted && el("button", { type: "button", "aria-label": `Delete ${name}`, onclick: act(() => remove(name)) }, "Delete")),
    el("p", {}, adapted ? learnt(name, adapted) : `${count(labels.length, "label")}: ${labels.join(", ")}.`));
}

/**
 * @param {string} name
 * @param {import("./types.js").Adapted} adapted
 */
function learnt(name, adapted) {
  const from = name === lesson.name ? ` Taught here${lesson.title ? `, in \u201c${lesson.title}\u201d` : ""}, from ${lesson.base}.` : "";
  return `Learnt ${Object.keys(adapted.examples).join(", ")}.${from} ${expectation(adapted)}`;
}

/** @param {string} name */
async function remove(name) {
  const sure = await ask(`Delete ${name}?`, "The model and its examples are removed from the server, for everyone who uses it.", "Delete", "Keep it");
  if (sure) await forget(name);
}
