/** Put the page together. */
import { byId, el } from "./dom.js";
import { hooks } from "./api.js";
import { ask } from "./ask.js";
import { askKey } from "./key.js";
import { tell, tellBusy, quiet } from "./notice.js";
import { offerTheme } from "./theme.js";
import { fetchModels, offerModels } from "./models.js";
import { offerStart, readExample } from "./start.js";
import { offerLabels } from "./labels.js";
import { offerSensitivity } from "./sensitivity.js";
import { offerDownloads } from "./download.js";
import { offerLive, startLive, stopLive } from "./live.js";
import { offerKeep, isKept, stopKeeping } from "./keep.js";
import { offerFinder } from "./finder.js";
import { offerTabs } from "./tabs.js";
import { offerViews, go } from "./views.js";
import { showConversation } from "./conversation.js";
import { showOverview } from "./overview.js";
import { showTimeline } from "./timeline.js";
import { showBrush } from "./brush.js";
import { showMap } from "./map.js";
import { showPanel } from "./panel.js";
import { showCarried } from "./carried.js";
import { readShown } from "./reader.js";
import { setAside } from "./lesson.js";
import { changed, choose, state, talk } from "./store.js";
import { count } from "./words.js";

Object.assign(hooks, { askKey, onWait: tellBusy });

/** @param {import("./start.js").Chat} chat */
function begin({ talks, title, source, live = false, current = 0, corrections = [] }) {
  stopKeeping();
  setAside();
  Object.assign(state, { talks, title, source, live, current, corrections: [...state.corrections, ...corrections] });
  byId("live").hidden = !live;
  byId("talk").classList.toggle("is-live", live);
  byId("source").textContent = title;
  byId("pick").hidden = talks.length < 2;
  byId("which").replaceChildren(...talks.map(({ id }, place) => el("option", { value: place }, `${place + 1} of ${talks.length}: ${id}`)));
  show(current);
  go("talk");
}

/**
 * Show one of the conversations.
 * @param {number} place
 */
function show(place) {
  Object.assign(state, { current: place, span: null });
  byId("which").value = String(place);
  choose(null);
  changed("talk");
  label();
}

/** Label the conversation shown, once the model is known. */
function label() {
  if (state.live || !state.model) return;
  readShown().then(quiet, (error) => tell(error, label));
}

/** Start again; ask first if that would lose something. */
async function again() {
  if (isLost() && !(await ask("Start again?", `${whatIsLost()} only on this page, and will be lost.`, "Start again", "Stay here"))) return;
  stopKeeping();
  setAside();
  Object.assign(state, { talks: [], live: false });
  choose(null);
  changed("talk");
  go("start");
}

/** Corrections of the conversations shown. */
const fixes = () => state.corrections.filter((each) => state.talks.includes(each.talk)).length;

const isLost = () => !isKept() && talk().turns.length > 0 && (state.source !== "example" || fixes() > 0);

function whatIsLost() {
  const fixed = fixes();
  if (!fixed) return `\u201c${state.title}\u201d is`;
  return `\u201c${state.title}\u201d and your ${fixed === 1 ? "correction" : count(fixed, "correction")} are`;
}

/**
 * Called when a view is shown.
 * @param {import("./views.js").View} view
 */
function shown(view) {
  if (view !== "talk" || !state.live) stopLive();
  if (view === "talk" && state.live) startLive();
  if (view === "talk" && !state.live) byId("main").focus({ preventScroll: true });
  byId("back-to").hidden = view !== "start" || !state.talks.length;
  byId("back-to").textContent = `Back to \u201c${state.title}\u201d`;
  if (view !== "start") return;
  byId("start-title").tabIndex = -1;
  byId("start-title").focus({ preventScroll: true });
}

showConversation();
showOverview();
showTimeline();
showBrush();
showMap();
showPanel();
showCarried();
offerTheme();
offerModels();
offerStart(begin);
offerKeep(begin);
offerLabels();
offerDownloads();
offerSensitivity();
offerLive();
offerFinder();
offerTabs();
offerViews(shown);
byId("again").addEventListener("click", again);
byId("back-to").addEventListener("click", () => go("talk"));
byId("which").addEventListener("change", () => show(Number(byId("which").value)));
byId("home").addEventListener("click", (/** @type {Event} */ event) => {
  event.preventDefault();
  go("start");
});
fetchModels(() => {
  label();
  readExample();
});
