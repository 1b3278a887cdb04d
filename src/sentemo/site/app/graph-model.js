/** The full model: its graphs, run as `sentemo.inference.engine` runs them. */
import { alike, pieces, stretches } from "./cuts.js";
import { numbers, padded, stacked, yes } from "./graph.js";
import { judge } from "./judge.js";

const BATCH_TOKENS = 512;
const KEPT_TEXTS = 1000; // whose tokens' states are cached, for conversations that continue or are read again

/**
 * @typedef {import("./judge.js").Rule & {width: number, reader_reach: number, network_reach: number}} Config
 * @typedef {import("./cuts.js").Cut & {texts: string[], speakers: number[]}} Passage texts and speakers are those of the whole conversation
 * @typedef {{label: string, score: number, probabilities: Record<string, number>, features: Float32Array}} Said
 */

export class GraphModel {
  /**
   * @param {Config} config
   * @param {import("./tokenizer.js").Tokenizer} tokenizer
   * @param {Record<"utterances" | "dialogues" | "network", import("./graph.js").Graph>} graphs
   */
  constructor(config, tokenizer, graphs) {
    this.config = config;
    this.tokenizer = tokenizer;
    this.graphs = graphs;
    /** @type {Map<string, Float32Array[]>} a text's states, (L,E) for each of its parts */
    this.known = new Map();
  }

  /** Turns, on either side, that can influence a turn's label. */
  get reach() {
    return this.config.reader_reach + this.config.network_reach;
  }

  /**
   * Label every turn of a conversation.
   * @param {string[]} texts
   * @param {number[]} speakers
   * @param {boolean} causal
   * @returns {Promise<Said[]>}
   */
  async label(texts, speakers, causal) {
    const found = [];
    for (const cut of pieces(texts.length, this.reach)) found.push(...(await this.answer({ texts, speakers, ...cut }, causal)));
    return found;
  }

  /**
   * Label the turns of a passage, without its context.
   * @param {Passage} passage
   * @param {boolean} causal
   * @returns {Promise<Said[]>}
   */
  async answer({ texts, speakers, first, start, stop, last }, causal) {
    const own = speakers.slice(first, last);
    const embeddings = await this.#embed(texts.slice(first, last), own, causal);
    const [features, scores, added] = await this.graphs.network.run({
      utterances: stacked([embeddings], this.config.width),
      speakers: padded([own]),
      lengths: numbers([own.length]),
      first_turn: numbers([first]),
      causal: yes(causal),
    });
    return Array.from({ length: stop - start }, (_, place) => {
      const row = (/** @type {import("./graph.js").Output | undefined} */ output) => rowOf(output, start - first + place, own.length);
      return { ...judge(row(scores), row(added), this.config), features: row(features).slice() };
    });
  }

  /**
   * T texts, T numbers of speakers -> T embeddings (E,).
   * @param {string[]} texts
   * @param {number[]} speakers
   * @param {boolean} causal
   */
  async #embed(texts, speakers, causal) {
    await this.#readAlone(texts);
    const states = texts.map((text) => /** @type {Float32Array[]} */ (this.known.get(text)));
    const found = await this.#readJointly(states.map(([begin]) => begin), speakers, causal);
    for (const [turn, [begin, ...rest]] of states.entries()) {
      if (!rest.length) continue; // otherwise the text is very long: all but its first part is read by itself
      const parts = [found[turn]];
      for (const part of rest) parts.push(...(await this.#readJointly([part], [speakers[turn]], causal)));
      found[turn] = mean(parts, [begin, ...rest].map((part) => part.length));
    }
    this.#forget();
    return found;
  }

  /**
   * Compute and cache the token states of texts.
   * @param {string[]} texts
   */
  async #readAlone(texts) {
    const lacking = [...new Set(texts)].filter((text) => !this.known.has(text));
    const parts = lacking.map((text) => this.tokenizer.parts(text));
    /** @type {Map<string, number[]>} */
    const distinct = new Map(parts.flat(2).map((piece) => [piece.join(), piece]));
    const [keys, tokens] = [[...distinct.keys()], [...distinct.values()]];
    /** @type {Map<string, Float32Array>} */
    const alone = new Map();
    for (const rows of alike(tokens.map((piece) => piece.length), BATCH_TOKENS)) {
      const batch = rows.map((row) => tokens[row]);
      const [states] = await this.graphs.utterances.run({ tokens: padded(batch), lengths: numbers(batch.map((piece) => piece.length)) });
      rows.forEach((row, place) => alone.set(keys[row], rowOf(states, place, rows.length).slice(0, tokens[row].length * this.config.width)));
    }
    const joined = (/** @type {number[][]} */ part) => concatenated(part.map((piece) => /** @type {Float32Array} */ (alone.get(piece.join()))));
    lacking.forEach((text, place) => this.known.set(text, parts[place].map(joined)));
  }

  /**
   * The states of T utterances' tokens, T numbers of speakers -> T embeddings (E,), read together.
   * @param {Float32Array[]} states
   * @param {number[]} speakers
   * @param {boolean} causal
   */
  async #readJointly(states, speakers, causal) {
    const { width, reader_reach } = this.config;
    const lengths = states.map((each) => each.length / width);
    /** @type {Float32Array[]} */
    const found = [];
    for (const { first, start, stop, last } of stretches(lengths, reader_reach, causal)) {
      const [embeddings] = await this.graphs.dialogues.run({
        states: stacked([states.slice(first, last)], width),
        turns: padded([lengths.slice(first, last).flatMap((length, turn) => Array(length).fill(turn))], -1),
        speakers: padded([speakers.slice(first, last)]),
        causal: yes(causal),
      });
      for (let turn = start; turn < stop; turn += 1) found.push(embeddings.data.slice((turn - first) * width, (turn - first + 1) * width));
    }
    return found;
  }

  /** Keep only the states of the latest texts. */
  #forget() {
    for (const text of this.known.keys()) {
      if (this.known.size <= KEPT_TEXTS) return;
      this.known.delete(text);
    }
  }
}

/**
 * One row of an output; none if there is no output.
 * @param {import("./graph.js").Output | undefined} output
 * @param {number} row
 * @param {number} rows how many there are
 */
function rowOf(output, row, rows) {
  if (!output) return new Float32Array();
  const size = output.data.length / rows;
  return output.data.subarray(row * size, (row + 1) * size);
}

/** @param {Float32Array[]} parts */
function concatenated(parts) {
  const found = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    found.set(part, at);
    at += part.length;
  }
  return found;
}

/**
 * @param {Float32Array[]} rows
 * @param {number[]} weights
 */
function mean(rows, weights) {
  const total = weights.reduce((sum, each) => sum + each, 0);
  return rows[0].map((_, place) => rows.reduce((sum, row, number) => sum + weights[number] * row[place], 0) / total);
}
