/** A strip of the whole conversation under the timeline: drag over it to choose the turns that the timeline shows. */
import { byId, svg } from "./dom.js";
import { toneClass } from "./tones.js";
import { labels, model, shownLabel, state, talk, watch } from "./store.js";
import { LEFT, RIGHT } from "./timeline.js";
import { LEAST, setSpan, span, zoom } from "./span.js";

const HEIGHT = 26;
const BAR = 3; // width of a bar
const GRIP = 7; // distance within which an edge is grabbed
const FROM = 60; // minimum number of turns for a strip

/** @type {HTMLElement} */
let frame;
/** @type {any} */
let view;
/** @type {{kind: "new" | "move" | "start" | "stop", from: number, start: number, stop: number} | null} */
let drag = null;

/** Show the strip, and keep it up to date. */
export function showBrush() {
  frame = byId("brush");
  watch(["talk", "readings", "models"], draw);
  watch(["span"], place);
  new ResizeObserver(draw).observe(byId("timeline"));
  frame.addEventListener("pointerdown", begin);
  frame.addEventListener("pointermove", move);
  frame.addEventListener("pointerup", end);
  frame.addEventListener("pointercancel", end);
  byId("zoom-in").addEventListener("click", () => zoom(0.5));
  byId("zoom-out").addEventListener("click", () => zoom(2));
  byId("zoom-all").addEventListener("click", () => zoom(Infinity));
}

const room = () => Math.max(1, byId("timeline").clientWidth - LEFT - RIGHT);

function draw() {
  const { turns } = talk();
  frame.hidden = byId("zoom").hidden = turns.length < FROM;
  if (frame.hidden) return;
  const wide = room() + LEFT + RIGHT;
  view = svg("g");
  frame.replaceChildren(svg("svg", { width: wide, height: HEIGHT, viewBox: `0 0 ${wide} ${HEIGHT}`, "aria-hidden": "true" }, ...bars(), view));
  place();
}

/** One bar for a few turns: as high as the share of emotions, in the tone of the most frequent one. */
function bars() {
  const { turns } = talk();
  const neutral = model()?.neutral ?? null;
  const many = Math.min(turns.length, Math.floor(room() / BAR));
  const told = turns.map((_, turn) => shownLabel(turn));
  return Array.from({ length: many }, (_, at) => {
    const some = told.slice(Math.floor((at * turns.length) / many), Math.floor(((at + 1) * turns.length) / many));
    const felt = some.filter((each) => each !== undefined && each !== neutral);
    if (!felt.length) return "";
    const most = labels().reduce((best, name) => (times(felt, name) > times(felt, best) ? name : best), felt[0] ?? "");
    const high = (HEIGHT - 4) * (felt.length / some.length);
    return svg("rect", { class: `strip ${toneClass(most)}`, x: LEFT + (at * room()) / many, y: HEIGHT - 2 - high, width: Math.max(1, room() / many - 0.5), height: high });
  }).filter(Boolean);
}

/**
 * @param {(string | undefined)[]} all
 * @param {string} one
 */
const times = (all, one) => all.filter((each) => each === one).length;

/** Position the window. */
function place() {
  if (!view || frame.hidden) return;
  const { start, stop } = span();
  const turns = talk().turns.length;
  const x = (/** @type {number} */ turn) => LEFT + (turn / turns) * room();
  const edge = (/** @type {number} */ at) => svg("rect", { class: "grip", x: at - 2, y: 5, width: 4, height: HEIGHT - 10, rx: 2 });
  view.replaceChildren(
    svg("rect", { class: "veil", x: LEFT, y: 0, width: x(start) - LEFT, height: HEIGHT }),
    svg("rect", { class: "veil", x: x(stop), y: 0, width: LEFT + room() - x(stop), height: HEIGHT }),
    svg("rect", { class: "window", x: x(start), y: 0.5, width: x(stop) - x(start), height: HEIGHT - 1, rx: 4 }),
    ...(state.span ? [edge(x(start)), edge(x(stop))] : []));
  byId("zoom-out").disabled = byId("zoom-all").disabled = !state.span;
  byId("zoom-in").disabled = stop - start <= LEAST;
}

/** @param {PointerEvent} event */
const turnAt = (event) => ((event.clientX - frame.getBoundingClientRect().left - LEFT) / room()) * talk().turns.length;

/** @param {PointerEvent} event */
function begin(event) {
  const from = turnAt(event);
  const { start, stop } = span();
  const near = (GRIP / room()) * talk().turns.length;
  const kind = !state.span ? "new" : Math.abs(from - start) < near ? "start" : Math.abs(from - stop) < near ? "stop" : from > start && from < stop ? "move" : "new";
  drag = { kind, from, start, stop };
  frame.setPointerCapture(event.pointerId);
  event.preventDefault();
}

/** @param {PointerEvent} event */
function move(event) {
  if (!drag) return;
  const to = turnAt(event);
  const { kind, from, start, stop } = drag;
  if (kind === "move") setSpan(start + to - from, stop + to - from);
  if (kind === "start") setSpan(Math.min(to, stop - LEAST), stop);
  if (kind === "stop") setSpan(start, Math.max(to, start + LEAST));
  if (kind === "new" && Math.abs(to - from) > 1) setSpan(Math.min(from, to), Math.max(from, to));
}

/**
 * A press without a drag shows the turns around it.
 * @param {PointerEvent} event
 */
function end(event) {
  if (drag?.kind === "new" && Math.abs(turnAt(event) - drag.from) <= 1) {
    const { start, stop } = span();
    const size = state.span ? stop - start : (stop - start) / 8;
    setSpan(drag.from - size / 2, drag.from + size / 2);
  }
  drag = null;
}
