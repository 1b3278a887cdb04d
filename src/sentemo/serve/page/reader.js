/** Pasted text or a file to conversations, and conversations to labels. */
import { Fault, call } from "./api.js";
import { changed, newTalk, state, talk } from "./store.js";

/** Counts the lessons that a model of the same name has had, so that old labels are known as old. */
let lessons = 0;

/** Make all labels stale: the model behind a name has changed. */
export function forgetReadings() {
  lessons += 1;
}

/** Which state of which model labels now. */
const stamp = () => `${state.model}#${lessons}`;

/**
 * Let the server take a pasted chat or a file apart.
 * @param {string | ArrayBuffer} chat
 * @returns {Promise<import("./types.js").Talk[]>}
 */
export async function takeApart(chat) {
  const bytes = typeof chat === "string" ? new TextEncoder().encode(chat) : chat;
  if (bytes.byteLength > state.limits.body_bytes) {
    const most = Math.round(state.limits.body_bytes / 1024);
    throw new Fault(413, { cause: `That is ${Math.round(bytes.byteLength / 1024)} kB; the server takes ${most} kB at once`, next_step: "Give it a part of the chat" });
  }
  const reply = await call("POST", "v1/read?format=auto", bytes);
  const talks = reply.conversations.flatMap(inParts);
  if (!talks.length) throw new Fault(422, { cause: "There is no conversation in that", next_step: "Write lines of `Name: text`" });
  return talks;
}

/**
 * Cut a conversation that is longer than a request may be.
 * @param {{id: string, turns: import("./types.js").Turn[]}} one
 */
function inParts({ id, turns }) {
  const most = state.limits.turns;
  if (turns.length <= most) return [newTalk(id, turns)];
  const starts = Array.from({ length: Math.ceil(turns.length / most) }, (_, part) => part * most);
  return starts.map((start, part) => newTalk(`${id}, part ${part + 1}`, turns.slice(start, start + most)));
}

/** @type {AbortController | null} */
let running = null;

/** Label the conversation that is shown, unless the model has done so already. */
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
 * Label conversations in one request.
 * @param {import("./types.js").Talk[]} talks
 * @param {AbortSignal} [signal]
 */
async function read(talks, signal) {
  const now = stamp();
  const conversations = talks.map(({ turns }, place) => ({ id: String(place), turns }));
  const asked = { conversations, model: state.model, causal: state.live, points: true };
  const reply = await call("POST", "v1/predict", asked, signal);
  if (now !== stamp()) return; // the model changed meanwhile: these labels are old
  talks.forEach((each, place) => {
    each.readings = reply.conversations[place].turns;
    each.stamp = now;
  });
}

/**
 * Group conversations as one request may hold them.
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
