/** The contract a dialect fulfils towards the core: how an event sounds on its wire. */
import type { Ids } from "../clock.ts"
import type { Company } from "./catalogue/company.ts"
import type { Customer, Instrument, Person } from "./customers/customer.ts"
import type { Merchant } from "./merchants/merchant.ts"
import type { Secret } from "./merchants/secret.ts"
import type { Attempt, Refund } from "./payments/attempt.ts"
import type { NewPayment } from "./payments/pay.ts"
import type { DialectName, Payment } from "./payments/payment.ts"
import type { Target } from "./rail.ts"
import type { Event } from "./webhooks/event.ts"

/** All that a callback may be made of. It is rendered once, in the commit that writes the event. */
export type Notice = {
  readonly event: Event
  readonly payment: Payment | null
  readonly attempt: Attempt | null
  readonly customer: Customer | null
  readonly instrument: Instrument | null
  readonly refund: Refund | null
  /** The display name of the rail that the attempt took. */
  readonly railName: string | null
  /** The key under which this merchant's notices are signed in this dialect. */
  readonly signingKey: string
  /** An id that stays the same on every try. */
  readonly deliveryId: string
}

/** A message as it leaves: the same bytes on every try. */
export type Callback = { readonly headers: Readonly<Record<string, string>>; readonly body: string }

export type DialectVoice = {
  readonly name: DialectName
  /** How long a receiver may take to answer. */
  readonly deliveryTimeoutMs: number
  /**
   * Names of headers and of the body's members in which a message proves itself; left out: none.
   * They are hidden where a message is shown.
   */
  readonly proofs?: readonly string[]
  /** The message for an event, or null when this dialect tells nobody about it. Pure. */
  callback(notice: Notice): Callback | null
}

/** New credentials of a merchant: what is stored, and how they are shown to it, once. */
export type Issued = {
  readonly secrets: readonly Secret[]
  readonly shown: Readonly<Record<string, string>>
}

/** What a sample payment is made of: somebody in a sandbox only wants to see one. */
export type SampleAsked = {
  readonly merchant: Merchant
  readonly now: Date
  /** A reference that nothing else has. */
  readonly reference: string
  /** How the account or number that is charged or recharged ends: see the magic numbers. */
  readonly digits: string
  /** What recharges may be of. */
  readonly companies: readonly Company[]
  /** The name of the rail that a recharge takes. */
  readonly agent: string
}

/** A payment as this dialect would have made it; and the account it charges, if any. */
export type Sample = {
  readonly payment: Omit<NewPayment, "customerId" | "instrumentId">
  readonly account: {
    readonly person: Person
    readonly type: string
    readonly details: Target
    readonly masked: Target
  } | null
}

/** Where clients reach a dialect, and with what: for whoever gives it to them. */
export type DialectDoor = {
  readonly name: DialectName
  /** The path of its base URL below the public one; the prefix and perhaps a version. */
  readonly basePath: string
  /** Makes credentials for a merchant. `signingKey` signs its callbacks. */
  issue(ids: Ids, about: { readonly merchantName: string; readonly signingKey: string }): Issued
  /** A ready command that shows the dialect at work. `shown` are the credentials from `issue`. */
  curl(baseUrl: string, shown: Readonly<Record<string, string>>): string
  /** A payment to try things out with; null when there is nothing to sell. Pure. */
  sample(asked: SampleAsked): Sample | null
}
