/**
 * One attempt with its payment, on which a fact is decided, and what the kinds of attempt share.
 */
import type { Draft } from "../draft.ts"
import type { Custodian } from "../ledger/account.ts"
import { type Attempt, type Instructions, isAtBank } from "../payments/attempt.ts"
import type { Payment } from "../payments/payment.ts"
import { record } from "./decider.ts"

/** What follows when the far side knows nothing of an attempt. */
export type Absence = "ask-again" | "declines" | "proves-nothing"

/** What the fact deciders work on. */
export type Case = {
  readonly draft: Draft
  readonly payment: Payment
  readonly attempt: Attempt
  readonly custodian: Custodian
  readonly absence: Absence
}

/** It is the payer's turn: the attempt is open, and the payment waits. */
export function offer({ draft, payment, attempt }: Case, instructions: Instructions): void {
  if (attempt.state !== "unknown" && attempt.state !== "waiting") return
  const open: Attempt = { ...attempt, state: "open", instructions, updatedAt: draft.now }
  draft.attempts.put(attempt.id, open)
  record(draft, payment, "payment.attempt_ready", { attempt: open })
}

/** It left, and nobody has answered: what becomes of the attempt is not known yet. */
export function send({ draft, payment, attempt }: Case): void {
  const waits = payment.state === "pending" && payment.openAttemptId === attempt.id
  if (attempt.state !== "unknown" || !waits) return
  record(draft, { ...payment, state: "processing" }, "payment.processing", { attempt })
}

/** The rail has taken the order on: the attempt is open, and a payment that waited is under way. */
export function accept({ draft, payment, attempt }: Case): void {
  const begun = attempt.state === "unknown" || attempt.state === "waiting"
  const agreed = isAtBank(attempt)
  if (!begun && !agreed) return
  // Nothing is left for the payer to do there.
  const instructions = agreed && !begun ? null : attempt.instructions
  const open: Attempt = { ...attempt, state: "open", instructions, updatedAt: draft.now }
  draft.attempts.put(attempt.id, open)
  const waits = payment.state === "pending" && payment.openAttemptId === attempt.id
  // With instructions it is the payer's turn, and the payment still waits.
  if (!waits || instructions !== null) return
  record(draft, { ...payment, state: "processing" }, "payment.processing", { attempt: open })
}

/** Nobody on the far side knows the attempt: begin again where that is safe, or give it up. */
export function absentMeans({ attempt, absence }: Case): "again" | "declined" | "nothing" {
  if (attempt.state !== "unknown") return "nothing"
  if (absence === "ask-again") return "again"
  return absence === "declines" ? "declined" : "nothing"
}

/** Puts an attempt back to be begun once more, under the same id. */
export function beginAgain({ draft, attempt }: Case): void {
  draft.attempts.put(attempt.id, {
    ...attempt,
    state: "waiting",
    begunAt: null,
    lookAt: draft.now,
    leaseOwner: null,
    updatedAt: draft.now,
  })
}
