/** Books money that a merchant paid in, once per reference; what is owed is paid of it first. */
import type { Actor, Entry } from "../audit/entry.ts"
import { type Draft, type Needs, transferKey } from "../draft.ts"
import { merchantAccount, railAccount } from "../ledger/account.ts"
import { type Refusal, refuse } from "../refusal.ts"
import type { Decider } from "./decider.ts"
import { armAgain, lowBalanceKey } from "./low-balance.ts"

export type TopUp = {
  readonly merchantId: string
  readonly asset: string
  readonly amount: bigint
  /** The operator's own id for the money that came in, as `readTopUpReference` has it. */
  readonly reference: string
  /** The operator who is written down with it; null for the gateway itself. */
  readonly by?: Actor | null
}

/** The largest top-up, in minor units: a mistake of a few digits shows, and JSON can hold it. */
export const TOP_UP_MAX = 10n ** 15n
/** What a bank prints beside a booking fits in this. */
export const TOP_UP_REFERENCE_MAX = 128

/** What can't be seen: control and format characters, fillers, the empty Braille cell. */
const UNSEEN = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/u
/** Any blank but the plain one. */
const ODD_BLANK = /(?! )\p{Z}/u
/** NFKC leaves dashes of other lengths and the minus sign as they are. */
const DASHES = /[\p{Pd}\u2212]/gu

/**
 * What an operator calls money that came in, so that the same name twice is the same text: in
 * NFKC, every dash as `-`, while capitals stay what they are. What nobody sees would make two names
 * of one, and is refused. Answers the rule instead that a text breaks, such as "must not be empty".
 */
export function readTopUpReference(
  text: string,
): { readonly reference: string } | { readonly rule: string } {
  if (text === "") return { rule: "must not be empty" }
  if (UNSEEN.test(text)) return { rule: "must have printable characters only" }
  if (ODD_BLANK.test(text)) return { rule: "must have no blanks but plain ones" }
  if (text.trim() !== text) return { rule: "must not begin or end with a blank" }
  const reference = text.normalize("NFKC").replace(DASHES, "-")
  if (reference.length <= TOP_UP_REFERENCE_MAX) return { reference }
  return { rule: `must have at most ${TOP_UP_REFERENCE_MAX} characters` }
}

/** `balance` is what is available afterwards, once a debt was paid. */
export type ToppedUp = { readonly balance: bigint; readonly repeated: boolean }

function needs({ merchantId, asset, reference }: TopUp): Needs {
  return {
    merchants: [merchantId],
    transfers: [{ merchantId, reference }],
    tallies: [lowBalanceKey(merchantId, asset)],
    accounts: [
      merchantAccount("gateway", merchantId, "available", asset),
      merchantAccount("gateway", merchantId, "owed", asset),
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
    note(draft, command, existing.id, "unchanged")
    return { balance: draft.account(available).balance, repeated: true }
  }
  const outside = railAccount("gateway", "operator", "outside", asset)
  draft.move(outside, available, amount, { kind: "top-up", merchantId, reference })
  const transfer = [...draft.transfers.inserted.values()].at(-1)!
  draft.transferReferences.insert(key, transfer)
  payDebt(draft, command)
  armAgain(draft, merchantId, asset)
  note(draft, command, transfer.id, "done")
  return { balance: draft.account(available).balance, repeated: false }
}

/** The reference is free text: the transfer has it, and the log has the transfer. */
function note(draft: Draft, of: TopUp, transferId: string, outcome: Entry["outcome"]): void {
  const { merchantId, asset, amount, by = null } = of
  const change = outcome === "done" ? { [asset]: { old: null, new: amount.toString() } } : {}
  const action = "wallet.top-up"
  if (by) draft.audit({ action, merchantId, subject: transferId, outcome, change }, by)
}

/** What the merchant owes comes before what it can spend. */
function payDebt(draft: Draft, { merchantId, asset }: TopUp): void {
  const available = merchantAccount("gateway", merchantId, "available", asset)
  const owed = merchantAccount("gateway", merchantId, "owed", asset)
  const there = draft.account(available).balance
  const debt = -draft.account(owed).balance
  if (debt <= 0n) return
  draft.move(available, owed, there < debt ? there : debt, { kind: "owed.paid", merchantId })
}

export const topUp: Decider<TopUp, ToppedUp> = { name: "top-up", needs, decide }
