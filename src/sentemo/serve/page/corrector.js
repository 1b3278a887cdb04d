/** Correct a turn's label: the model learns it at once, and the effect is shown beside the label that was pressed. */
import { announce, el } from "./dom.js";
import { felt, toneClass } from "./tones.js";
import { correction, judged, labels, state } from "./store.js";
import { learnCorrections, note } from "./lesson.js";
import { count, expectation, nth, percent } from "./words.js";
import { marked, tell } from "./notice.js";
import { CANT_LEARN } from "./transport.js";

const MOST_TOLD = 8;

/**
 * The section that is shown.
 * @type {{turn: number, title: any, shares: any, told: any}}
 */
let part;

/**
 * Return the section of the panel for correcting a turn.
 * @param {number} turn
 */
export function corrector(turn) {
  const [title, shares, told] = [el("h3"), el("ul", { class: "shares", "aria-label": "All labels" }), el("div", { class: "told", "aria-live": "polite" })];
  part = { turn, title, shares, told };
  const field = el("input", { "aria-label": "Another label", placeholder: "Another label", maxlength: 60, autocomplete: "off" });
  const other = el("form", { class: "other-label", onsubmit: (/** @type {Event} */ event) => {
    event.preventDefault();
    if (field.value.trim()) correct(turn, field.value.trim());
    field.value = "";
  } }, field, el("button", {}, "Set"));
  refreshCorrector();
  return el("section", { class: "corrector", "aria-label": "All labels" }, title, shares, other, told);
}

/** Bring the labels and their probabilities up to date, in place where the labels are the same. */
export function refreshCorrector() {
  const { turn, title, shares } = part;
  const own = correction(turn);
  const reading = judged(turn);
  const of = (/** @type {string} */ name) => reading?.probabilities[name] ?? 0;
  const names = [...labels(), ...(own === undefined || labels().includes(own) ? [] : [own])];
  title.textContent = own === undefined ? "Not right? Press the label that fits" : "Your correction. Press it again to undo it";
  const rows = /** @type {any[]} */ ([...shares.children]);
  if (names.join("\n") !== rows.map(({ dataset }) => dataset.label).join("\n")) {
    const held = shares.contains(document.activeElement) ? document.activeElement?.closest("li")?.dataset.label : undefined;
    rows.splice(0, rows.length, ...names.map(share));
    const open = part.told.isConnected && shares.contains(part.told) ? part.told.closest("li")?.dataset.label : undefined;
    shares.replaceChildren(...rows);
    const home = rows.find(({ dataset }) => dataset.label === open);
    if (home) home.append(part.told);
    else if (open !== undefined) shares.after(part.told); // the label that was pressed no longer exists
    rows.find(({ dataset }) => dataset.label === held)?.firstChild.focus();
  }
  for (const row of rows) {
    const name = row.dataset.label;
    row.classList.toggle("leading", name === (own ?? reading?.label));
    row.firstChild.setAttribute("aria-pressed", String(name === own));
    row.querySelector(".fill").style.width = `${100 * of(name)}%`;
    row.querySelector(".number").textContent = percent(of(name));
  }
}

/**
 * A label with its probability as a bar; press it to choose it.
 * @param {string} name
 */
const share = (name) => el("li", { "data-label": name, class: toneClass(name) },
  el("button", { type: "button", onclick: () => correct(part.turn, correction(part.turn) === name ? null : name) },
    felt(name), el("span", { class: "track", "aria-hidden": "true" }, el("span", { class: "fill" })), el("span", { class: "number" })));

/**
 * Show the effect of a correction under its label.
 * @param {string | null} label
 */
function placeBy(label) {
  const row = [...part.shares.children].find((each) => each.dataset.label === label);
  if (row) row.append(part.told);
}

/**
 * @param {number} turn
 * @param {string | null} label
 */
async function correct(turn, label) {
  const { told } = part;
  const say = (/** @type {string} */ words) => told.replaceChildren(el("div", { class: "changed" }, el("p", {}, ...marked(words))));
  note(turn, label);
  placeBy(label);
  if (!state.adaptable) return say(label === null ? "Taken back." : CANT_LEARN);
  say(label === null ? "Undoing it\u2026" : "Learning it\u2026");
  try {
    told.replaceChildren(tellChanges(await learnCorrections(), turn, label));
    told.scrollIntoView({ block: "nearest" });
  } catch (error) {
    say("Recorded, and included in your downloads, but the model hasn't learnt it.");
    tell(error, () => correct(turn, label));
  }
  return undefined;
}

/**
 * @param {import("./lesson.js").Changes} changes
 * @param {number} turn
 * @param {string | null} label
 */
function tellChanges({ model, turns }, turn, label) {
  const others = turns.filter((each) => each.turn !== turn && each.before !== each.after);
  const own = turns.find((each) => each.turn === turn);
  const rows = [...(own && own.before !== own.after ? [own] : []), ...others].slice(0, MOST_TOLD);
  const title = `${label === null ? "Undone" : "Learnt"}. ${others.length ? `${count(others.length, "other turn")} changed too:` : "No other turn changed."}`;
  announce(`${title} ${rows.map((each) => `${nth(each.turn)}: ${each.before}, now ${each.after}`).join(". ")}`);
  return el("div", { class: "changed" },
    el("p", {}, title),
    rows.length ? el("ul", {}, ...rows.map(row)) : null,
    others.length > MOST_TOLD ? el("p", {}, `and ${others.length - MOST_TOLD} more.`) : null,
    ...(label === null ? [] : lessonWords(model, own)));
}

/**
 * @param {import("./types.js").Model | null} model
 * @param {import("./lesson.js").ChangedTurn | undefined} own
 */
function lessonWords(model, own) {
  return [
    own && !own.agrees ? el("p", {}, "The model itself still labels this turn differently: one example may not be enough.") : null,
    model?.adapted ? el("p", { class: "expect" }, expectation(model.adapted)) : null,
    el("p", { class: "expect" }, `In use now: the model \u201c${model?.name}\u201d. It stores this example's text on the server until you delete it under Model.`),
  ];
}

/** @param {import("./lesson.js").ChangedTurn} each */
const row = ({ turn, before, after, yours }) =>
  el("li", {}, `${nth(turn)}: `, felt(before), "\u2192", felt(after), yours ? el("span", { class: "muted" }, "(yours)") : null);
