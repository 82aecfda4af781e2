/** What a command is: which rows it needs, and the pure decision over them. */
import type { Draft, Needs } from "../draft.ts"
import type { Attempt } from "../payments/attempt.ts"
import type { Payment } from "../payments/payment.ts"
import { isRefusal, type Refusal } from "../refusal.ts"
import { type Allotment, allot } from "../xpubs/xpub.ts"

/**
 * `decide` sees nothing but the draft and the command, and changes nothing but the draft. What it
 * wrote counts only if it answers; a refusal takes everything back.
 */
export type Decider<Command, Answer> = {
  readonly name: string
  needs(command: Command): Needs
  decide(draft: Draft, command: Command): Answer | Refusal
}

/** A new attempt as its caller prepared it: the rail was chosen, the target sealed. */
export type NewAttempt = {
  readonly id: string
  readonly rail: string
  readonly method: Attempt["method"]
  readonly targetSealed: Buffer
  /** Given when the payer acts and the rail need not be asked: the attempt is born open. */
  readonly instructions: Attempt["instructions"]
  /** Given when the payer sends to a fresh address: its instructions are made in the commit. */
  readonly allotment: Allotment | null
  /** Given where orders leave together: until then it waits, and nobody begins it. */
  readonly waitsUntil: Date | null
  /** The node that begins it right after the commit. */
  readonly beginner: string
  /** How long that node has before somebody else looks the attempt up, in milliseconds. */
  readonly leaseMs: number
  /** When to look an attempt up that was born open; null for never. */
  readonly lookAt: Date | null
}

/** Builds the row of a new attempt; refused where no address can be given to its payer. */
export function bear(
  draft: Draft,
  payment: Payment,
  spec: NewAttempt,
  kind: Attempt["kind"],
  of: { amount: bigint; asset: string; refundId: string | null },
): Attempt | Refusal {
  const instructions = spec.allotment ? allot(draft, spec.allotment, spec.id) : spec.instructions
  if (isRefusal(instructions)) return instructions
  const start = startOf(draft, spec, instructions)
  const attempt: Attempt = {
    id: spec.id,
    paymentId: payment.id,
    merchantId: payment.merchantId,
    refundId: of.refundId,
    rail: spec.rail,
    method: spec.method,
    kind,
    amount: of.amount,
    asset: of.asset,
    ...start,
    reason: null,
    targetSealed: spec.targetSealed,
    instructions,
    received: {},
    seen: {},
    paidAsset: null,
    paidAmount: null,
    railReference: null,
    looks: 0,
    fence: 1,
    createdAt: draft.now,
    updatedAt: draft.now,
  }
  draft.attempts.insert(attempt.id, attempt)
  return attempt
}

/** Where an attempt starts: with its payer, in the queue for a file, or with who begins it. */
function startOf(
  { now }: Draft,
  spec: NewAttempt,
  instructions: Attempt["instructions"],
): Pick<Attempt, "state" | "lookAt" | "leaseOwner" | "begunAt"> {
  if (instructions !== null) {
    return { state: "open", lookAt: spec.lookAt, leaseOwner: null, begunAt: now }
  }
  if (spec.waitsUntil !== null) {
    return { state: "waiting", lookAt: spec.waitsUntil, leaseOwner: null, begunAt: null }
  }
  const lookAt = new Date(now.getTime() + spec.leaseMs)
  return { state: "unknown", lookAt, leaseOwner: spec.beginner, begunAt: now }
}

/** Writes a payment's next state together with the one event that tells it. */
export function record(
  draft: Draft,
  next: Payment,
  type: string,
  about: { attempt?: Attempt | null; data?: Record<string, unknown> } = {},
): Payment {
  const payment = { ...next, version: next.version + 1, updatedAt: draft.now }
  draft.payments.put(payment.id, payment)
  draft.tell(
    { kind: "payment", id: payment.id, seq: payment.version },
    payment.merchantId,
    payment.dialect,
    type,
    {
      payment,
      attempt: about.attempt ?? null,
      data: { state: payment.state, reason: payment.reason, ...about.data },
    },
  )
  return payment
}
