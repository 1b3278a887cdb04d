/** A live chat of two people: each turn is sent to the server, which returns its emotion. */
import { byId } from "./dom.js";
import { Fault, askForKey, key } from "./api.js";
import { said } from "./reader.js";
import { changed, state, talk, watch } from "./store.js";
import { scrollToTurn } from "./conversation.js";
import { tell } from "./notice.js";
import { openLive } from "./transport.js";

/** @type {WebSocket | null} */
let socket = null;
/**
 * Turns sent but not yet answered, in order.
 * @type {number[]}
 */
let waiting = [];
let connected = "";

/** Set up the live chat. */
export function offerLive() {
  byId("live").addEventListener("submit", say);
  byId("say").maxLength = state.limits.characters;
  new ResizeObserver(() => { // keep the scroll target above the box
    document.documentElement.style.setProperty("--composer", `${byId("live").offsetHeight}px`);
  }).observe(byId("live"));
  watch(["models"], () => state.live && connected !== state.model && connect());
}

/** Start the live chat. */
export function startLive() {
  connect();
  byId("live-empty").hidden = talk().turns.length > 0;
  byId("say").focus();
}

/** End the live chat. */
export function stopLive() {
  const old = socket;
  socket = null;
  connected = "";
  old?.close();
}

/** @param {SubmitEvent} event */
function say(event) {
  event.preventDefault();
  const text = byId("say").value.trim();
  const chosen = byId("speaker-1").checked ? 1 : 0;
  const shown = talk();
  if (!text) return;
  shown.turns.push({ speaker: byId(`name-${chosen}`).value.trim(), text, time: new Date().toISOString() });
  byId("say").value = "";
  byId(`speaker-${1 - chosen}`).checked = true;
  byId("live-empty").hidden = true;
  changed("talk");
  scrollToTurn(shown.turns.length - 1);
  if (socket?.readyState === WebSocket.OPEN) send(shown.turns.length - 1);
  else if (!socket) connect();
}

/** Open a connection and resend all turns; the server keeps nothing. */
function connect() {
  if (!state.model) return; // called again once the model is known
  stopLive();
  const mine = openLive(`v1/live?model=${encodeURIComponent(state.model)}`);
  [socket, connected, waiting] = [mine, state.model, []];
  mine.onopen = () => {
    const given = key();
    if (given) mine.send(JSON.stringify({ key: given }));
    talk().turns.forEach((_, turn) => send(turn));
  };
  mine.onmessage = ({ data }) => socket === mine && hear(JSON.parse(data));
  mine.onclose = () => socket === mine && lost();
}

/** @param {number} turn */
function send(turn) {
  const turns = talk().turns.slice(turn, turn + 1);
  if (!turns.length) return;
  waiting.push(turn);
  socket?.send(JSON.stringify(said(turns)[0]));
}

/** @param {any} reply */
function hear(reply) {
  const turn = waiting.shift();
  const shown = talk();
  if (reply.error) return refused(reply.error);
  if (turn === undefined) return undefined;
  shown.readings[turn] = reply;
  return changed("readings");
}

/** @param {import("./types.js").Fault} told */
function refused(told) {
  if (/\bkey\b/.test(told.cause)) {
    const used = key();
    stopLive();
    askForKey(used !== null).then((given) => given && connect());
    return;
  }
  tell(new Fault(422, { ...told, where: null }), connect);
}

/** The connection is lost: report it if an answer is due, otherwise reconnect at the next turn. */
function lost() {
  socket = null;
  const shown = talk();
  const owed = shown.turns.some((_, turn) => !shown.readings[turn]);
  if (owed) tell(new Fault(0, { cause: "The connection to the server was lost", next_step: "Check that `sentemo serve` is still running, then try again" }), connect);
}
