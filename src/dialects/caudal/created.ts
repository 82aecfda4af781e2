/** What a create comes to: its answer, a stored account's charge, how a repeat differs; pure. */
import type { z } from "zod"
import type { Instrument, NewPayment, Payment, Way } from "../../core/index.ts"
import type * as answers from "./answers.ts"
import { paymentOut } from "./wire.ts"

/** A payment as its create answers it. What charges a stored account asks no payer anything. */
export function createdOut(
  payment: Payment,
  publicUrl: string,
): z.infer<typeof answers.createdSchema> {
  const url = payment.instrumentId === null ? `${publicUrl}/pay/${payment.id}` : null
  return { ...paymentOut(payment), url }
}

/** How an instrument is charged; null while its owner has not consented. */
export function chargeOf({ id, details, consentedAt }: Instrument): Way | null {
  if (consentedAt === null) return null
  const mandate = { id, consentedAt: consentedAt.toISOString() }
  return {
    method: details.phoneNumber === undefined ? "bank" : "wallet",
    target: { ...details, mandate },
  }
}

/** In which members a payment differs from a create under its reference; its times don't count. */
export function differences(first: Payment, spec: NewPayment): string[] {
  const table: [member: string, theirs: unknown, ours: unknown][] = [
    ["amount", first.amount, spec.amount],
    ["asset", first.asset, spec.asset],
    ["description", first.description, spec.description],
    ["customer", first.customerId, spec.customerId],
    ["instrument", first.instrumentId, spec.instrumentId],
    ["method", methodIn(first.purpose), methodIn(spec.purpose)],
    ["redirect_url", first.purpose["redirectUrl"], spec.purpose["redirectUrl"]],
    ["metadata", pairsOf(first.purpose), pairsOf(spec.purpose)],
  ]
  return table.filter(([, theirs, ours]) => theirs !== ours).map(([member]) => member)
}

/** The order of the pairs doesn't count: the database has one of its own. */
function pairsOf({ metadata }: Payment["purpose"]): string {
  return JSON.stringify(Object.entries(metadata ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function methodIn({ methods }: Payment["purpose"]): unknown {
  return Array.isArray(methods) ? methods[0] : undefined
}
