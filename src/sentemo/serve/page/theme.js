/** The theme: the system's, light or dark; the choice is kept. */
import { byId, svg } from "./dom.js";

const KEY = "sentemo-theme";
const ORDER = ["", "light", "dark"];
const NAMES = { "": "as the system", light: "light", dark: "dark" };
const PICTURES = {
  "": ["M12 3a9 9 0 1 0 0 18z", "M12 3a9 9 0 1 1 0 18"],
  light: ["M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8z", "M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M5 19l1.4-1.4M17.6 6.4L19 5"],
  dark: ["M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z"],
};

/** Let a button cycle through the themes. */
export function offerTheme() {
  byId("theme").addEventListener("click", () => {
    const next = ORDER[(ORDER.indexOf(theme()) + 1) % ORDER.length];
    if (next) document.documentElement.dataset.theme = next;
    else delete document.documentElement.dataset.theme;
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // storage may be disabled: the theme then lasts until a reload
    }
    show();
  });
  show();
}

/** @returns {"" | "light" | "dark"} */
const theme = () => /** @type {any} */ (document.documentElement.dataset.theme ?? "");

function show() {
  const button = byId("theme");
  button.setAttribute("aria-label", `Theme: ${NAMES[theme()]}`);
  button.title = `Theme: ${NAMES[theme()]}`;
  const paths = PICTURES[theme()].map((d, place) => svg("path", { d, ...(theme() === "" && place === 0 ? { fill: "currentColor" } : {}) }));
  button.replaceChildren(svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, ...paths));
}
