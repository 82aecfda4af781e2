/** Translates the core's rows into this API's objects; pure. */
import type { z } from "zod"
import type {
  Account,
  Attempt,
  Event,
  Instrument,
  Page,
  Payment,
  PayOption,
  Refund,
  SightingView,
  TransferToSign,
} from "../../core/index.ts"
import type * as answers from "./answers.ts"
import { idOut, type Named } from "./ids.ts"

/** A page of the core as a list; its cursor takes the prefix of what is listed. */
export function listOut<T, U>(of: Named, { items, cursor }: Page<T>, out: (item: T) => U) {
  const next = cursor === null ? null : idOut(of, cursor)
  return { ...allOut(items.map(out)), has_more: next !== null, next_cursor: next }
}

/** A list that fits into one answer. */
export function allOut<T>(data: readonly T[]) {
  return { object: "list" as const, data: [...data], has_more: false, next_cursor: null }
}

/** A payment as lists and webhooks show it. */
export function paymentOut(payment: Payment): z.infer<typeof answers.paymentSchema> {
  const { customerId, instrumentId } = payment
  return {
    id: idOut("payment", payment.id),
    object: "payment",
    dialect: payment.dialect,
    dialect_id: payment.id,
    kind: payment.kind,
    reference: payment.reference,
    amount: payment.amount.toString(),
    asset: payment.asset,
    state: payment.state,
    reason: payment.reason,
    description: payment.description,
    customer: customerId && idOut("customer", customerId),
    instrument: instrumentId && idOut("instrument", instrumentId),
    captured: payment.captured.toString(),
    refunded: payment.refunded.toString(),
    fee: payment.fee.toString(),
    commission: (payment.state === "approved" ? payment.commission : 0n).toString(),
    metadata: metadataOf(payment),
    version: payment.version,
    expires_at: timeOut(payment.expiresAt),
    created_at: payment.createdAt.toISOString(),
    updated_at: payment.updatedAt.toISOString(),
    approved_at: timeOut(payment.approvedAt),
    settled_at: timeOut(payment.settledAt),
  }
}

/** What this API's create was given; other dialects keep other things there. */
function metadataOf({ dialect, purpose }: Payment): Record<string, string> {
  const { metadata } = purpose
  return dialect === "caudal" && metadata ? { ...(metadata as Record<string, string>) } : {}
}

/** A payment as it is read alone: with all that was tried and given back. */
export function wholePaymentOut(
  payment: Payment,
  attempts: readonly Attempt[],
  refunds: readonly Refund[],
  sightings: readonly SightingView[],
): z.infer<typeof answers.wholePaymentSchema> {
  return {
    ...paymentOut(payment),
    attempts: attempts.map(attemptOut),
    refunds: refunds.map((refund) => {
      const attempt = attempts.find(({ refundId }) => refundId === refund.id)
      return refundOut(refund, payment, attempt)
    }),
    sightings: sightings.map(sightingOut),
  }
}

function sightingOut(sighting: SightingView): z.infer<typeof answers.sightingSchema> {
  return {
    object: "sighting",
    asset: sighting.asset,
    amount: sighting.amount.toString(),
    reference: sighting.reference,
    state: sighting.state,
    confirmations: sighting.confirmations,
    confirmations_needed: sighting.needed,
    explorer_url: sighting.explorerUrl,
    at: sighting.at.toISOString(),
  }
}

function attemptOut(attempt: Attempt): z.infer<typeof answers.attemptSchema> {
  return {
    id: idOut("attempt", attempt.id),
    object: "attempt",
    rail: attempt.rail,
    rail_reference: attempt.railReference,
    method: attempt.method,
    kind: attempt.kind,
    amount: attempt.amount.toString(),
    asset: attempt.asset,
    state: attempt.state,
    reason: attempt.reason,
    received: { ...attempt.received },
    seen: { ...attempt.seen },
    options: (attempt.instructions?.options ?? []).map(optionOut),
    created_at: attempt.createdAt.toISOString(),
    updated_at: attempt.updatedAt.toISOString(),
  }
}

function optionOut(option: PayOption) {
  const { blockchain, chainId, token, decimals, asset, amount, address, uri } = option
  return { blockchain, chain_id: chainId, token, decimals, asset, amount, address, uri }
}

/**
 * A refund; its asset is that of its payment. `attempt` moves it, and may be the merchant's to
 * sign.
 */
export function refundOut(
  refund: Refund,
  payment: Payment,
  attempt: Attempt | undefined,
): z.infer<typeof answers.refundSchema> {
  const transfer = attempt?.instructions?.transfer
  return {
    id: idOut("refund", refund.id),
    object: "refund",
    payment: idOut("payment", payment.id),
    amount: refund.amount.toString(),
    asset: payment.asset,
    state: refund.state,
    reason: refund.reason,
    to_sign: transfer ? toSignOut(transfer) : null,
    created_at: refund.createdAt.toISOString(),
    updated_at: refund.updatedAt.toISOString(),
  }
}

function toSignOut({ chainId, ...transfer }: TransferToSign) {
  return { chain_id: chainId, ...transfer }
}

/** A merchant's accounts, one object for each asset and custodian; what has no account is zero. */
export function balancesOut(accounts: readonly Account[]): z.infer<typeof answers.balanceSchema>[] {
  const groups = Map.groupBy(accounts, ({ asset, custodian }) => `${asset} ${custodian}`)
  return [...groups.values()].map((group) => {
    const of = (kind: Account["kind"]) =>
      (group.find((account) => account.kind === kind)?.balance ?? 0n).toString()
    return {
      object: "balance",
      asset: group[0]!.asset,
      custodian: group[0]!.custodian,
      available: of("available"),
      held: of("held"),
      unapplied: of("unapplied"),
      fees: of("fees"),
      owed: of("owed"),
    }
  })
}

/** The account and phone are those that may be shown; the holder and the proof stay with us. */
export function instrumentOut(instrument: Instrument): z.infer<typeof answers.instrumentSchema> {
  const { masked } = instrument
  return {
    id: idOut("instrument", instrument.id),
    object: "instrument",
    dialect: instrument.dialect,
    customer: idOut("customer", instrument.customerId),
    type: instrument.type,
    state: instrument.state,
    reason: instrument.reason,
    bank: masked.bank ?? null,
    account_type: masked.accountType ?? null,
    account_number: masked.accountNumber ?? null,
    phone_number: masked.phoneNumber ?? null,
    consented_at: timeOut(instrument.consentedAt),
    consent_channel: instrument.consentChannel,
    revoked_at: timeOut(instrument.revokedAt),
    revoked_by: instrument.revokedBy,
    version: instrument.version,
    created_at: instrument.createdAt.toISOString(),
    updated_at: instrument.updatedAt.toISOString(),
  }
}

/** An event as lists show it; a webhook adds the subject as it then was. */
export function eventOut(event: Event): z.infer<typeof answers.eventSchema> {
  return {
    id: idOut("event", event.id),
    object: "event",
    type: event.type,
    subject: idOut(event.subject, event.subjectId),
    sequence: event.seq,
    dialect: event.dialect,
    details: detailsOut(event.data),
    created_at: event.createdAt.toISOString(),
  }
}

/** The members of an event that this API has words for. */
function detailsOut(data: Event["data"]): z.infer<typeof answers.eventSchema>["details"] {
  const text = (name: string) => {
    const value = data[name]
    return typeof value === "string" ? value : undefined
  }
  const { received } = data
  const refundId = text("refundId")
  return {
    state: text("state"),
    reason: data["reason"] === null ? null : text("reason"),
    attempt_reason: text("attemptReason"),
    method: text("method"),
    rail: text("rail"),
    amount: text("amount"),
    asset: text("asset"),
    due: text("due"),
    surplus: text("surplus"),
    available: text("available"),
    limit: text("limit"),
    transaction: text("reference"),
    // One asset's total, or what came of every asset until the end.
    received:
      typeof received === "string"
        ? { [text("asset") ?? ""]: received }
        : (received as Record<string, string> | undefined),
    refund: refundId && idOut("refund", refundId),
    refund_amount: text("refundAmount"),
    refund_reason: data["refundReason"] === null ? null : text("refundReason"),
  }
}

/** An instant, where there is one. */
export function timeOut(at: Date | null): string | null {
  return at === null ? null : at.toISOString()
}
