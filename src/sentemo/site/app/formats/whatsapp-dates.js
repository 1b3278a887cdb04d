/** Dates as WhatsApp writes them in every country: the whole chat shows which number is the day. */

const ORDERS = [[2, 1, 0], [2, 0, 1], [0, 1, 2]]; // where year, month and day are: d/m/y, m/d/y, y/m/d
const DAY_S = 86_400;

/** @typedef {{numbers: number[], second: number}} Stamp the date's numbers as they are written, the second of the day */

/**
 * Parse a date and time; null if it isn't one.
 * @param {Record<string, string | undefined>} parts
 * @returns {Stamp | null}
 */
export function secondsOf({ date = "", hour, minute, second, half }) {
  const [hours, minutes, seconds] = [Number(hour), Number(minute), Number(second ?? 0)];
  if (hours > 24 || minutes > 59 || seconds > 60) return null;
  const whole = half ? (hours % 12) + (/p/i.test(half) ? 12 : 0) : hours;
  const stamp = { numbers: (date.match(/\d+/g) ?? []).map(Number), second: 3600 * whole + 60 * minutes + seconds };
  return ORDERS.some((order) => timeOf(stamp, order) !== null) ? stamp : null;
}

/**
 * @param {Stamp} stamp
 * @param {number[]} order
 */
function timeOf({ numbers, second }, order) {
  const [year, month, day] = order.map((place) => numbers[place]);
  if (month < 1 || month > 12 || day < 1 || day > 31) return null;
  return Date.UTC(year < 100 ? year + 2000 : year, month - 1, 1) / 1000 + day * DAY_S + second;
}

/**
 * The times in the order of day, month and year with the fewest impossible dates, then the fewest backward steps, then the shortest pauses.
 * @param {Stamp[]} stamps
 * @returns {number[]}
 */
export function timesOf(stamps) {
  const byOrder = ORDERS.map((order) => stamps.map((stamp) => timeOf(stamp, order)));
  const best = byOrder.map((times) => ({ times, cost: misfit(times) })).sort((a, b) => a.cost.reduce((sum, each, place) => sum || each - b.cost[place], 0));
  return stamps.map((_, place) => best.map(({ times }) => times[place]).find((time) => time !== null) ?? 0);
}

/** @param {(number | null)[]} times */
function misfit(times) {
  const known = times.filter((time) => time !== null);
  const pauses = known.slice(1).map((time, place) => time - known[place]);
  return [times.length - known.length, pauses.filter((pause) => pause < 0).length, pauses.reduce((sum, pause) => sum + Math.abs(pause), 0)];
}
