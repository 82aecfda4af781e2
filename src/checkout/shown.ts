/** All that a payment's page is made of: found under its link, and what follows from it. */
import { z } from "zod"
import type { Attempt, Core, Merchant, Payment, SightingView } from "../core/index.ts"
import { chosenOf } from "./chosen.ts"
import type { FormState } from "./controls.ts"
import type { Query } from "./layout.ts"
import { METHOD_OF, offeredTo, type PageMethod } from "./methods.ts"
import { type Brief, briefOf } from "./purpose.ts"
import type { Paid } from "./receipt.ts"
import { chosenAttempt, coinsOf, hasPage, type Offer, type View, viewOf } from "./view.ts"

/** All that a page is made of. */
export type Shown = {
  readonly payment: Payment
  readonly merchant: Merchant
  readonly brief: Brief
  readonly view: View
  /** What the payer was asked to send, and what came: empty for payments by bank. */
  readonly coins: readonly Offer[]
  /** The asset that the page's address names. */
  readonly coin: string | null
  /** Whether the page's address says that its payer comes back from the bank, */
  readonly returned: boolean
  /** or pressed a button that came too late. */
  readonly tooLate: boolean
  readonly arrivals: readonly SightingView[]
  /** What the payer is at, or paid with. */
  readonly paidBy: Paid["paidBy"]
  readonly form: FormState
  readonly now: Date
  /** Nobody's payment, shown for its look: nothing of it lives, and it has no address. */
  readonly sample?: true
}

const ID = z.guid()

/** What the page's address says beside the payment. */
export type Asked = Pick<Shown, "coin" | "returned" | "tooLate">

/** Reads the address; what nobody can have meant counts as left out. */
export function askedOf(query: unknown): Asked {
  const { coin, from } = query as { readonly coin?: unknown; readonly from?: unknown }
  const tooLate = from === "late"
  const returned = from === "bank" || tooLate
  return { coin: typeof coin === "string" ? coin : null, returned, tooLate }
}

/** What there is to show under a link; null when it leads nowhere. */
export async function findShown(core: Core, id: unknown, asked: Asked): Promise<Shown | null> {
  const read = ID.safeParse(id)
  const payment = read.success ? await core.payments.findByLink(read.data) : null
  if (!payment || !hasPage(payment)) return null
  const [merchant, attempts] = await Promise.all([
    core.merchants.find(payment.merchantId),
    core.payments.attempts(payment.id),
  ])
  if (!merchant) return null
  const brief = briefOf(core.payments.openPurpose(payment), merchant)
  const waits = payment.state === "pending"
  const offered = waits ? offeredTo(payment, brief, await core.methodsFor(merchant)) : []
  const view = viewOf(
    payment,
    attempts,
    offered.map((each) => METHOD_OF[each]),
  )
  const coins = coinsOf(payment, attempts)
  const arrivals = coins.length > 0 ? await core.payments.sightings(payment.id) : []
  const { enforcedDocument, payer: known } = brief
  return {
    ...asked,
    payment,
    merchant,
    brief,
    view,
    coins,
    arrivals,
    paidBy: paidBy(core, chosenAttempt(payment, attempts)),
    form: {
      rules: { offered, known, enforcedDocument, preferred: declinedWay(core, attempts) },
      typed: {},
      wrong: {},
    },
    now: core.clock.now(),
  }
}

function paidBy(core: Core, attempt: Attempt | null): Shown["paidBy"] {
  return attempt && { attempt, chosen: chosenOf(attempt, core.payments.target(attempt)) }
}

/** The way of the last try, if that was declined. */
function declinedWay(core: Core, attempts: readonly Attempt[]): PageMethod | null {
  const last = attempts.findLast(({ kind }) => kind === "charge")
  return last?.state === "declined" ? chosenOf(last, core.payments.target(last)).method : null
}

/** Whether the page answers a form that something is wrong with. */
export function isWrong({ form }: Shown): boolean {
  return Object.keys(form.wrong).length > 0
}

/**
 * Whether our script runs on the page: where something can still happen, and where there is a
 * receipt to print. Not on the answer to a form: fetched again, it would lose what was typed.
 */
export function isLive(shown: Shown): boolean {
  if (shown.sample || isWrong(shown)) return false
  return isExpecting(shown) || shown.payment.state === "approved"
}

/** Whether something can still happen that the payer should see. */
export function isExpecting({ view, arrivals }: Shown): boolean {
  if (view.kind !== "ended" || view.atBank) return true
  return view.state === "expired" && arrivals.some(({ state }) => state === "seen")
}

/**
 * What the page's address says, for its links: a coin that the payer chose stays chosen, one that
 * nobody offers is forgotten.
 */
export function queryOf({ coin, coins, view, returned, tooLate }: Shown): Query {
  const waits = view.kind === "visit" || view.kind === "wait"
  return {
    coin: coins.some(({ asset }) => asset === coin) ? coin : null,
    from: waits && returned ? (tooLate ? "late" : "bank") : null,
  }
}
