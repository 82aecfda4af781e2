import { createHmac, timingSafeEqual } from "node:crypto"

export function verifyTapila(body: string, webhookKey: string) {
  const { operationId, externalPaymentId, status, amount, hash } = read(body) ?? {}
  if (typeof amount !== "number") return false
  const text = [operationId, externalPaymentId, status, amount.toFixed(2)].join("|")
  const expected = createHmac("sha256", webhookKey).update(text).digest("hex")
  const given = Buffer.from(String(hash))
  return given.length === expected.length && timingSafeEqual(given, Buffer.from(expected))
}

function read(body: string) {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}
