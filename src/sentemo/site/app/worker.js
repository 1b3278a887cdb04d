/** The worker that runs the models: it answers the page's requests in place of a server, one at a time. */
import { Engine } from "./engine.js";
import { answer } from "./answers.js";
import { Refusal } from "./refusal.js";

/** @typedef {{id: number, method: string, path: string, body: any}} Request */

const site = await fetch(new URL("../site.json", import.meta.url)).then((reply) => reply.json());
const engine = new Engine(site, (progress) => postMessage({ progress }));

/** @type {Set<number>} aborted requests */
const dropped = new Set();
/** @type {Promise<void>} */
let before = Promise.resolve();

addEventListener("message", ({ data }) => {
  if (data.drop) dropped.add(data.id);
  else before = before.then(() => reply(data));
});
postMessage({ listening: true });

/** @param {Request} request */
async function reply({ id, ...request }) {
  if (dropped.delete(id)) return;
  try {
    postMessage({ id, status: 200, value: await answer(engine, request, () => dropped.has(id)) });
  } catch (error) {
    const told = error instanceof Refusal ? error : new Refusal(500, "The model failed on this device", "Reload the page; if it keeps failing, the device may lack memory");
    if (!(error instanceof Refusal)) console.error(error);
    postMessage({ id, status: told.status, value: { error: { cause: told.message, next_step: told.nextStep, where: told.where } } });
  }
}
