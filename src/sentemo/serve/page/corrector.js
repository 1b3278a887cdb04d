/** Correct a turn's label: the model learns it at once, and what that changed is told. */
import { announce, el } from "./dom.js";
import { felt, glyph, toneClass } from "./tones.js";
import { correction, labels, state } from "./store.js";
import { learnCorrections, note } from "./lesson.js";
import { count, expectation, nth } from "./words.js";
import { tell } from "./notice.js";

const MOST_TOLD = 8;
const CANT = "Noted, and in your downloads. This server doesn't let the model learn from it; to allow that, its operator starts it with `sentemo serve --adapted DIR`.";

/** The part that is shown. @type {{turn: number, title: any, chips: any, told: any}} */
let part;

/** Make the part of the panel in which a turn is corrected. @param {number} turn */
export function corrector(turn) {
  const [title, chips, told] = [el("h3"), el("div", { class: "chips", role: "group", "aria-label": "Labels" }), el("div", { "aria-live": "polite" })];
  part = { turn, title, chips, told };
  const field = el("input", { "aria-label": "Another label", placeholder: "another label", maxlength: 60, autocomplete: "off" });
  const other = el("form", { class: "other-label", onsubmit: (/** @type {Event} */ event) => {
    event.preventDefault();
    if (field.value.trim()) correct(turn, field.value.trim());
    field.value = "";
  } }, field, el("button", {}, "Set"));
  refreshCorrector();
  return el("section", { "aria-label": "Correct the label" }, title, chips, other, told);
}

/** Bring the labels to choose from up to date, in place where they are the same. */
export function refreshCorrector() {
  const own = correction(part.turn);
  const names = own === undefined || labels().includes(own) ? labels() : [...labels(), own];
  part.title.textContent = own === undefined ? "Not right? Say what fits" : "Your correction";
  const old = [...part.chips.children];
  if (names.join("\n") !== old.map((each) => each.dataset.label).join("\n")) {
    const held = document.activeElement instanceof HTMLElement && part.chips.contains(document.activeElement) ? document.activeElement.dataset.label : null;
    part.chips.replaceChildren(...names.map(chip));
    [...part.chips.children].find((each) => each.dataset.label === held)?.focus();
  }
  for (const each of part.chips.children) each.setAttribute("aria-pressed", String(each.dataset.label === own));
}

/** @param {string} name */
const chip = (name) => el("button",
  { type: "button", class: `chip ${toneClass(name)}`, "data-label": name, onclick: () => correct(part.turn, correction(part.turn) === name ? null : name) },
  glyph(name), name);

/** @param {number} turn @param {string | null} label */
async function correct(turn, label) {
  const { told } = part;
  const say = (/** @type {string} */ words) => told.replaceChildren(el("div", { class: "changed" }, el("p", {}, words)));
  note(turn, label);
  if (!state.adaptable) return say(label === null ? "Taken back." : CANT);
  say(label === null ? "Taking it back\u2026" : "Learning it\u2026");
  try {
    told.replaceChildren(tellChanges(await learnCorrections(), turn, label));
  } catch (error) {
    say("Noted, and in your downloads, but the model hasn't learnt it.");
    tell(error, () => correct(turn, label));
  }
  return undefined;
}

/** @param {import("./lesson.js").Changes} changes @param {number} turn @param {string | null} label */
function tellChanges({ model, turns }, turn, label) {
  const others = turns.filter((each) => each.turn !== turn && each.before !== each.after);
  const own = turns.find((each) => each.turn === turn);
  const rows = [...(own && own.before !== own.after ? [own] : []), ...others].slice(0, MOST_TOLD);
  const title = `${label === null ? "Taken back" : "Learnt"}. ${others.length ? `${count(others.length, "other turn")} changed too:` : "No other turn changed."}`;
  announce(`${title} ${rows.map((each) => `${nth(each.turn)}: ${each.before}, now ${each.after}`).join(". ")}`);
  return el("div", { class: "changed" },
    el("p", {}, title),
    rows.length ? el("ul", {}, ...rows.map(row)) : null,
    others.length > MOST_TOLD ? el("p", {}, `and ${others.length - MOST_TOLD} more.`) : null,
    ...(label === null ? [] : lessonWords(model, own)));
}

/** @param {import("./types.js").Model | null} model @param {import("./lesson.js").ChangedTurn | undefined} own */
function lessonWords(model, own) {
  return [
    own && !own.agrees ? el("p", {}, "The model itself still reads this turn otherwise: one example may not be enough.") : null,
    model?.adapted ? el("p", { class: "expect" }, expectation(model.adapted)) : null,
    el("p", { class: "expect" }, `In use now: the model \u201c${model?.name}\u201d. It holds this example's text, on the server, until you delete it under My labels.`),
  ];
}

/** @param {import("./lesson.js").ChangedTurn} each */
const row = ({ turn, before, after, yours }) =>
  el("li", {}, `${nth(turn)}: `, felt(before), "\u2192", felt(after), yours ? el("span", { class: "muted" }, "(yours)") : null);
