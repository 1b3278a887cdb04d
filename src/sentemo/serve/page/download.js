/** Downloads: CSV, JSON and a picture. */
import { byId, el } from "./dom.js";
import { asCsv } from "./csv.js";
import { tell } from "./notice.js";
import { picture } from "./picture.js";
import { readAll } from "./reader.js";
import { changed, correction, judged, sensitivity, state, talk } from "./store.js";

/** Let buttons save what is shown. */
export function offerDownloads() {
  byId("as-csv").addEventListener("click", () => saving(async () => ["conversation.csv", new Blob(["\ufeff", asCsv(await all())], { type: "text/csv" })]));
  byId("as-json").addEventListener("click", () => saving(async () => ["conversation.jsonl", new Blob([asJson(await all())], { type: "application/jsonl" })]));
  byId("as-picture").addEventListener("click", () => saving(async () => ["conversation.png", await picture()]));
}

/** All conversations, labelled. */
async function all() {
  if (!state.live) await readAll();
  changed("readings");
  return state.talks.filter(({ turns }) => turns.length);
}

/**
 * One conversation a line, as `sentemo predict` writes and reads them; a corrected turn also names the model's label, and a
 * sensitivity other than 0 is told.
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
 */
function record(of, turn) {
  const [reading, own] = [judged(turn, of), correction(turn, of)];
  const label = own ?? reading?.label ?? null;
  const shares = reading?.probabilities ?? {};
  const found = { ...of.turns[turn], label, score: label === null ? null : (shares[label] ?? null), probabilities: shares };
  return own === undefined ? found : { ...found, model_label: reading?.label ?? null };
}

/** @param {() => Promise<[string, Blob]>} make */
async function saving(make) {
  if (!talk().turns.length) return;
  try {
    const [name, content] = await make();
    const address = URL.createObjectURL(content);
    el("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  } catch (error) {
    tell(error, () => saving(make));
  }
}
