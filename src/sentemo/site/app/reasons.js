/** The reasons for a turn's label: the turns around it and its own words, each left out once, and the nearest known examples. */
import { speakerNumbers } from "./speakers.js";
import { weighWords } from "./words.js";

/**
 * Explain one turn, as `sentemo.explanation` does.
 * @param {import("./engine.js").Engine} engine
 * @param {{conversation: {turns: {speaker: string, text: string}[]}, turn: number, causal: boolean, neighbours?: number, reach?: number}} asked
 * @param {() => boolean} isDropped
 */
export async function explain(engine, { conversation: { turns }, turn, causal, neighbours = 3, reach = 8 }, isDropped) {
  await engine.loadedFull;
  const model = /** @type {import("./graph-model.js").GraphModel} */ (engine.full);
  const [texts, speakers] = [turns.map(({ text }) => text), speakerNumbers(turns)];
  const said = await answered(model, texts, speakers, turn, causal);
  const influences = [];
  for (let gone = Math.max(0, turn - reach); gone <= Math.min(causal ? turn : turns.length - 1, turn + reach); gone += 1) {
    if (gone === turn) continue;
    if (isDropped()) return null;
    const rest = renumbered(without(speakers, gone));
    const other = await answered(model, without(texts, gone), rest, turn - Number(gone < turn), causal);
    influences.push({ turn: gone, change: said.probabilities[said.label] - other.probabilities[said.label] });
  }
  const { features, ...told } = said;
  const nearest = await nearestOf(engine, features, neighbours);
  const words = await weighWords(model, turns, turn, told, causal);
  return { model: engine.site.name, id: "", turns: [{ turn, ...told, influences, nearest, words, prototypes: {} }] };
}

/**
 * @param {import("./graph-model.js").GraphModel} model
 * @param {string[]} texts
 * @param {number[]} speakers
 * @param {number} turn
 * @param {boolean} causal
 */
async function answered(model, texts, speakers, turn, causal) {
  const last = causal ? turn + 1 : Math.min(texts.length, turn + 1 + model.reach);
  const [said] = await model.answer({ texts, speakers, first: Math.max(0, turn - model.reach), start: turn, stop: turn + 1, last }, causal);
  return said;
}

/**
 * @template T
 * @param {T[]} items
 * @param {number} gone
 */
const without = (items, gone) => items.filter((_, place) => place !== gone);

/** @param {number[]} speakers */
function renumbered(speakers) {
  const order = [...new Set(speakers)];
  return speakers.map((each) => order.indexOf(each));
}

/**
 * The nearest of the site's labelled examples.
 * @param {import("./engine.js").Engine} engine
 * @param {Float32Array} own
 * @param {number} count
 */
async function nearestOf(engine, own, count) {
  const { texts, labels } = engine.site.bank;
  const known = await features(engine, texts);
  const far = known.map((each) => Math.hypot(...each.map((value, at) => value - own[at])));
  const order = labels.map((_, place) => place).sort((a, b) => far[a] - far[b]).slice(0, count);
  return order.map((place) => ({ text: texts[place], label: labels[place], distance: far[place] }));
}

/** @type {Float32Array[]} */
const kept = [];

/**
 * The features of the examples, each read once, as a conversation by itself.
 * @param {import("./engine.js").Engine} engine
 * @param {string[]} texts
 */
async function features({ full }, texts) {
  for (const text of texts.slice(kept.length)) {
    const [said] = await /** @type {import("./graph-model.js").GraphModel} */ (full).label([text], [0], false);
    kept.push(said.features);
  }
  return kept;
}
