/**
 * Money that was booked and then vanished, deeper in its chain than what was agreed to be final.
 *
 * It is held, so that nobody counts on it, and the merchant is told. Nearly always the same
 * transaction comes back in another block; then it is released. What never comes back stays held
 * for its operator to see.
 */
import { type AccountKey, merchantAccount, railAccount } from "../ledger/account.ts"
import type { Attempt } from "../payments/attempt.ts"
import type { Case } from "./case.ts"
import { record } from "./decider.ts"
import { added, approveIfCovered, type Transfer } from "./received-money.ts"

type Accounts = Readonly<
  Record<"available" | "unapplied" | "held" | "owed" | "outside", AccountKey>
>

function accountsOf({ payment, attempt, custodian }: Case, asset: string): Accounts {
  const own = (kind: "available" | "unapplied" | "held" | "owed") =>
    merchantAccount(custodian, payment.merchantId, kind, asset)
  return {
    available: own("available"),
    unapplied: own("unapplied"),
    held: own("held"),
    owed: own("owed"),
    outside: railAccount(custodian, attempt.rail, "outside", asset),
  }
}

/** What of an attempt's money in an asset is no part of what it was paid with. */
function surplusOf({ received, paidAsset, paidAmount }: Attempt, asset: string): bigint {
  const surplus = BigInt(received[asset] ?? 0) - (paidAsset === asset ? paidAmount! : 0n)
  return surplus > 0n ? surplus : 0n
}

/** Holds what vanished: first of what was over, then of what was paid; the rest is owed. */
export function freeze(subject: Case, { asset, amount, reference }: Transfer): void {
  const { draft, payment, attempt } = subject
  const { available, unapplied, held, owed } = accountsOf(subject, asset)
  const about = { payment }
  const over = least(surplusOf(attempt, asset), amount, draft.account(unapplied).balance)
  draft.move(unapplied, held, over, { kind: "charge.frozen", ...about })
  const paid = least(amount - over, draft.account(available).balance)
  draft.move(available, held, paid, { kind: "charge.frozen", ...about })
  draft.move(owed, held, amount - over - paid, { kind: "charge.frozen.owed", ...about })
  const counted = { ...attempt, received: added(attempt.received, asset, -amount) }
  draft.attempts.put(attempt.id, counted)
  record(draft, payment, "payment.reorganised", {
    attempt: counted,
    data: { asset, amount: amount.toString(), ...(reference === null ? {} : { reference }) },
  })
}

/** Releases what was held: what is owed first, then what the payment was paid with. */
export function thaw(subject: Case, transfer: Transfer): void {
  const { draft, payment, attempt } = subject
  const { asset, amount, reference } = transfer
  if (amount === 0n) return
  const { available, unapplied, held, owed } = accountsOf(subject, asset)
  const about = { payment }
  const debt = -draft.account(owed).balance
  const repaid = debt > 0n ? least(debt, amount) : 0n
  draft.move(held, owed, repaid, { kind: "charge.thawed.owed", ...about })
  const { paidAsset, paidAmount, received } = attempt
  const lacking = paidAsset === asset ? paidAmount! - BigInt(received[asset] ?? 0) : 0n
  const paid = lacking > repaid ? least(lacking - repaid, amount - repaid) : 0n
  draft.move(held, available, paid, { kind: "charge.thawed", ...about })
  draft.move(held, unapplied, amount - repaid - paid, { kind: "charge.thawed", ...about })
  const counted = { ...attempt, received: added(received, asset, amount) }
  draft.attempts.put(attempt.id, counted)
  const restored = record(draft, payment, "payment.restored", {
    attempt: counted,
    data: { asset, amount: amount.toString(), ...(reference === null ? {} : { reference }) },
  })
  // A part that is back may be what the payment still lacked.
  if (paidAsset === null && repaid === 0n) {
    approveIfCovered({ ...subject, payment: restored, attempt: counted }, transfer)
  }
}

/** It came back with less: what is missing never came. */
export function shrink(subject: Case, { asset, amount }: Transfer): void {
  const { held, outside } = accountsOf(subject, asset)
  const kind = "charge.shrunk"
  subject.draft.move(held, outside, amount, { kind, payment: subject.payment })
}

function least(...amounts: bigint[]): bigint {
  return amounts.reduce((low, each) => (each < low ? each : low))
}
