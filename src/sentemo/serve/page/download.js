/** Save the result: CSV, JSON lines, a picture, or a table on the clipboard. */
import { announce, byId, el } from "./dom.js";
import { Fault, call } from "./api.js";
import { asCsv, asTabs } from "./csv.js";
import { tell } from "./notice.js";
import { picture } from "./picture.js";
import { readAll } from "./reader.js";
import { changed, correction, judged, labels, sensitivity, state, talk } from "./store.js";
import { REPORTS } from "./transport.js";

/** Wire up the save menu; Escape and a press elsewhere close it. */
export function offerDownloads() {
  const menu = byId("save");
  byId("as-csv").addEventListener("click", () => run(async () => save("labelled.csv", new Blob(["\ufeff", asCsv(await all())], { type: "text/csv" }))));
  byId("as-json").addEventListener("click", () => run(async () => save("labelled.jsonl", new Blob([asJson(await all())], { type: "application/jsonl" }))));
  byId("as-picture").addEventListener("click", () => run(async () => save("png", await picture())));
  byId("as-report").hidden = !REPORTS;
  byId("as-report").addEventListener("click", () => run(async () => save("report.html", new Blob([await asReport(await all())], { type: "text/html" }))));
  byId("as-copy").addEventListener("click", () => run(copy));
  document.addEventListener("pointerdown", (event) => !menu.contains(event.target) && menu.removeAttribute("open"));
  menu.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.removeAttribute("open");
    menu.querySelector("summary").focus();
  });
}

/** All conversations, labelled. */
async function all() {
  if (!state.live) await readAll();
  changed("readings");
  return state.talks.filter(({ turns }) => turns.length);
}

const [LEAST_SHARE, DIGITS] = [0.005, 3];

/**
 * The report, which the server writes; labels are those shown.
 * @param {import("./types.js").Talk[]} talks
 * @returns {Promise<string>}
 */
async function asReport(talks) {
  const conversations = talks.map((each) => ({ id: each.id, turns: each.turns.map((_, turn) => short(record(each, turn))) }));
  const own = state.corrections.map(({ label }) => label);
  const reply = await call("POST", "v1/report", { model: state.model, labels: [...new Set([...labels(), ...own])], conversations });
  return reply.html;
}

/**
 * A turn in the fewest bytes: small probabilities don't show in a report.
 * @param {ReturnType<typeof record>} turn
 */
const short = ({ speaker, text, time, label, probabilities, tags }) => ({
  speaker, text, time, label, tags,
  probabilities: Object.fromEntries(Object.entries(probabilities).filter(([, share]) => share >= LEAST_SHARE).map(([name, share]) => [name, Number(share.toFixed(DIGITS))])),
});

/**
 * One conversation per line, as `sentemo predict` writes and reads them; a corrected turn also names the model's label, and
 * a sensitivity other than 0 is included.
 * @param {import("./types.js").Talk[]} talks
 */
export function asJson(talks) {
  const moved = sensitivity() ? { sensitivity: sensitivity() } : {};
  const lines = talks.map((each) => JSON.stringify({ id: each.id, ...moved, turns: each.turns.map((_, turn) => record(each, turn)) }));
  return `${lines.join("\n")}\n`;
}

/**
 * @param {import("./types.js").Talk} of
 * @param {number} turn
 * @returns {any}
 */
function record(of, turn) {
  const [reading, own] = [judged(turn, of), correction(turn, of)];
  const label = own ?? reading?.label ?? null;
  const shares = reading?.probabilities ?? {};
  const tags = Object.keys(reading?.tags ?? {}).length ? { tags: reading?.tags } : {};
  const found = { ...of.turns[turn], label, score: label === null ? null : (shares[label] ?? null), probabilities: shares, ...tags };
  return own === undefined ? found : { ...found, model_label: reading?.label ?? null, model_score: reading?.score ?? null };
}

/**
 * Save a file that is named after its source.
 * @param {string} ending
 * @param {Blob} content
 */
function save(ending, content) {
  const address = URL.createObjectURL(content);
  const stem = state.source.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|[-.]+$/g, "").slice(0, 80) || "chat";
  el("a", { href: address, download: `${stem}${ending === "png" ? "." : "-"}${ending}` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

async function copy() {
  if (!navigator.clipboard) throw new Fault(0, { cause: "This browser allows copying only over a secure connection", next_step: "Save the table as CSV" });
  await navigator.clipboard.writeText(asTabs(await all()));
  byId("as-copy").textContent = "Copied";
  announce("Copied.");
  setTimeout(() => { byId("as-copy").textContent = "Copy as a table"; }, 2000);
}

/** @param {() => Promise<void>} make */
async function run(make) {
  if (!talk().turns.length) return;
  try {
    await make();
  } catch (error) {
    tell(error, () => run(make));
  }
}
