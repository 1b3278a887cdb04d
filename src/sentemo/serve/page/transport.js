/** Transport of requests: to the server of this page. `sentemo page` replaces this module by one with a worker. */

export const CANT_LEARN = "Recorded, and included in your downloads. This server doesn't let the model learn from it; to allow that, its operator must start it with `sentemo serve --adapted DIR`.";

/** Whether reports can be written. */
export const REPORTS = true;

/**
 * @param {string} path
 * @param {RequestInit} request
 */
export const send = (path, request) => fetch(path, request);

/**
 * Open a live conversation.
 * @param {string} path
 */
export function openLive(path) {
  const address = new URL(path, document.baseURI);
  address.protocol = address.protocol.replace("http", "ws");
  return new WebSocket(address);
}
