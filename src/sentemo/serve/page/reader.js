/** From pasted text or a file to conversations, and from conversations to labels. */
import { Fault, call } from "./api.js";
import { changed, newTalk, state, talk } from "./store.js";

const BESIDE = 64; // turns of context on either side of a part: more than can influence its labels
const PART = 384; // turns of a long conversation per request, so that the first labels appear soon

/** Counts the lessons of models that keep their name, so that stale labels are recognised. */
let lessons = 0;

/** Make all labels stale: the model behind a name has changed. */
export function forgetReadings() {
  lessons += 1;
}

/** The model in use and its state. */
const stamp = () => `${state.model}#${lessons}`;

/**
 * Let the server parse a pasted chat or a file.
 * @param {string | ArrayBuffer} chat
 * @param {string} format
 * @param {string} columns
 * @returns {Promise<import("./types.js").Talk[]>}
 */
export async function takeApart(chat, format, columns) {
  const reply = await send("read", chat, format, columns);
  const talks = reply.conversations.map((/** @type {any} */ { id, turns }) => newTalk(id, turns));
  if (!talks.length) throw new Fault(422, { cause: "No conversation found", next_step: "Write lines of `Name: text`" });
  return talks;
}

/**
 * Ask the server how it would read a chat.
 * @param {string | ArrayBuffer} chat
 * @param {string} format
 * @param {string} columns
 * @returns {Promise<import("./types.js").Understood>}
 */
export const inspect = (chat, format, columns) => send("inspect", chat, format, columns);

/**
 * @param {"read" | "inspect"} what
 * @param {string | ArrayBuffer} chat
 * @param {string} format
 * @param {string} columns
 */
function send(what, chat, format, columns) {
  const bytes = typeof chat === "string" ? new TextEncoder().encode(chat) : chat;
  if (bytes.byteLength > state.limits.body_bytes) {
    const most = Math.round(state.limits.body_bytes / 1024);
    throw new Fault(413, { cause: `That is ${Math.round(bytes.byteLength / 1024)} kB; the server accepts ${most} kB at once`, next_step: "Send a part of the chat" });
  }
  return call("POST", `v1/${what}?${new URLSearchParams({ format, columns })}`, bytes);
}

/** @type {AbortController | null} */
let running = null;

/** Label the conversation shown, unless the model has already done so. */
export async function readShown() {
  running?.abort();
  const shown = talk();
  if (!shown.turns.length) return;
  if (shown.stamp === stamp()) return changed("readings");
  running = new AbortController();
  const { signal } = running;
  await read([shown], signal);
  if (!signal.aborted) changed("readings");
  return undefined;
}

/**
 * Label all conversations that aren't labelled yet.
 * @param {import("./types.js").Talk[]} [talks]
 */
export async function readAll(talks = state.talks) {
  for (const group of groups(talks.filter((each) => each.turns.length && each.stamp !== stamp()))) await read(group);
}

/**
 * Label conversations: several short ones, or one of any length.
 * @param {import("./types.js").Talk[]} talks
 * @param {AbortSignal} [signal]
 */
async function read(talks, signal) {
  if (talks.length === 1 && talks[0].turns.length > state.limits.turns) return readInParts(talks[0], signal);
  const now = stamp();
  const found = await ask(talks.map(({ turns }) => turns), signal);
  if (now !== stamp()) return undefined; // the model changed meanwhile: these labels are stale
  talks.forEach((each, place) => Object.assign(each, { readings: found[place], stamp: now }));
  return undefined;
}

/**
 * Label a conversation that is longer than a request may be, in parts that overlap enough that no cut changes a label.
 * @param {import("./types.js").Talk} long
 * @param {AbortSignal} [signal]
 */
async function readInParts(long, signal) {
  const now = stamp();
  const { turns } = long;
  const beside = Math.min(BESIDE, Math.floor(state.limits.turns / 4));
  const size = Math.min(PART, state.limits.turns - 2 * beside);
  /** @type {import("./types.js").Reading[]} */
  const found = [];
  while (found.length < turns.length) {
    const start = found.length;
    const first = Math.max(0, start - beside);
    const [part] = await ask([turns.slice(first, start + size + beside)], signal);
    if (now !== stamp()) return;
    found.push(...part.slice(start - first, start - first + size));
    long.readings = [...found, ...long.readings.slice(found.length)];
    if (long === talk() && found.length < turns.length) changed("readings");
  }
  long.stamp = now;
}

/**
 * @param {import("./types.js").Turn[][]} talks
 * @param {AbortSignal} [signal]
 * @returns {Promise<import("./types.js").Reading[][]>}
 */
async function ask(talks, signal) {
  const conversations = talks.map((turns, place) => ({ id: String(place), turns: said(turns) }));
  const reply = await call("POST", "v1/predict", { conversations, model: state.model, causal: state.live, points: true }, signal);
  return reply.conversations.map((/** @type {any} */ each) => each.turns);
}

/**
 * Turns in the server's format.
 * @param {import("./types.js").Turn[]} turns
 */
export const said = (turns) => turns.map(({ speaker, text }) => ({ speaker, text }));

/**
 * At most so many turns around a turn, in the server's format, and the place of the first.
 * @param {import("./types.js").Turn[]} turns
 * @param {number} turn
 * @param {number} most
 */
export function around(turns, turn, most) {
  const first = Math.max(0, Math.min(turn - most / 2, turns.length - most));
  return { first, turns: said(turns.slice(first, first + most)) };
}

/**
 * Group conversations into requests; one that is too long is alone.
 * @param {import("./types.js").Talk[]} talks
 */
function groups(talks) {
  /** @type {import("./types.js").Talk[][]} */
  const found = [];
  let turns = Infinity;
  for (const each of talks) {
    turns += each.turns.length;
    if (turns > state.limits.turns || found[found.length - 1].length >= state.limits.conversations) {
      found.push([]);
      turns = each.turns.length;
    }
    found[found.length - 1].push(each);
  }
  return found;
}
