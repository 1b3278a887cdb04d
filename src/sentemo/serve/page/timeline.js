/** The timeline: one ridge per label, as high as its probability; long conversations are drawn as means of several turns. */
import { byId, svg } from "./dom.js";
import { outline, toneClass } from "./tones.js";
import { count, percent } from "./words.js";
import { hover, steer } from "./pointing.js";
import { hits } from "./finder.js";
import { tick } from "./times.js";
import { choose, correction, judged, labels, pointAt, shownLabel, state, talk, watch } from "./store.js";
import { scrollToTurn } from "./conversation.js";
import { follow, span, zoom } from "./span.js";

const ROW = 25; // height of a label's row
const PEAK = 36; // height of a probability of 1: ridges may reach into the row above
const TOP = 12;
export const LEFT = 98;
export const RIGHT = 8;
const STEP_LEAST = 3; // pixels between two points of a ridge; closer ones are averaged
const TIMES_FROM_MS = 600_000; // shorter spans show turn numbers instead
const TURNS_LEAST = 6; // shorter conversations don't fill the width

/** @type {HTMLElement} */
let frame;
/** The elements drawn, to move things instead of redrawing. */
let drawn = { key: "", ridges: /** @type {Map<string, any>} */ (new Map()), needles: /** @type {any} */ (null), ticks: /** @type {any} */ (null) };

/** Show the timeline, and keep it up to date. */
export function showTimeline() {
  frame = byId("timeline");
  watch(["talk", "readings", "models", "span", "filter"], draw);
  watch(["near", "chosen"], point);
  new ResizeObserver(draw).observe(frame);
  frame.addEventListener("pointermove", (event) => hover(turnAt(event)));
  frame.addEventListener("pointerleave", () => hover(null));
  frame.addEventListener("focus", () => pointAt(state.near ?? state.chosen ?? span().start));
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

/** Width of a shown turn. */
function width() {
  const { start, stop } = span();
  return Math.max(1, frame.clientWidth - LEFT - RIGHT) / Math.max(stop - start, TURNS_LEAST);
}

/**
 * @param {MouseEvent} event
 * @returns {number | null}
 */
function turnAt(event) {
  const { start, stop } = span();
  const x = event.clientX - frame.getBoundingClientRect().left - LEFT;
  if (stop <= start || x < -10) return null;
  return Math.max(start, Math.min(stop - 1, start + Math.floor(x / width())));
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const last = talk().turns.length - 1;
  const here = state.near ?? state.chosen ?? span().start;
  const moves = { ArrowRight: here + 1, ArrowUp: here + 1, ArrowLeft: here - 1, ArrowDown: here - 1, Home: 0, End: last, PageUp: here + 10, PageDown: here - 10 };
  const zooms = { "+": 0.5, "=": 0.5, "-": 2, 0: Infinity };
  if (event.key in moves) {
    steer(Math.max(0, Math.min(last, moves[/** @type {keyof typeof moves} */ (event.key)])));
    if (state.near !== null) scrollToTurn(state.near);
  } else if (event.key in zooms) zoom(zooms[/** @type {keyof typeof zooms} */ (event.key)]);
  else if (event.key === "Enter" || event.key === " ") pick(here);
  else return;
  event.preventDefault();
}

function draw() {
  const { turns } = talk();
  const names = labels();
  if (!turns.length || !frame.clientWidth) return clearFrame();
  const { start, stop } = span();
  const bin = Math.max(1, Math.ceil(STEP_LEAST / width()));
  const key = JSON.stringify([names, start, stop, frame.clientWidth]);
  if (key !== drawn.key) drawAnew(key, names);
  const told = turns.slice(start, stop).map((_, at) => judged(start + at)?.probabilities);
  for (const name of names) {
    const shares = means(told.map((each) => each?.[name] ?? 0), bin);
    drawn.ridges.get(name).setAttribute("d", ridge(shares, (width() * (stop - start)) / shares.length));
  }
  drawn.ticks.replaceChildren(...ticks(names.length), ...marks());
  point();
}

/**
 * Means of consecutive groups of numbers.
 * @param {number[]} numbers
 * @param {number} size
 */
export function means(numbers, size) {
  if (size === 1) return numbers;
  return Array.from({ length: Math.ceil(numbers.length / size) }, (_, at) => {
    const some = numbers.slice(at * size, (at + 1) * size);
    return some.reduce((sum, each) => sum + each, 0) / some.length;
  });
}

function clearFrame() {
  frame.replaceChildren();
  drawn.key = "";
}

/**
 * @param {string} key
 * @param {string[]} names
 */
function drawAnew(key, names) {
  const high = TOP + names.length * ROW + 22;
  const wide = frame.clientWidth;
  const right = wide - RIGHT;
  const picture = svg("svg", { width: wide, height: high, viewBox: `0 0 ${wide} ${high}`, "aria-hidden": "true" });
  drawn = { key, ridges: new Map(), needles: svg("g"), ticks: svg("g") };
  names.forEach((name, row) => {
    const path = svg("path", { class: "ridge" });
    drawn.ridges.set(name, path);
    const base = TOP + (row + 1) * ROW;
    const short = name.length > 11 ? `${name.slice(0, 10)}\u2026` : name;
    picture.append(
      svg("g", { class: toneClass(name), transform: `translate(0 ${base})` },
        svg("line", { class: "base", x1: LEFT, x2: right, y1: 0, y2: 0 }),
        svg("g", { transform: `translate(${LEFT} 0)` }, path),
        svg("path", { class: "mark", d: outline(name), transform: "translate(0 -11.5) scale(.72)" }),
        svg("text", { class: "name", x: 18, y: -2 }, short, svg("title", {}, name))),
    );
  });
  picture.append(drawn.ticks, drawn.needles);
  frame.replaceChildren(picture);
}

/**
 * The axis: times if turns have them, otherwise turn numbers.
 * @param {number} rows
 */
function ticks(rows) {
  const { start, stop } = span();
  const { turns } = talk();
  const [from, to] = [turns[start]?.time, turns[stop - 1]?.time];
  const timed = from !== undefined && to !== undefined && Date.parse(to) - Date.parse(from) >= TIMES_FROM_MS;
  const apart = timed ? 68 : 34;
  const every = [1, 2, 5].flatMap((each) => [1, 10, 100, 1000, 10_000].map((ten) => each * ten)).sort((a, b) => a - b).find((each) => each * width() >= apart) ?? stop;
  const all = Array.from({ length: stop - start }, (_, place) => start + place);
  const at = all.filter((turn) => turn === start || ((turn + 1) % every === 0 && (turn - start) * width() >= apart));
  const words = (/** @type {number} */ turn) => {
    const { time } = turns[turn];
    return timed && time ? tick(time, Date.parse(to) - Date.parse(from)) : String(turn + 1);
  };
  const fresh = at.filter((turn, place) => !place || words(turn) !== words(at[place - 1]));
  const edge = (/** @type {number} */ turn) => (timed && turn === start ? " first" : x(turn) > frame.clientWidth - RIGHT - 12 ? " last" : "");
  return fresh.map((turn) => svg("text", { class: `tick${edge(turn)}`, x: x(turn), y: TOP + rows * ROW + 17 }, words(turn)));
}

/** @param {number} turn */
const x = (turn) => LEFT + (turn - span().start + 0.5) * width();

/** Marks of the turns found. */
function marks() {
  const { start, stop } = span();
  const found = [...(hits() ?? [])].filter((turn) => turn >= start && turn < stop);
  const d = found.map((turn) => `M${x(turn).toFixed(1)} 1v6`).join("");
  return d ? [svg("path", { class: "hits", d })] : [];
}

/**
 * The outline of a ridge: through each share at the middle of its turn, flat there, so that it never overshoots.
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
  if (!drawn.needles || !turns.length || follow()) return; // `follow` redraws if it scrolls
  const names = labels();
  const { start, stop } = span();
  const needle = (/** @type {number | null} */ turn, /** @type {string} */ kind) => {
    if (turn === null || turn < start || turn >= stop) return [];
    const name = shownLabel(turn);
    const row = name === undefined ? -1 : names.indexOf(name);
    const y = TOP + (row + 1) * ROW - PEAK * (judged(turn)?.probabilities[name ?? ""] ?? 0);
    const line = svg("line", { class: `needle ${kind}`, x1: x(turn), x2: x(turn), y1: TOP - 6, y2: TOP + names.length * ROW });
    return row < 0 ? [line] : [line, svg("circle", { class: "dot", cx: x(turn), cy: y, r: 4 })];
  };
  drawn.needles.replaceChildren(...needle(state.chosen, "chosen"), ...(state.near === state.chosen ? [] : needle(state.near, "near")));
  const here = state.near ?? state.chosen;
  byId("readout").textContent = here === null ? hint() : describe(here);
  frame.setAttribute("aria-valuemax", String(turns.length));
  frame.setAttribute("aria-valuenow", String((here ?? 0) + 1));
  frame.setAttribute("aria-valuetext", describe(here ?? 0));
}

/** The hint shown while no turn is pointed at. */
function hint() {
  const { turns, readings } = talk();
  const done = turns.filter((_, turn) => readings[turn]).length;
  if (done < turns.length && !state.live) return `Labelling ${count(turns.length, "turn")}\u2026 ${done ? `${Math.round((100 * done) / turns.length)} % done` : ""}`;
  return "Point at a turn; choose it to see why it has its label.";
}

/**
 * Describe a turn in one line.
 * @param {number} turn
 */
export function describe(turn) {
  const { turns } = talk();
  if (!turns[turn]) return "";
  const { speaker, text } = turns[turn];
  const own = correction(turn);
  const reading = judged(turn);
  const told = own !== undefined ? `${own} (yours)` : reading ? `${reading.label} ${percent(reading.score)}` : "not labelled yet";
  return `${turn + 1}${speaker ? ` ${speaker}` : ""}: ${told}. ${text}`;
}
