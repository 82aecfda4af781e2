/** Money that a payer sends by himself may be short, over, late or doubled: all of it is booked. */
import { merchantAccount, railAccount } from "../ledger/account.ts"
import { close, type PayOption } from "../payments/attempt.ts"
import { isFinal } from "../payments/payment.ts"
import type { Fact } from "../rail.ts"
import { canApprove, finishApproval } from "./approval.ts"
import type { Case } from "./case.ts"
import { record } from "./decider.ts"

type Received = Extract<Fact, { kind: "received" }>

/**
 * Books a transfer that arrived. It lies in `unapplied` until what came covers the amount due in
 * that asset; then the due part goes to `available`, and what is over stays.
 */
export function receive(subject: Case, fact: Received, at: Date): void {
  const { draft, payment, attempt, custodian } = subject
  if (!fact.final) return announce(subject, fact)
  const { asset, amount } = fact
  const unapplied = merchantAccount(custodian, payment.merchantId, "unapplied", asset)
  const outside = railAccount(custodian, attempt.rail, "outside", asset)
  draft.move(outside, unapplied, amount, { kind: "charge.received", payment })

  const total = BigInt(attempt.received[asset] ?? "0") + amount
  const received = { ...attempt.received, [asset]: total.toString() }
  const counted = { ...attempt, received, updatedAt: draft.now }
  draft.attempts.put(attempt.id, counted)
  const due = dueIn(subject, asset)
  const data = {
    asset,
    amount: amount.toString(),
    received: total.toString(),
    due: due?.toString(),
  }

  if (attempt.state === "settled" || due === null || !canApprove(subject, at)) {
    record(draft, payment, "payment.unapplied", { attempt: counted, data })
    return
  }
  if (total < due) {
    // A payment that an unconfirmed sighting had moved waits again for the rest.
    const state = isFinal(payment.state) ? payment.state : "pending"
    record(draft, { ...payment, state }, "payment.underpaid", { attempt: counted, data })
    return
  }
  const available = merchantAccount(custodian, payment.merchantId, "available", asset)
  draft.move(unapplied, available, due, { kind: "charge.approved", payment })
  const settled = close(counted, "settled", draft.now)
  draft.attempts.put(attempt.id, settled)
  const next = finishApproval(
    { ...subject, payment: { ...payment, settledAt: at }, attempt: settled },
    asset,
    due,
  )
  if (total > due) {
    record(draft, next, "payment.overpaid", {
      attempt: settled,
      data: { ...data, surplus: (total - due).toString() },
    })
  }
}

/** A transfer that is on its way: a payment it would cover is under way. */
function announce({ draft, payment, attempt, ...rest }: Case, fact: Received): void {
  const due = dueIn({ draft, payment, attempt, ...rest }, fact.asset)
  const total = BigInt(attempt.received[fact.asset] ?? "0") + fact.amount
  const data = { asset: fact.asset, amount: fact.amount.toString() }
  if (payment.state !== "pending" || due === null || total < due) {
    record(draft, payment, "payment.seen", { attempt, data })
    return
  }
  record(draft, { ...payment, state: "processing" }, "payment.processing", { attempt, data })
}

function dueIn({ attempt, payment }: Case, asset: string): bigint | null {
  const option = attempt.instructions?.options?.find((each: PayOption) => each.asset === asset)
  if (option) return BigInt(option.amount)
  return asset === payment.asset ? payment.amount : null
}
