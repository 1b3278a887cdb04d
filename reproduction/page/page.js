"use strict";
// Texts of the data enter the page as text nodes only, never as HTML.

const data = JSON.parse(document.getElementById("data").textContent);
const find = (id) => document.getElementById(id);
const filters = find("filters");

const OUTCOMES = ["right", "helped", "hurt", "wrong"]; // place = isolated wrong + 2 * contextual wrong
const MARKS = { right: "✓ both right", helped: "▲ context helped", hurt: "▼ context hurt", wrong: "✕ both wrong" };
const SURE = 800; // thousandths: from here on an error is a confident one
const CHUNK = 25; // dialogues drawn at once
const COLOURS = 7; // as many classes c0, c1, ... has the style

const VIEWS = {
  all: ["All", () => true],
  helped: ["▲ Context helped", (turn) => turn.outcome === "helped"],
  hurt: ["▼ Context hurt", (turn) => turn.outcome === "hurt"],
  wrong: ["✕ Both wrong", (turn) => turn.outcome === "wrong"],
  right: ["✓ Both right", (turn) => turn.outcome === "right"],
  disagree: ["Models disagree", (turn) => turn.isLabelled && turn.contextual.label !== turn.isolated.label],
  confident: ["Confident errors", (turn) => turn.isLabelled && isWrong(turn, "contextual") && turn.contextual.share >= SURE],
};
const DEFAULTS = { view: "all", gold: "", predicted: "", text: "", order: "corpus", only: "1", talk: "" };

const isWrong = (turn, model) => turn[model].label !== turn.gold;
const count = (number) => number.toLocaleString("en");
const plural = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
const percent = (thousandths, places = 0) => `${(thousandths / 10).toFixed(places)}\u00a0%`;
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

function make(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// ---- data

const talks = data.talks.map(([id, names, rows], place) => ({
  place, id: id || `dialogue ${place + 1}`, names, turns: rows.map(readTurn),
}));
const turns = talks.flatMap((talk) => talk.turns);

function readTurn([speaker, text, gold, contextual, isolated, ...shares]) {
  const turn = { speaker, text, lower: text.toLowerCase(), isLabelled: gold !== undefined };
  if (!turn.isLabelled) return turn;
  const model = (label, row) => ({ label, shares: row, share: row[label] });
  Object.assign(turn, { gold, contextual: model(contextual, shares[0]), isolated: model(isolated, shares[1]) });
  turn.outcome = OUTCOMES[isWrong(turn, "isolated") + 2 * isWrong(turn, "contextual")];
  return turn;
}

// ---- state, kept in the address

let state = DEFAULTS;

function readState() {
  const given = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  const has = { view: Object.keys(VIEWS), gold: data.labels, predicted: data.labels };
  has.order = [...filters.elements.order.options].map((option) => option.value);
  has.talk = talks.map((talk) => String(talk.place));
  const known = ([name, value]) => name in DEFAULTS && (!has[name] || has[name].includes(value));
  return { ...DEFAULTS, ...Object.fromEntries(Object.entries(given).filter(known)) };
}

function address(wanted) {
  const told = Object.entries(wanted).filter(([name, value]) => value !== DEFAULTS[name]);
  return `#${new URLSearchParams(told.length ? told : { view: "all" })}`;
}

function readForm() {
  const fields = Object.fromEntries(new FormData(filters));
  return { ...DEFAULTS, ...fields, only: filters.elements.only.checked ? "1" : "0" };
}

function showState() {
  for (const name of ["view", "gold", "predicted", "text", "order"]) filters.elements[name].value = state[name];
  filters.elements.only.checked = state.only === "1";
  for (const link of find("summary").querySelectorAll("a")) {
    const isShown = link.getAttribute("href") === address(state);
    if (isShown) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

// ---- which dialogues, in which order

function matcher() {
  const [, isSeen] = VIEWS[state.view];
  const gold = data.labels.indexOf(state.gold), predicted = data.labels.indexOf(state.predicted);
  const text = state.text.toLowerCase();
  return (turn) =>
    isSeen(turn) && turn.lower.includes(text)
    && (gold < 0 || turn.gold === gold) && (predicted < 0 || turn.contextual?.label === predicted);
}

const outcomes = (found, outcome) => found.filter((turn) => turn.outcome === outcome).length;
const ORDERS = {
  helped: (found) => -outcomes(found, "helped"),
  hurt: (found) => -outcomes(found, "hurt"),
  unsure: (found) => {
    const shares = found.filter((turn) => turn.isLabelled).map((turn) => turn.contextual.share);
    return shares.length ? sum(shares) / shares.length : Infinity;
  },
};

function choose() {
  const matches = matcher(), rank = ORDERS[state.order] ?? (() => 0);
  return talks
    .filter((talk) => state.talk === "" || talk.place === Number(state.talk))
    .map((talk) => ({ talk, found: talk.turns.filter(matches) }))
    .filter(({ found }) => found.length || state.only !== "1")
    .map((hit) => ({ ...hit, rank: rank(hit.found) }))
    .sort((one, other) => (one.rank < other.rank ? -1 : one.rank > other.rank ? 1 : one.talk.place - other.talk.place));
}

// ---- drawing

function swatch(label) {
  const rank = label - (data.neutral !== null && label > data.neutral);
  const colour = label === data.neutral ? "neutral" : `c${rank % COLOURS}`;
  return make("span", { class: `swatch ${colour}${label !== data.neutral && rank >= COLOURS ? " hollow" : ""}` });
}

const named = (label) => make("span", { class: "label" }, swatch(label), data.labels[label]);

function bar(label, share) {
  const fill = swatch(label);
  fill.style.width = `${share / 10}%`;
  return make("span", { class: "bar", "aria-hidden": "true" }, fill);
}

function verdict(turn, model, name) {
  const { label, share } = turn[model];
  const cross = isWrong(turn, model) ? [make("span", { class: "cross", role: "img", "aria-label": "wrong" }, "✕")] : [];
  const parts = [make("span", { class: "who" }, name), named(label), bar(label, share), percent(share), ...cross];
  return make("span", { class: "verdict" }, ...parts);
}

function chart(turn, model, name) {
  const rows = data.labels.map((_, label) => {
    const share = turn[model].shares[label], gold = label === turn.gold ? "◂ gold" : "";
    return make("tr", { class: label === turn[model].label ? "predicted" : "" }, make("th", { scope: "row" }, named(label)),
      make("td", {}, bar(label, share)), make("td", {}, percent(share, 1)), make("td", {}, gold));
  });
  return make("table", { class: "chart" }, make("caption", {}, name), make("tbody", {}, ...rows));
}

function marked(turn) {
  const words = make("span", { class: "text", dir: "auto" });
  const text = state.text.toLowerCase();
  let from = 0;
  if (text && turn.lower.length === turn.text.length) { // else some capital has a longer small letter
    for (let at = turn.lower.indexOf(text); at >= 0; at = turn.lower.indexOf(text, from)) {
      words.append(turn.text.slice(from, at), make("mark", {}, turn.text.slice(at, at + text.length)));
      from = at + text.length;
    }
  }
  words.append(turn.text.slice(from));
  return words;
}

function drawTurn(turn, talk, isMatch) {
  const side = talk.names.length === 2 && turn.speaker === 1 ? "second" : "first";
  const speaker = talk.names[turn.speaker] || `Speaker ${String.fromCharCode(65 + turn.speaker % 26)}`;
  const head = make("span", { class: "speaker" }, make("span", { dir: "auto" }, speaker));
  const item = make("li", { class: `turn ${side} ${turn.outcome ?? "context"}${isMatch ? " match" : ""}` });
  if (!turn.isLabelled) {
    head.append(make("span", { class: "mark" }, "no gold label"));
    item.append(head, marked(turn));
    return item;
  }
  head.append(make("span", { class: "mark" }, MARKS[turn.outcome]));
  const verdicts = make("span", { class: "verdicts" },
    make("span", { class: "verdict" }, make("span", { class: "who" }, "gold"), named(turn.gold)),
    verdict(turn, "contextual", "with context"), verdict(turn, "isolated", "alone"));
  const fold = make("details", {}, make("summary", {}, head, marked(turn), verdicts));
  fold.addEventListener("toggle", () => fold.append(make("div", { class: "charts" },
    chart(turn, "contextual", "With context"), chart(turn, "isolated", "Alone"))), { once: true });
  item.append(fold);
  return item;
}

function drawTalk({ talk, found }) {
  const matches = new Set(isFiltered() ? found : []);
  const changes = ["helped", "hurt"].map((outcome) => [outcomes(talk.turns, outcome), outcome]);
  const told = changes.filter(([number]) => number).map((part) => part.join(" "));
  const link = make("a", { href: address({ ...DEFAULTS, talk: String(talk.place) }), dir: "auto" }, talk.id);
  return make("article", { class: "talk", tabindex: "-1", "aria-label": talk.id },
    make("h2", {}, link, make("span", { class: "small" }, [plural(talk.turns.length, "turn"), ...told].join(" · "))),
    make("ol", {}, ...talk.turns.map((turn) => drawTurn(turn, talk, matches.has(turn)))));
}

const isFiltered = () => ["view", "gold", "predicted", "text"].some((name) => state[name] !== DEFAULTS[name]);

let hits = [], drawn = 0;

function drawMore() {
  const next = hits.slice(drawn, drawn + CHUNK).map(drawTalk);
  find("talks").append(...next);
  drawn += next.length;
  const left = hits.length - drawn;
  find("more").hidden = !left;
  find("more").textContent = `Show ${Math.min(left, CHUNK)} more of ${plural(left, "dialogue")}`;
  const matching = sum(hits.map(({ found }) => found.length));
  const every = plural(turns.length, "utterance");
  const which = isFiltered() ? `${count(matching)} of ${every} match` : plural(matching, "utterance");
  find("status").textContent = `${which}; ${plural(hits.length, "dialogue")}, ${count(drawn)} of them shown.`;
  return next[0];
}

function draw() {
  hits = choose();
  drawn = 0;
  find("talks").replaceChildren();
  drawMore();
}

// ---- summary and controls

function countLink(number, view, gold, ...after) {
  const what = view === "all" ? "all" : MARKS[view].slice(2);
  const href = address({ ...DEFAULTS, view, gold });
  return make("a", { href, "aria-label": `${count(number)}: ${gold || "all labels"}, ${what}` }, count(number), ...after);
}

function drawSummary() {
  const total = OUTCOMES.map((_, place) => sum(data.counts.map((row) => row[place])));
  const every = sum(total), share = (number) => percent(1000 * number / every, 1);
  const cell = (place) => make("td", { class: OUTCOMES[place] },
    countLink(total[place], OUTCOMES[place], "", make("span", {}, `${MARKS[OUTCOMES[place]]}, ${share(total[place])}`)));
  find("square").append(
    make("tr", {}, make("th", { scope: "row" }, "with context: right"), cell(0), cell(1)),
    make("tr", {}, make("th", { scope: "row" }, "with context: wrong"), cell(2), cell(3)));
  find("labels").append(...data.counts.map((row, label) => {
    const name = data.labels[label], net = row[1] - row[2];
    return make("tr", {}, make("th", { scope: "row" }, named(label)), make("td", {}, countLink(sum(row), "all", name)),
      ...row.map((number, place) => make("td", {}, countLink(number, OUTCOMES[place], name))),
      make("td", {}, net > 0 ? `+${count(net)}` : count(net).replace("-", "−")));
  }));
  const context = turns.length - every;
  find("gist").textContent = `${plural(turns.length, "utterance")} in ${plural(talks.length, "dialogue")}`
    + `${context ? `, ${count(context)} of them without a gold label` : ""}. Right with context: `
    + `${share(total[0] + total[1])} of the labelled utterances; alone: ${share(total[0] + total[2])}.`;
}

function drawControls() {
  find("views").append(...Object.entries(VIEWS).map(([value, [text, isSeen]]) =>
    make("label", {}, make("input", { type: "radio", name: "view", value }),
      make("span", {}, text, make("b", {}, count(turns.filter(isSeen).length))))));
  for (const name of ["gold", "predicted"]) {
    const options = ["", ...data.labels].map((label) => make("option", { value: label }, label || "any"));
    filters.elements[name].append(...options);
  }
}

function apply(wanted, { remember }) {
  state = wanted;
  history[remember ? "pushState" : "replaceState"](null, "", address(state));
  showState();
  draw();
}

function listen() {
  let pause;
  filters.addEventListener("input", (event) => {
    const isTyping = event.target.name === "text";
    clearTimeout(pause);
    pause = setTimeout(() => apply(readForm(), { remember: !isTyping }), isTyping ? 150 : 0);
  });
  filters.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("popstate", () => { state = readState(); showState(); draw(); });
  const jump = (event) => event.target.closest("a") && setTimeout(() => find("dialogues").scrollIntoView());
  for (const id of ["summary", "talks"]) find(id).addEventListener("click", jump);
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    find("dialogues").focus();
  });
  find("more").addEventListener("click", () => drawMore().focus());
}

drawSummary();
drawControls();
state = readState();
showState();
draw();
listen();
