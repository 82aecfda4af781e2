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
  /** The merchant's own words for it. */
  readonly description: string | null
  readonly secretSealed: Buffer
  /** The secret before this one, which signs as well until `formerUntil`. */
  readonly formerSecretSealed: Buffer | null
  readonly formerUntil: Date | null
  readonly headersSealed: Buffer | null
  readonly createdAt: Date
  readonly disabledAt: Date | null
  readonly disabledReason: string | null
  /** Since when what is to be told here waits: unlike one that is disabled it misses nothing. */
  readonly pausedAt: Date | null
}

/** One try of a delivery, as it is remembered. */
export type TryTold = {
  /** Counts from 1. */
  readonly number: number
  readonly at: Date
  readonly status: number | null
  readonly error: string | null
  readonly elapsedMs: number | null
  /** How the receiver's answer began; kept of tries that failed, and as long as the message. */
  readonly answer: string | null
}

/** How the sending to one endpoint went lately. */
export type EndpointHealth = {
  readonly endpointId: string
  /** Deliveries of the last day, by their states. */
  readonly delivered: number
  readonly failed: number
  readonly cancelled: number
  /** Those of the last day that wait for a first or another try. */
  readonly due: number
  /** The mean of the last tries of those that were delivered. */
  readonly meanMs: number | null
  /** The status or fault of its newest delivery that failed or waits for another try. */
  readonly lastFault: string | null
}
