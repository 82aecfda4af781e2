/** Decides what a payer sees: one view for each thing that can be done or waited for now. */
import {
  type Attempt,
  isFinal,
  type Method,
  type Payment,
  type PayOption,
  type Reason,
  type State,
} from "../core/index.ts"

/** An option with what came in of it so far, in the same minor units. */
export type Offer = PayOption & {
  /** Final. */
  readonly received: bigint
  /** On its way: the network may still undo it. */
  readonly seen: bigint
  /** What nobody has sent yet. */
  readonly missing: bigint
}

export type View =
  /** The payer chooses an account; `declined` is why the last try failed. */
  | { readonly kind: "choose"; readonly declined: Reason | null }
  /** The payer sends tokens to an address. */
  | { readonly kind: "send"; readonly offers: readonly Offer[] }
  /** The address of the last try is void; another can be asked for. */
  | { readonly kind: "resend"; readonly declined: Reason | null }
  /** The payer has to go to a page of the rail's. */
  | { readonly kind: "visit"; readonly url: string }
  /** Nothing to do but wait. */
  | { readonly kind: "wait"; readonly crypto: boolean }
  | {
      readonly kind: "ended"
      readonly state: FinalState
      readonly reason: Reason | null
      /** It expired, and a bank that may have taken the money in time has not said so yet. */
      readonly atBank?: true
    }

export type FinalState = Exclude<State, "pending" | "processing">

const UNDECIDED: ReadonlySet<Attempt["state"]> = new Set(["unknown", "open"])

/** Whether a payment has a page at all: its payer chooses how to pay, nobody else did. */
export function hasPage(payment: Payment): boolean {
  return payment.kind === "charge" && payment.instrumentId === null
}

/**
 * The view of a payment whose attempts, oldest first, are `attempts`. `offered`: the methods that
 * its payer may choose now.
 */
export function viewOf(
  payment: Payment,
  attempts: readonly Attempt[],
  offered: readonly Method[],
): View {
  const { state, reason } = payment
  const charges = attempts.filter(({ kind }) => kind === "charge")
  const last = charges.at(-1)
  if (isFinal(state)) {
    const asked = charges.some((each) => each.method !== "crypto" && UNDECIDED.has(each.state))
    const atBank = state === "expired" && asked && ({ atBank: true } as const)
    return { kind: "ended", state: state as FinalState, reason, ...atBank }
  }
  const crypto = last?.method === "crypto"
  if (state === "processing") return { kind: "wait", crypto }

  const open = charges.find(({ id }) => id === payment.openAttemptId)
  if (open) {
    const { options, url } = open.instructions ?? {}
    if (options && options.length > 0) return { kind: "send", offers: offersOf(open, options) }
    if (url !== undefined && /^https?:\/\//i.test(url)) return { kind: "visit", url }
    return { kind: "wait", crypto }
  }
  const declined = last?.state === "declined" ? (last.reason ?? "other") : null
  // Who chose among several ways chooses anew; who only ever had an address gets another one.
  const other = offered.some((each) => each !== "crypto")
  return { kind: crypto && !other ? "resend" : "choose", declined }
}

/** The attempt that its payer is at, or that paid it; null where a page has to name none. */
export function chosenAttempt(payment: Payment, attempts: readonly Attempt[]): Attempt | null {
  const charges = attempts.filter(({ kind }) => kind === "charge")
  if (payment.openAttemptId) return charges.find(({ id }) => id === payment.openAttemptId) ?? null
  if (payment.state !== "approved") return null
  return charges.find(({ state }) => state === "approved" || state === "settled") ?? null
}

/**
 * What a payment's payer was last asked to send, with what came of it; nothing for bank payments.
 */
export function coinsOf(payment: Payment, attempts: readonly Attempt[]): readonly Offer[] {
  const sent = attempts.filter(({ kind, method }) => kind === "charge" && method === "crypto")
  const asked = sent.find(({ id }) => id === payment.openAttemptId) ?? sent.at(-1)
  return asked ? offersOf(asked, asked.instructions?.options ?? []) : []
}

function offersOf(attempt: Attempt, options: readonly PayOption[]): Offer[] {
  return options.map((option) => {
    const received = BigInt(attempt.received[option.asset] ?? "0")
    const seen = BigInt(attempt.seen[option.asset] ?? "0")
    const left = BigInt(option.amount) - received - seen
    return { ...option, received, seen, missing: left > 0n ? left : 0n }
  })
}
