/** Transport of requests without a server: a worker answers them on this device. */

export const CANT_LEARN = "Recorded, and included in your downloads. On this page the model doesn't learn from it; on the page of `sentemo serve --adapted DIR` it does.";

/** Whether reports can be written. */
export const REPORTS = false;

const worker = new Worker(new URL("../app/worker.js", import.meta.url), { type: "module" });
/** @type {Map<number, (reply: Response) => void>} */
const waiting = new Map();
/** Dispatches `progress` events while the models are loaded. */
export const models = new EventTarget();
let count = 0;

/** @type {Promise<void>} */
const listening = new Promise((then) => {
  worker.addEventListener("message", ({ data }) => {
    if (data.listening) then();
    else if (data.progress) models.dispatchEvent(new CustomEvent("progress", { detail: data.progress }));
    else hear(data);
  });
});

worker.addEventListener("error", () => models.dispatchEvent(new CustomEvent("progress", { detail: { fault: "it can't be started" } })));

/** @param {{id: number, status: number, value: any}} answer */
function hear({ id, status, value }) {
  waiting.get(id)?.(Response.json(value, { status }));
  waiting.delete(id);
}

/**
 * Send a request, as `fetch` does.
 * @param {string} path
 * @param {{method: string, body?: any, signal?: AbortSignal}} request
 * @returns {Promise<Response>}
 */
export async function send(path, { method, body, signal }) {
  const id = (count += 1);
  await listening;
  return new Promise((answered, failed) => {
    waiting.set(id, answered);
    signal?.addEventListener("abort", () => {
      worker.postMessage({ id, drop: true });
      waiting.delete(id);
      failed(signal.reason);
    });
    worker.postMessage({ id, method, path, body: typeof body === "string" ? JSON.parse(body) : body });
  });
}

/** A live conversation with the interface of a WebSocket to a server. */
class LiveTalk {
  readyState = WebSocket.CONNECTING;
  onopen = () => {};
  /** @type {(event: {data: string}) => void} */
  onmessage = () => {};
  onclose = () => {};
  /** @type {object[]} */
  turns = [];

  constructor() {
    listening.then(() => {
      this.readyState = WebSocket.OPEN;
      this.onopen();
    });
  }

  /** @param {string} said */
  async send(said) {
    this.turns.push(JSON.parse(said));
    const reply = await send("v1/live", { method: "POST", body: { turns: [...this.turns] } });
    this.onmessage({ data: await reply.text() });
  }

  close() {
    this.readyState = WebSocket.CLOSED;
  }
}

/** @param {string} _path */
export const openLive = (_path) => /** @type {any} */ (new LiveTalk());
