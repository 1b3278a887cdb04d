/** Apply a sensitivity to a reading, exactly as the server would (`sentemo.shares`). */

/**
 * Subtract a sensitivity from the log-odds of neutral; the label is then the most probable one.
 * @param {import("./types.js").Reading | undefined} reading
 * @param {string | null} neutral
 * @param {number} sensitivity
 * @returns {import("./types.js").Reading | undefined}
 */
export function weighed(reading, neutral, sensitivity) {
  if (!reading || !sensitivity || neutral === null || !Object.hasOwn(reading.probabilities, neutral)) return reading;
  const factor = Math.exp(-sensitivity);
  const shares = Object.entries(reading.probabilities).map(([name, share]) => /** @type {const} */ ([name, name === neutral ? share * factor : share]));
  const total = shares.reduce((sum, [, share]) => sum + share, 0);
  const probabilities = Object.fromEntries(shares.map(([name, share]) => [name, Math.round((1e6 * share) / total) / 1e6]));
  const label = Object.keys(probabilities).reduce((best, name) => (probabilities[name] > probabilities[best] ? name : best));
  return { ...reading, label, score: probabilities[label], probabilities };
}
