/**
 * Money that was booked and then vanished, deeper in its chain than what was agreed to be final.
 *
 * It is held, so that nobody counts on it, and the merchant is told. Nearly always the same
 * transaction comes back in another block; then it is released. What never comes back stays held
 * for its operator to see.
 */
import { merchantAccount } from "../ledger/account.ts"
import type { Case } from "./case.ts"
import { record } from "./decider.ts"
import type { Transfer } from "./received-money.ts"

/** Holds the amount of a transfer that vanished; what is no longer there is owed. */
export function freeze(subject: Case, { asset, amount, reference }: Transfer): void {
  const { draft, payment, attempt, custodian } = subject
  const source = merchantAccount(custodian, payment.merchantId, sourceOf(subject), asset)
  const owed = merchantAccount(custodian, payment.merchantId, "owed", asset)
  const held = merchantAccount(custodian, payment.merchantId, "held", asset)
  const there = draft.account(source).balance
  const covered = there < amount ? there : amount
  draft.move(source, held, covered, { kind: "charge.frozen", payment })
  draft.move(owed, held, amount - covered, { kind: "charge.frozen.owed", payment })
  record(draft, payment, "payment.reorganised", {
    attempt,
    data: { asset, amount: amount.toString(), ...(reference === null ? {} : { reference }) },
  })
}

/** Releases what was held, first to what the merchant owed for it. */
export function thaw(subject: Case, { asset, amount, reference }: Transfer): void {
  const { draft, payment, attempt, custodian } = subject
  const source = merchantAccount(custodian, payment.merchantId, sourceOf(subject), asset)
  const owed = merchantAccount(custodian, payment.merchantId, "owed", asset)
  const held = merchantAccount(custodian, payment.merchantId, "held", asset)
  const debt = -draft.account(owed).balance
  const repaid = debt <= 0n ? 0n : debt < amount ? debt : amount
  draft.move(held, owed, repaid, { kind: "charge.thawed.owed", payment })
  draft.move(held, source, amount - repaid, { kind: "charge.thawed", payment })
  record(draft, payment, "payment.restored", {
    attempt,
    data: { asset, amount: amount.toString(), ...(reference === null ? {} : { reference }) },
  })
}

/** Where the money of this attempt lies: with the merchant, or still without a use. */
function sourceOf({ payment, attempt }: Case): "available" | "unapplied" {
  return payment.state === "approved" && attempt.state === "settled" ? "available" : "unapplied"
}
