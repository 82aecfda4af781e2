/** Reads the webhook confirmPayment. Whatever it says, it only makes us look. */
import { createHmac } from "node:crypto"
import { z } from "zod"
import { constantTimeEqual, type RailNotice } from "../../core/index.ts"
import type { ConnectionSettings } from "./settings.ts"

const notice = z.object({
  operationId: z.string().min(1).max(200),
  externalPaymentId: z.string().min(1).max(200),
  status: z.enum(["confirmed", "failed"]),
  amount: z.number(),
  hash: z.string().max(200).nullish(),
})
type Notice = z.infer<typeof notice>

type Secrets = Pick<ConnectionSettings, "webhookKey" | "webhookHeader">

/**
 * Which recharge a notice is about; null unless all that is configured proves that the provider
 * sent it. Where neither a key nor a header is, nothing proves it.
 */
export function readNotice(
  { webhookKey, webhookHeader }: Secrets,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): RailNotice | null {
  if (webhookKey === null && webhookHeader === null) return null
  if (webhookHeader !== null) {
    const given = headers[webhookHeader.name] ?? ""
    if (!constantTimeEqual(given, webhookHeader.value)) return null
  }
  const read = parsed(body)
  if (read === null) return null
  if (webhookKey !== null && !constantTimeEqual(read.hash ?? "", hashOf(read, webhookKey)))
    return null
  return { attemptIds: [read.externalPaymentId], sightings: [] }
}

/** HMAC-SHA-256 in lower-case hex over id, external id, status and the amount with two decimals. */
function hashOf(read: Notice, key: string): string {
  const { operationId, externalPaymentId, status, amount } = read
  const text = [operationId, externalPaymentId, status, amount.toFixed(2)].join("|")
  return createHmac("sha256", key).update(text).digest("hex")
}

function parsed(body: Buffer): Notice | null {
  try {
    return notice.safeParse(JSON.parse(body.toString("utf8"))).data ?? null
  } catch {
    // Anybody can post here.
    return null
  }
}
