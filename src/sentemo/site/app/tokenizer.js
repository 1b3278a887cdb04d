/** Texts to tokens, exactly as the `tokenizers` library does it with the model's own tokenizer (`sentemo.site.spelling`). */

const PART_TOKENS = 512;
const LONGEST_WORD = 100;
const HANGUL = /[\uAC00-\uD7A3]/;

/**
 * @typedef {{find: string, put: string} | {prepend: string} | {replace: Record<string, string>}} Step
 * @typedef {{steps: Step[], fold: Record<string, string>, spaced: string, dropped: string, punctuation: string,
 *   vocabulary: string[], prefix: string, unknown: number, opening: number[], closing: number[], ends: number[],
 *   max_tokens: number}} Spelling
 */

/** A tokenizer that never truncates: long texts become several pieces, split after sentences (`sentemo.encoders.pieces`). */
export class Tokenizer {
  /** @param {Spelling} spelling */
  constructor(spelling) {
    this.spelling = spelling;
    this.steps = spelling.steps.map(asFunction);
    this.fold = new Map(Object.entries(spelling.fold));
    [this.spaced, this.dropped, this.punctuation] = [spelling.spaced, spelling.dropped, spelling.punctuation].map((set) => new RegExp(set, "u"));
    this.numbers = new Map(spelling.vocabulary.map((token, number) => [token, number]));
    this.ends = new Set(spelling.ends);
  }

  /**
   * The pieces of a text, each with the opening and closing special tokens.
   * @param {string} text
   * @returns {number[][]}
   */
  pieces(text) {
    const { opening, closing, max_tokens } = this.spelling;
    const inner = this.words(text).flatMap((word) => this.#inVocabulary(word));
    const room = max_tokens - opening.length - closing.length;
    /** @type {number[][]} */
    const found = [];
    for (let start = 0, stop; start < inner.length || !found.length; start = stop) {
      stop = inner.length - start <= room ? inner.length : this.#cut(inner, start, room);
      found.push([...opening, ...inner.slice(start, stop), ...closing]);
    }
    return found;
  }

  /**
   * The parts of a text: lists of pieces with at most `PART_TOKENS` tokens together, or of one piece.
   * @param {string} text
   */
  parts(text) {
    /** @type {number[][][]} */
    const found = [];
    let size = Infinity;
    for (const piece of this.pieces(text)) {
      if (size + piece.length > PART_TOKENS) {
        found.push([]);
        size = 0;
      }
      found[found.length - 1].push(piece);
      size += piece.length;
    }
    return found;
  }

  /**
   * Where a full piece ends: after a sentence in its second half, otherwise where it is full.
   * @param {number[]} inner
   * @param {number} start
   * @param {number} room
   */
  #cut(inner, start, room) {
    for (let place = start + room - 1; place > start + Math.floor(room / 2); place -= 1) if (this.ends.has(inner[place])) return place + 1;
    return start + room;
  }

  /**
   * The words of a text and its punctuation, normalised.
   * @param {string} text
   * @returns {string[]}
   */
  words(text) {
    let out = "";
    for (const letter of this.steps.reduce((so, step) => step(so), text)) {
      if (this.dropped.test(letter)) continue;
      out += this.spaced.test(letter) ? ` ${letter} ` : this.#folded(letter);
    }
    let apart = "";
    for (const letter of out) apart += this.punctuation.test(letter) ? ` ${letter} ` : letter;
    return apart.split(" ").filter(Boolean);
  }

  /** @param {string} letter */
  #folded(letter) {
    return this.fold.get(letter) ?? (HANGUL.test(letter) ? letter.normalize("NFD") : letter);
  }

  /**
   * The longest tokens that make up a word, from its start.
   * @param {string} word
   * @returns {number[]}
   */
  #inVocabulary(word) {
    const { prefix, unknown } = this.spelling;
    if ([...word].length > LONGEST_WORD) return [unknown];
    const found = [];
    for (let start = 0, stop; start < word.length; start = stop) {
      let number;
      for (stop = word.length; stop > start; stop -= 1) {
        number = this.numbers.get((start ? prefix : "") + word.slice(start, stop));
        if (number !== undefined) break;
      }
      if (number === undefined) return [unknown];
      found.push(number);
    }
    return found;
  }
}

/**
 * @param {Step} step
 * @returns {(text: string) => string}
 */
function asFunction(step) {
  if ("prepend" in step) return (text) => (text ? step.prepend + text : text);
  if ("replace" in step) return (text) => [...text].map((letter) => step.replace[letter] ?? letter).join("");
  const pattern = new RegExp(step.find, "gu");
  return (text) => text.replace(pattern, () => step.put);
}
