/** The emotion map: where the labels are, and the turns as points that move when the model changes; many turns as a density. */
import { byId, el, svg } from "./dom.js";
import { felt, outline, toneClass } from "./tones.js";
import { hovering } from "./pointing.js";
import { hits } from "./finder.js";
import { cells, means, placeWords, story } from "./places.js";
import { count } from "./words.js";
import { choose, model, shownLabel, state, talk, watch } from "./store.js";
import { scrollToTurn } from "./conversation.js";

const HALO = 18;
const [SIDES, ENDS] = [52, 40]; // room for words around the outermost points
const MANY = 60; // turns from which single points would only be a blot
const CELL = 9;
const MOST_MEANS = 4; // speakers whose mean is marked
const MOST_ROWS = 200; // in the table

/** @type {any} */
let drawing;
/** @type {any} */
let places;
/** @type {any} */
let way;
/** @type {any} */
let crowd;
/** @type {any[]} one group per turn */
let dots = [];
/** @type {import("./types.js").Talk | undefined} */
let shown;

/** Show the map, and keep it up to date. */
export function showMap() {
  places = svg("g");
  crowd = svg("g", { id: "map-crowd" });
  way = svg("path", { class: "way-through" });
  const points = svg("g", { id: "map-points" });
  drawing = svg("svg", { role: "img", "aria-label": "Map of emotions; the table below has the same content" }, crowd, way, points, places);
  byId("map").append(drawing);
  watch(["talk", "readings", "models", "filter"], draw);
  watch(["near", "chosen"], mark);
  new ResizeObserver(draw).observe(byId("map"));
}

function draw() {
  if (byId("map-view").hidden) return;
  if (shown !== talk()) dots.splice(0).forEach((dot) => dot.remove());
  shown = talk();
  const { turns, readings } = shown;
  const many = turns.length > MANY;
  const found = hits();
  fit(readings.flatMap((each) => (each?.point ? [each.point] : [])));
  const at = turns.map((_, turn) => readings[turn]?.point).map((point) => point && onMap(point));
  const wanted = at.map((point, turn) => (found === null || found.has(turn) ? point : undefined));
  const known = at.filter((point) => point !== undefined);
  if (many) dots.splice(0).forEach((dot) => dot.remove());
  else at.forEach((point, turn) => point && place(turn, point));
  drawPlaces(many ? means(wanted, turns).slice(0, MOST_MEANS) : []);
  crowd.replaceChildren(...(many ? density(wanted) : []));
  way.setAttribute("d", known.length > 1 && !many ? `M${known.map((each) => each.join(" ")).join("L")}` : "");
  byId("map-sentence").textContent = sentence();
  drawTable();
  mark();
}

/** How the map's units become pixels: each axis has its own scale, so that everything is visible. */
let scale = { left: 0, top: 0, wide: 1, high: 1 };

/**
 * @param {readonly [number, number]} point
 * @returns {[number, number]}
 */
const onMap = ([x, y]) => [Math.round(10 * ((x - scale.left) * scale.wide + SIDES)) / 10, Math.round(10 * ((scale.top - y) * scale.high + ENDS)) / 10];

/**
 * Make room for all points.
 * @param {(readonly [number, number])[]} points
 */
function fit(points) {
  const { clientWidth: width, clientHeight: height } = byId("map");
  const around = [...points, ...Object.values(model()?.map ?? {})];
  if (!around.length || !width) return;
  const [xs, ys] = [around.map(([x]) => x), around.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs), Math.max(...ys)];
  scale = { left, top, wide: (width - 2 * SIDES) / Math.max(0.5, Math.max(...xs) - left), high: (height - 2 * ENDS) / Math.max(0.5, top - Math.min(...ys)) };
  drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
}

/**
 * Labels, and the mean of each speaker's turns if there are many, with text that doesn't overlap.
 * @param {{name: string, at: [number, number]}[]} middles
 */
function drawPlaces(middles) {
  const map = Object.entries(model()?.map ?? {}).map(([name, point]) => ({ name, at: onMap(point), tone: toneClass(name) }));
  const all = [...map, ...middles.map((each) => ({ ...each, tone: "" }))];
  const words = all.map(({ name }) => (name.length > 22 ? `${name.slice(0, 21)}\u2026` : name));
  const put = placeWords(all.map(({ at }) => at), words.map((each) => each.length * 7.4), 17, HALO);
  places.replaceChildren(...all.map(({ at: [x, y], tone }, place) => {
    const [wordX, wordY] = put[place];
    const leads = !tone || Math.abs(wordY - y) > HALO + 16;
    return svg("g", { class: tone || "middle" },
      tone ? svg("circle", { class: "halo", cx: x, cy: y, r: HALO }) : svg("circle", { class: "mean", cx: x, cy: y, r: 4 }),
      ...(leads ? [svg("line", { class: "leader", x1: x, y1: y, x2: wordX, y2: wordY + (wordY > y ? -12 : 3) })] : []),
      svg("text", { class: "label", x: wordX, y: wordY }, words[place]));
  }));
}

/**
 * The density of turns, as dots in a grid.
 * @param {([number, number] | undefined)[]} at
 */
function density(at) {
  const grid = cells(at, at.map((_, turn) => shownLabel(turn)), CELL);
  const most = Math.max(1, ...grid.map(({ turns }) => turns.length));
  return grid.map(({ x, y, label, turns }) => svg("circle", {
    class: `cell ${toneClass(label)}`, cx: x, cy: y, r: CELL * (0.13 + 0.4 * Math.sqrt(turns.length / most)), onclick: () => choose(turns[0]),
  }, svg("title", {}, `${count(turns.length, "turn")}, mostly ${label}`)));
}

/** What the map shows, in a sentence. */
function sentence() {
  const { turns, readings } = talk();
  const neutral = model()?.neutral ?? null;
  return story(turns, turns.map((_, turn) => shownLabel(turn)), readings.map((each) => each?.point), model()?.map[neutral ?? ""], neutral);
}

/**
 * Place a turn's point; a new one enters from the middle.
 * @param {number} turn
 * @param {[number, number]} point
 */
function place(turn, point) {
  dots[turn] ??= newDot(turn);
  const [x, y] = point;
  const found = hits();
  dots[turn].setAttribute("class", `point ${toneClass(shownLabel(turn))}${found && !found.has(turn) ? " off" : ""}`);
  dots[turn].querySelector(".shape").setAttribute("d", outline(shownLabel(turn) ?? ""));
  dots[turn].style.transform = `translate(${x}px, ${y}px)`;
}

/** @param {number} turn */
function newDot(turn) {
  const dot = svg("g",
    { onclick: () => { choose(turn); scrollToTurn(turn); }, ...hovering(turn) },
    svg("circle", { class: "area", r: 12 }),
    svg("g", { class: "inner", transform: "scale(.8) translate(-8 -8)" }, svg("path", { class: "shape" })),
    svg("text", { class: "count", x: 10, y: 4 }, String(turn + 1)),
  );
  dot.style.transform = `translate(${byId("map").clientWidth / 2}px, ${byId("map").clientHeight / 2}px)`;
  byId("map-points").append(dot);
  dot.getBoundingClientRect(); // forces a layout, so that the transition has a start
  return dot;
}

function mark() {
  dots.forEach((dot, turn) => {
    dot.classList.toggle("near", state.near === turn);
    dot.classList.toggle("chosen", state.chosen === turn);
  });
}

/** The same in words: which label each turn is nearest to. */
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
  const head = ["Turn", "Label", "Nearest to", "Place"].map((name) => el("th", { scope: "col" }, name));
  const left = turns.length > MOST_ROWS ? el("p", { class: "hint" }, `The first ${MOST_ROWS} turns; the saved table has all labels.`) : "";
  byId("map-table").replaceChildren(el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...turns.slice(0, MOST_ROWS).flatMap(row))), left);
}
