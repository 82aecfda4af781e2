/** Sends an endpoint a message of no event, so that its merchant sees what its receiver says. */

import type { Ids } from "../../clock.ts"
import { type Clock, outside } from "../../clock.ts"
import type { Database } from "../../db/database.ts"
import type { Windows } from "../limits/windows.ts"
import type { Send } from "../loops/deliver.ts"
import { findEndpoint } from "../merchants/store/endpoints.ts"
import type { Keyring } from "../seal.ts"
import { makeEnvelope } from "./envelope.ts"

export type PingParts = {
  readonly database: Database
  readonly clock: Clock
  readonly ids: Ids
  readonly keyring: Keyring
  readonly limits: Windows
  /** Null where nothing is sent from. */
  readonly send: Send | null
}

/** What the receiver said, or why it said nothing. */
export type Pinged = {
  readonly status: number | null
  readonly error: string | null
  readonly elapsedMs: number
  /** How its answer began. */
  readonly answer: string
}

/** Somebody's server is called each time: enough to try things out, too few to harm it. */
const PINGS_A_MINUTE = 10
const TIMEOUT_MS = 15_000
/** Nobody waits longer for an answer to a click. */
const TURN_WITHIN_MS = 5_000
/** Shown of an answer, in characters. */
const ANSWER_LENGTH = 1_024

/**
 * Makes the sender of them. It answers null when the merchant has no such endpoint. One that is
 * disabled or paused is sent to as well: that is when one wants to know.
 */
export function makePing(parts: PingParts) {
  const { clock, database, ids, limits, send } = parts
  const envelope = makeEnvelope(parts.keyring)

  return async function ping(
    merchantId: string,
    endpointId: string,
  ): Promise<Pinged | { readonly retryAfterS: number } | null> {
    if (send === null) throw new Error("nothing is sent from here: ask a gateway that runs")
    const endpoint = await findEndpoint(database, merchantId, endpointId)
    if (endpoint === null) return null
    const { over, resetS } = await limits.count(`ping|${endpointId}`, PINGS_A_MINUTE)
    if (over) return { retryAfterS: resetS }
    const createdAt = clock.now().toISOString()
    const body = JSON.stringify({ object: "ping", type: "ping", created_at: createdAt })
    const message = { headers: {}, body }
    const startedMs = clock.elapsedMs()
    const sent = await send({
      url: endpoint.url,
      headers: envelope({
        id: ids.next(),
        endpoint,
        message,
        now: clock.now(),
        at: outside(clock),
      }),
      body,
      timeoutMs: TIMEOUT_MS,
      turnWithinMs: TURN_WITHIN_MS,
    })
    const elapsedMs = Math.max(0, Math.round(clock.elapsedMs() - startedMs))
    return sent.kind === "answered"
      ? { status: sent.status, error: null, elapsedMs, answer: sent.body.slice(0, ANSWER_LENGTH) }
      : { status: null, error: sent.message, elapsedMs, answer: "" }
  }
}
