/** The models as they are loaded: the static one first, then the full one. */
import { get } from "./files.js";
import { Graph, setUp } from "./graph.js";
import { GraphModel } from "./graph-model.js";
import { StaticModel, readMatrices } from "./static-model.js";
import { Tokenizer } from "./tokenizer.js";

/**
 * @typedef {import("./files.js").File} File
 * @typedef {{config: any, files: Record<string, File>}} Part
 * @typedef {{name: string, runtime: File, model: Part, first: Part | null, map: any, bank: {texts: string[], labels: string[]}, card: any}} Site
 * @typedef {{ready: boolean, loaded: number, bytes: number, fault?: string}} Progress
 */

export class Engine {
  /** @type {StaticModel | null} */
  first = null;
  /** @type {GraphModel | null} */
  full = null;

  /**
   * @param {Site} site
   * @param {(progress: Progress) => void} onProgress
   */
  constructor(site, onProgress) {
    this.site = site;
    this.onProgress = onProgress;
    this.loaded = 0;
    this.over = false; // whether the last progress event has been sent
    const { runtime, model, first } = site;
    this.bytes = [runtime, ...Object.values(model.files), ...Object.values(first?.files ?? {})].reduce((sum, file) => sum + file.bytes, 0);
    this.loadedFirst = first ? this.#loadFirst(first) : Promise.resolve();
    this.loadedFull = this.loadedFirst.then(() => this.#loadFull(model, runtime));
    this.loadedFull.catch((error) => this.#tell({ fault: String(error.message ?? error) }));
  }

  /** The best model loaded so far; waits for the first one. */
  async best() {
    await this.loadedFirst;
    if (!this.first) await this.loadedFull;
    return /** @type {GraphModel | StaticModel} */ (this.full ?? this.first);
  }

  /** @param {Part} part */
  async #loadFirst({ config, files }) {
    const [spelling, matrices] = await Promise.all([this.#get(files.tokenizer), this.#get(files.matrices)]);
    this.first = new StaticModel(config, new Tokenizer(asJson(spelling)), readMatrices(matrices));
  }

  /**
   * @param {Part} part
   * @param {File} runtime
   */
  async #loadFull({ config, files }, runtime) {
    const names = /** @type {const} */ (["utterances", "dialogues", "network"]);
    const [wasm, spelling, weights, ...models] = await Promise.all([runtime, files.tokenizer, files.weights, ...names.map((name) => files[name])].map((file) => this.#get(file)));
    setUp(wasm);
    /** @type {any} */
    const graphs = {};
    for (const [place, name] of names.entries()) graphs[name] = await Graph.load(models[place], new Uint8Array(weights));
    this.full = new GraphModel(config, new Tokenizer(asJson(spelling)), graphs);
    this.#tell({ ready: true });
  }

  /** @param {File} file */
  #get(file) {
    return get(file, (bytes) => {
      this.loaded += bytes;
      this.#tell({});
    });
  }

  /** @param {Partial<Progress>} news */
  #tell(news) {
    if (this.over) return;
    this.over = Boolean(news.ready || news.fault);
    this.onProgress({ ready: false, loaded: this.loaded, bytes: this.bytes, ...news });
  }
}

/** @param {ArrayBuffer} content */
const asJson = (content) => JSON.parse(new TextDecoder().decode(content));
