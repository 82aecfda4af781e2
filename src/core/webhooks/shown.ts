/** One delivery as its merchant may see it: what was sent, and how each try went. */
import type { Database } from "../../db/database.ts"
import type { Callback, DialectVoice } from "../dialect.ts"
import { headersOf } from "../merchants/endpoints.ts"
import { findEndpoint } from "../merchants/store/endpoints.ts"
import type { DialectName } from "../payments/payment.ts"
import type { Keyring } from "../seal.ts"
import { SEALED } from "../store/sealed.ts"
import type { Delivery, Endpoint, Event, TryTold } from "./event.ts"
import { findDelivery, type TryRow, triesOf } from "./store/deliveries.ts"
import { findEvent } from "./store.ts"

/** All that is known of one delivery. */
export type WholeDelivery = {
  readonly delivery: Delivery
  readonly event: Event
  readonly endpoint: Endpoint
  /** What each try carries, without what would prove it; null once it was deleted for its age. */
  readonly message: Callback | null
  /** Those that failed, and at the end the one that succeeded; what is as old as bodies is gone. */
  readonly tries: readonly TryTold[]
}

/** What stands in the place of a secret. */
const HIDDEN = "***"

type Parts = {
  readonly database: Database
  readonly keyring: Keyring
  readonly voices: ReadonlyMap<DialectName, DialectVoice>
}

/** Reads a merchant's delivery; null when it has none of this id. */
export async function wholeDelivery(
  parts: Parts,
  merchantId: string,
  id: string,
): Promise<WholeDelivery | null> {
  const { database, keyring } = parts
  const found = await findDelivery(database, merchantId, id)
  if (found === null) return null
  const { lastElapsedMs, ...delivery } = found
  const [event, endpoint, rows] = await Promise.all([
    findEvent(database, merchantId, delivery.eventId),
    findEndpoint(database, merchantId, delivery.endpointId),
    triesOf(database, id),
  ])
  // Months of deliveries go before those of events: it was dropped just now.
  if (event === null || endpoint === null) return null
  const tries = rows.map((row) => opened(row, keyring))
  const { deliveredAt: at, lastStatus: status, tries: number } = delivery
  const last = { status, error: null, elapsedMs: lastElapsedMs, answer: null }
  return {
    delivery,
    event,
    endpoint,
    message: delivery.messageSealed && shown(parts, delivery.messageSealed, endpoint, id),
    tries: at === null ? tries : [...tries, { number, at, ...last }],
  }
}

function opened({ answerSealed, ...row }: TryRow, keyring: Keyring): TryTold {
  const answer = answerSealed && keyring.unseal(answerSealed, SEALED.tryAnswer).toString()
  return { ...row, answer }
}

/**
 * The headers of each try but time and signature, which are made for each, and the exact body. What
 * proves a message is hidden, and whatever the receiver wants to be sent: both may be secrets.
 */
function shown(parts: Parts, sealed: Buffer, endpoint: Endpoint, id: string): Callback {
  const { body, headers }: Callback = JSON.parse(
    parts.keyring.unseal(sealed, SEALED.message).toString(),
  )
  const proofs = parts.voices.get(endpoint.dialect)?.proofs ?? []
  const hide = (names: readonly string[], of: Readonly<Record<string, string>>) =>
    Object.entries(of).map(([name, value]) => [name, names.includes(name) ? HIDDEN : value])
  const own = headersOf(parts, endpoint)
  return {
    headers: Object.fromEntries([
      ["content-type", "application/json"],
      ["user-agent", "Caudal-Webhooks/1"],
      ...hide(Object.keys(own), own),
      ...hide(proofs, headers),
      ["webhook-id", id],
    ]),
    body: withoutProofs(body, proofs),
  }
}

/** Hides the members of a body that prove it; all else stays as it was sent, to the blank. */
function withoutProofs(body: string, names: readonly string[]): string {
  if (names.length === 0) return body
  const members: Readonly<Record<string, unknown>> = JSON.parse(body)
  return names.reduce((text, name) => {
    const value = members[name]
    return typeof value === "string" ? text.replace(JSON.stringify(value), `"${HIDDEN}"`) : text
  }, body)
}
