/** Tells a merchant that the wallet its recharges spend has run low. */
import { type Draft, termsKey } from "../draft.ts"
import { merchantAccount } from "../ledger/account.ts"
import type { Payment } from "../payments/payment.ts"
import { record } from "./decider.ts"
import { count } from "./limit.ts"

/** Refused recharges give their money back: a balance that swings is told of once in this time. */
const TOLD_AGAIN_MS = 3_600_000

/** Under which it is counted that a merchant was told of one wallet. */
export function lowBalanceKey(merchantId: string, asset: string): string {
  return `low|${merchantId}|${asset}`
}

/**
 * Writes the event when the hold of this recharge, just booked, took the wallet below the limit
 * that its merchant set (`lowBalance` of its terms); answers the payment as it is then.
 */
export function tellIfLow(draft: Draft, payment: Payment): Payment {
  const { merchantId, dialect, asset, held } = payment
  const settings = draft.terms.get(termsKey(merchantId, dialect))?.settings
  const limit = settings?.lowBalance[asset]
  if (limit === undefined) return payment
  const { balance } = draft.account(merchantAccount("gateway", merchantId, "available", asset))
  const fell = balance < BigInt(limit) && balance + held >= BigInt(limit)
  const once = { key: lowBalanceKey(merchantId, asset), most: 1, windowMs: TOLD_AGAIN_MS }
  if (!fell || !count(draft, once)) return payment
  const data = { asset, available: balance.toString(), limit }
  return record(draft, payment, "wallet.low", { data })
}

/** Money came in by hand: the next fall is told of, however soon it comes. */
export function armAgain(draft: Draft, merchantId: string, asset: string): void {
  const row = draft.tallies.get(lowBalanceKey(merchantId, asset))
  if (row) draft.tallies.put(row.key, { ...row, count: 0 })
}
