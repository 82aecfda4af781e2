/**
 * A payment: one amount to be collected (or one recharge to be sold) once, and how its state may
 * move.
 *
 *   pending ──▶ processing ──▶ approved ──▶ returned
 *      │            │             ▲
 *      │            ├──▶ declined │ late money, once
 *      │            ├──▶ expired ─┘
 *      └────────────┴──▶ declined | expired | cancelled | approved
 *
 * A sighting that was orphaned, or an attempt that the payer may repeat, takes `processing` back to
 * `pending`.
 */
import { assert, type Reason } from "../refusal.ts"

export const STATES = [
  "pending",
  "processing",
  "approved",
  "declined",
  "expired",
  "cancelled",
  "returned",
] as const
export type State = (typeof STATES)[number]

/** Where each state may go. Compared with docs/lifecycle.md by a test. */
export const TRANSITIONS: Readonly<Record<State, readonly State[]>> = {
  pending: ["processing", "approved", "declined", "expired", "cancelled"],
  processing: ["pending", "approved", "declined", "expired", "cancelled"],
  approved: ["returned"],
  expired: ["approved"],
  declined: [],
  cancelled: [],
  returned: [],
}

/** The dialects' names: which wire API a payment came in by. */
export const DIALECT_NAMES = [
  "pentagoo",
  "tapila",
  "palomma-pay",
  "palomma-direct-debit",
  "caudal",
] as const
export type DialectName = (typeof DIALECT_NAMES)[number]

/** What a dialect keeps beside a payment to answer in its own words; opaque to the core. */
export type Purpose = Readonly<Record<string, unknown>>

export type Payment = {
  readonly id: string
  readonly merchantId: string
  readonly dialect: DialectName
  /** A charge brings money to the merchant; a recharge spends the merchant's prefunded wallet. */
  readonly kind: "charge" | "recharge"
  /** The merchant's own id for it, unique per merchant and dialect. */
  readonly reference: string | null
  readonly amount: bigint
  readonly asset: string
  readonly state: State
  readonly reason: Reason | null
  readonly description: string | null
  readonly purpose: Purpose
  readonly customerId: string | null
  readonly instrumentId: string | null
  /** The attempt that may take money now; there is never a second. */
  readonly openAttemptId: string | null
  /** Booked to the merchant by approval, before fees, in the asset of the payment. */
  readonly captured: bigint
  /** Reserved or paid back by refunds. */
  readonly refunded: bigint
  readonly fee: bigint
  /** Set aside for a recharge before it is sent: its amount, and the fee that it will cost. */
  readonly held: bigint
  /** What the merchant earns by a recharge once it is delivered. */
  readonly commission: bigint
  /** Whether its caller was told to wait for a webhook, because the end took too long. */
  readonly deferred: boolean
  /** The number of the payment's newest event. */
  readonly version: number
  readonly expiresAt: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly approvedAt: Date | null
  /** When the money itself arrived, which a bank may do days after approving. */
  readonly settledAt: Date | null
}

/** Whether nothing more is expected to happen to a payment in this state. */
export function isFinal(state: State): boolean {
  return state !== "pending" && state !== "processing"
}

/** Moves a payment to `state`, or stops: a move that is not in the table is a bug. */
export function moveTo(payment: Payment, state: State, reason: Reason | null, now: Date): Payment {
  assert(
    TRANSITIONS[payment.state].includes(state),
    `payment ${payment.id} cannot go from ${payment.state} to ${state}`,
  )
  const approvedAt = state === "approved" ? now : payment.approvedAt
  return { ...payment, state, reason, approvedAt, updatedAt: now }
}

/** Whether a payment that still waits has run out of time. */
export function isOverdue(payment: Payment, now: Date): boolean {
  return !isFinal(payment.state) && payment.expiresAt !== null && payment.expiresAt <= now
}
