/** The server's routes, implemented here: the models, parsing chats, labels, reasons. */
import { explain } from "./reasons.js";
import { inspect, read } from "./formats/read.js";
import { Refusal } from "./refusal.js";
import { speakerNumbers } from "./speakers.js";

const LIMITS = { conversations: 64, turns: 1024, characters: 100_000, body_bytes: 64 * 2 ** 20, explained_turns: 1024, examples: 0 };
const EDGE = 1.5; // turns farther out on the map are clipped to this

/**
 * Answer a request.
 * @param {import("./engine.js").Engine} engine
 * @param {{method: string, path: string, body: any}} request
 * @param {() => boolean} isDropped whether the request was aborted
 * @returns {Promise<any>}
 */
export async function answer(engine, { path, body }, isDropped) {
  const [route] = path.split("?");
  const { site } = engine;
  if (route === "v1/models") return { default: site.name, adaptable: false, limits: LIMITS, models: [entry(site)] };
  if (route === "v1/model") return { ...entry(site), ...site.card };
  if (route === "v1/read") return read(new Uint8Array(body));
  if (route === "v1/inspect") return inspect(new Uint8Array(body));
  if (route === "v1/predict") return predict(engine, body);
  if (route === "v1/live") return live(engine, body);
  if (route === "v1/explain") return explain(engine, body, isDropped);
  throw new Refusal(404, "This page can't do that without a server", "Run `sentemo serve`");
}

/** @param {import("./engine.js").Site} site */
const entry = ({ name, model: { config }, map }) => ({ name, labels: config.labels, neutral: config.neutral, adapted: null, map: map?.labels ?? {} });

/**
 * @param {import("./engine.js").Engine} engine
 * @param {{conversations: {id: string, turns: {speaker: string, text: string}[]}[], causal: boolean}} asked
 */
async function predict(engine, { conversations, causal }) {
  const model = await engine.best();
  const found = [];
  for (const { id, turns } of conversations) {
    const said = await model.label(turns.map(({ text }) => text), speakerNumbers(turns), causal);
    found.push({ id, turns: said.map((each) => reading(engine, each)) });
  }
  return { model: engine.site.name, conversations: found };
}

/**
 * The label of a live conversation's last turn.
 * @param {import("./engine.js").Engine} engine
 * @param {{turns: {speaker: string, text: string}[]}} asked
 */
async function live(engine, { turns }) {
  const model = await engine.best();
  const [texts, speakers, start] = [turns.map(({ text }) => text), speakerNumbers(turns), turns.length - 1];
  if (!("answer" in model)) return reading(engine, (await model.label(texts, speakers, true))[start]);
  const [said] = await model.answer({ texts, speakers, first: Math.max(0, start - model.reach), start, stop: turns.length, last: turns.length }, true);
  return reading(engine, said);
}

/**
 * A turn's label, with its place on the map if the full model has read it.
 * @param {import("./engine.js").Engine} engine
 * @param {any} said
 */
function reading({ site: { map } }, { features, ...told }) {
  return { ...told, tags: {}, ...(map && features ? { point: place(features, map) } : {}) };
}

/**
 * @param {Float32Array} features
 * @param {{centre: number[], axes: [number, number][]}} map
 */
function place(features, { centre, axes }) {
  const point = features.slice(-centre.length);
  const length = Math.hypot(...point) || 1;
  return [0, 1].map((axis) => {
    const far = point.reduce((sum, value, at) => sum + (value / length - centre[at]) * axes[at][axis], 0);
    return Math.round(1e4 * Math.min(EDGE, Math.max(-EDGE, far))) / 1e4;
  });
}
