/** What clients may keep of the catalogue: how long, and how they ask whether it still holds. */
import { createHash } from "node:crypto"
import type { FastifyReply, FastifyRequest } from "fastify"
import type { Company } from "../../core/index.ts"
import { companyOf } from "./wire.ts"

/**
 * The vendor tells its clients to keep the catalogue for about an hour. Who buys by an older one is
 * refused before anything is created, and asks again with `cache-control: no-cache`. Private: what
 * is sold is one client's affair, and who asks is known by these two headers.
 */
const KEEP = {
  "cache-control": "private, max-age=3600",
  vary: "x-authorization-token, x-api-key",
}

/** Each is computed once for what a node remembers of the catalogue, not for each request. */
const known = new WeakMap<object, string>()

/**
 * The entity tag of what is shown of these companies. A weak one, because `tx` and `mainTx` differ
 * in each answer. It follows from the content alone, so that every node gives the same.
 */
export function entityTag(companies: readonly Company[] | Company): string {
  const before = known.get(companies)
  if (before !== undefined) return before
  const shown = [companies].flat().map((each) => [each.active, companyOf(each)])
  const hash = createHash("sha256").update(JSON.stringify(shown)).digest("base64url")
  const tag = `W/"${hash.slice(0, 22)}"`
  known.set(companies, tag)
  return tag
}

/**
 * Says on an answer how long it may be kept. Where its caller has it already, that is the whole
 * answer (304): it is sent, and this is true.
 */
export function sentUnchanged(request: FastifyRequest, reply: FastifyReply, tag: string): boolean {
  reply.headers({ ...KEEP, etag: tag })
  if (!names(request.headers["if-none-match"], tag)) return false
  void reply.code(304).send()
  return true
}

const TAGS =
  /^\s*(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"(?:\s*,\s*(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")*\s*$/

/**
 * Whether `If-None-Match` names a tag, by the weak comparison of RFC 9110; `*` names every one. A
 * header that is neither a star nor a list of tags names none.
 */
export function names(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false
  if (header.trim() === "*") return true
  if (!TAGS.test(header)) return false
  const opaque = (each: string) => each.trim().replace(/^W\//, "")
  // A comma may stand in a tag, but none of ours has one: a piece of another's can't be equal.
  return header.split(",").some((each) => opaque(each) === opaque(tag))
}
