/** What can be done about a payment at the moment, and nothing else. Pure. */
import {
  isFinal,
  type Outcome,
  type Payment,
  type Rail,
  type Refund,
  type Story,
} from "../../core/index.ts"

type AttemptTold = Story["attempts"][number]

export type Possible = {
  /** Money can go back: how much is left, and whether somebody has to say to which address. */
  readonly refund: { readonly left: bigint; readonly needsAddress: boolean } | null
  readonly cancel: boolean
  /** Refunds that wait for their merchant's signature and can be taken back. */
  readonly unsigned: readonly Refund[]
  /** Sandbox only: how it can be told to end. */
  readonly outcomes: readonly Outcome[]
  /** Whether its payer has a page that somebody may want to see. */
  readonly page: boolean
}

type Rails = ReadonlyMap<string, Pick<Rail, "receiving" | "custodian" | "simulate">>

/** What can be done. The core decides anew when it is; this only spares buttons that can't work. */
export function possibleFor(
  { payment, attempts, refunds }: Pick<Story, "payment" | "attempts" | "refunds">,
  { rails, sandbox }: { readonly rails: Rails; readonly sandbox: boolean },
): Possible {
  return {
    refund: refundOf(payment, attempts, rails),
    cancel: canCancel(payment, attempts),
    unsigned: refunds.filter((refund) => isUnsigned(refund, attempts)),
    outcomes: sandbox ? outcomesFor(payment, attempts, rails) : [],
    page: payment.kind === "charge" && payment.instrumentId === null,
  }
}

function refundOf(
  payment: Payment,
  attempts: readonly AttemptTold[],
  rails: Rails,
): Possible["refund"] {
  const left = payment.captured - payment.refunded
  if (payment.kind === "recharge" || payment.state !== "approved" || left <= 0n) return null
  const paid = attempts.find(
    ({ kind, state }) => kind === "charge" && (state === "approved" || state === "settled"),
  )
  const rail = paid && rails.get(paid.rail)
  if (!rail) return null
  if (!rail.receiving && rail.custodian === "self") return null
  return { left, needsAddress: rail.receiving !== undefined }
}

function canCancel(payment: Payment, attempts: readonly AttemptTold[]): boolean {
  if (payment.state !== "pending") return false
  const open = attempts.find(({ id }) => id === payment.openAttemptId)
  if (!open) return true
  if (open.state === "waiting") return open.looks === 0
  // At a bank's page the bank is asked first, and may say that it is too late.
  return open.state === "open" && open.instructions !== null
}

function isUnsigned(refund: Refund, attempts: readonly AttemptTold[]): boolean {
  const attempt = attempts.find(({ refundId }) => refundId === refund.id)
  const waits = attempt?.state === "open" && attempt.instructions?.transfer !== undefined
  return refund.state === "pending" && waits
}

function outcomesFor(
  payment: Payment,
  attempts: readonly AttemptTold[],
  rails: Rails,
): readonly Outcome[] {
  if (payment.state === "approved") {
    const paid = attempts.some(({ kind, state, rail }) => {
      const brought = kind === "charge" && (state === "approved" || state === "settled")
      return brought && canSimulate(rails, rail) && !rails.get(rail)?.receiving
    })
    return paid ? ["returned"] : []
  }
  if (payment.state === "expired") return attempts.length > 0 ? ["approved"] : []
  if (isFinal(payment.state)) return []
  const open = attempts.find(({ id }) => id === payment.openAttemptId)
  if (open && !canSimulate(rails, open.rail)) return ["expired", "cancelled"]
  return ["approved", "declined", "expired", "cancelled"]
}

function canSimulate(rails: Rails, rail: string): boolean {
  return rails.get(rail)?.simulate !== undefined
}
