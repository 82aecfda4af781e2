/**
 * Renders the callbacks of new events for whoever listens, once, in the commit that writes them.
 */
import type { Callback, DialectVoice, Notice } from "../dialect.ts"
import { type Draft, type Told, termsKey } from "../draft.ts"
import type { DialectName } from "../payments/payment.ts"
import type { Keyring } from "../seal.ts"
import { SEALED } from "../store/sealed.ts"
import type { Delivery, Endpoint } from "./event.ts"

/** Writes the deliveries of all events of `draft` from number `from` on. */
export type Announce = (draft: Draft, from: number) => void

export type AnnounceParts = {
  readonly keyring: Keyring
  readonly voice: (dialect: DialectName) => DialectVoice
  readonly railName: (rail: string) => string
  /** Whether this node will send it at once; otherwise it is left for any node to claim. */
  readonly takes: (endpointId: string) => boolean
  readonly node: string
  /** How long the node that writes a delivery has to send it. */
  readonly leaseMs: number
}

/** A message waiting for its commit, so that sending it needs no second look at the database. */
export type Rendered = { readonly endpoint: Endpoint; readonly message: Callback }

/** Signing keys stay the same for a row; past this many the map starts anew. */
const REMEMBERED_KEYS_MAX = 10_000

/** Makes the announcer of a node. `rendered` keeps the messages by delivery until they are sent. */
export function makeAnnounce(parts: AnnounceParts, rendered: Map<string, Rendered>): Announce {
  const keys = new Map<string, { sealed: Buffer; key: string }>()

  /** Null where nothing is agreed in this dialect. */
  function signingKey(draft: Draft, merchantId: string, dialect: DialectName): string | null {
    const name = termsKey(merchantId, dialect)
    const terms = draft.terms.get(name)
    if (!terms) return null
    const known = keys.get(name)
    if (known?.sealed.equals(terms.signingKeySealed)) return known.key
    const key = parts.keyring.unseal(terms.signingKeySealed, SEALED.signingKey).toString()
    if (keys.size >= REMEMBERED_KEYS_MAX) keys.clear()
    keys.set(name, { sealed: terms.signingKeySealed, key })
    return key
  }

  function announceTo(draft: Draft, told: Told, endpoint: Endpoint): void {
    const { event, payment } = told
    const key = signingKey(draft, event.merchantId, endpoint.dialect)
    // A native message bears the endpoint's own signature; a vendor's needs the key of its terms.
    if (key === null && endpoint.dialect !== "caudal") return
    const deliveryId = draft.nextId()
    const customerId = payment?.customerId ?? told.instrument?.customerId ?? null
    const instrumentId = payment?.instrumentId ?? null
    const notice: Notice = {
      ...told,
      customer: customerId ? draft.customers.get(customerId) : null,
      instrument: told.instrument ?? (instrumentId ? draft.instruments.get(instrumentId) : null),
      railName: told.attempt ? parts.railName(told.attempt.rail) : null,
      signingKey: key ?? "",
      deliveryId,
    }
    const message = parts.voice(endpoint.dialect).callback(notice)
    if (message === null) return
    const taken = endpoint.pausedAt === null && parts.takes(endpoint.id)
    const delivery: Delivery = {
      id: deliveryId,
      eventId: event.id,
      endpointId: endpoint.id,
      merchantId: event.merchantId,
      messageSealed: parts.keyring.seal(JSON.stringify(message), SEALED.message),
      state: "due",
      tries: 0,
      dueAt: taken ? new Date(draft.now.getTime() + parts.leaseMs) : draft.now,
      leaseOwner: taken ? parts.node : null,
      fence: 1,
      lastStatus: null,
      lastError: null,
      createdAt: draft.now,
      deliveredAt: null,
    }
    draft.deliveries.insert(delivery.id, delivery)
    if (taken) rendered.set(delivery.id, { endpoint, message })
  }

  return (draft, from) => {
    if (draft.events.inserted.size === from) return
    for (const told of [...draft.events.inserted.values()].slice(from)) {
      for (const endpoint of draft.endpoints.get(told.event.merchantId)!) {
        // A native endpoint hears of everything; a vendor's only of what came in by its dialect.
        const listens = endpoint.dialect === told.event.dialect || endpoint.dialect === "caudal"
        if (listens) announceTo(draft, told, endpoint)
      }
    }
  }
}
