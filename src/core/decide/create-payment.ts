/**
 * Creates a payment once per reference, with its first attempt; a recharge holds its money first.
 */
import { type Draft, type Needs, type Reference, referenceKey } from "../draft.ts"
import { merchantAccount } from "../ledger/account.ts"
import type { Attempt } from "../payments/attempt.ts"
import type { DialectName, Payment, Purpose } from "../payments/payment.ts"
import { isRefusal, type Refusal, refuse } from "../refusal.ts"
import { feeOf } from "./approval.ts"
import { bear, type Decider, type NewAttempt } from "./decider.ts"
import { count, type Limit } from "./limit.ts"
import { lowBalanceKey, tellIfLow } from "./low-balance.ts"

export type CreatePayment = {
  /** Made by the caller, so that the payment can be found again whatever happens to the answer. */
  readonly id: string
  readonly merchantId: string
  readonly dialect: DialectName
  readonly kind: Payment["kind"]
  readonly reference: string | null
  readonly amount: bigint
  readonly asset: string
  readonly description: string | null
  readonly purpose: Purpose
  readonly customerId: string | null
  readonly instrumentId: string | null
  readonly expiresAt: Date | null
  readonly attempt: NewAttempt | null
  /** Whether a second create under the same reference gets the first payment or a refusal. */
  readonly repeat: "answer" | "refuse"
  /** What the merchant earns by a recharge once it is delivered, in minor units. */
  readonly commission?: bigint
  /** How many a window allows, counted only for payments that were created. */
  readonly limit?: Limit
}

export type Created = {
  readonly payment: Payment
  readonly attempt: Attempt | null
  readonly repeated: boolean
}

function needs(command: CreatePayment): Needs {
  const { merchantId, asset } = command
  const reference = referenceOf(command)
  const held =
    command.kind === "recharge"
      ? [
          merchantAccount("gateway", merchantId, "available", asset),
          merchantAccount("gateway", merchantId, "held", asset),
        ]
      : []
  return {
    references: reference ? [reference] : [],
    customers: command.customerId ? [command.customerId] : [],
    // Locked, so that who revokes it is answered before this charge was decided, or after it.
    instrumentsToChange: command.instrumentId ? [command.instrumentId] : [],
    tallies: [
      ...(command.limit ? [command.limit.key] : []),
      ...(command.kind === "recharge" ? [lowBalanceKey(merchantId, asset)] : []),
    ],
    accounts: held,
    xpubs: command.attempt?.allotment ? [command.attempt.allotment.xpubId] : [],
  }
}

function decide(draft: Draft, command: CreatePayment): Created | Refusal {
  const reference = referenceOf(command)
  const existing = reference ? draft.references.get(referenceKey(reference)) : null
  if (existing) return repeatOf(draft, command, existing)

  if (command.customerId) {
    const customer = draft.customers.get(command.customerId)
    if (customer === null || customer.merchantId !== command.merchantId) {
      return refuse("customer_not_found", "there is no such customer")
    }
  }
  if (command.instrumentId) {
    const instrument = draft.instruments.get(command.instrumentId)
    const own =
      instrument?.merchantId === command.merchantId && instrument.customerId === command.customerId
    if (instrument === null || !own) {
      return refuse("instrument_not_found", "there is no such payment method")
    }
    if (instrument.state !== "active") {
      return refuse(
        "instrument_not_active",
        `the payment method is ${instrument.state}, not active`,
      )
    }
  }
  if (command.limit && !count(draft, command.limit)) {
    return refuse("identifier_limit_reached", "the limit of recharges for this number is reached")
  }
  const available = merchantAccount("gateway", command.merchantId, "available", command.asset)
  const hold = command.kind === "recharge" ? command.amount + feeOf(draft, command) : 0n
  if (hold > 0n && draft.account(available).balance < hold) {
    return refuse("balance_insufficient", "the balance does not cover this recharge")
  }

  const payment: Payment = {
    id: command.id,
    merchantId: command.merchantId,
    dialect: command.dialect,
    kind: command.kind,
    reference: command.reference,
    amount: command.amount,
    asset: command.asset,
    state: "pending",
    reason: null,
    description: command.description,
    purpose: command.purpose,
    customerId: command.customerId,
    instrumentId: command.instrumentId,
    openAttemptId: command.attempt?.id ?? null,
    captured: 0n,
    refunded: 0n,
    fee: 0n,
    held: hold,
    commission: command.commission ?? 0n,
    deferred: false,
    version: 1,
    expiresAt: command.expiresAt,
    createdAt: draft.now,
    updatedAt: draft.now,
    approvedAt: null,
    settledAt: null,
  }
  draft.payments.insert(payment.id, payment)
  if (reference) draft.references.insert(referenceKey(reference), payment.id)
  const attempt = command.attempt
    ? bear(draft, payment, command.attempt, command.kind, {
        amount: command.amount,
        asset: command.asset,
        refundId: null,
      })
    : null
  if (isRefusal(attempt)) return attempt
  draft.attemptIds.insert(payment.id, attempt ? [attempt.id] : [])
  const held = merchantAccount("gateway", command.merchantId, "held", command.asset)
  draft.move(available, held, hold, { kind: "recharge.hold", payment })
  draft.tell(
    { kind: "payment", id: payment.id, seq: 1 },
    payment.merchantId,
    payment.dialect,
    "payment.created",
    { payment, attempt, data: { state: payment.state } },
  )
  const told = command.kind === "recharge" ? tellIfLow(draft, payment) : payment
  return { payment: told, attempt, repeated: false }
}

function repeatOf(draft: Draft, command: CreatePayment, id: string): Created | Refusal {
  if (command.repeat === "refuse") {
    return refuse("reference_in_use", "this external payment id was used before")
  }
  const payment = draft.payments.get(id)!
  const same =
    payment.amount === command.amount &&
    payment.asset === command.asset &&
    payment.description === command.description
  if (!same) {
    return refuse("reference_conflict", "this reference belongs to a payment that differs")
  }
  const first = draft.attemptIds.get(id)![0]
  return { payment, attempt: first ? draft.attempts.get(first) : null, repeated: true }
}

function referenceOf(command: CreatePayment): Reference | null {
  const { merchantId, dialect, reference } = command
  return reference === null ? null : { merchantId, dialect, reference }
}

export const createPayment: Decider<CreatePayment, Created> = {
  name: "create-payment",
  needs,
  decide,
}
