/** A graph that onnxruntime runs: named arrays in, arrays out. */
import * as ort from "../runtime/ort.js";

/** @typedef {{type: "float32" | "int64" | "bool", dims: number[], data: any}} Input */
/** @typedef {{data: Float32Array, dims: number[]}} Output */

/**
 * Set up the runtime once.
 * @param {ArrayBuffer} wasm
 */
export function setUp(wasm) {
  ort.env.wasm.wasmBinary = wasm;
  ort.env.wasm.wasmPaths = { mjs: new URL("../runtime/ort-wasm.js", import.meta.url).href };
  ort.env.wasm.numThreads = 1; // more need headers that a static host may not send
  ort.env.logLevel = "error";
}

export class Graph {
  /** @param {any} session */
  constructor(session) {
    this.session = session;
  }

  /**
   * @param {ArrayBuffer} model
   * @param {Uint8Array} weights the file with the graph's weights
   */
  static async load(model, weights) {
    const options = { executionProviders: ["wasm"], externalData: [{ path: "model.safetensors", data: weights }] };
    return new Graph(await ort.InferenceSession.create(new Uint8Array(model), options));
  }

  /**
   * Run the graph; inputs that it doesn't use are left out.
   * @param {Record<string, Input>} inputs
   * @returns {Promise<Output[]>}
   */
  async run(inputs) {
    const used = Object.entries(inputs).filter(([name]) => this.session.inputNames.includes(name));
    const fed = Object.fromEntries(used.map(([name, { type, data, dims }]) => [name, new ort.Tensor(type, data, dims)]));
    const found = await this.session.run(fed);
    return this.session.outputNames.map((/** @type {string} */ name) => found[name]);
  }
}

/**
 * B rows of integers as one array, padded to the longest.
 * @param {ArrayLike<number>[]} rows
 * @param {number} [filler]
 * @returns {Input}
 */
export function padded(rows, filler = 0) {
  const longest = Math.max(...rows.map((row) => row.length));
  const data = new BigInt64Array(rows.length * longest).fill(BigInt(filler));
  rows.forEach((row, place) => data.set(Array.from(row, BigInt), place * longest));
  return { type: "int64", data, dims: [rows.length, longest] };
}

/**
 * B rows of vectors of a width as one array, padded to the longest with zeros.
 * @param {Float32Array[][]} rows each in parts one after the other
 * @param {number} width
 * @returns {Input}
 */
export function stacked(rows, width) {
  const lengths = rows.map((parts) => parts.reduce((sum, part) => sum + part.length, 0));
  const longest = Math.max(...lengths);
  const data = new Float32Array(rows.length * longest);
  rows.forEach((parts, place) => {
    let at = place * longest;
    for (const part of parts) {
      data.set(part, at);
      at += part.length;
    }
  });
  return { type: "float32", data, dims: [rows.length, longest / width, width] };
}

/**
 * @param {number[]} values
 * @returns {Input}
 */
export const numbers = (values) => ({ type: "int64", data: BigInt64Array.from(values, BigInt), dims: [values.length] });

/**
 * @param {boolean} value
 * @returns {Input}
 */
export const yes = (value) => ({ type: "bool", data: [value], dims: [] });
