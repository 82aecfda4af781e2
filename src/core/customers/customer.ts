/** A customer (who can be charged again) and an instrument (the stored account that is charged). */
import type { DialectName } from "../payments/payment.ts"
import type { Target } from "../rail.ts"
import type { Reason } from "../refusal.ts"

export type Person = {
  readonly name: string
  readonly documentType: string
  readonly documentNumber: string
  readonly email: string
}

export type Customer = {
  readonly id: string
  readonly merchantId: string
  readonly dialect: DialectName
  readonly person: Person
  /** The person as it is stored. */
  readonly personSealed: Buffer
  /** What the person is found by: see `makeMarks`. */
  readonly marks: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

export const INSTRUMENT_STATES = ["pending", "active", "error", "revoked"] as const
export type InstrumentState = (typeof INSTRUMENT_STATES)[number]

/** Who takes a consent back. A bank tells of it when it is asked to charge the account. */
export type Revoker = "payer" | "merchant" | "operator" | "bank"

/** Who agreed to what, and how that is known. It is proof in a dispute, and is never changed. */
export type Consent = {
  /** The owner of the account, as the customer was then. */
  readonly person: Omit<Person, "email">
} & (
  | {
      /** The merchant says so: how it was given the consent, and where it keeps the proof. */
      readonly channel: "merchant"
      readonly givenBy: string | null
      readonly reference: string | null
    }
  | {
      /** The owner agreed on our page, to these words. The browser says itself what it is. */
      readonly channel: "page"
      readonly words: string
      readonly language: string
      readonly browser: string | null
    }
)

export type Instrument = {
  readonly id: string
  readonly merchantId: string
  readonly dialect: DialectName
  readonly customerId: string
  readonly rail: string
  /** In the words of its dialect (`bankAccount`, `nequiInstant`, …). */
  readonly type: string
  readonly state: InstrumentState
  readonly reason: Reason | null
  /** Account, phone and holder in full. */
  readonly details: Target
  readonly detailsSealed: Buffer
  /** What its owner is found by: see `makeMarks`. */
  readonly marks: string | null
  /** The same with the account cut to its last four: what pages, logs and callbacks may show. */
  readonly masked: Target
  /** When its owner agreed to be charged; nothing is charged before. */
  readonly consentedAt: Date | null
  readonly consentChannel: Consent["channel"] | null
  /** The `Consent`; null also for what was stored before consents were kept. */
  readonly consentSealed: Buffer | null
  readonly revokedAt: Date | null
  readonly revokedBy: Revoker | null
  readonly version: number
  /** When its verification is due; null when it isn't. */
  readonly lookAt: Date | null
  readonly leaseOwner: string | null
  readonly fence: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** At most this much of a document is shown, and never more than half of a short one. */
const DOCUMENT_SHOWN = 4

/** A document's number as others may see it. */
export function maskDocument(number: string): string {
  const shown = Math.min(DOCUMENT_SHOWN, Math.floor(number.length / 2))
  return `*${number.slice(number.length - shown)}`
}

/** An account number as others may see it: a star and its last four. */
export function maskNumber(number: string): string {
  return `*${number.slice(-4)}`
}
