/** Times of turns in words; a time without a zone is shown as it was written. */

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * @param {string} time ISO 8601
 * @param {Intl.DateTimeFormatOptions} options
 */
function written(time, options) {
  const key = JSON.stringify(options);
  const format = formats.get(key) ?? new Intl.DateTimeFormat("en-GB", options);
  formats.set(key, format);
  return format.format(new Date(time));
}

/**
 * @param {string} time
 */
export const day = (time) => written(time, { weekday: "long", day: "numeric", month: "long", year: "numeric" });

/**
 * @param {string} time
 */
export const clock = (time) => written(time, { hour: "2-digit", minute: "2-digit" });

/**
 * A tick of a time axis, as precise as its span needs.
 * @param {string} time
 * @param {number} span_ms
 */
export function tick(time, span_ms) {
  const days = span_ms / 86_400_000;
  if (days < 1.5) return clock(time);
  return written(time, days < 300 ? { day: "numeric", month: "short" } : { month: "short", year: "numeric" });
}

/**
 * A time span in words.
 * @param {string} from
 * @param {string} to
 */
export function period(from, to) {
  const date = (/** @type {string} */ time) => written(time, { day: "numeric", month: "long", year: "numeric" });
  return date(from) === date(to) ? `${date(from)}, ${clock(from)} to ${clock(to)}` : `${date(from)} to ${date(to)}`;
}
