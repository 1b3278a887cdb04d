/** Put the page together. */
import { byId, el } from "./dom.js";
import { hooks } from "./api.js";
import { askKey } from "./key.js";
import { tell, tellBusy, quiet } from "./notice.js";
import { offerTheme } from "./theme.js";
import { fetchModels, offerModels } from "./models.js";
import { offerStart, readExample } from "./start.js";
import { offerLabels } from "./labels.js";
import { offerSensitivity } from "./sensitivity.js";
import { offerDownloads } from "./download.js";
import { offerLive, startLive, stopLive } from "./live.js";
import { showConversation } from "./conversation.js";
import { showTimeline } from "./timeline.js";
import { showMap } from "./map.js";
import { showPanel } from "./panel.js";
import { readShown } from "./reader.js";
import { use } from "./lesson.js";
import { changed, choose, state } from "./store.js";

Object.assign(hooks, { askKey, onWait: tellBusy });

/**
 * Show conversations.
 * @param {import("./types.js").Talk[]} talks
 * @param {string} source
 * @param {boolean} live
 */
function begin(talks, source, live) {
  Object.assign(state, { talks, source, live, current: 0, view: "talk" });
  byId("start").hidden = true;
  byId("talk").hidden = false;
  byId("live").hidden = !live;
  byId("source").textContent = source;
  byId("pick").hidden = talks.length < 2;
  byId("which").replaceChildren(...talks.map(({ id }, place) => el("option", { value: place }, `${place + 1} of ${talks.length}: ${id}`)));
  show(0);
  scrollTo(0, 0);
  if (live) startLive();
  else byId("main").focus({ preventScroll: true });
}

/**
 * Show one of the conversations.
 * @param {number} place
 */
function show(place) {
  state.current = place;
  choose(null);
  changed("talk");
  label();
}

/** Label what is shown, as soon as it is known what with. */
function label() {
  if (state.live || !state.model) return;
  readShown().then(quiet, (error) => tell(error, label));
}

/** Go back to the start. */
function again() {
  stopLive();
  Object.assign(state, { talks: [], live: false, view: "start" });
  choose(null);
  changed("talk");
  byId("talk").hidden = true;
  byId("start").hidden = false;
  scrollTo(0, 0);
  byId("start-title").tabIndex = -1;
  byId("start-title").focus({ preventScroll: true });
}

showConversation();
showTimeline();
showMap();
showPanel();
offerTheme();
offerModels((name) => use(name, false).catch((error) => tell(error, () => use(name, false))));
offerStart(begin);
offerLabels();
offerDownloads();
offerSensitivity();
offerLive();
byId("again").addEventListener("click", again);
byId("which").addEventListener("change", () => show(Number(byId("which").value)));
byId("home").addEventListener("click", (/** @type {Event} */ event) => {
  event.preventDefault();
  again();
});
fetchModels(() => {
  label();
  readExample();
});
