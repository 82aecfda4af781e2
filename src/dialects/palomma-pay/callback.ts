/** What Palomma Pay tells a merchant: each change of the status that its API shows. */
import { createHash } from "node:crypto"
import { z } from "zod"
import type { Callback, Notice } from "../../core/index.ts"
import { callbackDataOf } from "./wire.ts"

/**
 * The events after which the outward status is another one. A new request is PENDING already, a
 * rail at work is still PENDING, and so is a request whose payer may try again after a declined
 * attempt.
 */
const CHANGES = new Set([
  "payment.approved",
  "payment.declined",
  "payment.expired",
  "payment.cancelled",
  "payment.returned",
])

/** The two members of the body. */
export const callbackSchema = z.strictObject({
  data: z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/),
  signature: z.string().regex(/^[0-9a-f]{64}$/),
})

/** The body is exactly what the vendor's own receiver checks: base64 text and its signature. */
export function callback({ event, payment, signingKey }: Notice): Callback | null {
  if (!CHANGES.has(event.type) || !payment) return null
  const data = Buffer.from(JSON.stringify(callbackDataOf(payment))).toString("base64")
  const body: z.infer<typeof callbackSchema> = { data, signature: sign(data, signingKey) }
  return { headers: {}, body: JSON.stringify(body) }
}

/** A plain hash over text and key, not an HMAC: the vendor's receivers verify nothing else. */
export function sign(data: string, integrityKey: string): string {
  return createHash("sha256")
    .update(data + integrityKey)
    .digest("hex")
}
