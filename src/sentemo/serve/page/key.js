/** Ask for the server's key. */
import { byId, el } from "./dom.js";

/**
 * Ask in a dialog; null if none is given.
 * @param {boolean} wrong whether one has been refused
 * @returns {Promise<string | null>}
 */
export function askKey(wrong) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("key-dialog"));
  const field = el("input", { type: "password", id: "key", autocomplete: "off", required: true, "aria-describedby": "key-why" });
  const why = wrong ? "That key is wrong. Ask the operator of this server for the right one." : "Ask the operator of this server for it. It is kept until you close this tab.";
  const form = el("form", { method: "dialog" },
    el("h2", { id: "key-title" }, "This server needs a key"),
    el("p", { id: "key-why" }, why),
    el("label", { class: "field" }, el("span", {}, "Key"), field),
    el("div", { class: "row" }, el("button", { class: "main", value: "given" }, "Continue"), el("button", { value: "", formnovalidate: true }, "Not now")),
  );
  dialog.replaceChildren(form);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((then) => {
    dialog.onclose = () => then((dialog.returnValue === "given" && field.value.replace(/[^\x20-\x7e]/g, "").trim()) || null);
  });
}
