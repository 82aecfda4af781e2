/** Takes a payment back from the bank at whose page its payer has to agree. */
import { leaveAttempt } from "../decide/leave-attempt.ts"
import { reportAttempt } from "../decide/report-attempt.ts"
import { Unavailable } from "../engine.ts"
import { withTimeout } from "../loops/begin.ts"
import { reportOf } from "../loops/report.ts"
import { isRefusal, type Reason, type Refusal, refuse } from "../refusal.ts"
import { isAtBank } from "./attempt.ts"
import type { Payment } from "./payment.ts"
import { orderOf } from "./prepare.ts"
import type { SimulateParts } from "./simulate.ts"
import { attemptsOf, findPayment } from "./store.ts"

/** A payer is waiting for it. */
const WITHDRAW_TIMEOUT_MS = 10_000

const underWay = refuse("payment_has_open_attempt", "a try to pay this is under way")

/**
 * Lets the payer choose another way: a bank is asked first, and only its word that it will not take
 * the money ends the try; an address is given up while nothing came. Answers the payment with
 * nothing open, or refuses. Rejects with `Unavailable` when the bank does not answer.
 */
export async function leave(parts: SimulateParts, payment: Payment): Promise<Payment | Refusal> {
  const { id: paymentId, merchantId, openAttemptId } = payment
  if (openAttemptId === null) return payment
  const withdrawn = await withdraw(parts, payment, "cancelled_by_payer")
  if (withdrawn !== null) return withdrawn.openAttemptId === null ? withdrawn : underWay
  return parts.engine.submit(leaveAttempt, { paymentId, merchantId, attemptId: openAttemptId })
}

/**
 * Asks the bank to take no money for the payment's open attempt any more, and writes down what it
 * says; `why` is told to the bank. Answers the payment as it is then; null when nothing of it waits
 * at a bank.
 */
export async function withdraw(
  { engine, keyring, rails, database }: SimulateParts,
  payment: Payment,
  why: Reason,
): Promise<Payment | null> {
  const attempts = await attemptsOf(database, payment.id)
  const attempt = attempts.find(({ id }) => id === payment.openAttemptId)
  if (!attempt || !isAtBank(attempt)) return null
  const rail = rails.get(attempt.rail)
  if (rail?.withdraw) {
    const order = orderOf(attempt, keyring)
    const sightings = await withTimeout(rail.withdraw(order, why), WITHDRAW_TIMEOUT_MS).catch(
      (cause: unknown) => {
        throw new Unavailable("the bank does not answer", { cause })
      },
    )
    const report = reportOf(rail, attempt, payment, { sightings, fence: null })
    const reported = await engine.submit(reportAttempt, report)
    if (!isRefusal(reported)) return reported.payment
  }
  return findPayment(database, payment.merchantId, payment.id)
}
