/** What the simulated bank does with an order: the last two digits of the account decide. */
import type { Reason } from "../../../core/index.ts"

/** What was ordered: to collect from an account, or to pay to one. */
export type OrderedAs = "debit" | "transfer"

/** Something that the bank tells of an order, `afterMs` milliseconds after it took it. */
export type Step = {
  readonly afterMs: number
  /** The first three are words in a status report, the others money that moved. */
  readonly kind: "accepted" | "approved" | "declined" | "settled" | "returned"
  readonly reason: Reason | null
  readonly fault: Fault | null
}
/**
 * How a notification goes wrong: the amount isn't the ordered one; it is delivered three times,
 * each under another name; an entry that nobody can understand stands beside it.
 */
export type Fault = "amount" | "thrice" | "malformed"

/** A status report is quick, and money a little slower, as with banks. */
export const STATUS_MS = 1_000
export const MONEY_MS = 2_000
/** As long as the simulator's: see docs/sandbox.md. */
const SLOW_MS = 10_000
const LATER_MS = 15_000

const step = (
  afterMs: number,
  kind: Step["kind"],
  reason: Reason | null = null,
  fault: Fault | null = null,
): Step => ({ afterMs, kind, reason, fault })

export const ACCEPTED = step(STATUS_MS, "accepted")
export const APPROVED = step(STATUS_MS, "approved")
export const SETTLED = step(MONEY_MS, "settled")
export const declined = (reason: Reason) => step(STATUS_MS, "declined", reason)
export const returned = (reason: Reason) => step(MONEY_MS, "returned", reason)
const faulty = (fault: Fault) => [APPROVED, step(MONEY_MS, "settled", null, fault)]

/** Digits that aren't here. */
const PAID: readonly Step[] = [APPROVED, SETTLED]
const TAKEN_BACK: readonly Step[] = [...PAID, step(LATER_MS, "returned", "returned_by_bank")]

const TABLES: Readonly<Record<OrderedAs, Readonly<Record<string, readonly Step[]>>>> = {
  debit: {
    "01": [declined("not_enough_funds")],
    "02": [declined("invalid_account")],
    "03": [declined("holder_mismatch")],
    "04": [ACCEPTED, step(SLOW_MS, "settled")],
    "05": [step(LATER_MS, "settled")],
    "06": [step(LATER_MS, "declined", "declined_by_bank")],
    "07": [declined("operator_unavailable")],
    "08": TAKEN_BACK,
    "09": [ACCEPTED],
    "10": faulty("amount"),
    "11": faulty("thrice"),
    "12": faulty("malformed"),
  },
  transfer: {
    "01": [declined("invalid_account")],
    "02": [declined("invalid_account")],
    "08": TAKEN_BACK,
  },
}

/** What happens to an order with these digits, in order. */
export function stepsOf(of: OrderedAs, digits: string): readonly Step[] {
  const table = TABLES[of]
  return Object.hasOwn(table, digits) ? table[digits]! : PAID
}

/** The last two digits of an account. */
export function digitsOf(account: string): string {
  return account.replace(/\D/g, "").slice(-2)
}
