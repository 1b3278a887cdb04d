/**
 * Number the speakers in the order in which they first speak; those without a name alternate.
 * @param {{speaker: string}[]} turns
 */
export function speakerNumbers(turns) {
  /** @type {Map<string | number, number>} */
  const known = new Map();
  return turns.map(({ speaker }, place) => {
    const who = speaker || place % 2;
    if (!known.has(who)) known.set(who, known.size);
    return /** @type {number} */ (known.get(who));
  });
}
