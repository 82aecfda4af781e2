/** Takes what a rail said or showed about an attempt, and moves the payment and the money by it. */
import { type Draft, type Needs, sightingKey } from "../draft.ts"
import {
  type Custodian,
  type MerchantAccount,
  merchantAccount,
  railAccount,
} from "../ledger/account.ts"
import type { Attempt, Instructions } from "../payments/attempt.ts"
import { isOpen } from "../payments/attempt.ts"
import type { Payment } from "../payments/payment.ts"
import type { Fact, Sighting } from "../rail.ts"
import { type Refusal, refuse } from "../refusal.ts"
import type { Absence, Case } from "./case.ts"
import { applyChargeFact } from "./charge-fact.ts"
import type { Decider } from "./decider.ts"
import { applyRechargeFact } from "./recharge-fact.ts"
import { applyRefundFact } from "./refund-fact.ts"

export type ReportAttempt = {
  readonly attemptId: string
  readonly paymentId: string
  readonly merchantId: string
  readonly kind: Attempt["kind"]
  readonly rail: string
  readonly custodian: Custodian
  /** The assets that may have moved: the payment's own, and those that were seen. */
  readonly assets: readonly string[]
  /** The lease under which this is reported; null for what is true whoever says it. */
  readonly fence: number | null
  /** What the rail answered to `begin`, or what was sighted. */
  readonly facts: readonly (Omit<Sighting, "place" | "attemptId"> & { place: string | null })[]
  readonly instructions: Instructions | null
  /** When to look again if this decided nothing; null for never. */
  readonly lookAt: Date | null
  /** Whether the rail may be asked again, and what it proves that it knows nothing. */
  readonly absence: Absence
  /** Rows that a callback about this payment is made of. */
  readonly customerId: string | null
  readonly instrumentId: string | null
}

export type Reported = { readonly payment: Payment; readonly attempt: Attempt }

function needs(command: ReportAttempt): Needs {
  const { merchantId, rail, custodian, assets } = command
  const merchantKinds = accountKinds(command)
  const settles = command.facts.length > 0
  return {
    payments: [command.paymentId],
    attemptsOf: [command.paymentId],
    refundsOf: command.kind === "refund" ? [command.paymentId] : [],
    customers: command.customerId ? [command.customerId] : [],
    ...instrumentNeeds(command),
    sightings: command.facts.flatMap((sighted) => {
      const place = placeOf(sighted)
      return place === null ? [] : [{ rail, place }]
    }),
    accounts: settles
      ? assets.flatMap((asset) => [
          ...merchantKinds.map((kind) => merchantAccount(custodian, merchantId, kind, asset)),
          railAccount(custodian, rail, "outside", asset),
          ...(command.kind === "charge" ? [railAccount(custodian, rail, "clearing", asset)] : []),
        ])
      : [],
  }
}

/** A callback shows the instrument; only a bank's word that its consent is gone changes it. */
function instrumentNeeds({ kind, instrumentId, facts }: ReportAttempt): Needs {
  if (instrumentId === null) return {}
  const isRevoked = facts.some(({ fact }) => "reason" in fact && fact.reason === "mandate_revoked")
  return kind === "charge" && isRevoked
    ? { instrumentsToChange: [instrumentId] }
    : { instruments: [instrumentId] }
}

function accountKinds({ kind, facts }: ReportAttempt): MerchantAccount[] {
  if (kind === "refund") return ["available", "held"]
  if (kind === "recharge") return ["available", "held", "fees"]
  return facts.some(({ fact }) => fact.kind === "received")
    ? ["available", "fees", "unapplied"]
    : ["available", "fees"]
}

function decide(draft: Draft, command: ReportAttempt): Reported | Refusal {
  const payment = draft.payments.get(command.paymentId)
  const attempt = draft.attempts.get(command.attemptId)
  if (payment === null || attempt === null || attempt.merchantId !== command.merchantId) {
    return refuse("payment_not_found", "there is no such attempt")
  }
  if (command.fence !== null && command.fence !== attempt.fence) {
    return refuse("lease_lost", "another node has taken this attempt")
  }
  // An approved attempt is still looked at: its money may come, or be taken back.
  const looked = isOpen(attempt) || attempt.state === "approved"
  if (command.fence !== null) {
    if (looked) answer(draft, attempt, command)
    // What ended was looked at for the last time.
    else draft.attempts.put(attempt.id, { ...attempt, lookAt: null, leaseOwner: null })
  }
  for (const sighted of command.facts) {
    const place = placeOf(sighted)
    if (place !== null && !isNews(draft, command, sighted, place)) continue
    apply(draft, command, sighted.fact, sighted.at, sighted.railReference ?? null)
  }
  return {
    payment: draft.payments.get(payment.id)!,
    attempt: draft.attempts.get(attempt.id)!,
  }
}

/** The report itself counts as a look, and passes the attempt on to the next one. */
function answer(draft: Draft, attempt: Attempt, command: ReportAttempt): void {
  draft.attempts.put(attempt.id, {
    ...attempt,
    instructions: command.instructions ?? attempt.instructions,
    looks: attempt.looks + 1,
    lookAt: command.lookAt,
    leaseOwner: null,
    updatedAt: draft.now,
  })
}

/**
 * Where something was seen. That nothing was is no sighting: it may be so again, after a retry. Nor
 * is that a payer may go on, which is true until it isn't.
 */
function placeOf({ place, fact }: ReportAttempt["facts"][number]): string | null {
  return fact.kind === "absent" || fact.kind === "offered" ? null : place
}

/** Stores a sighting; false when it was stored before and says nothing new. */
function isNews(
  draft: Draft,
  command: ReportAttempt,
  { fact, at, reference }: ReportAttempt["facts"][number],
  place: string,
): boolean {
  const key = sightingKey({ rail: command.rail, place })
  const known = draft.sightings.get(key)
  const received = fact.kind === "received" ? fact : null
  if (known) return false
  draft.sightings.insert(key, {
    rail: command.rail,
    place,
    attemptId: command.attemptId,
    fact: fact.kind,
    amount: received?.amount ?? null,
    asset: received?.asset ?? null,
    at,
    createdAt: draft.now,
    watch: null,
    block: null,
    blockHash: null,
    sender: null,
    receiver: null,
    reference: reference ?? null,
    state: "final",
    applied: "final",
    appliedAmount: received?.amount ?? null,
    booked: received?.amount ?? 0n,
    frozen: false,
    applyAt: draft.now,
  })
  return true
}

function apply(
  draft: Draft,
  command: ReportAttempt,
  fact: Fact,
  at: Date,
  railReference: string | null,
): void {
  const before = draft.attempts.get(command.attemptId)!
  const attempt = railReference === null ? before : { ...before, railReference }
  if (attempt !== before) draft.attempts.put(attempt.id, attempt)
  const payment = draft.payments.get(command.paymentId)!
  const { custodian, absence } = command
  const subject: Case = { draft, payment, attempt, custodian, absence }
  if (attempt.kind === "charge") applyChargeFact(subject, fact, at)
  else if (attempt.kind === "recharge") applyRechargeFact(subject, fact, at)
  else applyRefundFact(subject, fact)
}

export const reportAttempt: Decider<ReportAttempt, Reported> = {
  name: "report-attempt",
  needs,
  decide,
}
