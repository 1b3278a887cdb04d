/** The slider for more or fewer emotions: turns are relabelled here, without asking the server. */
import { announce, byId } from "./dom.js";
import { changed, model, shownLabel, state, talk, watch } from "./store.js";
import { count, signed } from "./words.js";

const KEY = "sentemo-sensitivity";
const MOST = 2;

/** Set up the slider; its value is kept until the tab is closed. */
export function offerSensitivity() {
  const slider = byId("sensitivity");
  state.sensitivity = kept();
  slider.addEventListener("input", () => set(Number(slider.value)));
  slider.addEventListener("change", tell);
  byId("sensitivity-reset").addEventListener("click", () => {
    set(0);
    slider.focus();
    tell();
  });
  watch(["models"], show);
  show();
}

/** @param {number} sensitivity */
function set(sensitivity) {
  state.sensitivity = sensitivity;
  for (const each of state.talks) each.before = new Map(); // the last lesson's changes were at another sensitivity
  keep();
  show();
  changed("readings");
}

function show() {
  const slider = byId("sensitivity");
  const { sensitivity } = state;
  byId("sensitivity-box").hidden = (model()?.neutral ?? null) === null;
  slider.value = String(sensitivity);
  slider.style.setProperty("--at", String((sensitivity + MOST) / (2 * MOST)));
  slider.setAttribute("aria-valuetext", `${signed(sensitivity)}, ${sensitivity > 0 ? "more emotions" : sensitivity < 0 ? "fewer emotions" : "as calibrated"}`);
  byId("sensitivity-value").textContent = signed(sensitivity);
  byId("sensitivity-reset").classList.toggle("gone", sensitivity === 0);
}

/** Announce the effect, once the slider rests. */
function tell() {
  const { turns } = talk();
  const felt = turns.filter((_, turn) => ![undefined, model()?.neutral].includes(shownLabel(turn))).length;
  if (turns.length) announce(`Sensitivity ${signed(state.sensitivity)}: ${felt} of ${count(turns.length, "turn")} with an emotion.`);
}

/** @returns {number} */
function kept() {
  try {
    const found = Number(sessionStorage.getItem(KEY));
    return Math.abs(found) <= MOST ? found : 0;
  } catch {
    return 0; // storage may be disabled
  }
}

function keep() {
  try {
    if (state.sensitivity) sessionStorage.setItem(KEY, String(state.sensitivity));
    else sessionStorage.removeItem(KEY);
  } catch {
    // storage may be disabled: it then lasts until a reload
  }
}
