/** Which model labels, and what is known of it. */
import { byId, el } from "./dom.js";
import { Fault, call } from "./api.js";
import { quiet, tell } from "./notice.js";
import { changed, model, state, watch } from "./store.js";

/**
 * Let the reader choose the model; `use` is called with a chosen one.
 * @param {(name: string) => void} use
 */
export function offerModels(use) {
  byId("model").addEventListener("change", () => use(byId("model").value));
  watch(["models"], show);
}

/**
 * Ask the server which models there are, then go on; try again while it starts.
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
  const named = state.models.map(({ name }) => el("option", { value: name }, name));
  byId("model").replaceChildren(...named);
  byId("model").value = state.model;
  tellFacts();
}

async function tellFacts() {
  const name = state.model;
  const card = await call("GET", `v1/model?name=${encodeURIComponent(name)}`).catch(() => null);
  if (card === null || name !== state.model) return;
  const size = card.parameters === null ? [] : [`${(card.parameters / 1e6).toFixed(0)} million parameters`];
  const parts = [`Model: ${name}`, ...size, card.encoder, `licence: ${card.licence}`];
  byId("facts").textContent = parts.join(" \u00b7 ");
}
