/** The views of the page and the browser's history: Back leads from a conversation to the start, Forward to it again. */
import { byId } from "./dom.js";
import { state } from "./store.js";

/** @typedef {"start" | "check" | "talk"} View */

/** @type {View} */
let current = "start";
/** @type {(view: View) => void} */
let onShow = () => {};

/**
 * Follow the browser's history.
 * @param {(view: View) => void} then called with each view that is shown
 */
export function offerViews(then) {
  onShow = then;
  history.replaceState({ view: "start" }, "", location.pathname);
  addEventListener("popstate", ({ state: kept }) => show(canShow(kept?.view) ? kept.view : "start"));
  byId("skip").addEventListener("click", (/** @type {Event} */ event) => {
    event.preventDefault();
    byId("main").focus();
  });
}

/**
 * Whether there is something to show: a reload loses it.
 * @param {View | undefined} view
 */
const canShow = (view) => (view === "talk" && state.talks.length > 0) || (view === "check" && byId("check").hasChildNodes());

/**
 * Go to a view, so that Back returns to the current one.
 * @param {View} view
 */
export function go(view) {
  if (view !== current) history.pushState({ view }, "", view === "start" ? location.pathname : `#${view}`);
  show(view);
}

/** @param {View} view */
function show(view) {
  if (view === current && view !== "talk") return;
  current = view;
  for (const each of ["start", "check", "talk"]) byId(each).hidden = each !== view;
  document.title = view === "talk" ? `${state.title} \u00b7 sentemo` : "sentemo: the emotion of every turn";
  scrollTo(0, 0);
  onShow(view);
}
