/** Books money that a merchant paid in beforehand, once per reference. */
import { type Draft, type Needs, transferKey } from "../draft.ts"
import { merchantAccount, railAccount } from "../ledger/account.ts"
import { type Refusal, refuse } from "../refusal.ts"
import type { Decider } from "./decider.ts"
import { armAgain, lowBalanceKey } from "./low-balance.ts"

export type TopUp = {
  readonly merchantId: string
  readonly asset: string
  readonly amount: bigint
  /** The operator's own id for the money that came in. */
  readonly reference: string
}

/** The largest top-up, in minor units: a mistake of a few digits shows, and JSON can hold it. */
export const TOP_UP_MAX = 10n ** 15n
/** What a bank prints beside a booking fits in this. */
export const TOP_UP_REFERENCE_MAX = 128

export type ToppedUp = { readonly balance: bigint; readonly repeated: boolean }

function needs({ merchantId, asset, reference }: TopUp): Needs {
  return {
    merchants: [merchantId],
    transfers: [{ merchantId, reference }],
    tallies: [lowBalanceKey(merchantId, asset)],
    accounts: [
      merchantAccount("gateway", merchantId, "available", asset),
      railAccount("gateway", "operator", "outside", asset),
    ],
  }
}

function decide(draft: Draft, command: TopUp): ToppedUp | Refusal {
  const { merchantId, asset, amount, reference } = command
  const key = transferKey({ merchantId, reference })
  const available = merchantAccount("gateway", merchantId, "available", asset)
  if (amount <= 0n || amount > TOP_UP_MAX) {
    return refuse("amount_out_of_range", `a top-up is 1 to ${TOP_UP_MAX} minor units`)
  }
  const existing = draft.transferReferences.get(key)
  if (existing) {
    const same = existing.amount === amount && existing.creditId === draft.account(available).id
    if (!same)
      return refuse(
        "reference_conflict",
        "this reference was booked with another amount or currency",
      )
    return { balance: draft.account(available).balance, repeated: true }
  }
  const outside = railAccount("gateway", "operator", "outside", asset)
  draft.move(outside, available, amount, { kind: "top-up", merchantId, reference })
  const transfer = [...draft.transfers.inserted.values()].at(-1)!
  draft.transferReferences.insert(key, transfer)
  armAgain(draft, merchantId, asset)
  return { balance: draft.account(available).balance, repeated: false }
}

export const topUp: Decider<TopUp, ToppedUp> = { name: "top-up", needs, decide }
