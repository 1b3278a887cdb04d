/** The API reference, generated from the server's own OpenAPI description; requests can be tried out. */
import { announce, byId, el } from "./dom.js";
import { Fault, call, hooks } from "./api.js";
import { askKey } from "./key.js";
import { marked } from "./notice.js";
import { offerTheme } from "./theme.js";

const TURNS = [{ speaker: "Ann", text: "I got the job!" }, { speaker: "Ben", text: "No way... really?" }];
const DEEPEST = 3; // levels of nested fields

/** @type {Record<string, object | string>} */
const TRIES = {
  "/v1/predict": { conversations: [{ id: "1", turns: TURNS }] },
  "/v1/explain": { conversation: { turns: TURNS }, turn: 1 },
  "/v1/adapt": { name: "relief", labels: "tags", examples: [{ turns: [{ text: "Phew, that was close.", label: "relief" }] }, { turns: [{ text: "What a weight off my mind!", label: "relief" }] }] },
  "/v1/read": "Ann: I got the job!\nBen: No way... really?",
  "/v1/inspect": "Ann: I got the job!\nBen: No way... really?",
};

/** @type {any} */
let spec;

hooks.askKey = askKey;
offerTheme();
load();

async function load() {
  try {
    spec = await call("GET", "openapi.json");
  } catch (error) {
    byId("routes").replaceChildren(el("p", {}, said(error)));
    return;
  }
  const routes = Object.entries(spec.paths).flatMap(([path, verbs]) => Object.entries(verbs).map(([verb, about]) => route(verb.toUpperCase(), path, about)));
  byId("routes").replaceChildren(...routes);
}

/**
 * @param {string} verb
 * @param {string} path
 * @param {any} about
 */
function route(verb, path, about) {
  const name = `${verb} ${path}`;
  const asked = schemaOf(about.requestBody);
  const given = schemaOf(about.responses["200"]);
  return el("section", { class: "route", "aria-label": name },
    el("h2", {}, el("span", { class: "verb" }, verb), el("code", {}, path)),
    ...(about.description ?? "").split(/\n\s*\n/).filter(Boolean).map((/** @type {string} */ words) => el("p", {}, ...marked(words))),
    fieldsOf("Query parameters", (about.parameters ?? []).map((/** @type {any} */ each) => [each.name, each.schema, each.required, 0])),
    asked && fieldsOf("Request", flat(asked)),
    given && fieldsOf("Reply", flat(given)),
    path in TRIES && attempt(verb, path, TRIES[path]));
}

/** @param {any} part of the description: a request or a reply */
const schemaOf = (part) => part?.content?.["application/json"]?.schema;

/** @param {any} schema */
const resolved = (schema) => (schema?.$ref ? spec.components.schemas[schema.$ref.split("/").pop()] : schema);

/**
 * The fields of an object, each followed by those of nested objects.
 * @param {any} given
 * @param {number} [depth]
 * @returns {[string, any, boolean, number][]}
 */
function flat(given, depth = 0) {
  const schema = resolved(given);
  return Object.entries(schema?.properties ?? {}).flatMap(([name, field]) => {
    const inner = depth < DEEPEST ? flat(within(field), depth + 1) : [];
    return [/** @type {[string, any, boolean, number]} */ ([name, field, schema.required?.includes(name) ?? false, depth]), ...inner];
  });
}

/**
 * The schema inside a list or an optional value.
 * @param {any} field
 * @returns {any}
 */
function within(field) {
  if (field.items) return within(field.items);
  if (field.anyOf) return within(field.anyOf[0]);
  return field;
}

/**
 * @param {string} title
 * @param {[string, any, boolean, number][]} fields
 */
function fieldsOf(title, fields) {
  if (!fields.length) return null;
  const rows = fields.map(([name, field, required, depth]) => el("tr", {},
    el("th", { scope: "row" }, "\u2003".repeat(depth), el("code", {}, name), required ? "" : "?"),
    el("td", {}, kind(field)), el("td", {}, field.description ?? "", bounds(within(field)))));
  const head = ["Field", "Kind", "About"].map((each) => el("th", { scope: "col" }, each));
  return el("details", {}, el("summary", {}, title), el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows)));
}

/**
 * @param {any} field
 * @returns {string}
 */
function kind(field) {
  if (field.anyOf) return field.anyOf.map(kind).filter((/** @type {string} */ each) => each !== "null").join(" or ");
  if (field.items) return `list of ${kind(field.items)}`;
  if (field.enum) return field.enum.join(" or ");
  if (field.additionalProperties?.type) return `object of ${field.additionalProperties.type}s`;
  return resolved(field)?.type ?? "";
}

/** @param {any} field */
function bounds(field) {
  const found = [
    field.minimum !== undefined && field.maximum !== undefined && `${field.minimum} to ${field.maximum}`,
    field.maxLength !== undefined && `at most ${field.maxLength.toLocaleString("en")} characters`,
  ].filter(Boolean).join(", ");
  return found ? ` (${found})` : "";
}

/**
 * A request that can be edited and sent.
 * @param {string} verb
 * @param {string} path
 * @param {object | string} body
 */
function attempt(verb, path, body) {
  const area = el("textarea", { rows: 6, spellcheck: "false", "aria-label": `Body of ${verb} ${path}` });
  area.value = typeof body === "string" ? body : JSON.stringify(body, null, 2);
  const reply = el("pre", { hidden: true, tabindex: 0, "aria-label": "Reply" });
  const send = async () => {
    reply.hidden = false;
    try {
      const content = typeof body === "string" ? new TextEncoder().encode(area.value) : JSON.parse(area.value);
      reply.textContent = JSON.stringify(await call(verb, path.slice(1), content), null, 2);
    } catch (error) {
      reply.textContent = said(error);
    }
    announce("The reply has arrived.");
  };
  return el("details", {}, el("summary", {}, "Try it"), area, el("button", { type: "button", onclick: send }, "Send"), reply);
}

/** @param {unknown} error */
function said(error) {
  if (error instanceof Fault) return `${error.message}. ${error.nextStep}`;
  return error instanceof SyntaxError ? "That isn't valid JSON." : "Something went wrong.";
}
