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
  readonly createdAt: Date
  readonly updatedAt: Date
}

export type InstrumentState = "pending" | "active" | "error" | "revoked"

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
  /** The same with the account cut to its last four: what pages, logs and callbacks may show. */
  readonly masked: Target
  readonly version: number
  /** When its verification is due; null when it isn't. */
  readonly lookAt: Date | null
  readonly leaseOwner: string | null
  readonly fence: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** An account number as others may see it: a star and its last four. */
export function maskNumber(number: string): string {
  return `*${number.slice(-4)}`
}
