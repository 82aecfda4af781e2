/** Sandbox only: makes a payment end as it is told, on the far side first and then in the books. */
import type { Queries } from "../../db/database.ts"
import { endPayment } from "../decide/end-payment.ts"
import { openAttempt } from "../decide/open-attempt.ts"
import { reportAttempt } from "../decide/report-attempt.ts"
import type { Engine } from "../engine.ts"
import { reportOf } from "../loops/report.ts"
import type { Merchant } from "../merchants/merchant.ts"
import type { Outcome } from "../rail.ts"
import { isRefusal, type Reason, type Refusal, refuse } from "../refusal.ts"
import type { Attempt } from "./attempt.ts"
import { isFinal, type Payment } from "./payment.ts"
import { orderOf, type PrepareParts, prepare, type Way } from "./prepare.ts"
import type { Reader } from "./reader.ts"
import type { Settled } from "./settled.ts"

export type SimulateParts = PrepareParts & {
  readonly engine: Engine
  readonly database: Queries
  readonly settled: Settled
  readonly reader: Reader
}

/** Until a chain that makes a block a second has been read to the transfer's depth. */
const CHAIN_MS = 15_000

const notSimulated = refuse("simulation_not_possible", "the rail of this payment moves real money")

/** Makes `payment` end with `outcome`, opening an attempt where none is open. */
export async function simulate(
  parts: SimulateParts,
  merchant: Merchant,
  payment: Payment,
  outcome: Outcome,
  reason: Reason | null,
): Promise<Payment | Refusal> {
  if (outcome !== "expired" && outcome !== "cancelled") {
    const attempt = await attemptFor(parts, merchant, payment, outcome)
    return isRefusal(attempt) ? attempt : happen(parts, payment, attempt, outcome, reason)
  }
  const ended = await end(parts, payment, outcome)
  if (!isRefusal(ended) || ended.refused !== "payment_has_open_attempt") return ended
  // A rail is at it, and would not stop for us: the far side gives it up, and then it is over.
  const attempt = await attemptFor(parts, merchant, payment, outcome)
  if (isRefusal(attempt)) return attempt
  const why = outcome === "expired" ? "expired" : "cancelled_by_payer"
  const given = await happen(parts, payment, attempt, "declined", why)
  return isRefusal(given) || isFinal(given.state) ? given : end(parts, payment, outcome)
}

function end(
  { engine }: SimulateParts,
  { id: paymentId, merchantId }: Payment,
  outcome: "expired" | "cancelled",
): Promise<Payment | Refusal> {
  const how =
    outcome === "expired"
      ? ({ kind: "expire", force: true } as const)
      : ({ kind: "cancel", by: "payer" } as const)
  return engine.submit(endPayment, { paymentId, merchantId, how })
}

/** Lets the rail make it happen, and reports what the rail would show. */
async function happen(
  { engine, keyring, rails, settled }: SimulateParts,
  payment: Payment,
  attempt: Attempt,
  outcome: Outcome,
  reason: Reason | null,
): Promise<Payment | Refusal> {
  const rail = rails.get(attempt.rail)
  if (!rail?.simulate) return notSimulated
  const sightings = await rail.simulate(orderOf(attempt, keyring), outcome, reason)
  // What happened on a chain is found there like everything else: the reader brings it in.
  if (rail.receiving && sightings.length === 0) {
    // Late money makes a payment approved that was final before.
    const isLate = outcome === "approved" && isFinal(payment.state)
    return settled.wait(payment, CHAIN_MS, isLate ? outcome : undefined)
  }
  const report = reportOf(rail, attempt, payment, { sightings, fence: null })
  const reported = await engine.submit(reportAttempt, report)
  return isRefusal(reported) ? reported : reported.payment
}

/** The attempt that a simulated outcome happens to. */
async function attemptFor(
  parts: SimulateParts,
  merchant: Merchant,
  payment: Payment,
  outcome: Outcome,
): Promise<Attempt | Refusal> {
  const attempts = await parts.reader.attempts(payment.id)
  if (outcome === "returned") {
    const paid = attempts.find((each) => each.state === "approved" || each.state === "settled")
    return paid ?? refuse("simulation_not_possible", "only an approved payment can be returned")
  }
  const open = attempts.find((each) => each.id === payment.openAttemptId)
  if (open) return open
  const last = attempts.at(-1)
  if (last && payment.state === "expired") return last

  const way: Way = { method: last?.method ?? "bank", target: {} }
  const { id: paymentId, merchantId } = payment
  const attempt = await prepare(parts, merchant, way, { ...payment, paymentId })
  if (isRefusal(attempt)) return attempt
  if (!parts.rails.get(attempt.rail)?.simulate) return notSimulated
  // Nobody begins it: what happens to it is told right after.
  const instructions = attempt.allotment ? null : (attempt.instructions ?? {})
  const waiting = { ...attempt, instructions, lookAt: null }
  const opened = await parts.engine.submit(openAttempt, { paymentId, merchantId, attempt: waiting })
  return isRefusal(opened) ? opened : opened.attempt
}
