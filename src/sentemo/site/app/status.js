/** Shown only without a server: the loading progress of the models; relabels once the full one is loaded. */
import { announce, byId, el } from "../page/dom.js";
import { forgetReadings, readShown } from "../page/reader.js";
import { readExample } from "../page/start.js";
import { state } from "../page/store.js";
import { tell } from "../page/notice.js";
import { models } from "../page/transport.js";

const WHERE = "Labelled on this device: nothing you write leaves it.";
const told = el("p", { id: "loading", class: "loading" });
byId("facts").before(told);

models.addEventListener("progress", (event) => {
  const { ready, loaded, bytes, fault } = /** @type {CustomEvent} */ (event).detail;
  if (fault) told.textContent = `The full model couldn't be loaded: ${fault}. Reload the page to try again; until then labels are approximate.`;
  else if (ready) arrived();
  else told.textContent = `The first labels are approximate. The full model is loading: ${megabytes(loaded)} of ${megabytes(bytes)} MB.`;
});

/** The full model is loaded: relabel what the first one labelled, and cache all files for offline visits. */
function arrived() {
  told.textContent = WHERE;
  forgetReadings();
  readExample();
  if (state.talks.length && !state.live) readShown().then(() => announce("The full model has labelled the conversation."), tell);
  navigator.serviceWorker?.register(new URL("../service-worker.js", import.meta.url)).then(offline, () => {});
}

/** Announce that the page works offline. */
async function offline() {
  await navigator.serviceWorker.ready;
  told.textContent = `${WHERE} The page now works offline.`;
}

/** @param {number} bytes */
const megabytes = (bytes) => Math.round(bytes / 1e6);
