/** One label in the editor: its name, what it means, its examples. */
import { el } from "./dom.js";
import { talk } from "./store.js";
import { nth } from "./words.js";

/**
 * The turns picked in each card.
 * @type {WeakMap<Element, {talk: import("./types.js").Talk, turn: number}[]>}
 */
const picks = new WeakMap();

/**
 * @param {import("./lesson.js").OwnLabel} [label]
 * @returns {HTMLElement}
 */
export function labelCard(label) {
  const list = el("ul", { class: "picked" });
  const card = el("fieldset", { class: "label-card" },
    el("legend", { class: "hidden" }, "A label"),
    el("div", { class: "row" },
      field("Label", el("input", { class: "name", value: label?.name ?? "", maxlength: 60, placeholder: "relief", autocomplete: "off" })),
      field("What it means (optional)", el("input", { class: "description", value: label?.description ?? "", maxlength: 200, placeholder: "ease after worry", autocomplete: "off" })),
      el("button", { type: "button", class: "quiet icon", "aria-label": "Remove this label", onclick: () => card.remove() }, "\u2715")),
    field("Examples, one per line", filled(el("textarea", { class: "texts", rows: 3, spellcheck: "false", placeholder: "Phew, that was close.\nI can finally breathe again." }), label?.texts.join("\n"))),
    talk().turns.length ? field("And turns of the conversation", pick((turn) => add(turn))) : null, list);
  const add = (/** @type {{talk: import("./types.js").Talk, turn: number}} */ one) => {
    const held = picks.get(card) ?? [];
    if (held.some((each) => each.talk === one.talk && each.turn === one.turn)) return;
    picks.set(card, [...held, one]);
    const words = one.talk.turns[one.turn].text;
    const item = el("li", {}, el("span", {}, `${nth(one.turn)}: \u201c${words.slice(0, 90)}\u201d`), el("button", { type: "button", class: "quiet", "aria-label": `Take out ${nth(one.turn)}`, onclick: () => {
      picks.set(card, (picks.get(card) ?? []).filter((each) => each !== one));
      item.remove();
    } }, "take out"));
    list.append(item);
  };
  for (const one of label?.picked ?? []) add(one);
  return card;
}

/**
 * @param {string} name
 * @param {any} control
 */
const field = (name, control) => el("label", { class: "field" }, el("span", {}, name), control);

/**
 * @param {HTMLTextAreaElement} area
 * @param {string} [text]
 */
function filled(area, text = "") {
  area.value = text;
  return area;
}

/**
 * A list of the conversation's turns to pick from.
 * @param {(picked: {talk: import("./types.js").Talk, turn: number}) => void} add
 */
function pick(add) {
  const shown = talk();
  const options = shown.turns.map(({ text }, turn) => el("option", { value: turn }, `${turn + 1}: ${text.slice(0, 70)}`));
  const choice = el("select", { class: "pick-turn", onchange: () => {
    if (choice.value !== "") add({ talk: shown, turn: Number(choice.value) });
    choice.value = "";
  } }, el("option", { value: "" }, "Pick a turn\u2026"), ...options);
  return choice;
}

/**
 * Read the cards that aren't empty.
 * @param {Element} cards
 * @returns {import("./lesson.js").OwnLabel[]}
 */
export function readCards(cards) {
  const value = (/** @type {Element} */ card, /** @type {string} */ name) => /** @type {HTMLInputElement} */ (card.querySelector(name)).value;
  const found = [...cards.children].map((card) => ({
    name: value(card, ".name").trim(),
    description: value(card, ".description").trim(),
    texts: value(card, ".texts").split("\n").map((line) => line.trim()).filter(Boolean),
    picked: picks.get(card) ?? [],
  }));
  return found.filter(({ name, description, texts, picked }) => name || description || texts.length || picked.length);
}
