/** What a turn's label rests on, and the place to correct it. */
import { byId, el, announce } from "./dom.js";
import { call } from "./api.js";
import { felt } from "./tones.js";
import { count, nearness, nth, percent, points } from "./words.js";
import { changed, choose, correction, judged, state, talk, watch } from "./store.js";
import { focusTurn, scrollToTurn } from "./conversation.js";
import { corrector, refreshCorrector } from "./corrector.js";
import { tell } from "./notice.js";

const MOST_REASONS = 6;
const LEAST_CHANGE = 0.005;

/** @type {AbortController | null} */
let asking = null;
/** @type {any} the part that the server's answer fills */
let reasons;

/** Show the panel for the chosen turn. */
export function showPanel() {
  watch(["chosen"], open);
  watch(["models"], again);
  watch(["readings"], refresh);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.chosen !== null && !document.querySelector("dialog[open]")) close();
  });
}

function close() {
  const turn = state.chosen;
  choose(null);
  if (turn !== null) focusTurn(turn);
}

function open() {
  const panel = byId("panel");
  const turn = state.chosen;
  asking?.abort();
  panel.hidden = turn === null || !talk().turns[turn];
  if (turn === null || panel.hidden) return panel.replaceChildren();
  const { turns } = talk();
  const { speaker, text } = turns[turn];
  reasons = el("div", { "aria-busy": "true" }, el("h3", {}, "What it rests on"), el("p", { class: "hint" }, "Looking\u2026"));
  const title = el("h2", { id: "panel-title", tabindex: -1 }, nth(turn), speaker ? ` \u00b7 ${speaker}` : "");
  panel.replaceChildren(
    el("header", {}, title, el("button", { type: "button", class: "quiet icon", "aria-label": "Close", onclick: close }, "\u2715")),
    el("blockquote", {}, text), el("div", { id: "verdict" }), corrector(turn), reasons,
  );
  panel.scrollTop = 0;
  refresh();
  if (!document.activeElement?.closest?.(".timeline")) title.focus({ preventScroll: true });
  scrollToTurn(turn);
  ask(turn);
}

/** Another model: look again, with everything where it is. */
function again() {
  if (state.chosen === null) return;
  asking?.abort();
  refresh();
  ask(state.chosen);
}

/** Write what the model says of the chosen turn. */
function refresh() {
  const turn = state.chosen;
  const reading = turn === null ? undefined : judged(turn);
  if (turn === null || !reading || byId("panel").hidden) return;
  refreshCorrector();
  byId("verdict").replaceChildren(verdict(turn, reading));
  tellExplained(reading.label);
}

/**
 * @param {number} turn
 * @param {import("./types.js").Reading} reading
 */
function verdict(turn, { label, confidence }) {
  const own = correction(turn);
  const parts = [el("p", { class: "verdict" }, felt(label), `, ${percent(confidence)} sure`)];
  if (own !== undefined) parts.unshift(el("p", { class: "verdict" }, "You say ", felt(own), own === label ? "; so does the model:" : "; the model says:"));
  return el("div", {}, ...parts);
}

/**
 * Say where the reasons are those of another label than the one that is shown: the server knows no sensitivity here.
 * @param {string} label
 */
function tellExplained(label) {
  const note = byId("explained-note");
  if (!note || state.explained === undefined) return;
  note.hidden = label === state.explained;
  note.textContent = `At sensitivity 0 this turn is ${state.explained}; these are the reasons for that.`;
}

/**
 * Ask the server for the reasons; of a long conversation it gets the part around the turn.
 * @param {number} turn
 */
async function ask(turn) {
  const shown = talk();
  asking = new AbortController();
  const { signal } = asking;
  const most = /** @type {any} */ (state.limits).explained_turns ?? 256;
  const first = Math.max(0, Math.min(turn - most / 2, shown.turns.length - most));
  const part = shown.turns.slice(first, first + most);
  try {
    const asked = { conversation: { id: "1", turns: part }, turn: turn - first, model: state.model || undefined, causal: state.live };
    const reply = await call("POST", "v1/explain", asked, signal);
    if (signal.aborted || state.chosen !== turn) return;
    show(reply.turns[0], first);
  } catch (error) {
    if (signal.aborted) return;
    reasons.removeAttribute("aria-busy");
    reasons.replaceChildren(el("h3", {}, "What it rests on"), el("p", { class: "hint" }, "That couldn't be found out."));
    tell(error, () => ask(turn));
  }
}

/**
 * @param {import("./types.js").Explained} found
 * @param {number} first the place of the part in the conversation
 */
function show({ turn, label, influences, nearest }, first) {
  const moved = influences.map((each) => ({ ...each, turn: each.turn + first }));
  state.influences = new Map(moved.map((each) => [each.turn, each.change]));
  state.explained = label;
  changed("influences");
  const strong = moved.filter(({ change }) => Math.abs(change) >= LEAST_CHANGE).sort((a, b) => Math.abs(b.change) - Math.abs(a.change));
  reasons.removeAttribute("aria-busy");
  reasons.replaceChildren(
    el("p", { class: "hint", id: "explained-note", hidden: true }),
    el("h3", {}, `Which other turns speak for ${label}, or against it`),
    strong.length ? el("ul", { class: "reasons" }, ...strong.slice(0, MOST_REASONS).map(influence)) : el("p", { class: "hint" }, "None: by itself it would be much the same."),
    el("h3", {}, "The nearest examples that the model knows"),
    nearest.length ? el("ul", { class: "reasons" }, ...nearest.map(near)) : el("p", { class: "hint" }, "It has none."),
  );
  tellExplained(judged(turn + first)?.label ?? label);
  announce(`${nth(turn + first)} explained: ${label}. ${count(strong.length, "other turn")} matter.`);
}

/** @param {{turn: number, change: number}} other */
function influence({ turn, change }) {
  const { speaker, text } = talk().turns[turn] ?? { speaker: "", text: "" };
  const go = el("button", { type: "button", class: "link", onclick: () => choose(turn) }, `${nth(turn)}${speaker ? `, ${speaker}` : ""}`);
  const short = text.length > 70 ? `${text.slice(0, 68)}\u2026` : text;
  return el("li", {}, el("span", {}, go, ` \u201c${short}\u201d`), el("span", { class: "number" }, points(change), el("span", { class: "hidden" }, " points")));
}

/** @param {{text: string, label: string, distance: number}} example */
function near({ text, label, distance }) {
  return el("li", {}, el("span", {}, `\u201c${text}\u201d`), felt(label), el("span", { class: "hint" }, nearness(distance)));
}

