/** How conversations of any number and length are split and batched (`sentemo.batching`). */

const PIECE_TURNS = 512;
const STRETCH_TOKENS = 512;

/**
 * A part of a conversation: turns `first` to `last` are read, `start` to `stop` are labelled.
 * @typedef {{first: number, start: number, stop: number, last: number}} Cut
 */

/**
 * Cut a conversation into pieces that overlap by a model's reach, so that a cut changes no answer.
 * @param {number} turns
 * @param {number} reach
 * @returns {Cut[]}
 */
export function pieces(turns, reach) {
  const starts = Array.from({ length: Math.ceil(turns / PIECE_TURNS) }, (_, place) => place * PIECE_TURNS);
  return starts.map((start) => {
    const stop = Math.min(start + PIECE_TURNS, turns);
    return { first: Math.max(0, start - reach), start, stop, last: Math.min(turns, stop + reach) };
  });
}

/**
 * Cut a conversation with these numbers of tokens per turn for the reader, with overlaps as above.
 * @param {number[]} tokens
 * @param {number} reach
 * @param {boolean} causal
 * @returns {Cut[]}
 */
export function stretches(tokens, reach, causal) {
  const found = [];
  for (let start = 0, stop; start < tokens.length; start = stop) {
    let length = tokens[start];
    for (stop = start + 1; stop < tokens.length && length + tokens[stop] <= STRETCH_TOKENS; stop += 1) length += tokens[stop];
    const last = causal ? stop : Math.min(tokens.length, stop + reach);
    found.push({ first: Math.max(0, start - reach), start, stop, last });
  }
  return found;
}

/**
 * Batch rows of similar length, with at most `most` places per batch including padding, but at least one row.
 * @param {number[]} lengths
 * @param {number} most
 * @returns {number[][]}
 */
export function alike(lengths, most) {
  const order = lengths.map((_, row) => row).sort((a, b) => lengths[a] - lengths[b]);
  /** @type {number[][]} */
  const found = [];
  for (const row of order) {
    const batch = found[found.length - 1];
    if (batch && (batch.length + 1) * lengths[row] <= most) batch.push(row);
    else found.push([row]);
  }
  return found;
}
