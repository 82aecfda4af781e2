/** An event: one fact about a payment, an instrument or a refund, written once, in order. */
import type { DialectName } from "../payments/payment.ts"

export type Event = {
  readonly id: string
  readonly subject: "payment" | "instrument" | "refund"
  readonly subjectId: string
  /** Counts from 1 without gaps for each subject. */
  readonly seq: number
  readonly merchantId: string
  readonly dialect: DialectName
  /** `<subject>.<what happened>`, in the past tense or as the new state. */
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
  readonly createdAt: Date
}

/** The sending of one event to one endpoint. Its id is the `webhook-id` of every try. */
export type Delivery = {
  readonly id: string
  readonly eventId: string
  readonly endpointId: string
  readonly merchantId: string
  /** The rendered message, sealed; null once it was deleted for age. */
  readonly messageSealed: Buffer | null
  readonly state: "due" | "delivered" | "failed" | "cancelled"
  readonly tries: number
  readonly dueAt: Date | null
  readonly leaseOwner: string | null
  readonly fence: number
  readonly lastStatus: number | null
  readonly lastError: string | null
  readonly createdAt: Date
  readonly deliveredAt: Date | null
}

/** Where a merchant wants to be told, in the words of one dialect. */
export type Endpoint = {
  readonly id: string
  readonly merchantId: string
  readonly dialect: DialectName
  readonly url: string
  readonly secretSealed: Buffer
  readonly headersSealed: Buffer | null
  readonly createdAt: Date
  readonly disabledAt: Date | null
  readonly disabledReason: string | null
}
