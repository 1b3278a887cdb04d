/** The server's HTTP interface: requests, the key, waiting while it is busy, errors as sentences. */

import { send as carry } from "./transport.js";

const KEY = "sentemo-key";
const TRIES = 3;
const LONGEST_WAIT_S = 10;

/** An error with its cause and the next step, from the server or this page. */
export class Fault extends Error {
  /**
   * @param {number} status 0 if there was no reply
   * @param {Partial<import("./types.js").Fault>} told
   */
  constructor(status, told) {
    super(told.cause ?? "Something went wrong");
    this.status = status;
    this.nextStep = told.next_step ?? "";
    this.where = told.where ?? null;
  }
}

/** Set by `main.js`: how to ask for a key, and what to do while the server is busy. */
export const hooks = {
  /** @type {(wrong: boolean) => Promise<string | null>} */
  askKey: async () => null,
  /** @type {(seconds: number) => void} */
  onWait: () => {},
};

/**
 * The API key, kept until the tab is closed.
 * @returns {string | null}
 */
export const key = () => sessionStorage.getItem(KEY);

/** @type {Promise<boolean> | null} */
let asking = null;

/**
 * Ask for the key once, even if several requests need it.
 * @param {boolean} wrong
 * @returns {Promise<boolean>} whether one was given
 */
export function askForKey(wrong) {
  asking ??= hooks.askKey(wrong).then((given) => {
    asking = null;
    if (given) sessionStorage.setItem(KEY, given);
    return Boolean(given);
  });
  return asking;
}

/**
 * Send a request and return the reply's JSON. Throws `Fault`.
 * @param {string} method
 * @param {string} path
 * @param {object | ArrayBuffer | Uint8Array | null} [body] bytes are sent as is, anything else as JSON
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function call(method, path, body = null, signal = undefined) {
  for (let tried = 1; ; tried += 1) {
    const used = key();
    const reply = await send(method, path, body, used, signal);
    if (reply.ok) return reply.status === 204 ? null : reply.json();
    if (reply.status === 401 && (key() !== used || (await askForKey(used !== null)))) continue;
    if (reply.status === 429 && tried < TRIES) {
      const seconds = Math.min(LONGEST_WAIT_S, Number(reply.headers.get("Retry-After")) || 1);
      hooks.onWait(seconds);
      await new Promise((then) => setTimeout(then, 1000 * seconds));
      continue;
    }
    throw new Fault(reply.status, await faultOf(reply));
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {any} body
 * @param {string | null} used
 * @param {AbortSignal | undefined} signal
 */
async function send(method, path, body, used, signal) {
  const bytes = body instanceof ArrayBuffer || ArrayBuffer.isView(body);
  /** @type {Record<string, string>} */
  const headers = body === null ? {} : { "Content-Type": bytes ? "application/octet-stream" : "application/json" };
  if (used) headers.Authorization = `Bearer ${used}`;
  try {
    return await carry(path, { method, headers, signal, cache: "no-store", body: body === null || bytes ? body : JSON.stringify(body) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Fault(0, { cause: "The server doesn't answer", next_step: "Check that `sentemo serve` is still running, then try again" });
  }
}

/**
 * @param {Response} reply
 * @returns {Promise<Partial<import("./types.js").Fault>>}
 */
async function faultOf(reply) {
  const told = await reply.json().then((value) => value?.error, () => null);
  if (told?.cause) return told;
  return OWN_WORDS[reply.status] ?? { cause: `The server answered ${reply.status}`, next_step: "Try again; if it keeps failing, ask the server's operator" };
}

/** @type {Record<number, Partial<import("./types.js").Fault>>} */
const OWN_WORDS = {
  401: { cause: "This server needs a key", next_step: "Ask its operator for one" },
  413: { cause: "That is more than the server accepts at once", next_step: "Send a part of the chat" },
  429: { cause: "The server is busy", next_step: "Try again in a few seconds" },
  503: { cause: "The server isn't ready yet", next_step: "Try again in a few seconds" },
};
