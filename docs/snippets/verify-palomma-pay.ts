import { createHash, timingSafeEqual } from "node:crypto"

export function verifyPalommaPay(body: string, integrityKey: string) {
  // Anybody can post to your address, also what is no JSON.
  const { data, signature } = read(body) ?? {}
  const expected = createHash("sha256")
    .update(data + integrityKey)
    .digest("hex")
  const given = Buffer.from(String(signature))
  if (given.length !== expected.length) return null
  if (!timingSafeEqual(given, Buffer.from(expected))) return null
  return JSON.parse(Buffer.from(data, "base64").toString("utf8"))
}

function read(body: string) {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}
