/** The overview: a summary in sentences, shares by speaker, and the turns that stand out. */
import { byId, el } from "./dom.js";
import { felt, toneClass } from "./tones.js";
import { count, nth, percent } from "./words.js";
import { cluster, contrast, moments, shares, total } from "./summary.js";
import { cast } from "./speakers.js";
import { choose, judged, labels, model, shownLabel, talk, watch } from "./store.js";
import { set } from "./finder.js";

const MOST_SPEAKERS = 6;

/** Show the overview, and keep it up to date. */
export function showOverview() {
  watch(["talk", "readings", "models"], draw);
}

function draw() {
  const { turns } = talk();
  const told = turns.map((_, turn) => shownLabel(turn));
  const parts = shares(turns, told);
  if (!parts.length) return byId("overview").replaceChildren(el("p", { class: "hint" }, turns.length ? `Labelling ${count(turns.length, "turn")}\u2026` : "Nothing has been said yet."));
  const neutral = model()?.neutral ?? null;
  return byId("overview").replaceChildren(
    el("p", { class: "gist" }, sentences(parts, told, neutral).join(" ")),
    bars(parts),
    el("h3", {}, "Moments that stand out"),
    standing(told, neutral),
  );
}

/**
 * @param {import("./summary.js").Share[]} parts
 * @param {(string | undefined)[]} told
 * @param {string | null} neutral
 */
function sentences(parts, told, neutral) {
  const all = total(parts);
  const felt = [...all.counts].filter(([label]) => label !== neutral).sort(([, a], [, b]) => b - a);
  const share = (/** @type {number} */ some) => percent(some / all.turns);
  const found = [];
  if (neutral !== null) found.push(`${share(all.counts.get(neutral) ?? 0)} of ${count(all.turns, "turn")} are neutral.`);
  if (felt.length) found.push(`The most frequent emotion is ${felt[0][0]} (${share(felt[0][1])})${felt[1] && felt[1][1] > (felt[2]?.[1] ?? 0) ? `, then ${felt[1][0]} (${share(felt[1][1])})` : ""}.`);
  const differs = contrast(parts, neutral);
  if (differs) found.push(`${differs.name || "One speaker"} shows ${differs.label} more often than ${parts.length > 2 ? "the others" : parts.find(({ name }) => name !== differs.name)?.name || "the other"} (${percent(differs.own)} against ${percent(differs.others)}).`);
  const dense = cluster(told, neutral);
  if (dense) found.push(`${dense.label[0].toUpperCase()}${dense.label.slice(1)} gathers in turns ${dense.start + 1} to ${dense.stop}.`);
  return found;
}

/**
 * One bar for each speaker: the emotions, then neutral.
 * @param {import("./summary.js").Share[]} parts
 */
function bars(parts) {
  const named = parts.slice(0, MOST_SPEAKERS);
  const rest = parts.slice(MOST_SPEAKERS);
  const rows = [...named, ...(rest.length ? [total(rest, `${rest.length} more`)] : [])];
  const { names } = cast(talk().turns);
  return el("table", { class: "shares-by" }, el("caption", { class: "hidden" }, "Shares of emotions, by speaker"),
    el("tbody", {}, ...rows.map((part) => {
      const known = names.includes(part.name) && part.name;
      const name = known ? el("button", { type: "button", class: "link", title: `Show only turns of ${part.name}`, onclick: () => set({ speaker: part.name }) }, part.name) : part.name || "All";
      return el("tr", {}, el("th", { scope: "row" }, name), el("td", { class: "bar-cell" }, bar(part)), el("td", { class: "number" }, part.turns.toLocaleString("en")));
    })));
}

/** @param {import("./summary.js").Share} part */
function bar({ turns, counts }) {
  const order = [...labels(), ...[...counts.keys()].filter((label) => !labels().includes(label))];
  const present = order.filter((label) => counts.get(label));
  const say = present.map((label) => `${label} ${percent((counts.get(label) ?? 0) / turns)}`).join(", ");
  return el("span", { class: "stacked", role: "img", "aria-label": say, title: say }, ...present.map((label) => {
    const piece = el("span", { class: `piece ${toneClass(label)}` });
    piece.style.flexGrow = String(counts.get(label));
    return piece;
  }));
}

/**
 * @param {(string | undefined)[]} told
 * @param {string | null} neutral
 */
function standing(told, neutral) {
  const { turns } = talk();
  const found = moments(turns.map((_, turn) => judged(turn)), told, neutral);
  if (!found.length) return el("p", { class: "hint" }, "None: no turn shows an emotion.");
  return el("ul", { class: "moments" }, ...found.map(({ label, turn }) => {
    const { speaker, text } = turns[turn];
    const short = text.length > 90 ? `${text.slice(0, 88)}\u2026` : text;
    return el("li", {}, el("button", { type: "button", onclick: () => choose(turn) }, felt(label),
      el("span", { class: "where" }, `${nth(turn)}${speaker ? `, ${speaker}` : ""}`), el("span", { class: "what" }, `\u201c${short}\u201d`)));
  }));
}
