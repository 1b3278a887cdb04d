/** The course of the conversation: one ridge a label, as high as its probability at each turn. */
import { byId, svg } from "./dom.js";
import { outline, toneClass } from "./tones.js";
import { count, percent } from "./words.js";
import { hover, steer } from "./pointing.js";
import { choose, correction, judged, labels, pointAt, shownLabel, state, talk, watch } from "./store.js";
import { scrollToTurn } from "./conversation.js";

const ROW = 25; // height of a label's row
const PEAK = 36; // height of a probability of 1: ridges may reach into the row above
const TOP = 12;
const LEFT = 98;
const STEP_LEAST = 9; // between two turns; a longer conversation is scrolled

/** @type {HTMLElement} */
let frame;
/** What the drawing was made of, to move things instead of drawing anew. */
let drawn = { key: "", step: 1, ridges: /** @type {Map<string, any>} */ (new Map()), needles: /** @type {any} */ (null) };

/** Show the timeline, and follow what changes. */
export function showTimeline() {
  frame = byId("timeline");
  watch(["talk", "readings", "models"], draw);
  watch(["near", "chosen"], point);
  new ResizeObserver(draw).observe(frame);
  frame.addEventListener("pointermove", (event) => hover(turnAt(event)));
  frame.addEventListener("pointerleave", () => hover(null));
  frame.addEventListener("focus", () => pointAt(state.near ?? state.chosen ?? 0));
  frame.addEventListener("blur", () => pointAt(null));
  frame.addEventListener("click", (event) => pick(turnAt(event)));
  frame.addEventListener("keydown", onKey);
}

/** @param {number | null} turn */
function pick(turn) {
  if (turn === null) return;
  choose(turn);
  scrollToTurn(turn);
}

/**
 * @param {MouseEvent} event
 * @returns {number | null}
 */
function turnAt(event) {
  const turns = talk().turns.length;
  const x = event.clientX - frame.getBoundingClientRect().left + frame.scrollLeft - LEFT;
  if (!turns || x < -drawn.step) return null;
  return Math.max(0, Math.min(turns - 1, Math.floor(x / drawn.step)));
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const last = talk().turns.length - 1;
  const here = state.near ?? state.chosen ?? 0;
  const moves = { ArrowRight: here + 1, ArrowUp: here + 1, ArrowLeft: here - 1, ArrowDown: here - 1, Home: 0, End: last, PageUp: here + 10, PageDown: here - 10 };
  if (event.key in moves) {
    steer(Math.max(0, Math.min(last, moves[/** @type {keyof typeof moves} */ (event.key)])));
    if (state.near !== null) scrollToTurn(state.near);
  } else if (event.key === "Enter" || event.key === " ") pick(here);
  else return;
  event.preventDefault();
}

function draw() {
  const { turns } = talk();
  const names = labels();
  if (!turns.length || !frame.clientWidth) return clearFrame();
  const room = frame.clientWidth - LEFT - 8;
  const step = Math.max(STEP_LEAST, room / Math.max(turns.length, 6));
  const key = JSON.stringify([names, turns.length, Math.round(step * 100)]);
  if (key !== drawn.key) drawAnew(key, names, turns.length, step);
  const told = turns.map((_, turn) => judged(turn)?.probabilities);
  for (const name of names) {
    const shares = told.map((each) => each?.[name] ?? 0);
    drawn.ridges.get(name).setAttribute("d", ridge(shares, step));
  }
  point();
}

function clearFrame() {
  frame.replaceChildren();
  drawn.key = "";
}

/**
 * @param {string} key
 * @param {string[]} names
 * @param {number} turns
 * @param {number} step
 */
function drawAnew(key, names, turns, step) {
  const height = TOP + names.length * ROW + 22;
  const width = Math.max(LEFT + turns * step + 8, frame.clientWidth);
  const picture = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  drawn = { key, step, ridges: new Map(), needles: svg("g") };
  names.forEach((name, row) => {
    const path = svg("path", { class: "ridge" });
    drawn.ridges.set(name, path);
    const base = TOP + (row + 1) * ROW;
    const short = name.length > 11 ? `${name.slice(0, 10)}\u2026` : name;
    picture.append(
      svg("g", { class: toneClass(name), transform: `translate(0 ${base})` },
        svg("line", { class: "base", x1: LEFT, x2: LEFT + turns * step, y1: 0, y2: 0 }),
        svg("g", { transform: `translate(${LEFT} 0)` }, path),
        svg("path", { class: "mark", d: outline(name), transform: "translate(0 -11.5) scale(.72)" }),
        svg("text", { class: "name", x: 18, y: -2 }, short, svg("title", {}, name))),
    );
  });
  picture.append(ticks(turns, step, height), drawn.needles);
  frame.replaceChildren(picture);
}

/**
 * @param {number} turns
 * @param {number} step
 * @param {number} height
 */
function ticks(turns, step, height) {
  const every = [1, 2, 5, 10, 20, 50, 100].find((each) => each * step >= 26) ?? 200;
  const shown = Array.from({ length: turns }, (_, turn) => turn).filter((turn) => !turn || (turn + 1) % every === 0);
  return svg("g", {}, ...shown.map((turn) => svg("text", { class: "tick", x: LEFT + (turn + 0.5) * step, y: height - 5 }, String(turn + 1))));
}

/**
 * The outline of a ridge: through each share at the middle of its turn, flat there, so that no height is made up.
 * @param {number[]} shares
 * @param {number} step
 * @param {number} [peak]
 */
export function ridge(shares, step, peak = PEAK) {
  const y = (/** @type {number} */ share) => (-share * peak).toFixed(2);
  const at = (/** @type {number} */ turn) => ((turn + 0.5) * step).toFixed(2);
  const last = shares.length - 1;
  const bends = shares.slice(1).map((share, place) => {
    const middle = ((place + 1) * step).toFixed(2);
    return `C${middle} ${y(shares[place])} ${middle} ${y(share)} ${at(place + 1)} ${y(share)}`;
  });
  const start = `M0 0C${(step / 4).toFixed(2)} 0 ${(step / 4).toFixed(2)} ${y(shares[0])} ${at(0)} ${y(shares[0])}`;
  const [end, before] = [((last + 1) * step).toFixed(2), ((last + 0.75) * step).toFixed(2)];
  return `${start}${bends.join("")}C${before} ${y(shares[last])} ${before} 0 ${end} 0Z`;
}

/** Mark the turns pointed at and chosen, in the drawing and in words. */
function point() {
  const { turns } = talk();
  if (!drawn.needles || !turns.length) return;
  const names = labels();
  const needle = (/** @type {number | null} */ turn, /** @type {string} */ kind) => {
    const name = turn === null ? undefined : shownLabel(turn);
    if (turn === null || turn >= turns.length) return [];
    const x = LEFT + (turn + 0.5) * drawn.step;
    const row = name === undefined ? -1 : names.indexOf(name);
    const y = TOP + (row + 1) * ROW - PEAK * (judged(turn)?.probabilities[name ?? ""] ?? 0);
    const line = svg("line", { class: `needle ${kind}`, x1: x, x2: x, y1: TOP - 6, y2: TOP + names.length * ROW });
    return row < 0 ? [line] : [line, svg("circle", { class: "dot", cx: x, cy: y, r: 4 })];
  };
  drawn.needles.replaceChildren(...needle(state.chosen, "chosen"), ...(state.near === state.chosen ? [] : needle(state.near, "near")));
  const here = state.near ?? state.chosen;
  byId("readout").textContent = here === null ? hint() : describe(here);
  frame.setAttribute("aria-valuemax", String(turns.length));
  frame.setAttribute("aria-valuenow", String((here ?? 0) + 1));
  frame.setAttribute("aria-valuetext", describe(here ?? 0));
}

/** What to do where no turn is pointed at. */
const hint = () =>
  talk().readings.length ? "Point at a turn; choose it to see why it has its label." : `Labelling ${count(talk().turns.length, "turn")}\u2026`;

/**
 * A turn in a line of words.
 * @param {number} turn
 */
export function describe(turn) {
  const { turns } = talk();
  if (!turns[turn]) return "";
  const { speaker, text } = turns[turn];
  const own = correction(turn);
  const reading = judged(turn);
  const told = own !== undefined ? `${own} (yours)` : reading ? `${reading.label} ${percent(reading.confidence)}` : "not labelled yet";
  return `${turn + 1}${speaker ? ` ${speaker}` : ""}: ${told}. ${text}`;
}

