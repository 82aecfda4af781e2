/** Sends messages again that were sent before, one or all of an endpoint's in a span of time. */
import { type AuditParts, append } from "../audit/audited.ts"
import { differences } from "../audit/entry.ts"
import { lockEndpoint } from "../merchants/store/endpoints.ts"
import { type Refusal, refuse } from "../refusal.ts"
import { firstIdAt } from "../retention/months.ts"
import type { Delivery } from "./event.ts"
import { findDelivery } from "./store/deliveries.ts"
import { replayOne, replayRange } from "./store/replay.ts"

const DISABLED = refuse("endpoint_disabled", "its endpoint is disabled: enable it first")
const DELETED = refuse("message_deleted", "its message was deleted for its age")

/**
 * Makes a delivery due at once, whatever became of it, with the whole schedule before it again. The
 * message and its `webhook-id` stay the same. One that is being tried at this moment is left to it.
 * Null when the merchant has no such delivery.
 */
export async function replay(
  parts: AuditParts,
  merchantId: string,
  id: string,
): Promise<Delivery | Refusal | null> {
  const now = parts.clock.now()
  return parts.database.transaction(async (tx) => {
    const before = await replayOne(tx, { merchantId, id, now })
    if (before === null) return null
    if (before.isDeleted) return DELETED
    if (before.isDisabled) return DISABLED
    const after = await findDelivery(tx, merchantId, id)
    const about = { action: "delivery.replay", merchantId, subject: id, outcome: "done" } as const
    const change = differences({ state: before.state }, { state: after!.state })
    await append(tx, parts, { ...about, change })
    return after
  })
}

/** Which of an endpoint's deliveries to send again. */
export type ReplaySince = {
  /** Those of events from this instant on, */
  readonly since: Date
  /** and before this one; left out: all until now. */
  readonly until?: Date | undefined
  /** What became of them. */
  readonly states: readonly Exclude<Delivery["state"], "due">[]
  /** Where the call before ended. */
  readonly after?: string | undefined
}

/** What one call did, and where the next has to begin; null when that was all. */
export type ReplayedSince = {
  readonly replayed: number
  readonly deleted: number
  readonly next: string | null
}

/**
 * The same for deliveries of one endpoint, oldest first: a bounded number in each call. Null when
 * the merchant has no such endpoint.
 */
export async function replaySince(
  parts: AuditParts,
  merchantId: string,
  endpointId: string,
  { after, since, states, until }: ReplaySince,
): Promise<ReplayedSince | Refusal | null> {
  const now = parts.clock.now()
  const range = {
    ...{ merchantId, endpointId, states },
    // Below every id of that millisecond, for each has the digit of its version.
    after: after ?? firstIdAt(since),
    before: firstIdAt(until ?? new Date(now.getTime() + 1)),
  }
  return parts.database.transaction(async (tx) => {
    const endpoint = await lockEndpoint(tx, merchantId, endpointId)
    if (endpoint === null) return null
    if (endpoint.disabledAt !== null) return DISABLED
    const { replayed, deleted, last } = await replayRange(tx, range, now)
    const span = { since: since.toISOString(), until: until?.toISOString() ?? null }
    await append(tx, parts, {
      action: "delivery.replay",
      merchantId,
      subject: endpointId,
      outcome: replayed > 0 ? "done" : "unchanged",
      change: differences(null, { ...span, states, replayed }),
    })
    return { replayed, deleted, next: last }
  })
}
