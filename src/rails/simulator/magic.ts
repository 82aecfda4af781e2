/** The table of sandbox outcomes: what an account's, phone's or identifier's last digits cause. */
import type { Order, Reason, Target } from "../../core/index.ts"

/** Something that happens to an order, `afterMs` milliseconds after it was asked for. */
export type Step =
  | { readonly afterMs: number; readonly kind: "approved" | "settled" }
  | { readonly afterMs: number; readonly kind: "declined" | "returned"; readonly reason: Reason }

/** How an asked order goes: what `begin` answers, and all that happens from then on. */
export type Fate = {
  /** `none`: the call fails without an answer, which says nothing about the order. */
  readonly answer: "settled" | "accepted" | "rejected" | "none"
  readonly steps: readonly Step[]
}

/** Long enough that a client sees the payment wait, short enough to sit through. */
const SLOW_MS = 10_000
/** "Later": after several look-ups, which come every 2 s. */
const LATER_MS = 15_000

const AT_ONCE: Fate = { answer: "settled", steps: [{ afterMs: 0, kind: "settled" }] }
const SLOW: Fate = { answer: "accepted", steps: [{ afterMs: SLOW_MS, kind: "settled" }] }
const SILENT: Fate = { answer: "none", steps: [{ afterMs: LATER_MS, kind: "settled" }] }
const WAITING: Fate = { answer: "accepted", steps: [] }
const RETURNED: Fate = {
  answer: "accepted",
  steps: [
    { afterMs: 0, kind: "approved" },
    { afterMs: LATER_MS, kind: "returned", reason: "returned_by_bank" },
  ],
}

const rejected = (reason: Reason): Fate => ({
  answer: "rejected",
  steps: [{ afterMs: 0, kind: "declined", reason }],
})
const silentlyDeclined = (reason: Reason): Fate => ({
  answer: "none",
  steps: [{ afterMs: LATER_MS, kind: "declined", reason }],
})

/** Digits that aren't here settle at once. */
const CHARGES: Readonly<Record<string, Fate>> = {
  "01": rejected("not_enough_funds"),
  "02": rejected("invalid_account"),
  "03": rejected("holder_mismatch"),
  "04": SLOW,
  "05": SILENT,
  "06": silentlyDeclined("declined_by_bank"),
  "07": rejected("operator_unavailable"),
  "09": WAITING,
}
/** Only a bank takes money back that it had approved. */
const BANK_CHARGES: Readonly<Record<string, Fate>> = { ...CHARGES, "08": RETURNED }
const RECHARGES: Readonly<Record<string, Fate>> = {
  ...CHARGES,
  "02": rejected("invalid_identifier"),
  "06": silentlyDeclined("operator_unavailable"),
}
/** A refund goes to an account that could be charged; only how long it takes still varies. */
const REFUNDS: Readonly<Record<string, Fate>> = {
  "04": SLOW,
  "05": SILENT,
  "06": silentlyDeclined("declined_by_bank"),
}

/** What happens to an order that the simulator is asked for. */
export function fateOf(order: Pick<Order, "kind" | "method" | "target">): Fate {
  const table =
    order.kind === "refund"
      ? REFUNDS
      : order.kind === "recharge"
        ? RECHARGES
        : order.method === "bank"
          ? BANK_CHARGES
          : CHARGES
  return table[magicDigits(order.target)] ?? AT_ONCE
}

/** Why a stored account can't be charged; null when it can. All other digits act on the charge. */
export function flawOf(target: Target): Reason | null {
  const digits = magicDigits(target)
  if (digits === "02") return "invalid_account"
  return digits === "03" ? "holder_mismatch" : null
}

/** Numbers that a bank turns away before it asks their owner. */
const REFUSED_AT_ONCE = new Set(["02", "03", "07"])

/** Whether a payer isn't even asked: the bank is down, or knows no such account of theirs. */
export function isRefusedAtOnce(target: Target): boolean {
  return REFUSED_AT_ONCE.has(magicDigits(target))
}

/** The last two digits of what is charged or recharged; empty where there is no number. */
export function magicDigits(target: Target): string {
  const number = target.identifier ?? target.accountNumber ?? target.phoneNumber ?? ""
  return number.replace(/\D/g, "").slice(-2)
}
