/** Answers from the cache, so that the page works offline. `FILES`, prepended above, contains each file's SHA-256. */

const NAME = `sentemo ${new URL("./", self.location).pathname}`; // as in app/files.js

/**
 * The cache key of a file of this version: other content has another key.
 * @param {string} path
 */
const place = (path) => new URL(path.startsWith("data/") ? path : `${path}?${FILES[path].slice(0, 16)}`, self.location);

self.addEventListener("install", (event) => event.waitUntil(keepAll()));
self.addEventListener("activate", (event) => event.waitUntil(dropOld()));
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  const path = address.pathname.slice(new URL("./", self.location).pathname.length) || "index.html";
  if (address.origin === self.location.origin && path in FILES) event.respondWith(answer(event.request, path));
});

async function keepAll() {
  const cache = await caches.open(NAME);
  const kept = new Set((await cache.keys()).map(({ url }) => url));
  for (const path of Object.keys(FILES)) if (!kept.has(place(path).href)) await cache.put(place(path), await fetched(path));
}

/** @param {string} path */
async function fetched(path) {
  const reply = await fetch(new URL(path, self.location), { cache: "no-cache" });
  if (!reply.ok) throw new Error(`${path} is not there (${reply.status})`);
  return new Response(await reply.blob(), { headers: { "Content-Type": reply.headers.get("Content-Type") ?? "" } });
}

async function dropOld() {
  const cache = await caches.open(NAME);
  const wanted = new Set(Object.keys(FILES).map((path) => place(path).href));
  for (const request of await cache.keys()) if (!wanted.has(request.url)) await cache.delete(request);
}

/**
 * @param {Request} request
 * @param {string} path
 */
async function answer(request, path) {
  const kept = await (await caches.open(NAME)).match(place(path));
  return kept ?? fetch(request);
}
