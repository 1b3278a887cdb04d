/** The site's own large files: fetched once, verified, cached for the next visit, unpacked. */

/** @typedef {{path: string, sha256: string, bytes: number}} File */

const NAME = `sentemo ${new URL("../", import.meta.url).pathname}`; // one origin may have several sites

/**
 * Return a file's content. Throws an error if it is missing or not the one that was built.
 * @param {File} file
 * @param {(bytes: number) => void} onBytes called for each chunk received
 * @returns {Promise<ArrayBuffer>}
 */
export async function get(file, onBytes) {
  const address = new URL(`../${file.path}`, import.meta.url);
  const cache = await self.caches?.open(NAME).catch(() => null); // none without https, or if storage is disabled
  const kept = await cache?.match(address);
  const packed = kept ? await kept.arrayBuffer() : await download(address, onBytes);
  if (kept) onBytes(file.bytes);
  else await check(packed, file);
  if (!kept) await cache?.put(address, new Response(packed)).catch(() => {}); // a full disk is not an error
  return unpack(packed);
}

/**
 * @param {URL} address
 * @param {(bytes: number) => void} onBytes
 */
async function download(address, onBytes) {
  const reply = await fetch(address);
  if (!reply.ok || !reply.body) throw new Error(`${address.pathname} is not there (${reply.status})`);
  const counted = new TransformStream({
    transform(chunk, out) {
      onBytes(chunk.byteLength);
      out.enqueue(chunk);
    },
  });
  return new Response(reply.body.pipeThrough(counted)).arrayBuffer();
}

/**
 * @param {ArrayBuffer} content
 * @param {File} file
 */
async function check(content, { path, sha256 }) {
  if (!self.crypto?.subtle) return; // not available without https
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  if (Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("") !== sha256) throw new Error(`${path} is not the file that was built`);
}

/** @param {ArrayBuffer} packed */
const unpack = (packed) => new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
