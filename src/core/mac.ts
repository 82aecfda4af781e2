/** Message authentication codes under keys that are used again and again. */
import { createHmac, createSecretKey, type KeyObject } from "node:crypto"

/** A merchant has a key for each dialect; past this many the memory starts anew. */
const REMEMBERED_MAX = 10_000

const keys = new Map<string, KeyObject>()

/**
 * HMAC-SHA256 over text, in hex. The key's own object is made once: for bytes or text Node makes
 * one at every call, which costs several times the code itself.
 */
export function hmacHex(key: string, text: string): string {
  let known = keys.get(key)
  if (!known) {
    if (keys.size >= REMEMBERED_MAX) keys.clear()
    known = createSecretKey(key, "utf8")
    keys.set(key, known)
  }
  return createHmac("sha256", known).update(text).digest("hex")
}
