/** The conversation as bubbles, each with its emotion; arrow keys move between them. */
import { byId, el } from "./dom.js";
import { glyph, toneClass } from "./tones.js";
import { count, hedge, percent, points } from "./words.js";
import { hovering, steer } from "./pointing.js";
import { cast, voice } from "./speakers.js";
import { clock, day } from "./times.js";
import { hits, marked } from "./finder.js";
import { choose, correction, judged, pointAt, shownLabel, state, talk, watch } from "./store.js";

const FELT_AT_LEAST = 0.03; // smaller changes of the probability aren't marked

/** @type {HTMLOListElement} */
let list;
/** @type {any[]} the rows, one per turn */
let rows = [];
/** @type {any[]} days and gaps, which stand between rows */
let between = [];
/** @type {import("./types.js").Talk | undefined} the conversation that the rows are of */
let shown;
/** @type {Set<number>} rows that a filter hides but the reader opened */
let wanted = new Set();
/** @type {(number | null)[]} the turns that are marked as near and chosen */
let pointed = [];
/** @type {Set<number>} the turns that are marked as mattering to the chosen one */
let heavy = new Set();

/** Show the conversation, and keep it up to date. */
export function showConversation() {
  list = byId("turns");
  list.addEventListener("keydown", onKey);
  watch(["talk"], draw);
  watch(["readings", "models"], () => {
    rows.forEach((_, turn) => label(turn));
    sift();
  });
  watch(["filter"], () => {
    wanted = new Set();
    rows.forEach((row, turn) => row.querySelector(".said").replaceChildren(...marked(talk().turns[turn].text)));
    sift();
  });
  watch(["influences"], weigh);
  watch(["chosen", "near"], mark);
}

function draw() {
  if (shown !== talk()) {
    list.replaceChildren();
    [rows, between, wanted, pointed, heavy] = [[], [], new Set(), [], new Set()];
    shown = talk();
  }
  const { turns } = talk();
  list.classList.toggle("several", cast(turns).several);
  for (let place = rows.length; place < turns.length; place += 1) {
    rows.push(rowOf(turns, place));
    list.append(rows[place]);
    label(place);
  }
  sift();
  mark();
}

/**
 * Return a static row, for the start page.
 * @param {import("./types.js").Talk} of
 * @param {number} turn
 */
export function plainRow(of, turn) {
  const { speaker, text } = of.turns[turn];
  const reading = judged(turn, of);
  const line = el("span", { class: "felt" }, ...(reading ? words(reading) : ["\u2026"]));
  const said = el("div", { class: "bubble" }, el("span", { class: "hidden" }, `${speaker}: `), el("span", { class: "said" }, text), line);
  return el("div", { class: `turn${cast(of.turns).right[turn] ? " right" : ""} ${toneClass(reading?.label)}${reading ? "" : " waiting"}` }, said);
}

/**
 * A label and its probability.
 * @param {import("./types.js").Reading} reading
 */
const words = ({ label: name, score }) => [glyph(name), el("span", { class: "label" }, `${hedge(score)}${name}`), el("span", { class: "sure" }, percent(score))];

/**
 * @param {import("./types.js").Turn[]} turns
 * @param {number} turn
 */
function rowOf(turns, turn) {
  const { speaker, text, time } = turns[turn];
  const { starts, several, initials, number } = cast(turns);
  const bubble = el(
    "button",
    {
      type: "button", class: "bubble", tabindex: turn ? -1 : 0, "aria-expanded": "false", "aria-controls": "panel",
      onclick: () => choose(turn), onfocus: () => { rove(turn); steer(turn); }, onblur: () => pointAt(null),
      ...hovering(turn),
    },
    el("span", { class: "hidden" }, speaker ? `${speaker}: ` : ""),
    el("span", { class: "said" }, ...marked(text)),
    el("span", { class: "under" }, el("span", { class: "felt" }), time && el("time", { datetime: time }, clock(time))),
  );
  const name = starts[turn] && el("span", { class: "speaker", "aria-hidden": "true" },
    several && el("span", { class: `initials ${voice(number[turn])}` }, initials[number[turn]]), speaker);
  return el("li", { class: "turn" }, name, bubble, el("span", { class: "weight" }));
}

/**
 * Update a turn's emotion in its row.
 * @param {number} turn
 */
function label(turn) {
  const { turns, before } = talk();
  const [row, reading, own] = [rows[turn], judged(turn), correction(turn)];
  const name = own ?? reading?.label;
  const tone = toneClass(name);
  row.classList.remove(row.dataset.tone ?? "waiting");
  row.dataset.tone = tone;
  row.classList.add(tone);
  row.classList.toggle("right", cast(turns).right[turn]);
  row.classList.toggle("waiting", name === undefined);
  const line = row.querySelector(".felt");
  if (name === undefined) return line.replaceChildren("\u2026");
  const parts = own === undefined && reading ? words(reading) : [glyph(name), el("span", { class: "label" }, name), el("span", { class: "yours" }, "yours")];
  const was = before.get(turn);
  if (was !== undefined && was !== name) parts.push(el("span", { class: "was" }, "was ", el("s", {}, was)));
  parts.push(...Object.keys(reading?.tags ?? {}).map((tag) => el("span", { class: "tag" }, tag)));
  return line.replaceChildren(...parts);
}

/** Hide filtered rows, and put days and gaps between the others. */
function sift() {
  const found = hits();
  const { turns } = talk();
  const stays = rows.map((_, turn) => found === null || found.has(turn) || wanted.has(turn));
  for (const each of between) each.remove();
  between = [];
  let [hidden, date] = [0, ""];
  rows.forEach((row, turn) => {
    row.hidden = !stays[turn];
    if (!stays[turn]) hidden += 1;
    if (hidden && stays[turn]) put(gap(turn - hidden, turn), row);
    if (stays[turn]) hidden = 0;
    const today = turns[turn].time ? day(turns[turn].time) : date;
    if (stays[turn] && today !== date) put(el("li", { class: "day" }, today), row);
    if (stays[turn]) date = today;
  });
  if (hidden) put(gap(rows.length - hidden, rows.length), null);
}

/**
 * @param {any} item
 * @param {any} before
 */
function put(item, before) {
  between.push(item);
  list.insertBefore(item, before);
}

/**
 * A button to show the turns that a filter hides.
 * @param {number} start
 * @param {number} stop
 */
function gap(start, stop) {
  const open = () => {
    for (let turn = start; turn < stop; turn += 1) wanted.add(turn);
    sift();
    focusTurn(start);
  };
  return el("li", { class: "gap" }, el("button", { type: "button", class: "link", onclick: open }, `Show ${count(stop - start, "turn")}`));
}

/** Mark the chosen turn and the one pointed at. */
function mark() {
  for (const turn of pointed) {
    const row = turn === null ? undefined : rows[turn];
    row?.classList.remove("near");
    row?.querySelector(".bubble").setAttribute("aria-expanded", "false");
  }
  pointed = [state.near, state.chosen];
  rows[state.near ?? -1]?.classList.add("near");
  rows[state.chosen ?? -1]?.querySelector(".bubble").setAttribute("aria-expanded", "true");
}

/** Mark the turns that matter to the chosen one. */
function weigh() {
  const matter = [...state.influences].filter(([, change]) => Math.abs(change) >= FELT_AT_LEAST);
  for (const turn of new Set([...heavy, ...matter.map(([each]) => each)])) {
    const row = rows[turn];
    const change = state.influences.get(turn) ?? 0;
    const counts = Math.abs(change) >= FELT_AT_LEAST;
    row?.classList.toggle("helps", counts && change > 0);
    row?.classList.toggle("hinders", counts && change < 0);
    const weight = row?.querySelector(".weight");
    weight?.replaceChildren(counts ? points(change) : "");
    weight?.setAttribute("title", counts ? `${change > 0 ? "Speaks for" : "Speaks against"} ${state.explained}, in percentage points` : "");
  }
  heavy = new Set(matter.map(([turn]) => turn));
}

/**
 * Let Tab return to this turn.
 * @param {number} turn
 */
function rove(turn) {
  list.querySelector(".bubble[tabindex='0']")?.setAttribute("tabindex", "-1");
  rows[turn].querySelector(".bubble").tabIndex = 0;
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const open = rows.flatMap((row, turn) => (row.hidden ? [] : [turn]));
  const at = open.indexOf(here);
  const to = { ArrowDown: open[at + 1], ArrowUp: open[at - 1], Home: open[0], End: open[open.length - 1] }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  focusTurn(to);
}

/**
 * Move the focus to a turn.
 * @param {number} turn
 */
export const focusTurn = (turn) => rows[turn]?.querySelector(".bubble").focus();

/**
 * Scroll a turn into view, even one that a filter hides.
 * @param {number} turn
 */
export function scrollToTurn(turn) {
  if (rows[turn]?.hidden) {
    wanted.add(turn);
    sift();
  }
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches || rows.length > 300;
  rows[turn]?.scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
}
