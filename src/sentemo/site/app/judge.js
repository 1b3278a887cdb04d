/** From scores to probabilities and labels (`sentemo.judgement`). */

/**
 * @typedef {{labels: string[], neutral: string | null, prior: number[], temperature: number, label_of: number[], threshold: number}} Rule
 */

/**
 * The label of one turn: the most probable one.
 * @param {ArrayLike<number>} scores (O,)
 * @param {ArrayLike<number>} added (A,) log odds of added outputs against all others
 * @param {Rule} rule
 * @returns {{label: string, score: number, probabilities: Record<string, number>}}
 */
export function judge(scores, added, rule) {
  let logs = logSoftmax(Array.from(scores, (score, place) => (score + rule.prior[place % rule.prior.length]) / rule.temperature));
  logs = [...logs, ...Array.from(added, (score) => score - rule.threshold)];
  if (rule.label_of.length) logs = rule.labels.map((_, label) => logSumExp(logs.filter((_, output) => rule.label_of[output] === label)));
  const shares = logSoftmax(logs).map(Math.exp);
  const top = shares.indexOf(Math.max(...shares));
  return {
    label: rule.labels[top],
    score: rounded(shares[top]),
    probabilities: Object.fromEntries(rule.labels.map((name, place) => [name, rounded(shares[place])])),
  };
}

/** @param {number} share */
const rounded = (share) => Math.round(1e6 * share) / 1e6;

/** @param {number[]} logs */
function logSumExp(logs) {
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((sum, each) => sum + Math.exp(each - most), 0));
}

/** @param {number[]} logs */
function logSoftmax(logs) {
  const total = logSumExp(logs);
  return logs.map((each) => each - total);
}
