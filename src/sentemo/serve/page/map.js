/** The emotion map: where labels lie, and the turns as points that move when the model changes. */
import { byId, el, svg } from "./dom.js";
import { felt, outline, toneClass } from "./tones.js";
import { hovering } from "./pointing.js";
import { choose, model, shownLabel, state, talk, watch } from "./store.js";
import { scrollToTurn } from "./conversation.js";

const SIZE = 100; // units of the drawing for 1
const HALO = 21;
const LABEL_GAP = 15; // between two labels' words, above each other

/** @type {any} */
let drawing;
/** @type {any} */
let places;
/** @type {any} */
let way;
/** @type {any[]} one group a turn */
let dots = [];
/** @type {import("./types.js").Talk | undefined} */
let shown;

/** Show the map, and follow what changes. */
export function showMap() {
  places = svg("g");
  way = svg("path", { class: "way-through" });
  const points = svg("g", { id: "map-points" });
  drawing = svg("svg", { viewBox: "-128 -116 256 232", role: "img", "aria-label": "Map of emotions; the table below says the same" }, places, way, points);
  byId("map").append(drawing);
  watch(["talk", "readings", "models"], draw);
  watch(["near", "chosen"], mark);
}

function draw() {
  drawPlaces();
  if (shown !== talk()) dots.splice(0).forEach((dot) => dot.remove());
  shown = talk();
  const { turns, readings } = shown;
  const known = turns.map((_, turn) => readings[turn]?.point);
  known.forEach((point, turn) => point && place(turn, point));
  const line = known.flatMap((point) => (point ? [onMap(point).join(" ")] : []));
  way.setAttribute("d", line.length > 1 && line.length <= 60 ? `M${line.join("L")}` : "");
  fit(known.flatMap((point) => (point ? [onMap(point)] : [])));
  drawTable();
  mark();
}

/**
 * @param {readonly [number, number]} point
 * @returns {[number, number]}
 */
const onMap = ([x, y]) => [Math.round(x * SIZE * 100) / 100, Math.round(-y * SIZE * 100) / 100];

/**
 * Show all of it, and no more.
 * @param {[number, number][]} points
 */
function fit(points) {
  const around = [...points, ...Object.values(model()?.map ?? {}).map(onMap)];
  if (!around.length) return;
  const [xs, ys] = [around.map(([x]) => x), around.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs) - 48, Math.min(...ys) - HALO - 18];
  const [width, height] = [Math.max(...xs) + 48 - left, Math.max(...ys) + HALO + 18 - top];
  drawing.setAttribute("viewBox", [left, top, width, height].join(" "));
  const { width: wide, height: high } = drawing.getBoundingClientRect();
  if (wide) drawing.style.setProperty("--unit", Math.max(width / wide, height / high)); // so that words keep their size
}

function drawPlaces() {
  const map = Object.entries(model()?.map ?? {});
  const at = map.map(([, point]) => onMap(point));
  const middle = at.reduce((sum, [, y]) => sum + y, 0) / Math.max(1, at.length);
  const words = apart(at.map(([x, y]) => [x, y < middle ? y - HALO - 4 : y + HALO + 12]), middle);
  places.replaceChildren(
    ...map.map(([name], place) => {
      const [x, y] = at[place];
      return svg("g", { class: toneClass(name) },
        svg("circle", { class: "halo", cx: x, cy: y, r: HALO }),
        svg("text", { class: "label", x, y: words[place] }, name.length > 22 ? `${name.slice(0, 21)}\u2026` : name));
    }),
  );
}

/**
 * Move words that would cover each other apart, away from the middle.
 * @param {number[][]} places
 * @param {number} middle
 * @returns {number[]}
 */
function apart(places, middle) {
  const order = places.map((_, place) => place).sort((a, b) => Math.abs(places[a][1] - middle) - Math.abs(places[b][1] - middle));
  const found = places.map(([, y]) => y);
  order.forEach((one, rank) => {
    for (const other of order.slice(0, rank)) {
      const covers = Math.abs(places[one][0] - places[other][0]) < 58 && Math.abs(found[one] - found[other]) < LABEL_GAP;
      if (covers) found[one] = found[other] + (found[one] < middle ? -LABEL_GAP : LABEL_GAP);
    }
  });
  return found;
}

/**
 * Put a turn's point where it belongs; a new one comes in from the middle.
 * @param {number} turn
 * @param {[number, number]} point
 */
function place(turn, point) {
  dots[turn] ??= newDot(turn);
  const [x, y] = onMap(point);
  dots[turn].setAttribute("class", `point ${toneClass(shownLabel(turn))}`);
  dots[turn].querySelector(".shape").setAttribute("d", outline(shownLabel(turn) ?? ""));
  dots[turn].style.transform = `translate(${x}px, ${y}px)`;
}

/** @param {number} turn */
function newDot(turn) {
  const dot = svg("g",
    { onclick: () => { choose(turn); scrollToTurn(turn); }, ...hovering(turn) },
    svg("circle", { class: "area", r: 9 }),
    svg("g", { class: "inner", transform: "scale(.62) translate(-8 -8)" }, svg("path", { class: "shape" })),
    svg("text", { class: "count", x: 8, y: 4 }, String(turn + 1)),
  );
  dot.style.transform = "translate(0px, 0px)";
  byId("map-points").append(dot);
  dot.getBoundingClientRect(); // so that it has somewhere to move from
  return dot;
}

function mark() {
  dots.forEach((dot, turn) => {
    dot.classList.toggle("near", state.near === turn);
    dot.classList.toggle("chosen", state.chosen === turn);
  });
}

/** The same in words: which label each turn lies nearest to. */
function drawTable() {
  const { turns, readings } = talk();
  const map = Object.entries(model()?.map ?? {});
  const row = (/** @type {any} */ _, /** @type {number} */ turn) => {
    const point = readings[turn]?.point;
    if (!point) return [];
    const far = (/** @type {readonly [number, number]} */ to) => Math.hypot(to[0] - point[0], to[1] - point[1]);
    const nearest = map.length ? map.reduce((best, each) => (far(each[1]) < far(best[1]) ? each : best))[0] : "";
    const label = shownLabel(turn);
    return [el("tr", {}, el("th", { scope: "row" }, turn + 1), el("td", {}, label ? felt(label) : ""), el("td", {}, nearest), el("td", {}, point.map((each) => each.toFixed(2)).join(", ")))];
  };
  const head = ["Turn", "Label", "Lies nearest to", "Place"].map((name) => el("th", { scope: "col" }, name));
  byId("map-table").replaceChildren(el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...turns.flatMap(row))));
}
