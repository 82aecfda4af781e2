import { createHmac, timingSafeEqual } from "node:crypto"

type Headers = Readonly<Record<string, string | string[] | undefined>>

export function verifyPalommaDirectDebit(headers: Headers, body: string, integrityKey: string) {
  const encoded = String(headers["x-encoded-data"])
  const expected = createHmac("sha256", integrityKey).update(encoded).digest("hex")
  const given = Buffer.from(String(headers["x-signature"]))
  if (given.length !== expected.length) return null
  if (!timingSafeEqual(given, Buffer.from(expected))) return null
  return Buffer.from(encoded, "base64").toString("utf8") === body ? JSON.parse(body) : null
}
