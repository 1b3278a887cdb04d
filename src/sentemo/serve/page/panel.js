/** The chosen turn: its label, the reasons for it, and a way to correct it. */
import { byId, el } from "./dom.js";
import { felt } from "./tones.js";
import { nth, percent } from "./words.js";
import { choose, correction, judged, state, talk, watch } from "./store.js";
import { focusTurn, scrollToTurn } from "./conversation.js";
import { corrector, refreshCorrector } from "./corrector.js";
import { ask, cancel, noteExplained, why } from "./why.js";

const SHEET = "(max-width: 940px)";

/** Show the panel for the chosen turn. */
export function showPanel() {
  watch(["chosen"], open);
  watch(["models"], again);
  watch(["readings"], refresh);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.chosen !== null && !document.querySelector("dialog[open], details.menu[open]")) close();
  });
  addEventListener("popstate", () => state.chosen !== null && choose(null));
}

function close() {
  const turn = state.chosen;
  choose(null);
  if (turn !== null) focusTurn(turn);
  if (history.state?.panel) history.back();
}

function open() {
  const panel = byId("panel");
  const turn = state.chosen;
  cancel();
  const wasHidden = panel.hidden;
  panel.hidden = turn === null || !talk().turns[turn];
  if (turn === null || panel.hidden) return panel.replaceChildren();
  const { turns } = talk();
  const { speaker, text } = turns[turn];
  const title = el("h2", { id: "panel-title", tabindex: -1 }, nth(turn), speaker ? ` \u00b7 ${speaker}` : "");
  const correct = corrector(turn);
  panel.replaceChildren(
    el("header", {}, title, el("button", { type: "button", class: "quiet icon", "aria-label": "Close", onclick: close }, "\u2715")),
    el("blockquote", { id: "quote" }, text), el("div", { id: "verdict" }), why(), correct,
    el("div", { class: "to-correct" }, el("button", { type: "button", onclick: () => goTo(correct) }, "Not right? Correct it")),
  );
  panel.scrollTop = 0;
  refresh();
  if (wasHidden && matchMedia(SHEET).matches) history.pushState({ ...history.state, panel: true }, ""); // Back closes the sheet
  if (!document.activeElement?.closest?.(".timeline, .finder")) title.focus({ preventScroll: true });
  scrollToTurn(turn);
  ask(turn);
}

/** @param {HTMLElement} correct */
function goTo(correct) {
  correct.scrollIntoView({ block: "start" });
  correct.querySelector("button")?.focus({ preventScroll: true });
}

/** Refresh in place for another model. */
function again() {
  if (state.chosen === null) return;
  refresh();
  ask(state.chosen);
}

/** Show the model's label for the chosen turn. */
function refresh() {
  const turn = state.chosen;
  const reading = turn === null ? undefined : judged(turn);
  if (turn === null || !reading || byId("panel").hidden) return;
  refreshCorrector();
  byId("verdict").replaceChildren(verdict(turn, reading));
  noteExplained(reading.label);
}

/**
 * @param {number} turn
 * @param {import("./types.js").Reading} reading
 */
function verdict(turn, { label, score }) {
  const own = correction(turn);
  const parts = [el("p", { class: "verdict" }, felt(label), `, ${percent(score)} sure`)];
  if (own !== undefined) parts.unshift(el("p", { class: "verdict" }, "You say ", felt(own), own === label ? "; so does the model:" : "; the model says:"));
  return el("div", {}, ...parts);
}
