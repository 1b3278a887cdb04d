const SVG = "http://www.w3.org/2000/svg";

/**
 * Return the element of the page with an id.
 * @param {string} id
 * @returns {any}
 */
export const byId = (id) => document.getElementById(id);

/**
 * Create an element. Text is only inserted as text nodes, so that it is never parsed as markup.
 * @param {string} tag
 * @param {Record<string, any>} [set] attributes; `class`, `on…` listeners; false and null are left out
 * @param {...(Node | string | number | null | undefined | false)} children
 * @returns {any}
 */
export function el(tag, set = {}, ...children) {
  return fill(document.createElement(tag), set, children);
}

/**
 * Create an SVG element.
 * @param {string} tag
 * @param {Record<string, any>} [set]
 * @param {...(Node | string)} children
 * @returns {any}
 */
export function svg(tag, set = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), set, children);
}

/**
 * @param {Element} element
 * @param {Record<string, any>} set
 * @param {any[]} children
 */
function fill(element, set, children) {
  for (const [name, value] of Object.entries(set)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false).map(asNode));
  return element;
}

/**
 * @param {any} child
 * @returns {Node}
 */
const asNode = (child) => (child instanceof Node ? child : document.createTextNode(String(child)));

/**
 * Announce something to screen readers.
 * @param {string} text
 */
export const announce = (text) => {
  byId("status").textContent = text;
};
