/** Correct a turn's label: only that turn changes, until the reader lets the model learn from it, having seen what else would change. */
import { announce, el } from "./dom.js";
import { felt, toneClass } from "./tones.js";
import { correction, judged, labels, state, talk } from "./store.js";
import { learnCorrections, note, previewCorrections } from "./lesson.js";
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
 * Show something under the label that was pressed.
 * @param {...(string | Node | null)} parts
 */
const say = (...parts) => {
  part.told.replaceChildren(el("div", { class: "changed" }, ...parts));
  part.told.scrollIntoView({ block: "nearest" });
};

/** @param {string} words */
const line = (words) => el("p", {}, ...marked(words));

/** @typedef {() => Promise<(string | Node | null)[]>} Act returns what to show */

/**
 * A button that shows what it does and what came of it.
 * @param {string} name
 * @param {string} meanwhile
 * @param {Act} act
 * @param {string} [kind]
 */
const action = (name, meanwhile, act, kind = "") => el("button", { type: "button", class: kind, onclick: () => attempt(meanwhile, act) }, name);

/**
 * @param {string} meanwhile
 * @param {Act} act
 */
async function attempt(meanwhile, act) {
  const asked = part;
  say(line(meanwhile));
  try {
    const shown = await act();
    if (part === asked) say(...shown); // otherwise another turn is open by now
  } catch (error) {
    if (part === asked) say(line("Recorded, and included in your downloads, but the model hasn't learnt it."));
    tell(error, () => attempt(meanwhile, act));
  }
}

/**
 * @param {number} turn
 * @param {string | null} label
 */
function correct(turn, label) {
  const learnt = note(turn, label);
  placeBy(label);
  if (label !== null) offer(turn, label);
  else if (learnt) attempt("Undoing it\u2026", async () => learntWords("Undone", await learnCorrections(), turn));
  else say(line("Undone. No other turn changed."));
}

/**
 * Offer to learn from a correction.
 * @param {number} turn
 * @param {string} label
 */
function offer(turn, label) {
  if (!state.adaptable) return say(line(CANT_LEARN));
  const words = "Corrected. No other turn changed.";
  announce(words);
  return say(line(words), el("div", { class: "row" }, action("Learn from it\u2026", "Checking what it would change\u2026", () => preview(turn, label))));
}

/**
 * Show what learning would change, and let the reader choose.
 * @param {number} turn
 * @param {string} label
 */
async function preview(turn, label) {
  const { turns, examined } = await previewCorrections(turn);
  const where = examined < talk().turns.length ? ` of the ${examined} around it` : "";
  const title = turns.length ? `Learning it would change ${count(turns.length, "other turn")}${where}:` : `Learning it would change no other turn${where}.`;
  announce(`${title} ${spoken(turns)}`);
  return [el("p", {}, title), listed(turns),
    line("The model stores this example's text on the server until you delete it under Model."),
    el("div", { class: "row" },
      action("Learn it", "Learning it\u2026", async () => learntWords("Learnt", await learnCorrections(), turn), "main"),
      el("button", { type: "button", onclick: () => offer(turn, label) }, "Don't learn it"))];
}

/**
 * @param {string} done
 * @param {import("./lesson.js").Changes} changes
 * @param {number} turn
 */
function learntWords(done, { model, turns }, turn) {
  const others = turns.filter((each) => each.turn !== turn && each.before !== each.after);
  const own = turns.find((each) => each.turn === turn);
  const rows = [...(own && own.before !== own.after ? [own] : []), ...others];
  const title = `${done}. ${others.length ? `${count(others.length, "other turn")} changed too:` : "No other turn changed."}`;
  announce(`${title} ${spoken(rows)}`);
  return [el("p", {}, title), listed(rows), ...(done === "Learnt" ? lessonWords(model, own) : [])];
}

/** @param {{turn: number, before: string, after: string}[]} turns */
const spoken = (turns) => turns.slice(0, MOST_TOLD).map((each) => `${nth(each.turn)}: ${each.before}, now ${each.after}`).join(". ");

/** @param {{turn: number, before: string, after: string, yours?: boolean}[]} turns */
const listed = (turns) => !turns.length ? null : el("div", {}, el("ul", {}, ...turns.slice(0, MOST_TOLD).map(row)),
  turns.length > MOST_TOLD ? el("p", {}, `and ${turns.length - MOST_TOLD} more.`) : null);

/**
 * @param {import("./types.js").Model | null} model
 * @param {import("./lesson.js").ChangedTurn | undefined} own
 */
function lessonWords(model, own) {
  return [
    own && !own.agrees ? el("p", {}, "The model itself still labels this turn differently: one example may not be enough.") : null,
    model?.adapted ? el("p", { class: "expect" }, expectation(model.adapted)) : null,
    el("p", { class: "expect" }, `In use now: the model \u201c${model?.name}\u201d.`),
  ];
}

/** @param {{turn: number, before: string, after: string, yours?: boolean}} each */
const row = ({ turn, before, after, yours }) =>
  el("li", {}, `${nth(turn)}: `, felt(before), "\u2192", felt(after), yours ? el("span", { class: "muted" }, "(yours)") : null);
