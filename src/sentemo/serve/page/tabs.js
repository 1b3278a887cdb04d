/** Two views in one place: the tabs over them. */
import { byId } from "./dom.js";
import { changed } from "./store.js";

/** Let the reader switch between the tabs, also with arrow keys. */
export function offerTabs() {
  const tabs = [byId("tab-overview"), byId("tab-map")];
  const open = (/** @type {HTMLElement} */ chosen) => {
    for (const tab of tabs) {
      tab.setAttribute("aria-selected", String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      byId(tab.getAttribute("aria-controls")).hidden = tab !== chosen;
    }
    changed("readings"); // what was hidden has a size now
  };
  tabs.forEach((tab, place) => {
    tab.addEventListener("click", () => open(tab));
    tab.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      open(tabs[1 - place]);
      tabs[1 - place].focus();
    });
  });
}
