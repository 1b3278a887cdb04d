/** How requests reach whatever labels: the server that this page came from. `sentemo page` puts a worker in its place. */

export const CANT_LEARN = "Noted, and in your downloads. This server doesn't let the model learn from it; to allow that, its operator starts it with `sentemo serve --adapted DIR`.";

/**
 * @param {string} path
 * @param {RequestInit} request
 */
export const send = (path, request) => fetch(path, request);

/**
 * Open a live talk.
 * @param {string} path
 */
export function openLive(path) {
  const address = new URL(path, document.baseURI);
  address.protocol = address.protocol.replace("http", "ws");
  return new WebSocket(address);
}
