/** Makes pages and files smaller on their way to browsers that can read them so. */
import { brotliCompressSync, constants, gzipSync } from "node:zlib"
import type { FastifyInstance } from "fastify"

export type Coding = "br" | "gzip"

/** The better one first. */
const CODINGS: readonly Coding[] = ["br", "gzip"]
/** What is smaller travels in one packet, however long it is. */
const WORTHWHILE_BYTES = 1_024
/**
 * The quickest that is worth it: two steps more gain some hundred bytes of 6 KB and double the
 * time. At once, and not in another thread: handing it over and back takes as long.
 */
const PAGE_QUALITY = 2
/** 64 KB, more than any page has: the default's tables are larger than what they are for. */
const PAGE_WINDOW_BITS = 16
/** Clients name a handful of codings; a longer header is somebody's game. */
const ACCEPTED_MAX = 20

/** The coding for a client with this Accept-Encoding (RFC 9110, 12.5.3); null for none. */
export function codingFor(accepted: string | readonly string[] | undefined): Coding | null {
  const wishes = new Map<string, boolean>()
  for (const wish of String(accepted ?? "").split(",", ACCEPTED_MAX)) {
    const [name = "", ...parameters] = wish
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/)
    const weight = parameters.find((each) => each.startsWith("q="))?.slice(2)
    // What is no number is no wish either.
    wishes.set(name, weight === undefined || Number(weight) > 0)
  }
  const others = wishes.get("*") ?? false
  return CODINGS.find((coding) => wishes.get(coding) ?? others) ?? null
}

/** Compresses the scope's pages; whatever has another type or is small is left as it is. */
export function compressPages(scope: FastifyInstance): void {
  scope.addHook("onSend", async (request, reply, payload) => {
    if (typeof payload !== "string" || reply.hasHeader("content-encoding")) return payload
    if (!String(reply.getHeader("content-type")).startsWith("text/html")) return payload
    reply.header("vary", "accept-encoding")
    const coding = codingFor(request.headers["accept-encoding"])
    if (coding === null || Buffer.byteLength(payload) < WORTHWHILE_BYTES) return payload
    reply.header("content-encoding", coding).removeHeader("content-length")
    return coding === "gzip"
      ? gzipSync(payload)
      : brotliCompressSync(payload, { params: PAGE_PARAMS })
  })
}

const PAGE_PARAMS = {
  [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
  [constants.BROTLI_PARAM_QUALITY]: PAGE_QUALITY,
  [constants.BROTLI_PARAM_LGWIN]: PAGE_WINDOW_BITS,
}

/** A file that never changes, in each coding: made once, as small as it gets. */
export function compressedFile(text: string): Readonly<Record<Coding, Buffer>> {
  return { br: brotliCompressSync(text), gzip: gzipSync(text, { level: 9 }) }
}
