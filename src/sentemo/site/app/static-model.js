/** The static model, the first pass while the full one loads: `sentemo.static.network` in JavaScript. */
import { pieces } from "./cuts.js";
import { judge } from "./judge.js";

/**
 * @typedef {import("./judge.js").Rule & {width: number, hidden: number, reach: number}} Config
 * @typedef {{rows: Int8Array | Float32Array, scale: Float32Array | null, width: number}} Matrix
 */

export class StaticModel {
  /**
   * @param {Config} config
   * @param {import("./tokenizer.js").Tokenizer} tokenizer
   * @param {Map<string, Matrix>} matrices
   */
  constructor(config, tokenizer, matrices) {
    this.config = config;
    this.tokenizer = tokenizer;
    this.matrices = matrices;
    this.bands = bands(config.reach);
  }

  /**
   * Label every turn of a conversation.
   * @param {string[]} texts
   * @param {number[]} _speakers
   * @param {boolean} causal
   */
  async label(texts, _speakers, causal) {
    const vectors = texts.map((text) => this.#pool(text));
    return pieces(texts.length, 0).flatMap(({ start, stop }) => texts.slice(start, stop).map((_, place) => judge(this.#score(vectors, start + place, causal), [], this.config)));
  }

  /**
   * The sum of a text's token vectors divided by the square root of their number, (D,).
   * @param {string} text
   */
  #pool(text) {
    const tokens = this.tokenizer.pieces(text).flat();
    const sum = new Float32Array(this.config.width);
    for (const token of tokens) addRow(sum, this.#matrix("table"), token, 1);
    return sum.map((each) => each / Math.sqrt(tokens.length));
  }

  /**
   * The scores of a turn in the context of its neighbours, (C,).
   * @param {Float32Array[]} vectors
   * @param {number} turn
   * @param {boolean} causal
   */
  #score(vectors, turn, causal) {
    const near = new Float32Array(this.bands.length * this.config.width);
    for (const [place, [from, to]] of this.bands.entries()) {
      const band = near.subarray(place * this.config.width, (place + 1) * this.config.width);
      for (let offset = from; offset <= to; offset += 1) {
        const other = causal && offset > 0 ? undefined : vectors[turn + offset];
        other?.forEach((value, at) => { band[at] += value / (to - from + 1); });
      }
    }
    const [own, around, bias] = [this.#times("own.weight", vectors[turn]), this.#times("near.weight", near), this.#matrix("own.bias").rows];
    const hidden = own.map((value, place) => Math.max(0, value + around[place] + bias[place]));
    const [out, straight, last] = [this.#times("out.weight", hidden), this.#times("straight.weight", vectors[turn]), this.#matrix("out.bias").rows];
    return out.map((value, place) => value + straight[place] + last[place]);
  }

  /**
   * Multiply a matrix (R,I) by a vector (I,).
   * @param {string} name
   * @param {Float32Array} vector
   */
  #times(name, vector) {
    const { rows, scale, width } = this.#matrix(name);
    return Float32Array.from({ length: rows.length / width }, (_, row) => {
      let sum = 0;
      for (let at = 0; at < width; at += 1) sum += rows[row * width + at] * vector[at];
      return sum * (scale ? scale[row] : 1);
    });
  }

  /** @param {string} name */
  #matrix(name) {
    return /** @type {Matrix} */ (this.matrices.get(name));
  }
}

/**
 * The bands in which turns around a turn are read, as first and last offset (`sentemo.export.bands`).
 * @param {number} reach a power of 2
 * @returns {[number, number][]}
 */
function bands(reach) {
  /** @type {[number, number][]} */
  const found = [];
  for (let [first, last] = [1, 1]; last <= reach; [first, last] = [last + 1, 2 * last]) found.push([-last, -first], [first, last]);
  return found;
}

/**
 * @param {Float32Array} sum
 * @param {Matrix} matrix
 * @param {number} row
 * @param {number} factor
 */
function addRow(sum, { rows, scale, width }, row, factor) {
  const by = factor * (scale ? scale[row] : 1);
  for (let at = 0; at < width; at += 1) sum[at] += by * rows[row * width + at];
}

/**
 * Read a safetensors file of 8-bit matrices with their scales, and of 32-bit numbers.
 * @param {ArrayBuffer} file
 * @returns {Map<string, Matrix>}
 */
export function readMatrices(file) {
  const size = Number(new DataView(file).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, size)));
  const values = (/** @type {string} */ name) => {
    const { dtype, data_offsets: [from, to] } = header[name];
    const bytes = file.slice(8 + size + from, 8 + size + to);
    return dtype === "I8" ? new Int8Array(bytes) : new Float32Array(bytes);
  };
  const names = Object.keys(header).filter((name) => name !== "__metadata__" && !name.endsWith(".scale"));
  return new Map(names.map((name) => [name, { rows: values(name), scale: `${name}.scale` in header ? /** @type {Float32Array} */ (values(`${name}.scale`)) : null, width: header[name].shape.at(-1) }]));
}
