/** What one may ask of events and deliveries, and tell them. */
import type { Clock } from "../../clock.ts"
import type { Database } from "../../db/database.ts"
import type { Actor } from "../audit/entry.ts"
import type { DialectVoice } from "../dialect.ts"
import type { PageRequest } from "../page.ts"
import type { DialectName } from "../payments/payment.ts"
import type { Keyring } from "../seal.ts"
import { type Following, type From, followEvents, settledEvents } from "./follow.ts"
import { type ReplaySince, replay, replaySince } from "./replay.ts"
import { wholeDelivery } from "./shown.ts"
import { type DeliveryFilter, listDeliveries } from "./store/deliveries.ts"
import * as store from "./store.ts"

export type EventVerbParts = {
  readonly database: Database
  readonly clock: Clock
  readonly keyring: Keyring
  readonly voices: ReadonlyMap<DialectName, DialectVoice>
  /** Who is written down, where nobody else is named. */
  readonly by: Actor | null
}

type Filter = { readonly merchantId: string; readonly subjectId?: string | undefined }

/** Makes them for one node. */
export function makeEventVerbs(parts: EventVerbParts) {
  const { database } = parts
  return {
    /** A merchant's events, newest first. */
    list: (filter: Filter, page: PageRequest) => store.listEvents(database, filter, page),
    /** The same, oldest first, of which none is ever left out: see `settledEvents`. */
    settled: (filter: Filter, page: { readonly from: From; readonly limit: number }) =>
      settledEvents(parts, filter, page),
    /** The same as they happen: see `followEvents`. */
    follow: (merchantId: string, how: Following) => followEvents(parts, merchantId, how),
    find: (merchantId: string, id: string) => store.findEvent(database, merchantId, id),
    /** A merchant's deliveries that fit all that is given, newest first. */
    deliveries: (filter: DeliveryFilter, page: PageRequest) =>
      listDeliveries(database, filter, page),
    /** One with its message and its tries: see `wholeDelivery`. */
    delivery: (merchantId: string, id: string) => wholeDelivery(parts, merchantId, id),
    /** Sends one again: see `replay`. */
    replay: (merchantId: string, deliveryId: string, by: Actor | null = parts.by) =>
      replay({ ...parts, by }, merchantId, deliveryId),
    /** Sends an endpoint's again, a bounded number in each call: see `replaySince`. */
    replaySince: (
      merchantId: string,
      endpointId: string,
      which: ReplaySince,
      by: Actor | null = parts.by,
    ) => replaySince({ ...parts, by }, merchantId, endpointId, which),
  }
}
