/** Ask for confirmation before something is lost. */
import { byId, el } from "./dom.js";

/**
 * @param {string} title
 * @param {string} text
 * @param {string} yes text of the confirming button
 * @param {string} [no]
 * @returns {Promise<boolean>}
 */
export function ask(title, text, yes, no = "Cancel") {
  const dialog = /** @type {HTMLDialogElement} */ (byId("ask-dialog"));
  dialog.replaceChildren(el("form", { method: "dialog" },
    el("h2", { id: "ask-title" }, title), el("p", {}, text),
    el("div", { class: "row" }, el("button", { class: "main", value: "yes" }, yes), el("button", { value: "" }, no))));
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((then) => { dialog.onclose = () => then(dialog.returnValue === "yes"); });
}
